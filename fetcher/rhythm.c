#include "fetcher/rhythm.h"

#include <stdlib.h>

#include "common/mem.h"
#include "fetcher/feed.h"

enum {
    RECENT = 20,         /* what a feed did years ago is not its rhythm */
    GAPS_TO_JUDGE = 4,   /* of fewer gaps none is out of measure */
    BEYOND_MEASURE = 10, /* times the mean of the others */
    LONE_MS = 86400000,
};

static int newest_first(const void *a, const void *b)
{
    const int64_t *x = a;
    const int64_t *y = b;

    return *x < *y ? 1 : *x > *y ? -1 : 0;
}

/* Of dates that are not all the same; the sum of their gaps is the time they span. */
static int64_t mean_of_gaps(const int64_t *newest, size_t count, int64_t silence_ms)
{
    int64_t sum = newest[0] - newest[count - 1];
    int64_t gaps = (int64_t)count - 1;
    int64_t longest = 0;

    for (size_t i = 0; i + 1 < count; i++)
        if (newest[i] - newest[i + 1] > longest)
            longest = newest[i] - newest[i + 1];
    if (gaps >= GAPS_TO_JUDGE && sum > longest &&
        longest / BEYOND_MEASURE > (sum - longest) / (gaps - 1)) {
        sum -= longest;
        gaps--;
    }
    if (silence_ms > sum / gaps) {
        sum += silence_ms;
        gaps++;
    }
    return sum / gaps;
}

int64_t rhythm_gap(int64_t *times, size_t count, int64_t now_ms)
{
    int64_t silence_ms = 0;

    if (count)
        qsort(times, count, sizeof(*times), newest_first);
    while (count && times[0] > now_ms) {
        times++;
        count--;
    }
    if (count > RECENT)
        count = RECENT;
    if (count == 0)
        return -1;
    silence_ms = now_ms - times[0];
    if (times[0] == times[count - 1])
        return silence_ms >= LONE_MS ? silence_ms : -1;
    return mean_of_gaps(times, count, silence_ms);
}

int64_t rhythm_of(const struct feed *feed, int64_t now_ms)
{
    int64_t *times = mem_calloc(feed->count + 1, sizeof(*times));
    int64_t gap_ms = -1;
    size_t n = 0;

    for (size_t i = 0; i < feed->count; i++) {
        const struct feed_entry *entry = &feed->entries[i];
        int64_t at = entry->published_ms == FEED_NO_TIME ? entry->updated_ms : entry->published_ms;

        /* What lies before 1970 is a broken clock's. */
        if (at != FEED_NO_TIME && at > 0)
            times[n++] = at;
    }
    gap_ms = rhythm_gap(times, n, now_ms);
    free(times);
    return gap_ms;
}
