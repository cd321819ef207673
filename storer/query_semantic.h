/* Questions to the ring that a reader waits for: a SEARCH, or a RERANK (PROTOCOL.md, header).
 *
 *   reader (DEALER) ── inproc ── (ROUTER) the writer's thread ── items hi ── embedder ── deduper
 *         ▲                                    │    ▲                                       │
 *         └────────────────────────────────────┘    └──────────────── verdicts hi ─────────┘
 *
 *   to the writer    [number u64][kind u64][within_ms u64][item or rerank frame]
 *   to the reader    [number u64][why, "" = answered][vector or ranked frame][verdict frame]
 *
 * A reader has one question out at a time; a further one takes its place, so there are at most as
 * many as readers.  A question that cannot be asked is answered at once with the reason; one whose
 * answer is lost on the way is not answered at all, and the reader's deadline ends it. */
#ifndef WEIR_STORER_QUERY_SEMANTIC_H
#define WEIR_STORER_QUERY_SEMANTIC_H

#include <czmq.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/msg.h"

struct loop;
struct semantic;

/* --- the writer's thread's end --- */

struct semantic_question {
    uint64_t token; /* for the header's item; never given twice, nor by an earlier process */
    enum msg_kind kind;
    int64_t within_ms;
    struct span frame; /* lent */
};

/* Sends a question; NULL, or why that cannot be (a constant). */
typedef const char *semantic_ask_fn(void *self, const struct semantic_question *question);

/* store: the path of the file, by which readers find this end; borrowed for the call, the rest for
 * good.  Never NULL. */
struct semantic *semantic_open(const char *store, struct loop *loop, semantic_ask_fn *fn,
                               void *self);
void semantic_close(struct semantic **semantic);
/* Whether an answer to a question of this kind is still waited for. */
bool semantic_waits(struct semantic *semantic, uint64_t token, enum msg_kind kind);
/* Gives it to the reader that waits; second may be empty. */
void semantic_answer(struct semantic *semantic, uint64_t token, struct span first,
                     struct span second);
/* Questions of this kind that are out and in time. */
size_t semantic_count(const struct semantic *semantic, enum msg_kind kind, int64_t now_ms);

/* --- a reader's end: what struct reads_ring (reads.h) is made of --- */

struct ring;

/* pipe: the reader's; anything that comes there ends a wait.  deadline_ms is looked at in each
 * wait: the loop time at which the query ends. */
struct ring *ring_open(const char *store, zsock_t *pipe, const int64_t *deadline_ms);
void ring_close(struct ring **ring);
/* Asks; what was asked before is given up. */
void ring_ask(void *ring, enum msg_kind kind, struct span frame, int64_t within_ms);
/* Waits for the answer: NULL and its frames (lent until the next ask), or why there is none. */
const char *ring_wait(void *ring, struct span *first, struct span *second);

#endif
