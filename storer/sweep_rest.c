/* What is swept beside items: full texts, contents, tombstones, the text index. */
#include "common/clock.h"
#include "common/config.h"
#include "storer/db_blob.h"
#include "storer/db_keep.h"
#include "storer/db_mark.h"
#include "storer/sweep_inner.h"
#include "storer/writer_inner.h"

enum {
    TEXTS = 32,
    BLOBS = 8,
    TOMBSTONES = 200,
    MERGE_PAGES = 16,
    YOUNG_MS = 30000, /* whoever puts a content has so long to refer to it */
};

/* How much of the contents has to go besides what was let go already. */
static uint64_t over(struct writer *writer)
{
    uint64_t most = (uint64_t)writer->config->keep_blob_bytes, all = 0, loose = 0;

    if (most == 0)
        return 0;
    all = db_keep_blobs(writer->db);
    loose = db_keep_loose(writer->db, false);
    writer->sweep.blob_bytes = all;
    return all > most + loose ? all - loose - most : 0;
}

bool sweep_texts(struct writer *writer, int64_t until_us)
{
    struct sweep *sweep = &writer->sweep;
    int64_t now_ms = clock_utc_ms();
    int64_t before_ms = keep_before_ms(now_ms, writer->config->keep_full_days);
    struct db_keep_full texts[TEXTS];
    size_t n = 0, i = 0;

    if (sweep->skip == 0)
        sweep->over_bytes = over(writer);
    if (sweep->over_bytes == 0 && writer->config->keep_full_days == 0)
        return true;
    n = db_keep_full_texts(writer->db, texts, TEXTS, sweep->skip);
    for (; i < n && clock_mono_us() < until_us; i++) {
        bool young = texts[i].got_ms > now_ms - YOUNG_MS;

        if (texts[i].got_ms >= before_ms && sweep->over_bytes == 0)
            return true;
        if (young || db_mark_has(writer->db, MARK_STARRED, texts[i].item)) {
            sweep->skip++;
            continue;
        }
        db_keep_full_end(writer->db, texts[i].item);
        sweep->over_bytes -=
            texts[i].bytes < sweep->over_bytes ? texts[i].bytes : sweep->over_bytes;
        sweep->texts++;
    }
    return i == n && n < TEXTS;
}

bool sweep_blobs(struct writer *writer, int64_t until_us)
{
    size_t looked = 0, gone = 0;

    do
        looked = db_blob_sweep(writer->db, clock_utc_ms() - YOUNG_MS, BLOBS, &gone);
    while (looked == BLOBS && clock_mono_us() < until_us);
    writer->sweep.blobs += gone;
    return looked < BLOBS;
}

bool sweep_tombstones(struct writer *writer, int64_t until_us)
{
    size_t gone = db_tombstone_sweep(
        writer->db, keep_before_ms(clock_utc_ms(), writer->config->keep_tombstone_days),
        TOMBSTONES);

    (void)until_us;
    writer->sweep.tombstones += gone;
    return gone == 0;
}

/* What was deleted leaves the index when its parts are merged. */
bool sweep_merge(struct writer *writer, int64_t until_us)
{
    while (writer->sweep.merging && clock_mono_us() < until_us)
        writer->sweep.merging = db_keep_merge(writer->db, MERGE_PAGES);
    return !writer->sweep.merging;
}
