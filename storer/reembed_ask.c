/* Asking for the next model's vectors, and taking them. */
#include <inttypes.h>
#include <string.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "storer/db_next.h"
#include "storer/reembed.h"
#include "storer/reembed_inner.h"
#include "storer/settle_inner.h"

enum { DAY_MS = 86400000 };

/* --- asking ----------------------------------------------------------------------------------- */

struct asking {
    struct writer *writer;
    size_t count, most;
    uint64_t ids[WANTED_AT_ONCE], tries[WANTED_AT_ONCE];
};

static bool ask(void *arg, const struct db_wanted *row)
{
    struct asking *asking = arg;
    struct writer *writer = asking->writer;

    if (asked_has(&writer->asked, ASKED_NEXT, row->id))
        return true;
    wanted_send(writer, row, writer->meta.model_next);
    asked_put(&writer->asked, ASKED_NEXT, row->id,
              writer_now(writer) + writer->config->storer_wanted_ms);
    asking->ids[asking->count] = row->id;
    asking->tries[asking->count++] = row->tries + 1;
    return asking->count < asking->most;
}

/* The rows are walked first and written after, for a statement must not meet its own changes.  Each
 * says when to ask again, should the answer be lost. */
static void note(struct asking *asking)
{
    struct writer *writer = asking->writer;
    int64_t utc_ms = clock_utc_ms();

    for (size_t i = 0; i < asking->count; i++) {
        int64_t wait_ms = writer->config->storer_wanted_ms;

        for (uint64_t n = 0; n < asking->tries[i] && wait_ms < DAY_MS; n++)
            wait_ms *= 2;
        db_next_want(writer->db, asking->ids[i], utc_ms + wait_ms, asking->tries[i]);
    }
}

static size_t ask_due(struct writer *writer, size_t most)
{
    struct asking asking = {.writer = writer, .most = most};

    db_next_each_due(writer->db, clock_utc_ms(), ask, &asking);
    note(&asking);
    return asking.count;
}

static void ask_fresh(struct writer *writer, size_t most)
{
    struct asking asking = {.writer = writer, .most = most};

    db_next_each_below(writer->db, writer->meta.next_below, ask, &asking);
    note(&asking);
    writer->meta.next_below = asking.count == most ? asking.ids[most - 1] : 0;
}

static size_t room(struct writer *writer)
{
    size_t most = wanted_room(writer), out = asked_of(&writer->asked, ASKED_NEXT);
    size_t pace = pace_room(&writer->reembed.pace, writer_now(writer));

    if (pace <= out)
        return 0;
    return most < pace - out ? most : pace - out;
}

void reembed_ask(struct writer *writer)
{
    size_t most = 0;

    if (writer->embedders == 0)
        return;
    asked_lapse(&writer->asked, writer_now(writer));
    most = room(writer);
    if (most == 0)
        return;
    batch_open(writer);
    most -= ask_due(writer, most);
    if (most > 0 && writer->meta.next_below > 0)
        ask_fresh(writer, most);
}

/* --- answers ---------------------------------------------------------------------------------- */

bool reembed_is_for(const struct writer *writer, const struct msg_header *header)
{
    return writer->meta.model_next[0] && span_eq(header->model, span_str(writer->meta.model_next));
}

static void came(struct writer *writer, uint64_t item, enum db_next_state state,
                 const struct msg_vector *vector)
{
    db_next_put(writer->db, item, vector);
    writer->meta.next_done++;
    writer->meta.next_failed -= state == DB_NEXT_FAILED;
    counters_add(writer->counters, COUNTER_reembedded, 1);
    pace_good(&writer->reembed.pace);
}

static void failed(struct writer *writer, uint64_t item, uint64_t tries,
                   const struct msg_vector *vector)
{
    if (vector->reason.n > 0 &&
        pace_bad(&writer->reembed.pace, writer->config->storer_wanted_ms, writer_now(writer)))
        log_notice("reembed-pausing", "model=\"%s\" for_ms=%" PRId64 " why=\"%.*s\"",
                   writer->meta.model_next, writer->reembed.pace.wait_ms, (int)vector->reason.n,
                   vector->reason.p);
    /* Without a reason the model has done its work, and the text gives no vector. */
    if (vector->reason.n > 0 && tries < (uint64_t)writer->config->storer_reembed_tries)
        return; /* its time comes again */
    log_info("reembed-failed", "item=%" PRIu64 " tries=%" PRIu64 " why=\"%.*s\"", item, tries,
             (int)vector->reason.n, vector->reason.p);
    db_next_fail(writer->db, item, writer->meta.model_next);
    writer->meta.next_failed++;
    counters_add(writer->counters, COUNTER_reembed_failed, 1);
}

void reembed_answer(struct writer *writer, const struct verdict *v)
{
    enum db_next_state state = DB_NEXT_NONE;
    struct db_item row;
    uint64_t tries = 0;

    db_item_find(writer->db, v->header.key, &row);
    asked_end(&writer->asked, ASKED_NEXT, row.id);
    if (row.id == 0 || row.revision != v->item.revision)
        return; /* changed meanwhile: it owes another one */
    state = db_next_state(writer->db, row.id, &tries);
    if (state == DB_NEXT_NONE || state == DB_NEXT_DONE)
        return; /* of an earlier change, or twice */
    if (v->vector.vector.n > 0 && span_eq(v->vector.model, span_str(writer->meta.model_next)))
        came(writer, row.id, state, &v->vector);
    else if (state == DB_NEXT_OWED)
        failed(writer, row.id, tries, &v->vector);
}

/* --- what is stored meanwhile ----------------------------------------------------------------- */

void reembed_stored(struct writer *writer, uint64_t item)
{
    struct db_meta *meta = &writer->meta;
    enum db_next_state state = DB_NEXT_NONE;
    uint64_t tries = 0;

    if (!meta->model_next[0] || item < meta->next_below)
        return;
    state = db_next_state(writer->db, item, &tries);
    meta->next_total += state == DB_NEXT_NONE;
    meta->next_done -= state == DB_NEXT_DONE;
    meta->next_failed -= state == DB_NEXT_FAILED;
    db_next_forget(writer->db, item);
    db_next_want(writer->db, item, 1, 0);
}

void reembed_gone(struct writer *writer, uint64_t item)
{
    struct db_meta *meta = &writer->meta;
    enum db_next_state state = DB_NEXT_NONE;
    uint64_t tries = 0;

    if (!meta->model_next[0])
        return;
    state = db_next_state(writer->db, item, &tries);
    /* Those that were not asked for yet are in the total, too. */
    meta->next_total -= meta->next_total > 0;
    meta->next_done -= state == DB_NEXT_DONE;
    meta->next_failed -= state == DB_NEXT_FAILED;
}

void reembed_moved(struct writer *writer, uint64_t item, uint64_t sequence)
{
    if (writer->meta.model_next[0])
        db_next_sequence(writer->db, item, sequence);
}
