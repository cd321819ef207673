#include "embedder/breaker.h"

void breaker_init(struct breaker *breaker, int64_t failures_most, int64_t first_ms, int64_t most_ms)
{
    *breaker = (struct breaker){.failures_most = failures_most,
                                .first_ms = first_ms,
                                .most_ms = most_ms > first_ms ? most_ms : first_ms};
}

bool breaker_good(struct breaker *breaker)
{
    if (breaker->state == BREAKER_OPEN)
        return false;
    breaker->failures = 0;
    breaker->open_ms = 0;
    if (breaker->state == BREAKER_CLOSED)
        return false;
    breaker->state = BREAKER_CLOSED;
    return true;
}

static void open_up(struct breaker *breaker, int64_t now_ms, uint32_t chance)
{
    int64_t longer = breaker->open_ms ? 2 * breaker->open_ms : breaker->first_ms;

    breaker->open_ms = longer > breaker->most_ms ? breaker->most_ms : longer;
    breaker->until_ms =
        now_ms + breaker->open_ms + (int64_t)(chance % (uint32_t)(breaker->open_ms / 4 + 1));
    breaker->state = BREAKER_OPEN;
}

bool breaker_bad(struct breaker *breaker, int64_t now_ms, uint32_t chance)
{
    if (breaker->state == BREAKER_OPEN)
        return false;
    breaker->failures++;
    if (breaker->state == BREAKER_CLOSED && breaker->failures < breaker->failures_most)
        return false;
    if (breaker->state == BREAKER_CLOSED)
        breaker->opened++;
    open_up(breaker, now_ms, chance);
    return true;
}

bool breaker_trip(struct breaker *breaker, int64_t now_ms, uint32_t chance)
{
    if (breaker->failures < breaker->failures_most - 1)
        breaker->failures = breaker->failures_most - 1;
    return breaker_bad(breaker, now_ms, chance);
}

bool breaker_probe(struct breaker *breaker, int64_t now_ms)
{
    if (breaker->state != BREAKER_OPEN || now_ms < breaker->until_ms)
        return false;
    breaker->state = BREAKER_HALF_OPEN;
    return true;
}

const char *breaker_state_name(enum breaker_state state)
{
    static const char *const names[] = {"closed", "open", "half-open"};

    return names[state];
}
