/* The best by what was starred and read. */
#include <math.h>
#include <stdlib.h>

#include "common/vec.h"
#include "storer/feed.h"

static double halved(int64_t age_ms, int64_t half_life_ms)
{
    return age_ms > 0 ? exp2(-(double)age_ms / (double)half_life_ms) : 1;
}

void feed_interest_weigh(struct feed_taste *taste, int64_t now_ms)
{
    for (size_t i = 0; i < taste->count; i++) {
        struct feed_interest *interest = &taste->interests[i];

        interest->weight = (float)((interest->starred ? 1 : taste->read_weight) *
                                   halved(now_ms - interest->at_ms, taste->interest_ms));
    }
}

static void liken(struct feed_entry *entry, const struct feed_taste *taste)
{
    struct span bytes = taste->vector(taste->arg, entry->item);
    const int8_t *vector = (const int8_t *)bytes.p;
    float norm = 0, best = 0;

    if (bytes.n != taste->n || taste->n == 0)
        return;
    norm = vec_norm(vector, taste->n);
    for (size_t i = 0; i < taste->count; i++) {
        const struct feed_interest *interest = &taste->interests[i];
        float cosine = 0;

        /* Itself; or it cannot be more than the best so far. */
        if (interest->item == entry->item || interest->weight <= best)
            continue;
        cosine = vec_cosine(vector, norm, interest->vector, interest->norm, taste->n);
        if (cosine * interest->weight <= best)
            continue;
        best = cosine * interest->weight;
        entry->by = interest->item;
        entry->starred = interest->starred;
        entry->cosine = cosine;
        entry->weight = interest->weight;
    }
}

static int better(const void *a, const void *b)
{
    const struct feed_entry *one = *(struct feed_entry *const *)a;
    const struct feed_entry *other = *(struct feed_entry *const *)b;

    if (one->score != other->score)
        return one->score > other->score ? -1 : 1;
    if (one->time_ms != other->time_ms)
        return one->time_ms > other->time_ms ? -1 : 1;
    return (one->item < other->item) - (one->item > other->item);
}

static void score(struct feed_entry *entry, const struct feed_taste *taste, int64_t now_ms)
{
    entry->by = 0;
    entry->fresh = (float)halved(now_ms - entry->time_ms, taste->half_life_ms);
    if (taste->count == 0) {
        entry->score = (float)log2(1 + (double)entry->sources) * entry->fresh;
        return;
    }
    liken(entry, taste);
    entry->score = entry->cosine * entry->weight * entry->fresh;
}

bool feed_interest(struct feed *feed, struct feed_taste *taste, int64_t now_ms, size_t most)
{
    size_t count = 0;
    struct feed_entry **sorted = feed_ranked(feed, &count);
    bool whole = true;

    feed_interest_weigh(taste, now_ms);
    for (size_t i = 0; whole && i < count; i++) {
        whole = !feed_stops(feed, i);
        score(sorted[i], taste, now_ms);
    }
    qsort(sorted, count, sizeof(struct feed_entry *), better);
    for (size_t i = 0; whole && i < count; i++) {
        sorted[i]->place = (uint32_t)i + 1;
        if (i >= most)
            sorted[i]->out = FEED_INTEREST;
    }
    free(sorted);
    return whole;
}
