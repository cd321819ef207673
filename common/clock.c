#include "common/clock.h"

#include <time.h>

static int64_t read_us(clockid_t id)
{
    struct timespec now = {0};

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t ahead;

void clock_set_ahead(int64_t ahead_ms)
{
    ahead = ahead_ms;
}

int64_t clock_utc_ms(void)
{
    return read_us(CLOCK_REALTIME) / 1000 + ahead;
}

int64_t clock_mono_ms(void)
{
    return read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}
