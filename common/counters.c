#include "common/counters.h"

#include "common/msg.h"

const char *counters_name(enum counter which)
{
    static const char *const names[COUNTERS] = {
#define C(name, help) #name,
#include "common/counters.def"
#undef C
    };
    return names[which];
}

const char *counters_help(enum counter which)
{
    static const char *const helps[COUNTERS] = {
#define C(name, help) help,
#include "common/counters.def"
#undef C
    };
    return helps[which];
}

void counters_write(const struct counters *counters, struct buf *out)
{
    for (int i = 0; i < COUNTERS; i++)
        msg_put_u64(out, counters->at[i]);
}

void counters_read(struct span bytes, struct counters *counters)
{
    *counters = (struct counters){0};
    for (size_t i = 0; i < COUNTERS && (i + 1) * 8 <= bytes.n; i++)
        counters->at[i] = msg_get_u64(bytes.p + i * 8);
}
