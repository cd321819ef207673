#include "storer/mark_inherit.h"

#include "common/config.h"
#include "storer/db_mark.h"
#include "storer/writer_inner.h"

static bool adds(const struct config *config, uint64_t words, uint64_t known)
{
    uint64_t more = words > known ? words - known : 0;

    return more >= (uint64_t)config->storer_adds_words &&
           more * 100 >= known * (uint64_t)config->storer_adds_percent;
}

void mark_inherit(struct writer *writer, uint64_t item, uint64_t source, uint64_t copy_of,
                  uint64_t words)
{
    static const enum mark_kind kinds[] = {MARK_READ, MARK_HIDDEN};

    if (copy_of == 0)
        return;
    for (int i = 0; i < 2; i++) {
        uint64_t known = db_mark_words(writer->db, kinds[i], copy_of);

        if (known > 0 && !adds(writer->config, words, known))
            db_mark_put(writer->db, kinds[i], item, source, true);
    }
}
