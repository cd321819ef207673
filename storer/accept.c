/* Reports: what a fetch brought goes into the journal, and the source's validators and schedule
 * move when the fetch is complete, never before (DESIGN 3, 1 and 3). */
#include <inttypes.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/mem.h"
#include "storer/db_fetch.h"
#include "storer/db_source.h"
#include "storer/forget.h"
#include "storer/full_text.h"
#include "storer/held.h"
#include "storer/journal.h"
#include "storer/lease.h"
#include "storer/offline.h"
#include "storer/said.h"
#include "storer/writer_inner.h"

static void close_fetch(struct writer *writer, const struct lease *lease)
{
    struct schedule_source *source = schedule_find(writer->schedule, lease->source);

    db_fetch_end(writer->db, lease->id);
    if (source)
        schedule_closed(writer->schedule, source);
    batch_touched(writer, lease->source);
    counters_add(writer->counters, COUNTER_strays, held_drop(writer->held, lease->id));
}

static struct db_source_read read_of(const struct msg_report *report, int64_t next_ms,
                                     uint64_t expected, int64_t utc_ms)
{
    return (struct db_source_read){
        .etag = report->etag,
        .last_modified = report->last_modified,
        .title = report->feed_title,
        .link = report->feed_link,
        .body_hash = report->body_hash,
        .expected = expected,
        .next_ms = next_ms,
        .now_ms = utc_ms,
        .whole = report->outcome != MSG_OUTCOME_NOT_MODIFIED,
    };
}

/* Nothing new came: the fetch is complete at once. */
static void nothing_new(struct writer *writer, const struct lease *lease,
                        const struct msg_report *report)
{
    const struct schedule_source *source = schedule_find(writer->schedule, lease->source);
    int64_t utc_ms = clock_utc_ms();
    int64_t next_ms = source ? schedule_next_ms(&writer->times, source, report, utc_ms) : utc_ms;
    struct db_source_read read =
        read_of(report, next_ms, window_expect(source ? source->expected : 1, 0), utc_ms);

    if (report->outcome == MSG_OUTCOME_READ)
        db_source_read(writer->db, lease->source, &read);
    else
        db_source_same(writer->db, lease->source, &read);
    close_fetch(writer, lease);
}

static void failed(struct writer *writer, const struct lease *lease,
                   const struct msg_report *report)
{
    said_failed(writer, lease, report);
    close_fetch(writer, lease);
    /* Who asked for it is not answered by that there was no network. */
    if (lease->hi && offline_is(writer))
        schedule_refresh(writer->schedule, lease->source);
}

static void aborted(struct writer *writer, const struct lease *lease)
{
    struct schedule_source *source = schedule_find(writer->schedule, lease->source);

    if (source)
        schedule_rest(writer->schedule, source,
                      writer_now(writer) + writer->config->storer_lease_grace_ms);
    offline_lapsed(writer, lease->source);
    counters_add(writer->counters, COUNTER_aborted, 1);
    close_fetch(writer, lease);
}

/* Verdicts that were here first take their turn now. */
static void take_held(struct writer *writer, uint64_t fetch)
{
    struct held_item *item = held_take(writer->held, fetch), *next = NULL;

    for (; item; item = next) {
        struct input *input = mem_calloc(1, sizeof(*input));

        next = item->next;
        *input = (struct input){
            .kind = INPUT_VERDICT, .message = item->message, .lane = (enum lane)item->lane};
        free(item);
        batch_input(writer, input);
    }
}

static void accept_items(struct writer *writer, const struct lease *lease,
                         const struct msg_report *report, struct span body)
{
    struct schedule_source *source = schedule_find(writer->schedule, lease->source);
    int64_t utc_ms = clock_utc_ms();
    int64_t next_ms = source ? schedule_next_ms(&writer->times, source, report, utc_ms) : utc_ms;
    struct journal_fetch *fetch = journal_add(
        writer->journal, lease->id, lease->source, report->keys.p, report->keys.n / MSG_KEY,
        lease->dropped ? INT64_MIN : lease->given_ms, writer_now(writer));

    fetch->hi = lease->hi;
    fetch->bytes = report->body_bytes;
    db_fetch_accept(writer->db, lease->id, report, next_ms, utc_ms);
    db_fetch_body(writer->db, lease->id, report->body_bytes, body);
    for (size_t i = 0; i < fetch->count; i++)
        db_fetch_keys(writer->db, lease->id, fetch->items[i].key, 1);
    writer->meta.accepted += fetch->count;
    if (source)
        schedule_reported(writer->schedule, source);
    FAULT(report_written);
}

