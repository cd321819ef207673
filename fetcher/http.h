/* Transfers: many at once over one libcurl multi handle, in the loop of their owner.  The only file
 * that knows libcurl. */
#ifndef WEIR_FETCHER_HTTP_H
#define WEIR_FETCHER_HTTP_H

#include <stdint.h>

#include "common/msg.h"
#include "fetcher/headers.h"

struct config;
struct http;
struct http_transfer;
struct loop;
struct options;

/* A request; all text is borrowed during http_start only. */
struct http_request {
    const char *url; /* user information in it is used where options have no credentials */
    struct span etag;
    struct span last_modified;
    int64_t timeout_ms;            /* of all of it, redirects included */
    const struct options *options; /* NULL = none; borrowed until the transfer is over */
};

/* What came; lent to http_done_fn, who may take body (and null it). */
struct http_result {
    enum msg_error error;      /* MSG_ERROR_NONE: a response came, whatever its status */
    const char *words;         /* of an error */
    struct headers headers;    /* of the last response */
    const char *final_url;     /* without user information, as all URLs and words here */
    const char *permanent_url; /* where the leading 301 and 308 led; "" = there were none */
    bool wandered;             /* a redirect that was not permanent was followed */
    struct buf body;           /* decompressed */
    int64_t took_ms;
};

/* Called once for each transfer that was not aborted. */
typedef void http_done_fn(void *self, void *token, struct http_result *result);

/* NULL with a logged line.  loop and config are borrowed. */
struct http *http_open(const struct config *config, struct loop *loop, http_done_fn *fn,
                       void *self);
/* Aborts what is under way without calling back. */
void http_close(struct http **http);
/* Begins a transfer; NULL where the request cannot be made (bad URL). */
struct http_transfer *http_start(struct http *http, const struct http_request *request,
                                 void *token);
/* Ends it without calling back; its token comes back to the caller. */
void *http_abort(struct http *http, struct http_transfer *transfer);
/* One of those under way, or NULL. */
struct http_transfer *http_any(struct http *http);
size_t http_count(const struct http *http);

#endif
