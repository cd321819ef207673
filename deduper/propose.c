/* Items that wait are judged together, in one pass over the index. */
#include <stdlib.h>

#include "common/backlog.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/judge.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/service.h"
#include "common/traits.h"
#include "deduper/deduper.h"
#include "deduper/index.h"
#include "deduper/memory.h"

enum { SEARCH_BEST = 100 }; /* candidates of a search, which nobody judges */

_Static_assert((int)PROPOSALS_MAX <= (int)INDEX_MANY, "the index is asked once");

/* One item; all that was read borrows from its message and from the pool. */
struct proposal {
    enum lane lane;
    zmsg_t *message;
    struct msg_header header;
    struct msg_item item;
    struct msg_vector vector;
    uint32_t space[192];
    struct traits traits;
    struct judge_candidate *found;
    size_t count;
};

struct proposals {
    struct msg_pool pool;
    size_t count;
    struct proposal list[PROPOSALS_MAX];
    struct judge_candidate found[PROPOSALS_MAX * JUDGE_BEST];
    struct judge_candidate nearest[PROPOSALS_MAX * SEARCH_BEST];
};

struct proposals *proposals_create(void)
{
    return mem_calloc(1, sizeof(struct proposals));
}

void proposals_destroy(struct proposals **self)
{
    if (!*self)
        return;
    for (size_t i = 0; i < (*self)->count; i++)
        zmsg_destroy(&(*self)->list[i].message);
    msg_pool_free(&(*self)->pool);
    free(*self);
    *self = NULL;
}

size_t proposals_count(const struct proposals *self)
{
    return self->count;
}

/* --- taking ----------------------------------------------------------------------------------- */

static int read_parts(zmsg_t *message, struct msg_pool *pool, struct proposal *p)
{
    zframe_t *header = zmsg_first(message);
    zframe_t *item = zmsg_next(message);
    zframe_t *vector = zmsg_next(message);

    pool->why = "wrong number of frames";
    if (zmsg_size(message) != 3)
        return -1;
    return msg_header_read(link_span(header), pool, &p->header) ||
                   msg_item_read(link_span(item), pool, &p->item) ||
                   msg_vector_read(link_span(vector), pool, &p->vector)
               ? -1
               : 0;
}

static bool is_malformed(struct deduper *deduper, zmsg_t *message, struct proposal *p)
{
    struct proposals *all = deduper->proposals;

    if (all->count == 0)
        msg_pool_reset(&all->pool);
    if (!read_parts(message, &all->pool, p))
        return false;
    app_malformed(&deduper->service->app, "link=vectors", all->pool.why);
    return true;
}

static bool is_expired(struct deduper *deduper, const struct proposal *p)
{
    if (!p->header.deadline_ms || p->header.deadline_ms >= clock_utc_ms())
        return false;
    counters_add(&deduper->service->app.counters, COUNTER_expired, 1);
    return true;
}

/* What was taken before an item that has to wait is judged by what is known now. */
static bool may_go_on(struct deduper *deduper, const struct proposal *p)
{
    const struct config *config = deduper->service->app.config;
    struct follow follow = deduper->follow;
    enum follow_act act = FOLLOW_IGNORE;

    if (!follow_ready(&follow))
        return false;
    act = follow_header(&follow, p->header.epoch, p->header.head,
                        (uint64_t)config->storer_commit_memory / 2);
    if (act == FOLLOW_IGNORE)
        return true;
    proposals_send(deduper);
    deduper->follow = follow;
    catchup_act(deduper, act);
    return false;
}

/* An item for the model that is to serve next is kept, and nothing is judged by it. */
static bool is_judged(const struct deduper *deduper, const struct proposal *p)
{
    return p->header.kind != MSG_KIND_WANTED ||
           span_eq(p->header.model, span_str(memory_model(deduper->memory)));
}