/* Where commits are slow, one for each report would make heartbeats late. */
static bool is_careful(struct writer *writer)
{
    return writer_now(writer) < writer->careful_ms &&
           writer->disk.commit_ms < writer->config->storer_slow_ms;
}

static void answered(struct writer *writer, const struct lease *lease,
                     const struct msg_report *report, zframe_t *body)
{
    const struct schedule_source *source = schedule_find(writer->schedule, lease->source);

    offline_answered(writer, lease->source);
    if (source)
        schedule_answered(writer->schedule, source, clock_utc_ms());
    forget_read(writer, lease->source, report);
    if (said_answer(writer, lease->source, report)) {
        close_fetch(writer, lease);
    } else if (report->keys.n > 0 && report->outcome == MSG_OUTCOME_READ) {
        accept_items(writer, lease, report, link_span(body));
        if (is_careful(writer))
            batch_commit(writer);
        take_held(writer, lease->id); /* last: it may commit */
    } else {
        nothing_new(writer, lease, report);
    }
}

static void accept_lease(struct writer *writer, const struct lease *found,
                         const struct msg_report *report, zframe_t *body)
{
    struct lease lease = *found;

    if (report->outcome == MSG_OUTCOME_READ && report->keys.n > 0 && !body) {
        intake_malformed(writer, "link=reports", "no body");
        return;
    }
    FAULT(report_taken);
    leases_remove(writer->leases, lease.id);
    if (report->outcome == MSG_OUTCOME_FAILED)
        failed(writer, &lease, report);
    else if (report->outcome == MSG_OUTCOME_ABORTED)
        aborted(writer, &lease);
    else
        answered(writer, &lease, report, body);
}

/* --- reports of replays --- */

static void replayed(struct writer *writer, const struct msg_header *header,
                     const struct msg_report *report)
{
    struct journal_fetch *fetch = journal_find(writer->journal, header->fetch), *lonely_of = NULL;
    struct journal_item *lonely = journal_lonely(writer->journal, &lonely_of);

    if (!fetch || fetch->source != header->source) {
        counters_add(writer->counters, COUNTER_strays, 1);
        return;
    }
    if (report->outcome == MSG_OUTCOME_ABORTED)
        journal_handed_back(writer->journal, fetch);
    if (report->outcome == MSG_OUTCOME_FAILED && lonely && lonely_of == fetch)
        settle_blame(writer, fetch, lonely, "the response can no longer be read");
    /* The fetch is gone with its last item, so look it up each time. */
    for (size_t i = 0; i + MSG_KEY <= report->missing.n; i += MSG_KEY) {
        struct journal_item *item = NULL;

        fetch = journal_find(writer->journal, header->fetch);
        item = fetch ? journal_item(fetch, report->missing.p + i) : NULL;
        if (item && !item->ended)
            settle_dead(writer, fetch, item, false, "the response no longer gives it");
    }
}

void accept_report(struct writer *writer, struct input *input)
{
    zframe_t *first = zmsg_first(input->message), *second = zmsg_next(input->message);
    zframe_t *body = zmsg_next(input->message);
    struct msg_pool *pools = writer->pools;
    struct msg_header header;
    struct msg_report report;
    const struct lease *lease = NULL;

    for (int i = 0; i < 2; i++) {
        msg_pool_reset(&pools[i]);
        pools[i].why = NULL;
    }
    if (!first || !second || zmsg_size(input->message) > 3) {
        intake_malformed(writer, "link=reports", "wrong number of frames");
        return;
    }
    if (msg_header_read(link_span(first), &pools[0], &header) ||
        msg_report_read(link_span(second), &pools[1], &report)) {
        intake_malformed(writer, "link=reports", pools[0].why ? pools[0].why : pools[1].why);
        return;
    }
    if (header.kind == MSG_KIND_FULL) {
        full_report(writer, &header, &report, body);
        return;
    }
    if (header.flags & MSG_FLAG_REPLAY) {
        replayed(writer, &header, &report);
        return;
    }
    lease = leases_find(writer->leases, header.fetch);
    if (!lease || lease->source != header.source)
        counters_add(writer->counters, COUNTER_strays, 1);
    else
        accept_lease(writer, lease, &report, body);
}
