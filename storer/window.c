#include "storer/window.h"

enum { BACKGROUND_PERCENT = 90 };

uint64_t window_used(const struct window *window)
{
    return window->under_way + window->reserved + window->asked;
}

uint64_t window_replays(const struct window *window)
{
    uint64_t most = window->items_max / (window->share ? window->share : 1);

    return most ? most : 1;
}

bool window_room(const struct window *window, bool hi, uint64_t expected)
{
    uint64_t used = window_used(window);
    uint64_t percent = hi ? 100 : BACKGROUND_PERCENT;
    double bytes =
        (double)window->bytes + (double)(window->reserved + expected) * window->item_bytes;

    if (used == 0)
        return true;
    return (used + expected) * 100 <= window->items_max * percent &&
           bytes * 100 <= (double)window->bytes_max * (double)percent;
}

unsigned window_percent(const struct window *window)
{
    double items = 100.0 * (double)window_used(window) / (double)window->items_max;
    double bytes = 100.0 * (double)window->bytes / (double)window->bytes_max;

    return (unsigned)(items > bytes ? items : bytes);
}

void window_learn(struct window *window, size_t bytes)
{
    window->item_bytes += ((double)bytes - window->item_bytes) / 64;
}

uint64_t window_expect(uint64_t before, uint64_t got)
{
    uint64_t now = (before * 3 + got + 2) / 4;

    return now > 0 ? now : 1;
}
