/* The main thread: opens the store and the sockets, turns the ticker, leaves in order. */
#include "storer/writer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/mem.h"
#include "common/service.h"
#include "storer/backup.h"
#include "storer/command.h"
#include "storer/db_fetch.h"
#include "storer/decide.h"
#include "storer/facts_tend.h"
#include "storer/full_text.h"
#include "storer/fulls.h"
#include "storer/held.h"
#include "storer/journal.h"
#include "storer/learn.h"
#include "storer/lease.h"
#include "storer/online.h"
#include "storer/outbox.h"
#include "storer/query.h"
#include "storer/walk.h"
#include "storer/query_semantic.h"
#include "storer/rules.h"
#include "storer/writer_inner.h"

enum { TICK_MS = 20, TEND_MS = 1000, ITEM_BYTES = 4096, DAY_MS = 86400000, LOAD_US = 2000 };

/* --- time --- */

/* Time in which nobody looked (a stopped process, a long wait for the disk) does not count, nor
 * does a pause, so that no deadline passes in it (rule 12). */
int64_t writer_now(struct writer *writer)
{
    int64_t now_ms = clock_mono_ms();
    int64_t passed = now_ms - writer->looked_ms;

    if (passed > writer->config->service_late_ms || writer->disk.paused_ms)
        writer->skipped_ms += passed;
    writer->looked_ms = now_ms;
    return now_ms - writer->skipped_ms;
}

void writer_torn(struct writer *writer)
{
    journal_torn(writer->journal, writer_now(writer));
    leases_lost(writer->leases, writer_now(writer));
    asked_lost(&writer->asked, writer_now(writer) + writer->config->storer_lease_grace_ms);
}

void writer_lost(struct writer *writer, const char *what)
{
    log_debug("loss", "what=%s", what);
    journal_lost(writer->journal, writer_now(writer));
    writer_torn(writer);
}

size_t writer_in_flight(struct writer *writer)
{
    return leases_count(writer->leases) + journal_in_flight(writer->journal, writer_now(writer)) +
           held_items(writer->held) + asked_count(&writer->asked) + outbox_waiting(writer->jobs) +
           outbox_waiting(writer->items) + writer->batch.items;
}

/* While the store is stuck, memory is ahead of the file: what a transaction ended that was taken
 * back is open still. */
size_t writer_left(const struct writer *writer)
{
    const struct db_meta *file = &writer->committed;

    if (writer->stuck == DB_OK)
        return journal_under_way(writer->journal);
    return (size_t)(file->accepted - file->stored - file->updated - file->known - file->dead);
}

/* --- turning --- */

static void tend(struct writer *writer)
{
    uint64_t reopened = writer->counters->at[COUNTER_reopened];
    int64_t now_ms = clock_mono_ms();

    if (now_ms - writer->tended_ms < TEND_MS)
        return;
    writer->tended_ms = now_ms;
    outbox_tend(writer->jobs, now_ms);
    outbox_tend(writer->items, now_ms);
    backup_turn(writer);
    query_look(writer->query, writer->config->service_stuck_ms, now_ms);
    query_counters(writer->query, writer->counters);
    if (reopened != writer->reopened) {
        writer_lost(writer, "send-dropped");
        full_lost(writer);
    }
    writer->reopened = reopened;
}

/* What judging looks up, read ahead a little at a time: a store that was just opened answers at
 * once. */
static void load_more(struct writer *writer)
{
    int64_t until_us = clock_mono_us() + LOAD_US;

    while (decide_load_more(writer->decide) && clock_mono_us() < until_us)
        ;
}

static bool on_tick(struct loop *loop, void *arg)
{
    struct writer *writer = arg;

    (void)loop;
    writer_now(writer);
    tend(writer);
    if (!service_has_broker(writer->service)) {
        writer->fetchers = writer->embedders = writer->dedupers = 0;
        writer->whole = false;
        leases_unknown(writer->leases);
    }
    if (!writer->whole)
        journal_stalled(writer->journal, writer_now(writer));
    if (writer->stuck != DB_OK) {
        disk_retry(writer);
    } else if (!writer->stopping) {
        issue_sweep(writer);
        if (!writer->batch.open)
            disk_tend(writer);
        if (!writer->batch.open)
            issue_work(writer);
        batch_ripe(writer);
        if (writer->stuck == DB_OK)
            reembed_tend(writer);
        if (writer->stuck == DB_OK)
            sweep_tend(writer);
        if (writer->stuck == DB_OK)
            learn_tend(writer);
        if (writer->stuck == DB_OK)
            facts_tend(writer);
        load_more(writer);
    }
    strain_tend(writer);
    control_tend(writer);
    return false;
}

static bool on_turn(struct loop *loop, void *arg)
{
    (void)loop;
    batch_ripe(arg);
    return false;
}

/* --- opening --- */

