/* What http.c and http_loop.c share: nobody else includes this. */
#ifndef WEIR_EMBEDDER_HTTP_INNER_H
#define WEIR_EMBEDDER_HTTP_INNER_H

#include <curl/curl.h>

#include "embedder/http.h"

struct http_transfer {
    struct http *http;
    struct http_transfer *next;
    struct http_transfer **place; /* what points to this */
    CURL *easy;
    struct buf body;
    bool too_large;
    int64_t timeout_ms;
    void *token;
    char curl_words[CURL_ERROR_SIZE];
    char words[2 * CURL_ERROR_SIZE];
};

struct http {
    const struct config *config;
    struct loop *loop;
    CURLM *multi;
    int epoll;                /* curl's sockets, one descriptor for the loop */
    struct curl_slist *lines; /* of every request; the key is among them */
    struct http_transfer *first;
    uint64_t timer;
    http_done_fn *fn;
    void *self;
};

/* http_setup.c: sets all but the body. */
void http_arrange(struct http_transfer *transfer, const char *url);
/* http_loop.c: lets curl's sockets and timer be watched by the loop. */
bool http_loop_open(struct http *http);
void http_loop_close(struct http *http);
/* In http.c: takes what curl has finished. */
void http_read_results(struct http *http);

#endif
