#include "common/ladder.h"

enum { ROOM = 10, PERCENT_MOST = 1000 }; /* a rung ends so many points below where it begins */

static const struct {
    const char *name;
    unsigned percent;
} rungs[LADDER_RUNGS] = {{"easy", 0}, {"warn", 80}, {"busy", 90}, {"full", 100}};

bool ladder_set(struct ladder *ladder, unsigned percent, int64_t now_ms, struct ladder_step *step)
{
    enum ladder_rung rung = ladder->rung;

    ladder->percent = percent;
    if (rung + 1 < LADDER_RUNGS && percent >= rungs[rung + 1].percent) {
        ladder->rung = rung + 1;
        ladder->since_ms[rung + 1] = now_ms;
        *step = (struct ladder_step){.rung = rung + 1, .begun = true};
        return true;
    }
    if (rung > LADDER_EASY && percent + ROOM < rungs[rung].percent) {
        ladder->rung = rung - 1;
        *step = (struct ladder_step){.rung = rung, .for_ms = now_ms - ladder->since_ms[rung]};
        return true;
    }
    return false;
}

unsigned ladder_percent(uint64_t part, uint64_t all)
{
    double percent = all ? 100.0 * (double)part / (double)all : 0;

    return percent < PERCENT_MOST ? (unsigned)percent : PERCENT_MOST;
}

const char *ladder_name(enum ladder_rung rung)
{
    return rung < LADDER_RUNGS ? rungs[rung].name : "?";
}
