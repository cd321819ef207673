/* Texts put into the order in which they answer a query, by the embedder's reranker. */
#ifndef WEIR_STORER_READS_RERANK_H
#define WEIR_STORER_READS_RERANK_H

#include <stddef.h>

#include "common/buf.h"

struct reads;

enum { RERANK_MOST = 100 }; /* texts of one question */

/* Fills order with 0 .. n-1, best first, and scores, where it is not NULL, with what the reranker
 * gave each text (by text, not by place).  Ties keep their order.  NULL; or why there is no such
 * order, a constant or words lent until the ring is asked again: then order is 0, 1, 2 ... and
 * scores are 0.  Waits search.rerank_ms at most; be in no transaction.  n <= RERANK_MOST. */
const char *reads_rerank(struct reads *reads, struct span query, const struct span *texts, size_t n,
                         size_t *order, float *scores);

#endif
