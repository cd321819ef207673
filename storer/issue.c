/* Leases: which sources are fetched now, and what becomes of a lease nobody answers. */
#include <inttypes.h>

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
#include "storer/outbox.h"
#include "storer/writer_inner.h"

struct msg_header issue_header(const struct writer *writer, enum msg_kind kind)
{
    return (struct msg_header){.kind = kind,
                               .epoch = writer->meta.epoch,
                               .head = writer->committed.head,
                               .attempt = 1,
                               .model = span_str(writer->meta.model)};
}

zmsg_t *issue_message(struct writer *writer, const struct msg_header *header)
{
    zmsg_t *message = zmsg_new();

    buf_clear(&writer->scratch);
    if (msg_header_write(header, &writer->scratch) == 0)
        link_append(message, &writer->scratch);
    return message;
}

/* --- giving --- */

static void measure(struct writer *writer)
{
    writer->window.under_way = journal_under_way(writer->journal);
    writer->window.reserved = leases_reserved(writer->leases);
    if (writer->window.reserved < held_items(writer->held))
        writer->window.reserved = held_items(writer->held);
    writer->window.asked = asked_count(&writer->asked);
    writer->window.bytes = journal_bytes(writer->journal) + held_bytes(writer->held);
}

static uint64_t expected_of(const struct writer *writer, const struct schedule_source *source)
{
    return source->expected ? source->expected : (uint64_t)writer->config->storer_expected_items;
}

static bool fits(void *arg, const struct schedule_source *source)
{
    struct writer *writer = arg;
    bool room = window_room(&writer->window, source->hi, expected_of(writer, source));

    if (!room && !source->hi)
        writer->strain.put_off = true;
    return room;
}

static zmsg_t *job_of(struct writer *writer, uint64_t fetch, uint64_t source, bool suspect)
{
    struct msg_header header = issue_header(writer, MSG_KIND_FETCH);
    struct msg_job job = {.timeout_ms = (uint64_t)writer->config->fetcher_response_ms};
    struct msg_private private = {0};
    struct db_source_asking asking = {.known_max = writer->config->storer_known_max,
                                      .recheck_before_ms =
                                          clock_utc_ms() - writer->config->storer_recheck_ms,
                                      .forgotten_since_ms = forget_shown_since_ms(writer)};
    zmsg_t *message = NULL;

    header.fetch = fetch;
    header.source = source;
    header.flags = suspect ? MSG_FLAG_ALONE : 0;
    buf_clear(&writer->space);
    if (!db_source_job(writer->db, source, &asking, &writer->space, &job, &private.options))
        return NULL;
    message = issue_message(writer, &header);
    if (msg_job_write(&job, &writer->scratch) != 0) {
        log_error("job-too-large", "source=%" PRIu64, source);
        zmsg_destroy(&message);
        return NULL;
    }
    link_append(message, &writer->scratch);
    if (private.options.n > 0) {
        zmsg_addmem(message, "", 0); /* no body */
        buf_clear(&writer->scratch);
        msg_private_write(&private, &writer->scratch);
        link_append(message, &writer->scratch);
    }
    return message;
}

static void give(struct writer *writer, struct schedule_source *source)
{
    bool hi = source->hi;
    struct lease lease = {.source = source->id,
                          .hi = hi,
                          .suspect = source->suspect > 0,
                          .expected = expected_of(writer, source),
                          .given_ms = writer_now(writer)};
    struct sending *sending = NULL;
    zmsg_t *message = NULL;

    batch_open(writer);
    lease.id = db_fetch_lease(writer->db, source->id, hi, clock_utc_ms());
    message = lease.id ? job_of(writer, lease.id, source->id, lease.suspect) : NULL;
    if (!message)
        return; /* the transaction has failed */
    sending = batch_send(writer, writer->jobs, hi ? LANE_HI : LANE_LO, message);
    sending->lease = lease.id;
    sending->source = source->id;
    sending->hi = hi;
    schedule_leased(writer->schedule, source, lease.id, writer_now(writer));
    leases_add(writer->leases, &lease);
    offline_leased(writer, source->id);
    counters_add(writer->counters, COUNTER_leases, 1);
    FAULT(lease_written);
}

void issue_undo(struct writer *writer, struct sending *sending)
{
    if (!sending->lease)
        return;
    leases_remove(writer->leases, sending->lease);
    schedule_unleased(writer->schedule, sending->source, sending->lease, sending->hi);
    offline_lapsed(writer, sending->source);
}