static int open_store(struct writer *writer)
{
    const char *path = writer->config->store_path;
    struct buf why = {0};
    enum db_error error = DB_OK;

    writer->lock = link_lock(path);
    if (writer->lock < 0)
        return disk_exit(db_open_error(errno));
    /* A large store may take minutes to migrate, and signals are served only after that. */
    writer->db = db_open_unless(app_signalled, path, writer->config->storer_busy_ms, &error, &why);
    if (error == DB_STOPPED)
        log_notice("migration-stopped", "file=\"%s\" do=\"the next start begins it again\"", path);
    else if (!writer->db)
        log_error("store-unusable", "file=\"%s\" error=%s why=\"%s\" do=\"%s\"", path,
                  db_error_name(error), why.data ? why.data : "",
                  error == DB_CORRUPT ? disk_advice(error) : "");
    buf_free(&why);
    return disk_exit(error);
}

/* Twice the longest of the waits that schedule_when.c gives. */
static int64_t farthest_ms(const struct config *c)
{
    const int64_t waits[] = {c->storer_poll_ceiling_ms, c->storer_poll_floor_ms,
                             c->storer_retry_after_ms,  c->storer_error_ms,
                             c->storer_quarantine_ms,   DAY_MS};
    int64_t longest = 0;

    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
        longest = waits[i] > longest ? waits[i] : longest;
    return 2 * longest;
}

static void make_rules(struct writer *writer)
{
    const struct config *c = writer->config;

    writer->journal = journal_create(&(struct journal_limits){
        .replay_ms = c->storer_replay_ms,
        .early_ms = c->storer_replay_early_ms,
        .lonely_ms = c->storer_lease_ms,
        .alone_after = (uint32_t)c->storer_alone_after,
        .dead_after = (uint32_t)c->storer_dead_after,
        .share = (size_t)window_replays(&writer->window),
    });
    writer->leases = leases_create(c->storer_lease_ms, c->storer_lease_grace_ms);
    writer->schedule = schedule_create(
        &(struct schedule_limits){.host_requests = (uint32_t)c->storer_host_requests,
                                  .host_spacing_ms = c->storer_host_spacing_ms,
                                  .farthest_ms = farthest_ms(c),
                                  .spread_ms = c->storer_poll_ms});
    writer->times = (struct schedule_times){.poll_ms = c->storer_poll_ms,
                                            .floor_ms = c->storer_poll_floor_ms,
                                            .ceiling_ms = c->storer_poll_ceiling_ms,
                                            .error_ms = c->storer_error_ms,
                                            .quarantine_ms = c->storer_quarantine_ms,
                                            .retry_after_ms = c->storer_retry_after_ms};
    writer->fulls =
        fulls_create(&(struct fulls_limits){.most = (size_t)c->storer_full_queue,
                                            .out = (size_t)c->storer_full_out,
                                            .host_requests = (size_t)c->storer_host_requests,
                                            .host_spacing_ms = c->storer_host_spacing_ms,
                                            .tries = (unsigned)c->storer_full_tries});
    writer->online = online_create(&(struct online_limits){.hosts = (size_t)c->storer_offline_hosts,
                                                           .probe_ms = c->storer_probe_ms,
                                                           .probe_max_ms = c->storer_probe_max_ms});
    writer->decide = decide_create(
        writer->db, &(struct decide_limits){.commits = (size_t)c->storer_commit_memory,
                                            .items = (size_t)c->deduper_index_items,
                                            .words = (size_t)c->storer_words_cache,
                                            .centres = (size_t)c->storer_centre_cache,
                                            .window_ms = c->deduper_window_ms});
}

static void destroy_message(void *message)
{
    zmsg_t *gone = message;

    zmsg_destroy(&gone);
}

static int open_links(struct writer *writer)
{
    const struct config *c = writer->config;
    char *endpoint = link_endpoint_named(c, "events.in");

    writer->jobs = outbox_open(c, LINK_JOBS, writer->counters, writer->loop);
    writer->items = outbox_open(c, LINK_ITEMS, writer->counters, writer->loop);
    writer->reports = inlet_open(c, LINK_REPORTS, writer->counters);
    writer->verdicts = inlet_open(c, LINK_VERDICTS, writer->counters);
    writer->events = link_connect(c, ZMQ_PUB, LINK_ROLE_EVENTS, LINKS, endpoint);
    free(endpoint);
    hear_open(writer);
    if (!writer->jobs || !writer->items || !writer->reports || !writer->verdicts ||
        !writer->events || !writer->heard)
        return APP_IO;
    searches_open(writer);
    writer->query = query_open(c, c->store_path, writer->loop, command_take, writer);
    return writer->query ? 0 : APP_CONFIG; /* the endpoint is in use: starting again is no help */
}

static void describe(struct writer *writer)
{
    log_info("store-open",
             "file=\"%s\" head=%" PRIu64 " sources=%zu open_fetches=%zu under_way=%zu leases=%zu "
             "paused=%d",
             writer->config->store_path, writer->meta.head, schedule_sources(writer->schedule),
             journal_fetches(writer->journal), journal_under_way(writer->journal),
             leases_count(writer->leases), writer->meta.paused != 0);
}

