/* Verdicts: each item of an accepted fetch ends here, in exactly one of stored, updated, known and
 * dead (DESIGN 3.1), and a fetch is complete with its last item. */
#include <inttypes.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/judge.h"
#include "common/log.h"
#include "common/mem.h"
#include "storer/arrive.h"
#include "storer/db_fetch.h"
#include "storer/db_forget.h"
#include "storer/db_import.h"
#include "storer/db_item.h"
#include "storer/db_source.h"
#include "storer/decide.h"
#include "storer/held.h"
#include "storer/journal.h"
#include "storer/lease.h"
#include "storer/memory.h"
#include "storer/settle_inner.h"
#include "storer/writer_inner.h"

/* --- ending --- */

static void complete(struct writer *writer, struct journal_fetch *fetch)
{
    struct schedule_source *source = schedule_find(writer->schedule, fetch->source);
    struct db_fetch_waiting waiting = {0};
    int64_t utc_ms = clock_utc_ms();

    buf_clear(&writer->space);
    if (fetch->stored > 0)
        db_source_items(writer->db, fetch->source, fetch->stored, utc_ms);
    if (fetch->revived)
        db_import_done(writer->db, fetch->id, fetch->stored, utc_ms);
    if (!fetch->revived && db_fetch_waiting(writer->db, fetch->id, &writer->space, &waiting)) {
        struct db_source_read read = {
            .etag = waiting.etag,
            .last_modified = waiting.last_modified,
            .title = waiting.title,
            .link = waiting.link,
            .body_hash = waiting.body_hash,
            .expected = window_expect(source ? source->expected : fetch->count, fetch->count),
            .next_ms = waiting.next_ms,
            .now_ms = waiting.seen_ms > 0 ? waiting.seen_ms : utc_ms,
        };
        db_source_read(writer->db, fetch->source, &read);
    }
    db_fetch_end(writer->db, fetch->id);
    if (source)
        schedule_closed(writer->schedule, source);
    batch_touched(writer, fetch->source);
    journal_remove(writer->journal, fetch);
    FAULT(fetch_completed);
}

void settle_end(struct writer *writer, struct journal_fetch *fetch, struct journal_item *item)
{
    journal_end(writer->journal, fetch, item, writer_now(writer));
    batch_ended(writer, fetch->id, item->key);
    if (fetch->left == 0)
        complete(writer, fetch);
}

void settle_dead(struct writer *writer, struct journal_fetch *fetch, struct journal_item *item,
                 bool with_body, const char *reason)
{
    log_warning("dead-letter", "source=%" PRIu64 " fetch=%" PRIu64 " tries=%u why=\"%s\"",
                fetch->source, fetch->id, item->tries, reason);
    db_dead_add(writer->db, fetch->id, item->key, item->tries, with_body, reason, clock_utc_ms());
    writer->meta.dead++;
    if (fetch->revived)
        db_import_dead(writer->db, fetch->id);
    settle_end(writer, fetch, item);
    FAULT(dead_written);
}

void settle_blame(struct writer *writer, struct journal_fetch *fetch, struct journal_item *item,
                  const char *why)
{
    if (journal_blame(writer->journal, fetch, item))
        settle_dead(writer, fetch, item, true, why);
    else
        db_fetch_try(writer->db, fetch->id, item->key, item->tries, item->alone);
}

/* --- storing --- */

static void publish(struct writer *writer, const struct memory_item *at,
                    const struct msg_vector *vector)
{
    struct msg_entry entry = {
        .sequence = at->sequence,
        .id = at->id,
        .story = at->story,
        .copy_of = at->copy_of,
        .time_ms = at->time_ms,
        .seen_ms = at->seen_ms,
        .model = vector->model,
        .vector = vector->vector,
        .signature = vector->signature,
        .words = vector->words,
        .url_key = vector->url_key,
        .title_key = vector->title_key,
        .figures = vector->figures,
    };

    batch_entry(writer, &entry);
}

static int64_t wanted_at(const struct writer *writer, const struct msg_vector *vector)
{
    return vector->vector.n > 0 ? 0 : clock_utc_ms() + writer->config->storer_wanted_ms;
}

static struct memory_item next_commit(struct writer *writer, const struct db_item *row)
{
    return (struct memory_item){.id = row->id,
                                .sequence = ++writer->meta.head,
                                .story = row->story,
                                .copy_of = row->copy_of,
                                .time_ms = row->time_ms,
                                .seen_ms = row->seen_ms};
}

