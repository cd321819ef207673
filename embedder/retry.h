/* What to do about a request that failed.  Pure. */
#ifndef WEIR_EMBEDDER_RETRY_H
#define WEIR_EMBEDDER_RETRY_H

#include <stdint.h>

enum retry {
    RETRY_NONE,    /* nothing is wrong */
    RETRY_WHOLE,   /* the server, or the way to it, is in trouble: the same again, later */
    RETRY_SMALLER, /* it took too long: again, later, in halves */
    RETRY_TEXT,    /* a text is to blame, too long perhaps: in halves, then cut */
    RETRY_APART,   /* one of the texts may be to blame: in halves, at once */
    RETRY_NEVER,   /* the next one would fare no better */
};

/* Of an HTTP status: 429, 500, 502, 503 and 504 are worth another try; 400, 413 and 422 are about
 * what was sent; other errors, redirects among them, stay what they are. */
enum retry retry_of_status(int status);

/* How long to wait after so many tries (>= 1): first_ms, doubling with each, half of it by chance
 * (full jitter keeps no minimum: Brooker, "Exponential Backoff And Jitter", 2015, "equal jitter");
 * a Retry-After that is longer wins.  -1 where retry_after_ms is longer than most_ms: not worth
 * waiting for.  retry_after_ms is -1 where none was said. */
int64_t retry_wait_ms(int tries, int64_t first_ms, int64_t retry_after_ms, int64_t most_ms,
                      uint32_t chance);

#endif
