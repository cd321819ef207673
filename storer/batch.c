/* One transaction for what comes within a short time: inputs are applied as they come, and what
 * they cause leaves the process once all of it is committed. */
#include <stdlib.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/mem.h"
#include "common/service.h"
#include "storer/db_fetch.h"
#include "storer/db_import.h"
#include "storer/db_log.h"
#include "storer/db_source.h"
#include "storer/journal.h"
#include "storer/outbox.h"
#include "storer/query.h"
#include "storer/writer_inner.h"

/* --- what waits for the commit --- */

#define GROW(batch, what)                                                                          \
    if ((batch)->what##_count == (batch)->what##_cap) {                                            \
        (batch)->what##_cap = (batch)->what##_cap ? (batch)->what##_cap * 2 : 64;                  \
    }

void batch_ended(struct writer *writer, uint64_t fetch, const uint8_t *key)
{
    struct batch *batch = &writer->batch;
    struct ended *ended = NULL;

    GROW(batch, ended)
    batch->ended = mem_realloc(batch->ended, batch->ended_cap, sizeof(*batch->ended));
    ended = &batch->ended[batch->ended_count++];
    ended->fetch = fetch;
    memcpy(ended->key, key, MSG_KEY);
}

void batch_entry(struct writer *writer, const struct msg_entry *entry)
{
    struct batch *batch = &writer->batch;

    GROW(batch, entry)
    batch->entries = mem_realloc(batch->entries, batch->entry_cap, sizeof(*batch->entries));
    batch->entries[batch->entry_count++] = *entry;
}

void batch_touched(struct writer *writer, uint64_t source)
{
    struct batch *batch = &writer->batch;

    GROW(batch, touched)
    batch->touched = mem_realloc(batch->touched, batch->touched_cap, sizeof(*batch->touched));
    batch->touched[batch->touched_count++] = source;
}

struct sending *batch_send(struct writer *writer, struct outbox *outbox, enum lane lane,
                           zmsg_t *message)
{
    struct sending *sending = mem_calloc(1, sizeof(*sending));

    *sending = (struct sending){.outbox = outbox, .lane = lane, .message = message};
    *writer->batch.sendings_end = sending;
    writer->batch.sendings_end = &sending->next;
    return sending;
}

void input_free(struct input *input)
{
    if (!input)
        return;
    zmsg_destroy(&input->message);
    free(input->verb);
    free(input->json);
    free(input->error);
    free(input->answer);
    free(input);
}

static void reset(struct batch *batch)
{
    batch->open = false;
    batch->items = batch->bytes = 0;
    batch->ended_count = batch->entry_count = batch->touched_count = 0;
    batch->end = &batch->first;
    batch->sendings_end = &batch->sendings;
}

static void drop_sendings(struct writer *writer, bool undo)
{
    struct sending *sending = writer->batch.sendings, *next = NULL;

    for (; sending; sending = next) {
        next = sending->next;
        if (undo)
            issue_undo(writer, sending);
        zmsg_destroy(&sending->message);
        free(sending);
    }
    writer->batch.sendings = NULL;
}

static void drop_inputs(struct batch *batch)
{
    struct input *input = batch->first, *next = NULL;

    for (; input; input = next) {
        next = input->next;
        input_free(input);
    }
    batch->first = NULL;
}

void batch_free(struct writer *writer)
{
    struct batch *batch = &writer->batch;

    drop_sendings(writer, false);
    publish_waiting(writer, false);
    drop_inputs(batch);
    free(batch->ended);
    free(batch->entries);
    free(batch->touched);
    *batch = (struct batch){0};
}

/* --- failure: disk.c --- */

void batch_undo(struct writer *writer)
{
    struct batch *batch = &writer->batch;

    drop_sendings(writer, true);
    publish_waiting(writer, false);
    batch->open = false;
    batch->ended_count = batch->entry_count = batch->touched_count = 0;
    batch->sendings_end = &batch->sendings;
}

