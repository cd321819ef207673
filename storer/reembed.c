/* Beginning, dropping, switching. */
#include "storer/reembed.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/mem.h"
#include "storer/db_next.h"
#include "storer/decide.h"
#include "storer/journal.h"
#include "storer/reembed_inner.h"
#include "storer/writer_inner.h"

enum { SWEEP_ROWS = 200, SWEEP_MS = 50, SWEEP_BUSY_MS = 1000, RETRY_MS = 600000 };

static void name(char out[DB_MODEL], const char *model)
{
    snprintf(out, DB_MODEL, "%s", model);
}

bool reembed_load(struct writer *writer)
{
    struct db_meta *meta = &writer->meta;

    pace_begin(&writer->reembed.pace);
    writer->reembed.swept = false;
    if (meta->model[0])
        return true;
    /* A new store, or one of before models could change. */
    db_next_model(writer->db, meta->model);
    if (!meta->model[0])
        name(meta->model, writer->config->embedder_model);
    db_begin(writer->db);
    db_meta_save(writer->db, meta);
    if (!db_commit(writer->db))
        return false;
    db_meta_saved(writer->db, meta);
    return true;
}

/* --- beginning and dropping ------------------------------------------------------------------- */

static void tell(struct writer *writer, const char *event, const char *model)
{
    const struct db_meta *meta = &writer->meta;

    publish_later(writer, event,
                  json_pack("{s:s, s:s, s:I, s:I, s:I}", "serving", meta->model, "model", model,
                            "items", (json_int_t)meta->next_total, "done",
                            (json_int_t)meta->next_done, "failed", (json_int_t)meta->next_failed));
}

static void forget(struct writer *writer)
{
    struct db_meta *meta = &writer->meta;

    meta->model_next[0] = '\0';
    meta->next_below = meta->next_total = meta->next_done = meta->next_failed = 0;
    asked_clear(&writer->asked, ASKED_NEXT);
}

static void drop(struct writer *writer)
{
    struct db_meta *meta = &writer->meta;

    log_notice("reembed-dropped", "model=\"%s\" done=%" PRIu64 " of=%" PRIu64 " wanted=\"%s\"",
               meta->model_next, meta->next_done, meta->next_total, writer->config->embedder_model);
    batch_open(writer);
    tell(writer, "reembed-dropped", meta->model_next);
    forget(writer);
    writer->reembed.swept = false;
}

static void begin(struct writer *writer)
{
    struct db_meta *meta = &writer->meta;

    batch_open(writer);
    name(meta->model_next, writer->config->embedder_model);
    meta->next_below = meta->head + 1;
    meta->next_total = db_next_items(writer->db);
    meta->next_done = meta->next_failed = 0;
    pace_begin(&writer->reembed.pace);
    log_notice("reembed-begun", "serving=\"%s\" model=\"%s\" items=%" PRIu64, meta->model,
               meta->model_next, meta->next_total);
    tell(writer, "reembed-begun", meta->model_next);
    FAULT(reembed_begun);
}

/* What served, or was dropped, goes bit by bit, so that no transaction is long; and slowly while
 * there is other work. */
static void sweep(struct writer *writer)
{
    int64_t now_ms = writer_now(writer);
    bool busy = journal_under_way(writer->journal) > 0 || asked_count(&writer->asked) > 0;

    if (now_ms < writer->reembed.sweep_ms + (busy ? SWEEP_BUSY_MS : SWEEP_MS))
        return;
    writer->reembed.sweep_ms = now_ms;
    batch_open(writer);
    writer->reembed.swept =
        !db_next_sweep(writer->db, SWEEP_ROWS, clock_utc_ms() + writer->config->storer_wanted_ms);
}

void reembed_work(struct writer *writer)
{
    const char *wanted = writer->config->embedder_model;

    if (writer->meta.model_next[0] && strcmp(writer->meta.model_next, wanted) != 0)
        drop(writer);
    if (writer->meta.model_next[0])
        reembed_ask(writer);
    else if (!writer->reembed.swept)
        sweep(writer);
    else if (*wanted && strcmp(writer->meta.model, wanted) != 0)
        begin(writer);
}

/* --- switching -------------------------------------------------------------------------------- */

/* More failures than vectors are no matter of the items. */
static bool hopeless(struct writer *writer)
{
    const struct db_meta *meta = &writer->meta;

    if (meta->next_failed <= meta->next_done)
        return false;
    if (writer_now(writer) >= writer->reembed.retry_ms) {
        writer->reembed.retry_ms = writer_now(writer) + RETRY_MS;
        log_warning("reembed-stuck",
                    "model=\"%s\" failed=%" PRIu64 " done=%" PRIu64
                    " do=\"trying them again; the old vectors serve\"",
                    meta->model_next, meta->next_failed, meta->next_done);
        reembed_hurry(writer, true);
    }
    return true;
}

static bool is_whole(struct writer *writer)
{
    return writer->meta.model_next[0] && writer->meta.next_below == 0 &&
           !db_next_owed(writer->db) && db_error(writer->db) == DB_OK && !hopeless(writer);
}

static void serve_next(struct writer *writer)
{
    struct db_meta *meta = &writer->meta;
    struct db_meta was = *meta;
    int64_t began_us = clock_mono_us();

    batch_open(writer);
    db_next_switch(writer->db);
    tell(writer, "reembed-done", meta->model_next);
    name(meta->model, was.model_next);
    meta->epoch = db_epoch();
    forget(writer);
    asked_clear(&writer->asked, ASKED_SERVING);
    FAULT(reembed_switch_written);
    batch_commit(writer);
    if (writer->stuck != DB_OK)
        return; /* taken back: memory is made anew from the file */
    FAULT(reembed_switched);
    writer->reembed.swept = false;
    decide_forget(writer->decide, meta->head);
    wanted_hurry(writer, "another model serves");
    log_notice("reembed-done",
               "model=\"%s\" former=\"%s\" items=%" PRIu64 " failed=%" PRIu64 " took_us=%" PRId64,
               meta->model, was.model, was.next_done + was.next_failed, was.next_failed,
               clock_mono_us() - began_us);
}

void reembed_tend(struct writer *writer)
{
    if (!is_whole(writer))
        return;
    batch_commit(writer);
    if (writer->stuck == DB_OK && !writer->batch.open && is_whole(writer))
        serve_next(writer);
}

void reembed_hurry(struct writer *writer, bool failed_too)
{
    pace_begin(&writer->reembed.pace);
    if (!failed_too || writer->meta.next_failed == 0)
        return;
    batch_open(writer);
    db_next_retry(writer->db);
    writer->meta.next_failed = 0;
}

void reembed_figures(struct writer *writer, struct buf *json)
{
    const struct db_meta *m = &writer->committed;
    json_t *figures = json_pack("{s:s}", "model", m->model);
    char *text = NULL;

    if (m->model_next[0])
        json_object_set_new(figures, "reembed",
                            json_pack("{s:s, s:I, s:I, s:I, s:I, s:b}", "model", m->model_next,
                                      "total", (json_int_t)m->next_total, "done",
                                      (json_int_t)m->next_done, "failed",
                                      (json_int_t)m->next_failed, "asked",
                                      (json_int_t)asked_of(&writer->asked, ASKED_NEXT), "pausing",
                                      pace_pausing(&writer->reembed.pace, writer_now(writer))));
    text = json_dumps(figures, JSON_COMPACT);
    buf_printf(json, ",%.*s", (int)strlen(text) - 2, text + 1); /* as members of another object */
    free(text);
    json_decref(figures);
}
