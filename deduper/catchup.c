/* Commits and pages: how the index learns. */
#include <inttypes.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/service.h"
#include "deduper/deduper.h"
#include "deduper/index.h"
#include "deduper/memory.h"

enum { MESSAGES_A_TURN = 64 };

static struct counters *counters(struct deduper *deduper)
{
    return &deduper->service->app.counters;
}

/* --- asking ----------------------------------------------------------------------------------- */

static void ask(struct deduper *deduper)
{
    const struct config *config = deduper->service->app.config;
    struct msg_query query = {.id = ++deduper->question,
                              .verb = span_str("vectors"),
                              .within_ms = (uint64_t)config->deduper_page_ms,
                              .json = span_str("{}")};
    struct msg_since since = {.epoch = deduper->follow.epoch,
                              .since = deduper->follow.applied,
                              .not_before_ms = memory_oldest_ms(deduper->memory, clock_utc_ms())};
    zmsg_t *message = zmsg_new();

    buf_clear(&deduper->out);
    msg_query_write(&query, &deduper->out);
    link_append(message, &deduper->out);
    msg_since_write(&since, &deduper->out);
    link_append(message, &deduper->out);
    if (zmsg_send(&message, deduper->query))
        zmsg_destroy(&message);
    counters_add(counters(deduper), COUNTER_pages, 1);
    follow_asked(&deduper->follow, loop_now(deduper->service->app.loop));
    FAULT(page_asked);
}

void catchup_act(struct deduper *deduper, enum follow_act act)
{
    if (act == FOLLOW_RESET) {
        log_info("fresh-start", "epoch=%" PRIx64, deduper->follow.epoch);
        memory_clear(deduper->memory);
    }
    if (act == FOLLOW_RESET || act == FOLLOW_ASK)
        ask(deduper);
}

void catchup_tend(struct deduper *deduper)
{
    const struct app *app = &deduper->service->app;

    if (follow_overdue(&deduper->follow, loop_now(app->loop), app->config->deduper_page_ms))
        ask(deduper);
}

/* --- learning --------------------------------------------------------------------------------- */

static void tell_index(struct deduper *deduper)
{
    struct index_counts counts;

    index_counts(memory_index(deduper->memory), &counts);
    counters(deduper)->at[COUNTER_indexed] = counts.entries;
    counters(deduper)->at[COUNTER_evicted] = counts.evicted;
    counters(deduper)->at[COUNTER_gaps] = deduper->follow.gaps;
}

/* False where all has to come again. */
static bool apply(struct deduper *deduper, const struct msg_list *entries)
{
    const struct msg_entry *entry = entries->at;
    bool complete = true;

    for (size_t i = 0; i < entries->count; i++) {
        if (entry[i].sequence <= deduper->follow.applied)
            continue;
        complete = memory_apply(deduper->memory, &entry[i]) && complete;
        counters_add(counters(deduper), COUNTER_commits, 1);
    }
    return complete;
}

static void start_again(struct deduper *deduper)
{
    deduper->follow.applied = 0;
    deduper->follow.paging = true;
    catchup_act(deduper, FOLLOW_RESET);
}

static void malformed(struct deduper *deduper, const char *socket)
{
    app_malformed(&deduper->service->app, socket, deduper->pool.why);
}

static void take_event(struct deduper *deduper, zmsg_t *message)
{
    struct msg_commit commit;
    enum follow_act act = FOLLOW_IGNORE;
    zframe_t *topic = zmsg_first(message);
    zframe_t *body = zmsg_next(message);

    msg_pool_reset(&deduper->pool);
    deduper->pool.why = "wrong number of frames";
    if (!span_eq(link_span(topic), span_str("commit")))
        return;
    if (!body || msg_commit_read(link_span(body), &deduper->pool, &commit)) {
        malformed(deduper, "socket=events");
        return;
    }
    act = follow_commit(&deduper->follow, commit.epoch, commit.first, commit.last);
    if (act == FOLLOW_APPLY) {
        if (apply(deduper, &commit.entries))
            follow_applied(&deduper->follow, commit.last, 0);
        else
            start_again(deduper);
        tell_index(deduper);
        FAULT(commit_applied);
    }
    catchup_act(deduper, act);
}

bool catchup_on_event(struct loop *loop, void *self)
{
    struct deduper *deduper = self;

    (void)loop;
    for (int i = 0; i < MESSAGES_A_TURN && (zsock_events(deduper->events) & ZMQ_POLLIN); i++) {
        zmsg_t *message = zmsg_recv(deduper->events);

        if (message)
            take_event(deduper, message);
        zmsg_destroy(&message);
    }
    return false;
}

/* Vectors of the storer's model are compared, whatever this process is set to.  Another model comes
 * with another epoch, so that it is the first page which says so; false where it is not. */
static bool serve(struct deduper *deduper, struct span model)
{
    if (!memory_serve(deduper->memory, model))
        return true;
    log_info("serving", "model=%s", memory_model(deduper->memory));
    return deduper->follow.applied == 0;
}

static void take_page(struct deduper *deduper, const struct msg_page *page)
{
    enum follow_act act = follow_page(&deduper->follow, page->epoch, page->upto, page->head);

    if (act == FOLLOW_APPLY) {
        if (!serve(deduper, page->model) || !apply(deduper, &page->entries)) {
            start_again(deduper);
            return;
        }
        if (follow_applied(&deduper->follow, page->upto, page->head))
            ask(deduper);
        else
            log_info("caught-up", "epoch=%" PRIx64 " sequence=%" PRIu64, deduper->follow.epoch,
                     deduper->follow.applied);
        tell_index(deduper);
        FAULT(page_applied);
    }
    catchup_act(deduper, act);
    if (follow_ready(&deduper->follow))
        deduper_resume(deduper);
}

static void take_reply(struct deduper *deduper, zmsg_t *message)
{
    struct msg_reply reply;
    struct msg_page page;
    zframe_t *first = zmsg_first(message);
    zframe_t *second = zmsg_next(message);

    msg_pool_reset(&deduper->pool);
    deduper->pool.why = "no page";
    if (msg_reply_read(link_span(first), &deduper->pool, &reply)) {
        malformed(deduper, "socket=query");
        return;
    }
    /* A late answer to an earlier question: the later one is on its way. */
    if (reply.id != deduper->question)
        return;
    if (reply.code) {
        log_warning("no-page", "code=%" PRIu64 " error=\"%.*s\" do=\"asking again\"", reply.code,
                    (int)reply.error.n, reply.error.p);
        return;
    }
    if (!second || msg_page_read(link_span(second), &deduper->pool, &page))
        malformed(deduper, "socket=query");
    else
        take_page(deduper, &page);
}

bool catchup_on_page(struct loop *loop, void *self)
{
    struct deduper *deduper = self;

    (void)loop;
    for (int i = 0; i < MESSAGES_A_TURN && (zsock_events(deduper->query) & ZMQ_POLLIN); i++) {
        zmsg_t *message = zmsg_recv(deduper->query);

        if (message)
            take_reply(deduper, message);
        zmsg_destroy(&message);
    }
    return false;
}