void batch_again(struct writer *writer)
{
    struct input *input = writer->batch.first, *next = NULL;

    writer->batch.first = NULL;
    reset(&writer->batch);
    writer->stuck = DB_OK;
    for (; input; input = next) {
        next = input->next;
        input->next = NULL;
        batch_input(writer, input);
    }
    batch_commit(writer);
}

/* --- applying --- */

static void apply(struct writer *writer, struct input *input)
{
    switch (input->kind) {
    case INPUT_REPORT:
        accept_report(writer, input);
        break;
    case INPUT_VERDICT:
        settle_verdict(writer, input);
        break;
    case INPUT_COMMAND:
        command_apply(writer, input);
        FAULT(command_written);
        break;
    }
}

static bool on_batch_timer(struct loop *loop, void *arg)
{
    struct writer *writer = arg;

    (void)loop;
    writer->batch_timer = 0;
    batch_ripe(writer);
    return false;
}

void batch_open(struct writer *writer)
{
    if (writer->batch.open || writer->stuck != DB_OK)
        return;
    db_begin(writer->db);
    writer->batch.open = true;
    writer->batch.since_ms = clock_mono_ms();
    if (!writer->batch_timer && writer->loop)
        writer->batch_timer =
            loop_timer(writer->loop, writer->config->storer_batch_ms, 0, on_batch_timer, writer);
}

static bool is_full(const struct writer *writer)
{
    return writer->batch.items >= (size_t)writer->config->storer_batch_items ||
           writer->batch.bytes >= (size_t)writer->config->storer_window_bytes / 4;
}

void batch_input(struct writer *writer, struct input *input)
{
    struct batch *batch = &writer->batch;

    if (writer->stuck == DB_OK)
        alone_judged(writer, input);
    if (!batch->first)
        batch->end = &batch->first;
    *batch->end = input;
    batch->end = &input->next;
    batch->items += input->kind == INPUT_VERDICT;
    batch->bytes += input->message ? zmsg_content_size(input->message) : 0;
    if (writer->stuck != DB_OK)
        return;
    batch_open(writer);
    apply(writer, input);
    if (writer->stuck != DB_OK)
        return;
    if (db_error(writer->db) != DB_OK)
        disk_failed(writer);
    else if (is_full(writer))
        batch_commit(writer);
}

/* --- committing --- */

static void pass_committed(const struct writer *writer)
{
    const struct db_meta *now = &writer->meta, *before = &writer->committed;

    (void)now;
    (void)before;
    if (now->accepted > before->accepted)
        FAULT(report_committed);
    if (now->dead > before->dead)
        FAULT(dead_committed);
    if (now->dead < before->dead)
        FAULT(retry_committed);
    if (writer->batch.entry_count > 0)
        FAULT(after_commit_before_publish);
}

static void write_rest(struct writer *writer)
{
    const struct batch *batch = &writer->batch;
    int64_t utc_ms = clock_utc_ms();

    /* A fetch that is complete took its rows along. */
    for (size_t i = 0; i < batch->ended_count; i++)
        if (journal_find(writer->journal, batch->ended[i].fetch))
            db_fetch_item_end(writer->db, batch->ended[i].fetch, batch->ended[i].key);
    for (struct journal_fetch *f = journal_first(writer->journal); f; f = f->next) {
        if (f->stored > 0)
            db_source_items(writer->db, f->source, f->stored, utc_ms);
        if (f->stored > 0 && f->revived)
            db_import_stored(writer->db, f->id, f->stored);
        f->stored = 0;
    }
    db_meta_save(writer->db, &writer->meta);
}