static void store_new(struct writer *writer, const struct verdict *v,
                      const struct judge_verdict *judged, int64_t time_ms)
{
    uint64_t id = writer->meta.head + 1;
    struct db_item row = {.id = id,
                          .revision = v->item.revision,
                          .story = judged->story ? judged->story : id,
                          .copy_of = judged->copy_of,
                          .time_ms = time_ms,
                          .seen_ms = v->item.seen_ms,
                          .wanted = wanted_at(writer, &v->vector)};
    struct memory_item at = next_commit(writer, &row);
    struct msg_item item = v->item;

    arrive_new(writer, &row, v->header.source, v->vector.words, &item);
    if (row.story == id)
        db_story_add(writer->db, id, time_ms);
    else
        db_story_join(writer->db, row.story, v->header.source, row.copy_of != 0, time_ms);
    db_item_add(writer->db, &row, v->header.source, v->header.key, &item);
    db_vector_add(writer->db, id, at.sequence, &v->vector);
    decide_learn(writer->decide, &at, true, &v->vector);
    publish(writer, &at, &v->vector);
    if (judged->kind == JUDGE_STORY)
        again_join(writer, id, row.story);
    reembed_stored(writer, id);
    writer->meta.stored++;
}

void settle_vector(struct writer *writer, const struct db_item *row,
                   const struct msg_vector *vector)
{
    struct memory_item at = next_commit(writer, row);

    db_vector_put(writer->db, row->id, at.sequence, vector);
    reembed_moved(writer, row->id, at.sequence);
    decide_learn(writer->decide, &at, false, vector);
    publish(writer, &at, vector);
}

static void store_update(struct writer *writer, struct db_item *row, const struct verdict *v)
{
    struct msg_item item = v->item;

    arrive_update(writer, row, v->header.source, &item);
    row->revision = v->item.revision;
    row->wanted = wanted_at(writer, &v->vector);
    db_item_update(writer->db, row, v->header.source, &item);
    settle_vector(writer, row, &v->vector);
    reembed_stored(writer, row->id);
    writer->meta.updated++;
}

/* --- judging --- */

void settle_again(struct writer *writer, const struct input *input, struct msg_header header,
                  enum msg_kind kind)
{
    zframe_t *item = NULL;
    zmsg_t *message = NULL;

    header.kind = kind;
    header.rounds++;
    header.epoch = writer->meta.epoch;
    header.head = writer->committed.head;
    header.model = span_str(writer->meta.model);
    zmsg_first(input->message);
    item = zmsg_next(input->message);
    message = issue_message(writer, &header);
    zmsg_addmem(message, zframe_data(item), zframe_size(item));
    batch_send(writer, writer->items, input->lane, message);
    counters_add(writer->counters, COUNTER_rejudged, 1);
    FAULT(rejudge_written);
}

bool settle_sure(struct writer *writer, const struct verdict *v)
{
    return decide_covers(writer->decide, writer->meta.epoch, &v->verdict) ||
           v->header.rounds >= (uint64_t)writer->config->storer_judge_rounds;
}

/* A deduper that has seen later commits than there are: the file was put back from a copy, and what
 * dedupers know is of another past. */
static void check_past(struct writer *writer, const struct msg_verdict *verdict)
{
    if (verdict->epoch != writer->meta.epoch || verdict->as_of <= writer->meta.head)
        return;
    writer->meta.epoch = db_epoch();
    log_warning("store-went-back", "head=%" PRIu64 " seen=%" PRIu64 " do=\"new epoch\"",
                writer->meta.head, verdict->as_of);
}

/* Vectors of two models are never compared, nor kept side by side: one that another model made, or
 * that was on its way when the model changed, is as good as none. */
static void leave_out_foreign(struct writer *writer, struct msg_vector *vector)
{
    if (vector->vector.n == 0 || span_eq(vector->model, span_str(writer->meta.model)))
        return;
    vector->vector = (struct span){0};
    vector->reason = span_str("of another model than the one that serves");
}

static void settle(struct writer *writer, const struct input *input, struct verdict *v,
                   struct journal_fetch *fetch, struct journal_item *item)
{
    struct judge_verdict judged;
    struct db_item row;

