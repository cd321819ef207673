#include "storer/sweep.h"

#include <inttypes.h>
#include <jansson.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "storer/journal.h"
#include "storer/sweep_inner.h"
#include "storer/writer_inner.h"

/* While other work is under way a step follows the last one after BUSY times as long as it took. */
enum { BUSY = 9, GAP_MS = 20 };

static const struct {
    const char *name;
    sweep_fn *step;
} phases[SWEEP_PHASES] = {
    [SWEEP_RESTS] = {"", NULL},
    [SWEEP_AGE] = {"age", sweep_age},
    [SWEEP_SOURCES] = {"sources", sweep_sources},
    [SWEEP_SIZE] = {"size", sweep_size},
    [SWEEP_TEXTS] = {"texts", sweep_texts},
    [SWEEP_BLOBS] = {"blobs", sweep_blobs},
    [SWEEP_TOMBSTONES] = {"tombstones", sweep_tombstones},
    [SWEEP_MERGE] = {"merge", sweep_merge},
};

static uint64_t items_gone(const struct sweep *sweep)
{
    return sweep->gone[KEEP_AGE] + sweep->gone[KEEP_COUNT] + sweep->gone[KEEP_SIZE];
}

static void begin(struct writer *writer)
{
    struct sweep *sweep = &writer->sweep;

    *sweep = (struct sweep){.phase = SWEEP_AGE,
                            .pass = sweep->pass + 1,
                            .began_ms = clock_mono_ms(),
                            .merging = sweep->merging,
                            .used = sweep->used,
                            .free = sweep->free,
                            .blob_bytes = sweep->blob_bytes,
                            .over = sweep->over,
                            .step_us_max = sweep->step_us_max,
                            .steps = sweep->steps};
}

static json_t *gone_of(const struct sweep *sweep)
{
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "items", (json_int_t)items_gone(sweep),
        "age", (json_int_t)sweep->gone[KEEP_AGE], "count", (json_int_t)sweep->gone[KEEP_COUNT],
        "size", (json_int_t)sweep->gone[KEEP_SIZE], "bytes", (json_int_t)sweep->bytes, "texts",
        (json_int_t)sweep->texts, "contents", (json_int_t)sweep->blobs, "starred",
        (json_int_t)sweep->stayed[KEEP_STARRED], "unread", (json_int_t)sweep->stayed[KEEP_UNREAD]);
}

static void finish(struct writer *writer)
{
    struct sweep *sweep = &writer->sweep;

    sweep->phase = SWEEP_RESTS;
    sweep->due_ms = clock_mono_ms() + writer->config->keep_every_ms;
    if (items_gone(sweep) + sweep->texts == 0)
        return;
    log_notice("swept",
               "items=%" PRIu64 " age=%" PRIu64 " count=%" PRIu64 " size=%" PRIu64 " texts=%" PRIu64
               " contents=%" PRIu64 " ms=%" PRId64,
               items_gone(sweep), sweep->gone[KEEP_AGE], sweep->gone[KEEP_COUNT],
               sweep->gone[KEEP_SIZE], sweep->texts, sweep->blobs,
               clock_mono_ms() - sweep->began_ms);
    publish_later(writer, "swept", gone_of(sweep));
}

static bool may_step(struct writer *writer)
{
    return !writer->stopping && writer->quiesce.purpose == 0 && !writer->disk.paused_ms &&
           writer->stuck == DB_OK;
}

static void step(struct writer *writer)
{
    struct sweep *sweep = &writer->sweep;
    int64_t began_us = clock_mono_us(), took_us = 0;
    int64_t until_us = began_us + writer->config->keep_step_ms * 1000;
    bool busy = writer->batch.first || journal_under_way(writer->journal) > 0;

    batch_open(writer);
    while (phases[sweep->phase].step(writer, until_us)) {
        sweep->after = 0;
        sweep->skip = 0;
        if (++sweep->phase == SWEEP_PHASES || clock_mono_us() >= until_us)
            break;
    }
    if (sweep->phase == SWEEP_PHASES)
        finish(writer);
    took_us = clock_mono_us() - began_us;
    sweep->steps++;
    if (sweep->step_us_max < took_us)
        sweep->step_us_max = took_us;
    if (sweep->phase != SWEEP_RESTS)
        sweep->due_ms = clock_mono_ms() + (busy ? GAP_MS + took_us * BUSY / 1000 : 0);
    if (db_error(writer->db) != DB_OK)
        disk_failed(writer);
    else
        batch_ripe(writer);
}

void sweep_tend(struct writer *writer)
{
    struct sweep *sweep = &writer->sweep;

    if (clock_mono_ms() < sweep->due_ms || !may_step(writer))
        return;
    if (sweep->phase == SWEEP_RESTS)
        begin(writer);
    step(writer);
}

uint64_t sweep_now(struct writer *writer)
{
    struct sweep *sweep = &writer->sweep;

    sweep->due_ms = 0;
    /* What it has passed may be over a limit now. */
    sweep->phase = SWEEP_RESTS;
    return sweep->pass + 1;
}

void sweep_figures(const struct writer *writer, struct buf *json)
{
    const struct sweep *sweep = &writer->sweep;
    json_t *figures =
        json_pack("{s:I, s:s, s:o, s:I, s:I, s:I, s:I, s:b, s:I, s:I}", "pass",
                  (json_int_t)sweep->pass, "phase", phases[sweep->phase].name, "last",
                  gone_of(sweep), "gone", (json_int_t)writer->committed.gone, "used",
                  (json_int_t)sweep->used, "free", (json_int_t)sweep->free, "limit",
                  (json_int_t)writer->config->keep_bytes, "over", sweep->over, "steps",
                  (json_int_t)sweep->steps, "step_us_max", (json_int_t)sweep->step_us_max);
    char *text = json_dumps(figures, JSON_COMPACT);

    buf_printf(json, ",\"keep\":%s", text);
    free(text);
    json_decref(figures);
}