static void count(struct writer *writer)
{
    const struct db_meta *now = &writer->meta, *before = &writer->committed;

    counters_add(writer->counters, COUNTER_transactions, 1);
    counters_add(writer->counters, COUNTER_accepted, now->accepted - before->accepted);
    counters_add(writer->counters, COUNTER_stored, now->stored - before->stored);
    counters_add(writer->counters, COUNTER_updated, now->updated - before->updated);
    counters_add(writer->counters, COUNTER_unchanged, now->known - before->known);
    counters_add(writer->counters, COUNTER_forgotten, now->gone - before->gone);
    if (now->dead > before->dead)
        counters_add(writer->counters, COUNTER_dead, now->dead - before->dead);
    counters_add(writer->counters, COUNTER_items,
                 now->stored + now->updated + now->known -
                     (before->stored + before->updated + before->known));
    db_meta_saved(writer->db, now);
    writer->committed = *now;
}

/* The schedule follows the rows before new leases are given, or a source whose fetch is complete
 * would still look due.  Where the transaction fails, all of it is read again. */
static void refresh_sources(struct writer *writer)
{
    for (size_t i = 0; i < writer->batch.touched_count; i++) {
        uint64_t id = writer->batch.touched[i];
        struct db_source source;

        if (db_source_get(writer->db, id, &source))
            schedule_put(writer->schedule, &source);
    }
    writer->batch.touched_count = 0;
}

static bool fault_loses(const struct writer *writer, const struct sending *s)
{
    (void)writer;
    (void)s;
    if (s->outbox == writer->items)
        return FAULT_DROPS(again_send);
    return s->lease ? FAULT_DROPS(job_send) : FAULT_DROPS(replay_send);
}

static void send_all(struct writer *writer)
{
    for (struct sending *s = writer->batch.sendings; s; s = s->next) {
        if (fault_loses(writer, s))
            continue;
        if (!outbox_send(s->outbox, s->lane, &s->message))
            writer_lost(writer, "oversize");
        if (s->lease)
            FAULT(job_sent);
        else if (s->outbox == writer->jobs)
            FAULT(replay_sent);
    }
    drop_sendings(writer, false);
}

static void answer_all(struct writer *writer)
{
    for (struct input *input = writer->batch.first; input; input = input->next)
        if (input->kind == INPUT_COMMAND && writer->query) {
            FAULT(command_committed);
            query_answer(writer->query, input->token, input->code, input->error, input->answer);
        }
}

void batch_commit(struct writer *writer)
{
    struct batch *batch = &writer->batch;
    int64_t began_ms = 0;

    if (!batch->open)
        return;
    refresh_sources(writer);
    issue_work(writer);
    write_rest(writer);
    refresh_sources(writer);
    if (batch->entry_count > 0)
        FAULT(batch_written);
    began_ms = clock_mono_ms();
    if (!db_commit(writer->db)) {
        disk_failed(writer);
        return;
    }
    disk_timed(writer, clock_mono_ms() - began_ms);
    pass_committed(writer);
    count(writer);
    publish_commit(writer, batch->entries, batch->entry_count);
    if (batch->entry_count > 0)
        FAULT(after_publish);
    publish_waiting(writer, true);
    send_all(writer);
    answer_all(writer);
    drop_inputs(batch);
    reset(batch);
    if (writer->batch_timer)
        loop_cancel(writer->loop, writer->batch_timer);
    writer->batch_timer = 0;
    if (db_error(writer->db) != DB_OK)
        disk_failed(writer);
    else if (writer->disk.commit_ms < writer->config->storer_slow_ms ||
             db_log_pages(writer->db) > DB_LOG_LATE)
        disk_tend(writer); /* else in a turn of its own, so that heartbeats are not late */
}

/* Worth waiting for more only while more can come; what has come already is taken along. */
void batch_ripe(struct writer *writer)
{
    const struct batch *batch = &writer->batch;

    if (!batch->open || (writer->more && !is_full(writer)))
        return;
    if (is_full(writer) || !batch->first || journal_under_way(writer->journal) == 0 ||
        clock_mono_ms() - batch->since_ms >= writer->config->storer_batch_ms)
        batch_commit(writer);
}
