#include "common/flood.h"

#include <string.h>

static struct flood *find(struct floods *floods, const char *what)
{
    struct flood *free_one = NULL;

    for (int i = 0; i < FLOOD_KINDS; i++) {
        struct flood *flood = &floods->at[i];

        if (flood->count && strcmp(flood->what, what) == 0)
            return flood;
        if (!flood->count && !free_one)
            free_one = flood;
    }
    return free_one;
}

bool floods_add(struct floods *floods, const char *what, int64_t now_ms)
{
    struct flood *flood = find(floods, what);

    if (!flood)
        return true;
    if (!flood->count)
        *flood = (struct flood){.what = what, .first_ms = now_ms};
    flood->last_ms = now_ms;
    return flood->count++ == 0;
}

bool floods_end(struct floods *floods, int64_t now_ms, int64_t quiet_ms, struct flood *ended)
{
    for (int i = 0; i < FLOOD_KINDS; i++) {
        struct flood *flood = &floods->at[i];

        if (!flood->count || now_ms - flood->last_ms < quiet_ms)
            continue;
        *ended = *flood;
        *flood = (struct flood){0};
        return true;
    }
    return false;
}
