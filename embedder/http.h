/* Requests to a model server: a few at once over one libcurl multi handle, in the loop of their
 * owner.  The only file, with http_loop.c, that knows libcurl. */
#ifndef WEIR_EMBEDDER_HTTP_H
#define WEIR_EMBEDDER_HTTP_H

#include <stdint.h>

#include "common/buf.h"

struct config;
struct http;
struct http_transfer;
struct loop;

enum http_trouble {
    HTTP_FINE,      /* a response came, whatever its status */
    HTTP_CONNECT,   /* nobody there: name, connection, TLS */
    HTTP_TIMEOUT,   /* no whole response in time */
    HTTP_TOO_LARGE, /* embedder.response_bytes */
    HTTP_BROKEN,    /* it ended in the middle */
};

/* What came; lent to http_done_fn. */
struct http_result {
    enum http_trouble trouble;
    const char *words; /* of trouble */
    int status;
    int64_t retry_after_ms; /* -1 = not said */
    struct span body;
};

/* Called once for each transfer that was not aborted, from the loop only, never from within
 * http_start. */
typedef void http_done_fn(void *self, void *token, const struct http_result *result);

/* key: the API key, or NULL; copied.  loop and config are borrowed.  NULL with a logged line. */
struct http *http_open(const struct config *config, struct loop *loop, const char *key,
                       http_done_fn *fn, void *self);
/* Aborts what is under way without calling back. */
void http_close(struct http **http);
/* Begins a transfer: a POST of JSON, copied, or a GET where body is empty.  url is copied. */
struct http_transfer *http_start(struct http *http, const char *url, struct span body,
                                 int64_t timeout_ms, void *token);
/* Ends it without calling back. */
void http_abort(struct http *http, struct http_transfer *transfer);

#endif