int writer_open(struct writer **out, struct service *service)
{
    struct writer *writer = *out = mem_calloc(1, sizeof(*writer));
    int code = 0;

    writer->service = service;
    writer->config = service->app.config;
    writer->counters = &service->app.counters;
    writer->loop = service->app.loop;
    writer->lock = -1;
    writer->looked_ms = clock_mono_ms();
    writer->started_ms = writer_now(writer);
    writer->batch.end = &writer->batch.first;
    writer->batch.sendings_end = &writer->batch.sendings;
    writer->window = (struct window){.items_max = (uint64_t)writer->config->storer_window_items,
                                     .bytes_max = (uint64_t)writer->config->storer_window_bytes,
                                     .share = (uint64_t)writer->config->storer_replay_share,
                                     .item_bytes = ITEM_BYTES};
    writer->held = held_create((size_t)writer->config->storer_held_items,
                               (size_t)writer->config->storer_held_bytes, destroy_message);
    writer->backup = backup_create(writer->config->store_path);
    code = open_store(writer);
    make_rules(writer);
    if (code == 0 && !writer_load(writer)) {
        enum db_error error = db_error(writer->db);

        log_error("store-unreadable", "file=\"%s\" error=%s why=\"%s\" do=\"%s\"",
                  writer->config->store_path, db_error_name(error), db_why(writer->db),
                  error == DB_CORRUPT ? disk_advice(error) : "");
        code = disk_exit(error);
    }
    if (code == 0)
        code = open_links(writer);
    if (code)
        return code;
    writer_lost(writer, "restart"); /* what was in the former process's hands is gone */
    intake_watch(writer, true);
    loop_on_turn(writer->loop, on_turn, writer);
    writer->ticker = loop_timer(writer->loop, TICK_MS, TICK_MS, on_tick, writer);
    describe(writer);
    FAULT(store_loaded);
    return 0;
}

/* --- closing --- */

static void end_lease(void *arg, const struct lease *lease, enum lease_end why)
{
    struct writer *writer = arg;

    (void)why;
    db_fetch_end(writer->db, lease->id);
}

/* Nobody will report to this process any more: leases end without blame. */
static void give_up_leases(struct writer *writer)
{
    if (leases_count(writer->leases) == 0 || writer->stuck != DB_OK)
        return;
    batch_open(writer);
    leases_roster(writer->leases, (struct span){0}, 0, writer_now(writer));
    leases_sweep(writer->leases, writer_now(writer), INT64_MIN + 1, end_lease, writer);
    batch_commit(writer);
}

void writer_stop(struct writer *writer, int64_t within_ms)
{
    int64_t until_ms = clock_mono_ms() + within_ms / 2;
    size_t left = 0;
    char *words = NULL;

    writer->stopping = true;
    while (clock_mono_ms() < until_ms && intake_take(writer))
        ;
    learn_finish(writer);
    batch_commit(writer);
    give_up_leases(writer);
    FAULT(leases_given_up);
    left = writer_left(writer);
    words = left ? mem_printf("%zu items stay in %s", left, writer->config->store_path)
                 : mem_strdup("nothing left");
    log_notice("drained", "left=%zu words=\"%s\"", left, words);
    service_done(writer->service, left ? APP_LEFT : APP_OK, left, words);
    free(words);
}

void writer_close(struct writer **out)
{
    struct writer *writer = *out;

    if (!writer)
        return;
    loop_cancel(writer->loop, writer->ticker);
    query_close(&writer->query);
    semantic_close(&writer->semantic);
    batch_free(writer);
    outbox_close(&writer->jobs);
    outbox_close(&writer->items);
    if (writer->reports)
        inlet_close(&writer->reports);
    if (writer->verdicts)
        inlet_close(&writer->verdicts);
    zsock_destroy(&writer->events);
    hear_close(writer);
    decide_destroy(&writer->decide);
    walk_destroy(&writer->walk);
    journal_destroy(&writer->journal);
    leases_destroy(&writer->leases);
    held_destroy(&writer->held);
    fulls_destroy(&writer->fulls);
    backup_destroy(&writer->backup);
    schedule_destroy(&writer->schedule);
    online_destroy(&writer->online);
    asked_free(&writer->asked);
    haste_end(&writer->haste);
    disk_free(writer);
    db_close(&writer->db);
    for (size_t i = 0; i < sizeof(writer->pools) / sizeof(writer->pools[0]); i++)
        msg_pool_free(&writer->pools[i]);
    buf_free(&writer->scratch);
    buf_free(&writer->space);
    buf_free(&writer->note);
    buf_free(&writer->arrived);
    rules_destroy(&writer->rules);
    if (writer->lock >= 0)
        close(writer->lock);
    free(writer);
    *out = NULL;
}
