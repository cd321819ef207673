/* Response headers: what of them a fetch needs.  Pure: the time is an argument. */
#ifndef WEIR_FETCHER_HEADERS_H
#define WEIR_FETCHER_HEADERS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

/* Start with headers_clear; text is owned by the struct. */
struct headers {
    long status;
    char *etag;
    char *last_modified;
    char *content_type;
    char *location;
    int64_t retry_after_ms; /* -1 = not said */
    int64_t max_age_ms;     /* from Cache-Control, else Expires; -1 = not said */
    bool age_from_cache_control;
    bool redirected;     /* some response before this one was a redirect */
    bool only_permanent; /* and all of those were 301 or 308 */
};

/* Frees what is there; the struct is empty again. */
void headers_clear(struct headers *headers);
/* One line as it came, with or without its end.  A status line begins a new response: what the one
 * before it said is forgotten, but for the redirects (RFC 9112 section 4, RFC 9110 section 15.4).
 */
void headers_line(struct headers *headers, struct span line, int64_t now_ms);

#endif
