#include "embedder/retry.h"

enum { DOUBLINGS_MOST = 16 };

enum retry retry_of_status(int status)
{
    switch (status) {
    case 200:
        return RETRY_NONE;
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
        return RETRY_WHOLE;
    case 400:
    case 413:
    case 422:
        return RETRY_TEXT;
    default:
        return RETRY_NEVER;
    }
}

int64_t retry_wait_ms(int tries, int64_t first_ms, int64_t retry_after_ms, int64_t most_ms,
                      uint32_t chance)
{
    int doublings = tries < 1 ? 0 : tries - 1 > DOUBLINGS_MOST ? DOUBLINGS_MOST : tries - 1;
    int64_t whole_ms = first_ms * (int64_t)(1 << doublings);
    int64_t wait_ms = whole_ms / 2 + (int64_t)(chance % (uint32_t)(whole_ms / 2 + 1));

    if (retry_after_ms > most_ms)
        return -1;
    return retry_after_ms > wait_ms ? retry_after_ms : wait_ms;
}
