#include "storer/query_semantic.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/link.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/mem.h"
#include "storer/query_semantic_inner.h"

enum { QUESTIONS_A_TURN = 64 };

/* One reader's question. */
struct place {
    struct place *next;
    zframe_t *reader; /* the ROUTER's name for it */
    uint64_t number;  /* the reader's */
    uint64_t token;   /* 0 = answered, or nothing was asked */
    enum msg_kind kind;
    int64_t until_ms;
};

struct semantic {
    struct loop *loop;
    zsock_t *router;
    semantic_ask_fn *fn;
    void *self;
    struct place *places; /* at most as many as readers */
    uint64_t last_token;
};

void semantic_endpoint(const char *store, char *out, size_t size)
{
    uint64_t hash = 14695981039346656037ULL; /* FNV-1a: a name, no more */

    for (const char *c = store; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211ULL;
    snprintf(out, size, "inproc://semantic-%016llx", (unsigned long long)hash);
}

/* --- places ----------------------------------------------------------------------------------- */

static struct place *place_of(struct semantic *semantic, zframe_t *reader)
{
    struct place *place = semantic->places;

    while (place && !zframe_eq(place->reader, reader))
        place = place->next;
    if (place)
        return place;
    place = mem_calloc(1, sizeof(*place));
    place->reader = zframe_dup(reader);
    place->next = semantic->places;
    semantic->places = place;
    return place;
}

static struct place *asked(struct semantic *semantic, uint64_t token)
{
    struct place *place = semantic->places;

    while (token && place && place->token != token)
        place = place->next;
    return token ? place : NULL;
}

bool semantic_waits(struct semantic *semantic, uint64_t token, enum msg_kind kind)
{
    const struct place *place = asked(semantic, token);

    return place && place->kind == kind;
}

size_t semantic_count(const struct semantic *semantic, enum msg_kind kind, int64_t now_ms)
{
    size_t count = 0;

    for (const struct place *p = semantic->places; p; p = p->next)
        count += p->token && p->kind == kind && p->until_ms > now_ms;
    return count;
}

/* --- answering -------------------------------------------------------------------------------- */

static void answer(struct semantic *semantic, struct place *place, const char *why,
                   struct span first, struct span second)
{
    zmsg_t *message = zmsg_new();
    zframe_t *reader = zframe_dup(place->reader);

    zmsg_append(message, &reader);
    query_add_u64(message, place->number);
    zmsg_addmem(message, why, strlen(why) + 1);
    zmsg_addmem(message, first.p, first.n);
    zmsg_addmem(message, second.p, second.n);
    place->token = 0;
    if (zmsg_send(&message, semantic->router))
        zmsg_destroy(&message); /* the reader has ended */
}

void semantic_answer(struct semantic *semantic, uint64_t token, struct span first,
                     struct span second)
{
    struct place *place = asked(semantic, token);

    if (place)
        answer(semantic, place, "", first, second);
}

/* --- asking ----------------------------------------------------------------------------------- */

static void take(struct semantic *semantic, zmsg_t *message)
{
    zframe_t *reader = zmsg_first(message);
    struct place *place = place_of(semantic, reader);
    struct semantic_question question = {.token = ++semantic->last_token};
    const char *why = NULL;

    place->number = query_get_u64(zmsg_next(message));
    question.kind = (enum msg_kind)query_get_u64(zmsg_next(message));
    question.within_ms = (int64_t)query_get_u64(zmsg_next(message));
    question.frame = link_span(zmsg_next(message));
    place->token = 0;
    why = semantic->fn(semantic->self, &question);
    place->token = question.token;
    place->kind = question.kind;
    place->until_ms = clock_mono_ms() + question.within_ms;
    if (why)
        answer(semantic, place, why, (struct span){0}, (struct span){0});
}

static bool on_question(struct loop *loop, void *arg)
{
    struct semantic *semantic = arg;

    (void)loop;
    for (int i = 0; i < QUESTIONS_A_TURN && zsock_events(semantic->router) & ZMQ_POLLIN; i++) {
        zmsg_t *message = zmsg_recv(semantic->router);

        if (message && zmsg_size(message) == 5)
            take(semantic, message);
        zmsg_destroy(&message);
    }
    return false;
}

/* --- life ------------------------------------------------------------------------------------- */

struct semantic *semantic_open(const char *store, struct loop *loop, semantic_ask_fn *fn,
                               void *self)
{
    struct semantic *semantic = mem_calloc(1, sizeof(*semantic));
    char endpoint[64];

    semantic_endpoint(store, endpoint, sizeof(endpoint));
    *semantic = (struct semantic){
        .loop = loop, .fn = fn, .self = self, .last_token = (uint64_t)clock_utc_ms() << 20};
    semantic->router = zsock_new(ZMQ_ROUTER);
    if (!semantic->router || zsock_bind(semantic->router, "%s", endpoint) < 0)
        abort(); /* the name is taken in this very process: a bug */
    loop_socket(loop, zsock_resolve(semantic->router), ZMQ_POLLIN, on_question, semantic);
    return semantic;
}

void semantic_close(struct semantic **semantic)
{
    struct place *next = NULL;

    if (!semantic || !*semantic)
        return;
    loop_forget_socket((*semantic)->loop, zsock_resolve((*semantic)->router));
    zsock_destroy(&(*semantic)->router);
    for (struct place *place = (*semantic)->places; place; place = next) {
        next = place->next;
        zframe_destroy(&place->reader);
        free(place);
    }
    free(*semantic);
    *semantic = NULL;
}
