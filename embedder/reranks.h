/* What is said to a reranker and what it answers.  Pure.
 *
 * Jina (api.jina.ai/redoc, "Rerank"), Cohere, vLLM and llama.cpp (tools/server/README.md, "POST
 * /v1/rerank") take {"model", "query", "documents": [TEXT ...], "top_n"} and give {"results":
 * [{"index", "relevance_score"} ...]}, some with the documents in it.  Text Embeddings Inference
 * (its OpenAPI page, "/rerank") takes {"query", "texts": [TEXT ...], "truncate"} and gives
 * [{"index", "score"} ...].  Scores are probabilities or logits, so their order alone counts; the
 * entries come best first, or in the order of the texts. */
#ifndef WEIR_EMBEDDER_RERANKS_H
#define WEIR_EMBEDDER_RERANKS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

enum { RERANKS_MOST = 100 }; /* texts of one request */

/* The address to ask, made of the server's: with /v1/rerank behind it, unless it names a path
 * ending in /rerank.  *texts: it is one that wants "texts" (/rerank without /v1).  NULL where it
 * cannot be used, with words that end a sentence about it.  Caller owns the text. */
char *reranks_url(const char *base, bool *texts, const char **why);

/* Appends the body of a request; model may be "". */
void reranks_ask(struct buf *out, bool texts, const char *model, struct span query,
                 const struct span *passages, size_t count);
/* Reads an answer of any of them: a score for each of count texts, in their order.  NULL, or what
 * is wrong with it, a constant: not JSON, not a score a text, an index twice, no finite number. */
const char *reranks_read(struct span body, size_t count, float *scores);

#endif
