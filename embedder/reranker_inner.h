/* The reranker's state, for its own file. */
#ifndef WEIR_EMBEDDER_RERANKER_INNER_H
#define WEIR_EMBEDDER_RERANKER_INNER_H

#include "common/msg.h"
#include "common/utf8.h"
#include "embedder/breaker.h"
#include "embedder/reranker.h"

enum { REASON_MOST = 256 };

/* With the server. */
struct question {
    struct question *next;
    struct reranker *reranker;
    enum lane lane;
    zmsg_t *message; /* header, rerank */
    size_t texts;
    struct http_transfer *transfer;
};

struct reranker {
    const struct config *config;
    struct counters *counters;
    struct reranker_calls calls;
    char *url, *key; /* NULL where there is none */
    bool texts;      /* the dialect, see reranks.h */
    struct http *http;
    struct breaker breaker;
    struct question *first;
    size_t count;
    uint64_t requests;
    bool stopping;
    struct msg_pool pool;
    char error[REASON_MOST]; /* the last one; "" = none since the last good answer */
};

#endif
