/* A reader's end of the way to the ring. */
#include <stdlib.h>

#include "common/clock.h"
#include "common/link.h"
#include "common/mem.h"
#include "storer/query_semantic.h"
#include "storer/query_semantic_inner.h"

struct ring {
    zsock_t *dealer;
    zsock_t *pipe;
    const int64_t *query_ms; /* when the query ends */
    uint64_t number;
    int64_t until_ms;
    zmsg_t *answer;
};

struct ring *ring_open(const char *store, zsock_t *pipe, const int64_t *deadline_ms)
{
    struct ring *ring = mem_calloc(1, sizeof(*ring));
    char endpoint[64];

    semantic_endpoint(store, endpoint, sizeof(endpoint));
    *ring = (struct ring){.pipe = pipe, .query_ms = deadline_ms, .dealer = zsock_new(ZMQ_DEALER)};
    if (!ring->dealer)
        abort(); /* out of descriptors, as in zactor_new */
    zsock_set_linger(ring->dealer, 0);
    zsock_set_sndtimeo(ring->dealer, 0);
    zsock_connect(ring->dealer, "%s", endpoint);
    return ring;
}

void ring_close(struct ring **ring)
{
    if (!ring || !*ring)
        return;
    zmsg_destroy(&(*ring)->answer);
    zsock_destroy(&(*ring)->dealer);
    free(*ring);
    *ring = NULL;
}

void ring_ask(void *arg, enum msg_kind kind, struct span frame, int64_t within_ms)
{
    struct ring *ring = arg;
    int64_t now_ms = clock_mono_ms();
    zmsg_t *message = zmsg_new();

    if (within_ms > *ring->query_ms - now_ms)
        within_ms = *ring->query_ms - now_ms;
    if (within_ms < 0)
        within_ms = 0;
    ring->until_ms = now_ms + within_ms;
    query_add_u64(message, ++ring->number);
    query_add_u64(message, kind);
    query_add_u64(message, (uint64_t)within_ms);
    zmsg_addmem(message, frame.p, frame.n);
    if (zmsg_send(&message, ring->dealer))
        zmsg_destroy(&message); /* the wait says that nobody answers */
}

/* The answer to this question; those to earlier ones, which came too late, are dropped. */
static bool take(struct ring *ring)
{
    bool right = false;

    while (!right && zsock_events(ring->dealer) & ZMQ_POLLIN) {
        zmsg_destroy(&ring->answer);
        ring->answer = zmsg_recv(ring->dealer);
        right = ring->answer && zmsg_size(ring->answer) == 4 &&
                query_get_u64(zmsg_first(ring->answer)) == ring->number;
    }
    return right;
}

const char *ring_wait(void *arg, struct span *first, struct span *second)
{
    struct ring *ring = arg;
    const char *why = NULL;

    while (!take(ring)) {
        zmq_pollitem_t items[] = {{zsock_resolve(ring->dealer), 0, ZMQ_POLLIN, 0},
                                  {zsock_resolve(ring->pipe), 0, ZMQ_POLLIN, 0}};
        int64_t left_ms = ring->until_ms - clock_mono_ms();

        if (left_ms <= 0)
            return "no answer in time";
        if (zmq_poll(items, 2, (long)left_ms) < 0 && zmq_errno() != EINTR)
            return "stopped";
        if (items[1].revents & ZMQ_POLLIN)
            return "stopped";
    }
    zmsg_first(ring->answer);
    why = (const char *)zframe_data(zmsg_next(ring->answer)); /* sent with its NUL */
    if (*why)
        return why;
    *first = link_span(zmsg_next(ring->answer));
    *second = link_span(zmsg_next(ring->answer));
    return NULL;
}