static size_t room(const struct writer *writer)
{
    size_t most = (size_t)writer->config->link_hwm_jobs * 2, waiting = outbox_waiting(writer->jobs);

    for (const struct sending *s = writer->batch.sendings; s; s = s->next)
        waiting += s->outbox == writer->jobs;
    return waiting < most ? most - waiting : 0;
}

static struct schedule_source *next_source(struct writer *writer)
{
    if (offline_is(writer))
        return offline_pick(writer, fits);
    return schedule_pick(writer->schedule, clock_utc_ms(), writer_now(writer),
                         !leases_suspect_out(writer->leases), fits, writer);
}

static void give_leases(struct writer *writer)
{
    size_t left = room(writer);

    while (left-- > 0 && leases_count(writer->leases) < (size_t)writer->config->storer_leases) {
        struct schedule_source *source = NULL;

        measure(writer);
        source = next_source(writer);
        if (!source || db_error(writer->db) != DB_OK)
            return;
        give(writer, source);
    }
}

/* --- dead letters that may try again --- */

static void revive(struct writer *writer)
{
    struct db_dead dead;

    while (writer->retries_asked && db_error(writer->db) == DB_OK &&
           journal_under_way(writer->journal) < (size_t)writer->config->storer_window_items) {
        uint64_t fetch = 0;

        if (!db_dead_next(writer->db, &dead)) {
            writer->retries_asked = false;
            return;
        }
        batch_open(writer);
        fetch = db_dead_revive(writer->db, &dead, clock_utc_ms());
        load_revived(writer, fetch, dead.source, dead.key, dead.bytes);
        batch_touched(writer, dead.source);
        writer->meta.dead--;
        FAULT(retry_written);
    }
}

void issue_work(struct writer *writer)
{
    measure(writer);
    if (writer->stuck != DB_OK || writer->stopping || quiesce_active(&writer->quiesce) ||
        writer->fetchers == 0 || writer->disk.log_held || db_error(writer->db) != DB_OK)
        return;
    revive(writer);
    replay_work(writer);
    wanted_work(writer);
    reembed_work(writer);
    full_work(writer);
    if (!writer->meta.paused)
        give_leases(writer);
}

/* --- lapsing --- */

/* A fetcher crashed with this source in hand: issued alone from now on, and rested for a while
 * after too many times running (rule 6).  One that crashed before it could tell what it had in hand
 * makes suspects and proves nothing; of those a fetcher tells before it begins. */
static void suspect(struct writer *writer, uint64_t id, bool proved)
{
    struct db_source source;
    int64_t utc_ms = clock_utc_ms();

    if (!db_source_get(writer->db, id, &source) || (!proved && source.suspect > 0))
        return;
    source.suspect++;
    if (proved && source.suspect >= (uint64_t)writer->config->storer_quarantine_after) {
        source.state = DB_SOURCE_QUARANTINED;
        source.next_ms = schedule_quarantine_ms(&writer->times, source.quarantines++, utc_ms);
        log_warning("quarantine", "source=%" PRIu64 " crashes=%" PRIu64 " for_ms=%" PRId64, id,
                    source.suspect, source.next_ms - utc_ms);
    }
    db_source_suspect(writer->db, &source, span_str("a fetcher crashed on it"));
    if (source.state == DB_SOURCE_QUARANTINED)
        FAULT(quarantine_written);
}

static void lapsed(void *arg, const struct lease *lease, enum lease_end why)
{
    struct writer *writer = arg;
    struct schedule_source *source = schedule_find(writer->schedule, lease->source);
    size_t strays = held_drop(writer->held, lease->id);

    log_info("lease-lapsed", "fetch=%" PRIu64 " source=%" PRIu64 " why=%s held=%zu", lease->id,
             lease->source, lease_end_name(why), strays);
    batch_open(writer);
    if (why == LEASE_CRASHED || why == LEASE_UNSEEN)
        suspect(writer, lease->source, why == LEASE_CRASHED);
    db_fetch_end(writer->db, lease->id);
    offline_lapsed(writer, lease->source);
    if (source)
        schedule_closed(writer->schedule, source);
    batch_touched(writer, lease->source);
    counters_add(writer->counters, COUNTER_lapsed, 1);
    FAULT(lapse_written);
    counters_add(writer->counters, COUNTER_strays, strays);
}

void issue_sweep(struct writer *writer)
{
    int64_t quiet_ms = quiesce_active(&writer->quiesce) ? writer->quiesce.since_ms : INT64_MAX;

    leases_sweep(writer->leases, writer_now(writer), quiet_ms, lapsed, writer);
    full_sweep(writer);
}

void issue_fetcher_lost(struct writer *writer, struct span leases, bool crashed)
{
    leases_fetcher_lost(writer->leases, leases, crashed, lapsed, writer);
}
