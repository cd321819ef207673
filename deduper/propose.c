/* One item: what it resembles. */
#include "common/backlog.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/judge.h"
#include "common/log.h"
#include "common/service.h"
#include "common/traits.h"
#include "deduper/deduper.h"
#include "deduper/index.h"
#include "deduper/memory.h"

struct parts {
    struct msg_header header;
    struct msg_item item;
    struct msg_vector vector;
};

static int read_parts(struct deduper *deduper, zmsg_t *message, struct parts *parts)
{
    zframe_t *header = zmsg_first(message);
    zframe_t *item = zmsg_next(message);
    zframe_t *vector = zmsg_next(message);

    msg_pool_reset(&deduper->pool);
    deduper->pool.why = "wrong number of frames";
    if (zmsg_size(message) != 3)
        return -1;
    return msg_header_read(link_span(header), &deduper->pool, &parts->header) ||
                   msg_item_read(link_span(item), &deduper->pool, &parts->item) ||
                   msg_vector_read(link_span(vector), &deduper->pool, &parts->vector)
               ? -1
               : 0;
}

static size_t query(struct deduper *deduper, const struct parts *parts,
                    struct judge_candidate out[JUDGE_BEST])
{
    struct index *index = memory_index(deduper->memory);
    uint32_t space[192];
    struct traits traits;

    /* For the model that is to serve next: it is kept, and nothing is judged by it. */
    if (parts->header.kind == MSG_KIND_WANTED &&
        !span_eq(parts->header.model, span_str(memory_model(deduper->memory))))
        return 0;
    msg_vector_traits(&parts->vector, space, &traits);
    if (!span_eq(parts->vector.model, span_str(memory_model(deduper->memory))))
        traits.dims = 0;
    if (parts->header.kind == MSG_KIND_SEARCH)
        return index_nearest(index, &traits, JUDGE_BEST, out);
    return index_query(index, &traits, msg_item_time(&parts->item),
                       memory_seen_from(deduper->memory, parts->item.seen_ms), parts->header.item,
                       out);
}

static void write_verdict(struct deduper *deduper, const struct judge_candidate *found, size_t n)
{
    struct msg_candidate candidates[JUDGE_BEST];
    struct msg_verdict verdict = {.epoch = deduper->follow.epoch,
                                  .as_of = deduper->follow.applied,
                                  .model = span_str(memory_model(deduper->memory)),
                                  .candidates = {.at = candidates, .count = n}};

    for (size_t i = 0; i < n; i++)
        msg_candidate_of(&found[i], &candidates[i]);
    buf_clear(&deduper->out);
    msg_verdict_write(&verdict, &deduper->out);
}

bool propose(struct deduper *deduper, enum lane lane, zmsg_t **message, bool caught_up)
{
    const struct config *config = deduper->service->app.config;
    struct counters *counters = &deduper->service->app.counters;
    struct judge_candidate found[JUDGE_BEST];
    struct parts parts;
    int64_t began_us = clock_mono_us();

    if (read_parts(deduper, *message, &parts)) {
        counters_add(counters, COUNTER_malformed, 1);
        log_warning("malformed", "link=vectors why=\"%s\"", deduper->pool.why);
        zmsg_destroy(message);
        return true;
    }
    if (parts.header.deadline_ms && parts.header.deadline_ms < clock_utc_ms()) {
        counters_add(counters, COUNTER_expired, 1);
        zmsg_destroy(message);
        return true;
    }
    if (!caught_up && follow_ready(&deduper->follow))
        catchup_act(deduper, follow_header(&deduper->follow, parts.header.epoch, parts.header.head,
                                           (uint64_t)config->storer_commit_memory / 2));
    if (!follow_ready(&deduper->follow))
        return false;
    write_verdict(deduper, found, query(deduper, &parts, found));
    link_append(*message, &deduper->out);
    backlog_send(deduper->verdicts, lane, message);
    counters_add(counters, COUNTER_items, 1);
    deduper->busy_us += clock_mono_us() - began_us;
    counters->at[COUNTER_busy_ms] = (uint64_t)(deduper->busy_us / 1000);
    return true;
}
