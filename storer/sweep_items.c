/* Items that are over a limit: the oldest go first, by id, which is the order in which they came.
 */
#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "storer/db_keep.h"
#include "storer/db_mark.h"
#include "storer/forget.h"
#include "storer/sweep_inner.h"
#include "storer/writer_inner.h"

enum { ROWS = 64, SIZE_ROWS = 16 };

/* A few items in the order of their ids, and those of them that go. */
struct look {
    struct writer *writer;
    struct keep_limits limits;
    int64_t now_ms;
    struct db_doomed rows[ROWS];
    uint64_t ids[ROWS];
    uint64_t stayed[KEEP_VERDICTS];
    size_t count, going;
};

static void begin(struct look *look, struct writer *writer, uint64_t source, size_t most)
{
    *look = (struct look){
        .writer = writer, .limits = keep_limits_of(writer->config), .now_ms = clock_utc_ms()};
    look->count = db_doomed_after(writer->db, writer->sweep.after, source, look->rows, most);
}

static enum keep_verdict judge(const struct look *look, const struct db_doomed *row)
{
    struct db *db = look->writer->db;
    struct keep_item item = {.seen_ms = row->seen_ms,
                             .starred = db_mark_has(db, MARK_STARRED, row->id),
                             .read = db_mark_has(db, MARK_READ, row->id),
                             .hidden = db_mark_has(db, MARK_HIDDEN, row->id),
                             .busy = db_doomed_busy(db, row->id)};

    return keep_judge(&look->limits, &item, look->now_ms);
}

/* This row is over a limit. */
static void take(struct look *look, const struct db_doomed *row)
{
    enum keep_verdict verdict = judge(look, row);

    look->stayed[verdict]++;
    if (verdict == KEEP_GOES)
        look->ids[look->going++] = row->id;
}

/* Deletes what was taken, as far as time goes; the next look begins behind it, or behind `looked`
 * rows where all went. */
static void end(struct look *look, size_t looked, enum keep_reason reason, int64_t until_us)
{
    struct writer *writer = look->writer;
    struct sweep *sweep = &writer->sweep;
    size_t done = 0;

    if (look->going > 0)
        done = forget_items(writer, look->ids, look->going, until_us, &sweep->bytes);
    sweep->gone[reason] += done;
    sweep->merging = sweep->merging || done > 0;
    if (done < look->going) {
        sweep->after = look->ids[done] - 1;
        for (size_t i = 0; i < looked; i++)
            sweep->rank -= look->rows[i].id > sweep->after;
        return;
    }
    for (int i = KEEP_STARRED; i < KEEP_VERDICTS; i++)
        sweep->stayed[i] += look->stayed[i];
    if (looked > 0)
        sweep->after = look->rows[looked - 1].id;
}

/* --- by age ----------------------------------------------------------------------------------- */

bool sweep_age(struct writer *writer, int64_t until_us)
{
    struct look look;
    int64_t before_ms = 0;
    size_t looked = 0;

    if (writer->config->keep_days == 0)
        return true;
    begin(&look, writer, 0, ROWS);
    before_ms = keep_before_ms(look.now_ms, look.limits.days);
    for (; looked < look.count && look.rows[looked].seen_ms < before_ms; looked++)
        if (!db_doomed_own(writer->db, look.rows[looked].source))
            take(&look, &look.rows[looked]);
    end(&look, looked, KEEP_AGE, until_us);
    return looked < ROWS && (looked == 0 || writer->sweep.after == look.rows[looked - 1].id);
}

/* --- by source -------------------------------------------------------------------------------- */

static bool next_source(struct writer *writer, uint64_t after)
{
    struct sweep *sweep = &writer->sweep;
    struct db_doomed_source *source = &sweep->source;
    int64_t items = 0;

    *source = (struct db_doomed_source){0};
    sweep->after = sweep->rank = sweep->excess = 0;
    if (!db_doomed_source(writer->db, after, (uint64_t)writer->config->keep_items, source))
        return false;
    items = keep_own(source->keep_items, writer->config->keep_items);
    if (items > 0 && source->items > (uint64_t)items)
        sweep->excess = source->items - (uint64_t)items;
    return true;
}

bool sweep_sources(struct writer *writer, int64_t until_us)
{
    struct sweep *sweep = &writer->sweep;
    int64_t before_ms = 0;
    size_t looked = 0;
    bool counted = false;
    struct look look;

    if (sweep->source.id == 0 && !next_source(writer, sweep->after))
        return true;
    begin(&look, writer, sweep->source.id, ROWS);
    before_ms = keep_before_ms(look.now_ms, sweep->source.keep_days);
    for (; looked < look.count; looked++) {
        const struct db_doomed *row = &look.rows[looked];

        if (sweep->rank >= sweep->excess && row->seen_ms >= before_ms)
            break;
        counted = counted || sweep->rank < sweep->excess;
        sweep->rank++;
        take(&look, row);
    }
    end(&look, looked, counted ? KEEP_COUNT : KEEP_AGE, until_us);
    if (looked < ROWS && (looked == 0 || sweep->after == look.rows[looked - 1].id))
        return !next_source(writer, sweep->source.id);
    return false;
}

/* --- by size ---------------------------------------------------------------------------------- */

static void tell_over(struct writer *writer, bool over)
{
    if (over && !writer->sweep.over)
        log_warning("store-over-limit",
                    "used=%" PRIu64 " limit=%" PRId64
                    " do=\"all that is left is starred or unread: raise keep.bytes, or lower "
                    "keep.unread_days\"",
                    writer->sweep.used, writer->config->keep_bytes);
    if (!over && writer->sweep.over)
        log_notice("store-within-limit", "used=%" PRIu64, writer->sweep.used);
    writer->sweep.over = over;
}

/* What goes by itself, responses of fetches that are complete above all, costs no item. */
static bool is_over(struct writer *writer)
{
    uint64_t most = (uint64_t)writer->config->keep_bytes, used = writer->sweep.used;

    return most > 0 && used > most && used > most + db_keep_loose(writer->db, true);
}

bool sweep_size(struct writer *writer, int64_t until_us)
{
    struct sweep *sweep = &writer->sweep;
    struct look look;

    sweep->used = db_keep_used(writer->db);
    sweep->free = db_keep_free(writer->db);
    if (!is_over(writer)) {
        tell_over(writer, false);
        return true;
    }
    begin(&look, writer, 0, SIZE_ROWS);
    for (size_t i = 0; i < look.count; i++)
        take(&look, &look.rows[i]);
    end(&look, look.count, KEEP_SIZE, until_us);
    if (look.count > 0)
        return false;
    tell_over(writer, true);
    return true;
}