    FAULT_OF(verdict_taken, v->item.text);
    leave_out_foreign(writer, &v->vector);
    wanted_seen(writer, &v->vector);
    db_item_find(writer->db, v->header.key, &row);
    if (row.id && (row.revision == v->item.revision || fetch->revived)) {
        writer->meta.known++;
    } else if (row.id) {
        store_update(writer, &row, v);
    } else if (db_forgotten_seen(writer->db, v->header.key, v->item.revision, clock_utc_ms())) {
        writer->meta.known++; /* it was deleted, and does not come back */
    } else if (!settle_sure(writer, v)) {
        settle_again(writer, input, v->header, MSG_KIND_JUDGE);
        journal_touch(item, writer_now(writer));
        return;
    } else {
        int64_t time_ms = msg_item_time(&v->item);

        decide_item(writer->decide, 0, &v->vector, time_ms, v->item.seen_ms, writer->meta.epoch,
                    &v->verdict, &judged);
        store_new(writer, v, &judged, time_ms);
        fetch->stored++;
    }
    settle_end(writer, fetch, item);
}

/* --- taking --- */

static void hold(struct writer *writer, struct input *input, uint64_t fetch)
{
    size_t bytes = zmsg_content_size(input->message);

    if (!held_put(writer->held, fetch, input->message, bytes, (int)input->lane)) {
        counters_add(writer->counters, COUNTER_held_dropped, 1);
        leases_dropped(writer->leases, fetch);
        return;
    }
    input->message = NULL;
    counters_add(writer->counters, COUNTER_held, 1);
}

static int read_rest(struct writer *writer, zmsg_t *message, struct verdict *v)
{
    zframe_t *item = NULL, *vector = NULL, *verdict = NULL;
    struct msg_pool *pools = writer->pools;

    zmsg_first(message);
    item = zmsg_next(message);
    vector = zmsg_next(message);
    verdict = zmsg_next(message);
    for (int i = 1; i < 4; i++) {
        msg_pool_reset(&pools[i]);
        pools[i].why = NULL;
    }
    if (msg_item_read(link_span(item), &pools[1], &v->item) ||
        msg_vector_read(link_span(vector), &pools[2], &v->vector) ||
        msg_verdict_read(link_span(verdict), &pools[3], &v->verdict)) {
        intake_malformed(writer, "link=verdicts",
                         pools[1].why   ? pools[1].why
                         : pools[2].why ? pools[2].why
                                        : pools[3].why);
        return -1;
    }
    window_learn(&writer->window, zmsg_content_size(message));
    check_past(writer, &v->verdict);
    return 0;
}

static void settle_wanted(struct writer *writer, const struct input *input, struct verdict *v)
{
    if (read_rest(writer, input->message, v) != 0)
        return;
    if (reembed_is_for(writer, &v->header)) {
        reembed_answer(writer, v);
    } else {
        leave_out_foreign(writer, &v->vector);
        late_vector(writer, input, v);
    }
}

static void settle_fetched(struct writer *writer, struct input *input, struct verdict *v)
{
    struct journal_fetch *fetch = journal_find(writer->journal, v->header.fetch), *of = NULL;
    const struct lease *lease = leases_find(writer->leases, v->header.fetch);
    struct journal_item *item = fetch ? journal_item(fetch, v->header.key.p) : NULL;

    if (lease && lease->source == v->header.source)
        hold(writer, input, lease->id);
    else if (!fetch || fetch->source != v->header.source)
        counters_add(writer->counters, COUNTER_strays, 1);
    else if (!item || item->ended) /* after a restart, what had ended is not in the set */
        counters_add(writer->counters, COUNTER_echoes, 1);
    else if (read_rest(writer, input->message, v) == 0)
        settle(writer, input, v, fetch, item);
    else if (journal_lonely(writer->journal, &of) == item)
        settle_blame(writer, fetch, item, "its message cannot be read");
}

void settle_verdict(struct writer *writer, struct input *input)
{
    zframe_t *first = input->message ? zmsg_first(input->message) : NULL;
    struct verdict v;

    if (!first) /* it went to those that are held */
        return;
    msg_pool_reset(&writer->pools[0]);
    if (zmsg_size(input->message) != 4) {
        intake_malformed(writer, "link=verdicts", "wrong number of frames");
    } else if (msg_header_read(link_span(first), &writer->pools[0], &v.header)) {
        intake_malformed(writer, "link=verdicts", writer->pools[0].why);
    } else if (v.header.key.n != MSG_KEY) {
        intake_malformed(writer, "link=verdicts", "no key");
    } else if (v.header.kind == MSG_KIND_FETCH || v.header.kind == MSG_KIND_JUDGE) {
        settle_fetched(writer, input, &v);
    } else if (v.header.kind == MSG_KIND_WANTED) {
        settle_wanted(writer, input, &v);
    } else {
        counters_add(writer->counters, COUNTER_strays, 1);
    }
}