static void read_traits(const struct deduper *deduper, struct proposal *p)
{
    msg_vector_traits(&p->vector, p->space, &p->traits);
    if (!span_eq(p->vector.model, span_str(memory_model(deduper->memory))))
        p->traits.dims = 0;
}

bool proposals_take(struct deduper *deduper, enum lane lane, zmsg_t **message, bool caught_up)
{
    struct proposals *all = deduper->proposals;
    struct proposal *p = &all->list[all->count];
    int64_t began_us = clock_mono_us();

    if (is_malformed(deduper, *message, p) || is_expired(deduper, p)) {
        zmsg_destroy(message);
        return true;
    }
    if (caught_up ? !follow_ready(&deduper->follow) : !may_go_on(deduper, p))
        return false;
    FAULT_OF(vector_taken, p->item.text);
    if (is_judged(deduper, p))
        read_traits(deduper, p);
    p->lane = lane;
    p->message = *message;
    *message = NULL;
    all->count++;
    deduper->busy_us += clock_mono_us() - began_us;
    return true;
}

/* --- judging ---------------------------------------------------------------------------------- */

static void query_nearest(struct deduper *deduper, struct proposal *p, struct judge_candidate *out)
{
    p->found = out;
    p->count = index_nearest(memory_index(deduper->memory), &p->traits, SEARCH_BEST, out);
}

static void query(struct deduper *deduper)
{
    struct proposals *all = deduper->proposals;
    struct index_question questions[PROPOSALS_MAX];
    struct proposal *asking[PROPOSALS_MAX];
    size_t counts[PROPOSALS_MAX], n = 0;

    for (size_t i = 0; i < all->count; i++) {
        struct proposal *p = &all->list[i];

        p->count = 0;
        if (!is_judged(deduper, p))
            continue;
        if (p->header.kind == MSG_KIND_SEARCH) {
            query_nearest(deduper, p, all->nearest + i * SEARCH_BEST);
            continue;
        }
        questions[n] = (struct index_question){
            .item = &p->traits,
            .time_ms = msg_item_time(&p->item),
            .seen_from_ms = memory_seen_from(deduper->memory, p->item.seen_ms),
            .except = p->header.item};
        asking[n++] = p;
    }
    index_query_many(memory_index(deduper->memory), questions, n, all->found, counts);
    for (size_t i = 0; i < n; i++) {
        asking[i]->found = all->found + i * JUDGE_BEST;
        asking[i]->count = counts[i];
    }
}

static void write_verdict(struct deduper *deduper, const struct judge_candidate *found, size_t n)
{
    struct msg_candidate candidates[SEARCH_BEST];
    struct msg_verdict verdict = {.epoch = deduper->follow.epoch,
                                  .as_of = deduper->follow.applied,
                                  .model = span_str(memory_model(deduper->memory)),
                                  .candidates = {.at = candidates, .count = n}};

    for (size_t i = 0; i < n; i++)
        msg_candidate_of(&found[i], &candidates[i]);
    buf_clear(&deduper->out);
    msg_verdict_write(&verdict, &deduper->out);
}

void proposals_send(struct deduper *deduper)
{
    struct proposals *all = deduper->proposals;
    struct counters *counters = &deduper->service->app.counters;
    int64_t began_us = clock_mono_us();

    if (all->count == 0)
        return;
    query(deduper);
    for (size_t i = 0; i < all->count; i++) {
        struct proposal *p = &all->list[i];

        write_verdict(deduper, p->found, p->count);
        link_append(p->message, &deduper->out);
        if (FAULT_DROPS(verdict_send))
            zmsg_destroy(&p->message);
        else
            backlog_send(deduper->verdicts, p->lane, &p->message);
        FAULT(verdict_sent);
    }
    counters_add(counters, COUNTER_items, all->count);
    all->count = 0;
    deduper->busy_us += clock_mono_us() - began_us;
    counters->at[COUNTER_busy_ms] = (uint64_t)(deduper->busy_us / 1000);
}
