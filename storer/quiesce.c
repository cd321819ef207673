#include "storer/quiesce.h"

bool quiesce_take(struct quiesce *quiesce, unsigned purpose, int64_t ttl_ms, int64_t within_ms,
                  int64_t now_ms)
{
    bool was = quiesce->purpose != 0;

    if (purpose == 0) {
        *quiesce = (struct quiesce){0};
        return was;
    }
    if (!was)
        *quiesce = (struct quiesce){.since_ms = now_ms, .answered_ms = INT64_MIN};
    quiesce->purpose = purpose;
    quiesce->until_ms = now_ms + ttl_ms;
    quiesce->deadline_ms = now_ms + within_ms;
    return !was;
}

void quiesce_number(struct quiesce *quiesce, uint64_t round)
{
    if (quiesce->purpose == 0 || quiesce->round == round)
        return;
    quiesce->round = round;
    quiesce->done = false;
    quiesce->answered_ms = INT64_MIN;
}

bool quiesce_lapse(struct quiesce *quiesce, int64_t now_ms)
{
    if (quiesce->purpose == 0 || now_ms < quiesce->until_ms)
        return false;
    *quiesce = (struct quiesce){0};
    return true;
}

bool quiesce_active(const struct quiesce *quiesce)
{
    return quiesce->purpose != 0;
}

bool quiesce_done(const struct quiesce *quiesce, size_t in_flight, int64_t now_ms)
{
    return in_flight == 0 || now_ms >= quiesce->deadline_ms;
}

bool quiesce_answer(struct quiesce *quiesce, bool done, int64_t every_ms, int64_t now_ms)
{
    if (done == quiesce->done && quiesce->answered_ms != INT64_MIN &&
        now_ms - quiesce->answered_ms < every_ms)
        return false;
    quiesce->done = done;
    quiesce->answered_ms = now_ms;
    return true;
}
