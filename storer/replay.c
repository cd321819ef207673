/* Replays: items of accepted fetches that did not arrive are sent again from the body in the
 * journal. Tries are committed before they are sent (DESIGN 5, rules 4 and 5). */
#include <inttypes.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/mem.h"
#include "storer/db_fetch.h"
#include "storer/journal.h"
#include "storer/outbox.h"
#include "storer/writer_inner.h"

static zmsg_t *replay_of(struct writer *writer, const struct journal_pick *pick)
{
    struct msg_header header = issue_header(writer, MSG_KIND_FETCH);
    struct msg_job job = {.timeout_ms = (uint64_t)writer->config->fetcher_response_ms};
    struct span body = {0};
    struct buf only = {0};
    zmsg_t *message = NULL;

    header.fetch = pick->fetch->id;
    header.source = pick->fetch->source;
    header.attempt = pick->items[0]->tries;
    header.flags = MSG_FLAG_REPLAY | (pick->alone ? MSG_FLAG_ALONE : 0);
    buf_clear(&writer->space);
    if (!db_fetch_replay(writer->db, pick->fetch->id, &writer->space, &job, &body))
        return NULL;
    for (size_t i = 0; i < pick->count; i++)
        buf_add(&only, pick->items[i]->key, MSG_KEY);
    job.only = buf_span(&only);
    message = issue_message(writer, &header);
    if (msg_job_write(&job, &writer->scratch) == 0)
        link_append(message, &writer->scratch);
    zmsg_addmem(message, body.p, body.n);
    buf_free(&only);
    return message;
}

/* Nothing to send it from: the file is damaged, for a body goes in with its fetch. */
static void give_up(struct writer *writer, const struct journal_pick *pick)
{
    uint64_t id = pick->fetch->id;

    for (size_t i = 0; i < pick->count && journal_find(writer->journal, id); i++)
        settle_dead(writer, pick->fetch, pick->items[i], false,
                    "its response is not in the store, or is damaged");
}

static void send_replay(struct writer *writer, const struct journal_pick *pick)
{
    zmsg_t *message = NULL;

    batch_open(writer);
    journal_sent(writer->journal, pick, writer_now(writer));
    for (size_t i = 0; i < pick->count; i++)
        db_fetch_try(writer->db, pick->fetch->id, pick->items[i]->key, pick->items[i]->tries,
                     pick->items[i]->alone);
    db_fetch_sent(writer->db, pick->fetch->id, clock_utc_ms());
    FAULT(replay_written);
    message = replay_of(writer, pick);
    if (!message) {
        if (db_error(writer->db) == DB_OK)
            give_up(writer, pick);
        return;
    }
    log_info("replay", "fetch=%" PRIu64 " source=%" PRIu64 " items=%zu try=%u alone=%d",
             pick->fetch->id, pick->fetch->source, pick->count, pick->items[0]->tries, pick->alone);
    batch_send(writer, writer->jobs, pick->fetch->hi ? LANE_HI : LANE_LO, message);
    counters_add(writer->counters, COUNTER_replays, pick->count);
}

void replay_work(struct writer *writer)
{
    struct journal_pick pick;
    size_t most = (size_t)writer->config->link_hwm_jobs;

    for (size_t sent = 0; sent < most && outbox_waiting(writer->jobs) < most; sent++) {
        if (!journal_pick(writer->journal, writer_now(writer), &pick))
            return;
        send_replay(writer, &pick);
        if (db_error(writer->db) != DB_OK)
            return;
    }
}
