/* What the schedule costs by itself: picking, leasing, closing and putting back, with so many
 * sources on so many hosts; and asking when nothing is ready.  usage: schedule_picks SOURCES HOSTS
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "storer/db_source.h"
#include "storer/schedule.h"

enum { HOUR = 3600000, ASKS = 1000000 };

static bool any(void *arg, const struct schedule_source *source)
{
    (void)arg;
    (void)source;
    return true;
}

static double cpu_s(void)
{
    struct timespec at;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static struct db_source source_number(uint64_t id, uint64_t hosts, int64_t next_ms)
{
    struct db_source source = {.id = id, .next_ms = next_ms, .last_ok_ms = 1};

    snprintf(source.host, sizeof(source.host), "host-%llu.example",
             (unsigned long long)(id * 2654435761u % hosts));
    return source;
}

static void fill(struct schedule *schedule, uint64_t sources, uint64_t hosts)
{
    double began = cpu_s();

    for (uint64_t id = 1; id <= sources; id++) {
        struct db_source source =
            source_number(id, hosts, (int64_t)(id * 40503u % sources * HOUR / sources));
        schedule_put(schedule, &source);
    }
    printf("put_us=%.3f\n", (cpu_s() - began) / (double)sources * 1e6);
}

/* One hour of polls: the clock goes on to the next that is due. */
static void polls(struct schedule *schedule, uint64_t sources, uint64_t hosts)
{
    double began = cpu_s();
    int64_t now_ms = 0;

    for (uint64_t fetch = 1; fetch <= sources; fetch++) {
        struct schedule_source *source = NULL;

        while (!(source = schedule_pick(schedule, now_ms, now_ms, true, any, NULL)))
            now_ms += schedule_wait_ms(schedule, now_ms, now_ms);
        struct db_source again = source_number(source->id, hosts, now_ms + HOUR);
        schedule_leased(schedule, source, fetch, now_ms);
        schedule_closed(schedule, source);
        schedule_put(schedule, &again);
    }
    printf("poll_us=%.3f\nclock_ms=%lld\n", (cpu_s() - began) / (double)sources * 1e6,
           (long long)now_ms);
    began = cpu_s();
    while (schedule_pick(schedule, now_ms, now_ms, true, any, NULL))
        now_ms--;
    for (int i = 0; i < ASKS; i++)
        if (schedule_pick(schedule, now_ms, now_ms, true, any, NULL))
            exit(1);
    printf("ask_us=%.4f\n", (cpu_s() - began) / ASKS * 1e6);
}

int main(int argc, char **argv)
{
    uint64_t sources = argc > 1 ? strtoull(argv[1], NULL, 10) : 50000;
    uint64_t hosts = argc > 2 ? strtoull(argv[2], NULL, 10) : 20000;
    struct schedule *schedule =
        schedule_create(&(struct schedule_limits){.host_requests = 2, .host_spacing_ms = 1000});

    fill(schedule, sources, hosts);
    polls(schedule, sources, hosts);
    schedule_destroy(&schedule);
    return 0;
}
