/* What the files of http.c share: nobody else includes this. */
#ifndef WEIR_FETCHER_HTTP_INNER_H
#define WEIR_FETCHER_HTTP_INNER_H

#include <curl/curl.h>

#include "fetcher/http.h"
#include "fetcher/redirect.h"

/* Why a callback ended a transfer. */
enum http_stop {
    HTTP_STOP_NONE,
    HTTP_STOP_HEADER,    /* fetcher.header_bytes */
    HTTP_STOP_CODINGS,   /* compressed more than once */
    HTTP_STOP_RESPONSE,  /* fetcher.response_bytes */
    HTTP_STOP_BODY,      /* fetcher.body_bytes */
    HTTP_STOP_FORBIDDEN, /* the address may not be fetched from */
    HTTP_STOP_ENOUGH     /* the rest of the body is of no use: no error */
};

/* One request with its redirects; the easy handle stays with it when it goes back to the pool. */
struct http_transfer {
    struct http *http;
    struct http_transfer *next; /* under way, or in the pool */
    struct http_transfer *previous;
    CURL *easy;
    bool arranged; /* the handle has what all requests have in common, and nothing else */
    const struct options *options;
    struct curl_slist *lines;      /* the source's own headers, then the validators */
    struct curl_slist *validators; /* a place in lines */
    struct redirect chain;
    struct headers headers; /* of the present hop, as all below */
    struct buf body;
    int64_t seen_ms; /* when its header began, UTC */
    int64_t header_bytes;
    int64_t unwanted_bytes; /* of a body that is not kept */
    enum http_stop stop;
    bool refused;
    int64_t began_ms;
    int64_t until_ms;
    void *token;
    char curl_words[CURL_ERROR_SIZE];
    char words[2 * CURL_ERROR_SIZE];
};

struct http_socket;

struct http {
    const struct config *config;
    struct loop *loop;
    CURLM *multi;
    int epoll;                   /* curl's sockets, one descriptor for the loop */
    struct http_socket *sockets; /* by descriptor */
    size_t socket_count;
    struct http_transfer *first;
    size_t count;
    size_t refused; /* of those: ended before they began */
    struct http_transfer *pool;
    size_t pooled;
    char *user_agent;
    uint64_t timer;
    bool due; /* curl has something to do at once */
    http_done_fn *fn;
    void *self;
};

/* --- http_setup.c: an easy handle made ready for a hop ---------------------------------------- */

/* Forgets the last hop and sets the next one; false where its address may not be asked. */
bool http_arrange(struct http_transfer *transfer);
/* The request's header lines, kept for all hops. */
void http_take_lines(struct http_transfer *transfer, const struct http_request *request);

/* --- http_words.c: what went wrong ------------------------------------------------------------ */

/* The error of a hop that curl ended with this code; writes transfer->words. */
enum msg_error http_judge(struct http_transfer *transfer, CURLcode code);

/* --- http_loop.c: the multi handle in the loop ------------------------------------------------ */

bool http_loop_open(struct http *http);
void http_loop_close(struct http *http);
/* A connection's socket: it stays in the epoll set until it is closed (a curl_closesocket_callback
 * whose client is the struct http). */
void http_socket_opened(struct http *http, int fd);
int http_socket_close(void *http, curl_socket_t fd);
/* Lets curl do what it has to do at once; results wait for the loop. */
void http_kick(struct http *http);
/* In http.c: takes what curl has finished. */
void http_read_results(struct http *http);

#endif
