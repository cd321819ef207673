/* Batches: made of what waits, delayed, given up. */
#include <stdlib.h>

#include "common/mem.h"
#include "embedder/backend_inner.h"

/* --- one -------------------------------------------------------------------------------------- */

struct batch *batch_create(struct backend *backend, struct texts *from, size_t n)
{
    struct batch *batch = mem_calloc(1, sizeof(*batch));

    batch->backend = backend;
    batch->hi = from->first->hi;
    texts_init(&batch->texts);
    texts_move(from, n, &batch->texts);
    return batch;
}

void batch_destroy(struct batch **batch)
{
    texts_clear(&(*batch)->texts);
    free(*batch);
    *batch = NULL;
}

void batch_delay(struct batch *batch, int64_t due_ms, bool first)
{
    struct batch **place = &batch->backend->delayed;

    while (*place && !first)
        place = &(*place)->next;
    batch->due_ms = due_ms;
    batch->next = *place;
    *place = batch;
}

/* --- giving up -------------------------------------------------------------------------------- */

static const struct backend_answer late = {
    .reason = "the model server did not answer in time (embedder.hold_ms)"};

/* In vain, though there was time (not all of it was spent elsewhere): the server cannot keep up
 * with so many, or gives nothing at all. */
static bool ask_for_less(struct backend *backend, const struct text *text, int64_t now_ms)
{
    if (text->expires || now_ms - text->came_ms < backend->hold_ms / 2)
        return false;
    backend_ask_for_less(backend, (size_t)backend->batch_most);
    if (backend->good_ms < text->came_ms)
        backend->silent = true;
    return true;
}

/* The texts of a request that is under way stay in it: their vectors go to the cache. */
static int64_t tell_due(struct backend *backend, struct batch *batch, int64_t now_ms)
{
    for (struct text *text = batch->texts.first; text; text = text->next) {
        if (!text->token || text->until_ms > now_ms)
            continue;
        if (!batch->late)
            batch->late = ask_for_less(backend, text, now_ms);
        backend_tell(backend, text, &late);
    }
    return texts_due_ms(&batch->texts);
}

static int64_t give_up_waiting(struct backend *backend, struct texts *texts, int64_t now_ms)
{
    struct texts due;

    if (texts_due_ms(texts) <= now_ms) {
        texts_init(&due);
        texts_take_due(texts, now_ms, &due);
        for (struct text *text = due.first; text; text = text->next)
            if (ask_for_less(backend, text, now_ms))
                break;
        backend_refuse(backend, &due, late.reason);
    }
    return texts_due_ms(texts);
}

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

int64_t batch_give_up_due(struct backend *backend, int64_t now_ms)
{
    int64_t next_ms = earlier(give_up_waiting(backend, &backend->waiting[0], now_ms),
                              give_up_waiting(backend, &backend->waiting[1], now_ms));
    struct batch **place = &backend->delayed;

    while (*place) {
        struct batch *batch = *place;

        next_ms = earlier(next_ms, give_up_waiting(backend, &batch->texts, now_ms));
        if (batch->texts.count) {
            place = &batch->next;
            continue;
        }
        *place = batch->next;
        batch_destroy(&batch);
    }
    for (struct batch *batch = backend->sent; batch; batch = batch->next)
        next_ms = earlier(next_ms, tell_due(backend, batch, now_ms));
    return next_ms;
}

void batch_refuse_all(struct backend *backend, const char *reason)
{
    struct batch *next = NULL;

    for (struct batch *batch = backend->delayed; batch; batch = next) {
        next = batch->next;
        backend_refuse(backend, &batch->texts, reason);
        batch_destroy(&batch);
    }
    backend->delayed = NULL;
    backend_refuse(backend, &backend->waiting[1], reason);
    backend_refuse(backend, &backend->waiting[0], reason);
}
