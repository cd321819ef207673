/* The counters of a process: one table (counters.def), one owner (its main thread). */
#ifndef WEIR_COMMON_COUNTERS_H
#define WEIR_COMMON_COUNTERS_H

#include <stdint.h>

struct buf;
struct span;

enum counter {
#define C(name, help) COUNTER_##name,
#include "common/counters.def"
#undef C
    COUNTERS
};

struct counters {
    uint64_t at[COUNTERS];
};

static inline void counters_add(struct counters *counters, enum counter which, uint64_t n)
{
    counters->at[which] += n;
}

const char *counters_name(enum counter which);
const char *counters_help(enum counter which);
/* As the counters field of a heartbeat, and back (missing ones are 0). */
void counters_write(const struct counters *counters, struct buf *out);
void counters_read(struct span bytes, struct counters *counters);

#endif
