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
    char *location;         /* as it came; NULL also where it is longer than a URL may be */
    int64_t retry_after_ms; /* -1 = not said */
    int64_t max_age_ms;     /* from Cache-Control, else Expires; -1 = not said */
    bool age_from_cache_control;
    const char *challenge; /* who asks for a browser or a person, by a header of its own; or NULL */
    const char *guard;     /* who stands in front of the site and refuses by itself; or NULL */
    unsigned codings;      /* how often the body is compressed, one upon the other */
    int64_t date_ms;       /* the server's clock, and dates by it; 0 = not said; inner */
    int64_t retry_date_ms, expires_ms, age_ms;
    char **last; /* the text that a folded line goes on with; inner */
    bool open;   /* the header has begun and not ended; inner */
};

/* Frees what is there; the struct is empty again. */
void headers_clear(struct headers *headers);
/* One line as it came, with or without its end.  A status line begins a new response: what the one
 * before it said is forgotten.  An empty line ends the header: fields behind it are trailers and do
 * not count (RFC 9110 section 6.5.1).  A folded line goes on with its field (RFC 9112 section 5.2);
 * lines without a colon are passed over; texts of more than 4096 bytes (Location: 8192) count as
 * not said. */
void headers_line(struct headers *headers, struct span line, int64_t now_ms);
/* Who answers in place of the site with a test for browsers or persons, from header, status and the
 * beginning of the body; NULL where nobody does, as far as can be told for certain. */
const char *headers_challenger(const struct headers *headers, struct span body);

#endif
