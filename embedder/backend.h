/* A model server: texts in, vectors out, in batches.
 *
 * What it is given it gives back, once each: with a vector, or without one and with a reason. Texts
 * wait at most embedder.linger_ms for others; a request has at most embedder.batch of them, and one
 * lane's only.  At most embedder.requests are under way; one of them is kept for the hi lane where
 * there are two or more.  What failed is tried again as retry.h says; where the circuit (breaker.h)
 * is open nothing is asked but by its probes, and texts come back at once.  A text is held for
 * hold_ms at most, and where no good answer came meanwhile the circuit opens; its vector, should
 * it come later, goes to the cache.
 *
 * It belongs to one thread, and works in that thread's loop. */
#ifndef WEIR_EMBEDDER_BACKEND_H
#define WEIR_EMBEDDER_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct backend;
struct buf;
struct config;
struct counters;
struct loop;

/* One of these three. */
struct backend_answer {
    const int8_t *vector; /* dims components, scaled as in traits.h; lent */
    size_t dims;
    const char *reason; /* why there is none; lent */
    bool expired;       /* the caller's deadline has passed */
};

struct backend_calls {
    /* What became of a text; never from within backend_embed, but for what the cache has, an open
     * circuit refuses, or has waited for too long. */
    void (*done)(void *self, void *token, const struct backend_answer *answer);
    /* The circuit changed: "open", "half-open", "closed"; error is "" where nothing is wrong.  May
     * be NULL. */
    void (*changed)(void *self, const char *state, const char *error);
    void *self;
};

/* NULL with a logged line: settings that cannot be (exit code 78).  Texts are held for hold_ms. All
 * pointers are borrowed; calls is copied. */
struct backend *backend_open(const struct config *config, struct loop *loop,
                             struct counters *counters, int64_t hold_ms,
                             const struct backend_calls *calls);
/* What is in hand is dropped without a call. */
void backend_close(struct backend **backend);
/* Takes a text: bytes (emptied), its lane, how much of hold_ms it has waited elsewhere, and the
 * caller's deadline in loop time, 0 = none. */
void backend_embed(struct backend *backend, struct buf *bytes, bool hi, int64_t waited_ms,
                   int64_t deadline_ms, void *token);
/* Asks whether the server is there and has the model, where its dialect can tell, and logs what is
 * wrong; nothing else comes of it. */
void backend_greet(struct backend *backend);
/* Texts given and not given back. */
size_t backend_count(const struct backend *backend);
/* Whether it makes sense to give it more than what it has and what is coming already: a server that
 * takes long is asked for less. */
bool backend_has_room(const struct backend *backend, size_t coming);
/* No request is begun any more: what waits comes back at once, what is under way after within_ms at
 * the latest.  Further texts come back at once. */
void backend_stop(struct backend *backend, int64_t within_ms);
/* Memory is short, or no longer: the cache is half as large for each rung. */
void backend_strain(struct backend *backend, unsigned rung);
/* The figures of `weir status`, one JSON object (PROTOCOL.md, heartbeat). */
void backend_note(const struct backend *backend, struct buf *out);
/* Where vectors are asked for. */
const char *backend_url(const struct backend *backend);

#endif
