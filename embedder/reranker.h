/* The reranker: takes RERANK messages of the hi lane, asks its server (reranks.h), and gives them
 * back with a frame `ranked` behind: scores, or the reason why there are none.
 *
 * A question is asked once: somebody waits, and the order there is will do.  Its time is the
 * message's deadline.  After embedder.breaker_failures failures in a row nothing is asked for
 * embedder.breaker_ms, doubling; the next question is the probe (breaker.h).  The circuit is
 * another than that for vectors.  Belongs to the main thread. */
#ifndef WEIR_EMBEDDER_RERANKER_H
#define WEIR_EMBEDDER_RERANKER_H

#include <czmq.h>
#include <stdbool.h>

#include "common/link.h"

struct buf;
struct config;
struct counters;
struct loop;
struct reranker;

enum { RERANKER_MOST = 8 }; /* questions with the server; beyond them the answer is "busy" */

struct reranker_calls {
    /* For each message taken, once, perhaps before reranker_take returns; *message is the callee's,
     * or NULL where it was dropped: expired, or (why is set) malformed. */
    void (*answered)(void *self, enum lane lane, zmsg_t **message, const char *why);
    void *self;
};

/* Where embedder.rerank_url is empty there is a reranker that says so.  NULL with a logged line:
 * settings that cannot be. */
struct reranker *reranker_open(const struct config *config, struct loop *loop,
                               struct counters *counters, const struct reranker_calls *calls);
/* Questions in hand are dropped.  Takes NULL. */
void reranker_close(struct reranker **reranker);
/* Whether the message is a RERANK: then it was taken. */
bool reranker_take(struct reranker *reranker, enum lane lane, zmsg_t **message);
size_t reranker_count(const struct reranker *reranker);
/* Everything in hand is answered now. */
void reranker_stop(struct reranker *reranker);
/* Adds its figures to an object of JSON text that ends with }, where there is a server. */
void reranker_note(const struct reranker *reranker, struct buf *out);

#endif
