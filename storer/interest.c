#include "storer/interest.h"

#include "common/config.h"
#include "storer/db_interest.h"
#include "storer/writer_inner.h"

void interest_marked(struct writer *writer, enum mark_kind kind, uint64_t item, bool on,
                     int64_t utc_ms)
{
    if (kind == MARK_HIDDEN)
        return;
    if (on)
        db_interest_put(writer->db, item, kind, utc_ms, writer->config->feed_interests);
    else
        db_interest_end(writer->db, item, kind);
}
