#include "embedder/terms.h"

#include <stdbool.h>
#include <stdlib.h>

static bool heavier(const struct term *a, const struct term *b)
{
    return a->weight != b->weight ? a->weight > b->weight : a->hash < b->hash;
}

static void swap(struct term *a, struct term *b)
{
    struct term kept = *a;

    *a = *b;
    *b = kept;
}

/* Brings the heaviest k of n to the front, in any order (quickselect, Hoare 1961; the pivot is the
 * middle of three). */
static void select_heaviest(struct term *words, uint32_t n, uint32_t k)
{
    struct term *low = words, *high = words + n;

    while (high - low > 1) {
        struct term *middle = low + (high - low) / 2, *last = high - 1, *at = low;

        if (heavier(middle, low))
            swap(middle, low);
        if (heavier(last, low))
            swap(last, low);
        if (heavier(middle, last))
            swap(middle, last);
        for (struct term *t = low; t < last; t++)
            if (heavier(t, last))
                swap(at++, t);
        swap(at, last);
        if (at == words + k)
            return;
        if (at < words + k)
            low = at + 1;
        else
            high = at;
    }
}

static int by_hash(const void *a, const void *b)
{
    const struct term *x = a, *y = b;

    return (x->hash > y->hash) - (x->hash < y->hash);
}

uint32_t terms_pick(struct term *words, uint32_t n, uint8_t out[TRAITS_TERMS_MAX * TRAITS_TERM])
{
    uint32_t kept = 0, last = 0;

    if (n > TRAITS_TERMS_MAX) {
        select_heaviest(words, n, TRAITS_TERMS_MAX);
        n = TRAITS_TERMS_MAX;
    }
    if (n > 1) /* words may be NULL where there are none */
        qsort(words, n, sizeof *words, by_hash);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t hash = (uint32_t)(words[i].hash >> 32);
        uint8_t *to = out + (size_t)TRAITS_TERM * kept;

        if (kept > 0 && hash == last)
            continue;
        for (int byte = 0; byte < 4; byte++)
            to[byte] = (uint8_t)(hash >> 8 * byte);
        to[4] = words[i].count;
        to[5] = words[i].idf;
        last = hash;
        kept++;
    }
    return kept;
}
