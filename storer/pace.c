#include "storer/pace.h"

enum { ROOM_FIRST = 4, ROOM_MOST = 4096, FAILURES_MOST = 8, WAIT_MOST_MS = 600000 };

void pace_begin(struct pace *pace)
{
    *pace = (struct pace){.room = ROOM_FIRST};
}

size_t pace_room(const struct pace *pace, int64_t now_ms)
{
    if (pace_pausing(pace, now_ms))
        return 0;
    return pace->failures >= FAILURES_MOST ? 1 : pace->room; /* one alone tries, after a pause */
}

void pace_good(struct pace *pace)
{
    pace->failures = 0;
    pace->wait_ms = pace->until_ms = 0;
    pace->room += pace->room < ROOM_MOST;
}

bool pace_bad(struct pace *pace, int64_t first_ms, int64_t now_ms)
{
    bool pausing = pace_pausing(pace, now_ms);

    pace->room = pace->room > 1 ? pace->room / 2 : 1;
    if (++pace->failures < FAILURES_MOST || pausing) /* that one was out already */
        return false;
    pace->wait_ms = pace->wait_ms ? pace->wait_ms * 2 : first_ms;
    if (pace->wait_ms > WAIT_MOST_MS)
        pace->wait_ms = WAIT_MOST_MS;
    pace->until_ms = now_ms + pace->wait_ms;
    return true;
}

bool pace_pausing(const struct pace *pace, int64_t now_ms)
{
    return now_ms < pace->until_ms;
}
