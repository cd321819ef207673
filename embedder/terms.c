#include "embedder/terms.h"

#include <stdbool.h>
#include <string.h>

/* Weights and hashes fall into so many bins, by their highest bits: a text has some hundred words,
 * and what is left to be put in order within a bin is little. */
enum { BINS = 1024, BIN_SHIFT = 10, PLACE_BITS = 7, PLACES = 1 << PLACE_BITS };

static bool heavier(const struct term *a, const struct term *b)
{
    return a->weight != b->weight ? a->weight > b->weight : a->hash < b->hash;
}

static uint32_t bin_of(const struct term *word)
{
    uint32_t bin = word->weight >> BIN_SHIFT;

    return bin < BINS ? bin : BINS - 1;
}

/* Puts a word among the heaviest `room`, in their order; returns how many there are. */
static uint32_t keep(struct term *kept, uint32_t count, uint32_t room, struct term word)
{
    uint32_t at = count < room ? count : room - 1;

    if (room == 0 || (count == room && !heavier(&word, &kept[at])))
        return count;
    for (; at > 0 && heavier(&word, &kept[at - 1]); at--)
        kept[at] = kept[at - 1];
    kept[at] = word;
    return count < room ? count + 1 : room;
}

/* Writes the heaviest TRAITS_TERMS_MAX of more words: all of the bins that fit whole, and the best
 * of the next one. */
static void select_heaviest(const struct term *words, uint32_t n, struct term *out)
{
    uint32_t sizes[BINS] = {0}, bin = BINS, whole = 0, count = 0, best = 0;

    for (uint32_t i = 0; i < n; i++)
        sizes[bin_of(&words[i])]++;
    while (whole + sizes[bin - 1] <= TRAITS_TERMS_MAX)
        whole += sizes[--bin];
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = bin_of(&words[i]);

        if (at >= bin)
            out[count++] = words[i];
        else if (at == bin - 1)
            best = keep(out + whole, best, TRAITS_TERMS_MAX - whole, words[i]);
    }
}

/* By hash: counted into places by the highest bits, then put in order among their few neighbours.
 */
static void sort(const struct term *words, uint32_t n, struct term *out)
{
    uint8_t starts[PLACES + 1] = {0};

    for (uint32_t i = 0; i < n; i++)
        starts[(words[i].hash >> (64 - PLACE_BITS)) + 1]++;
    for (uint32_t p = 0; p < PLACES; p++)
        starts[p + 1] = (uint8_t)(starts[p + 1] + starts[p]);
    for (uint32_t i = 0; i < n; i++)
        out[starts[words[i].hash >> (64 - PLACE_BITS)]++] = words[i];
    for (uint32_t i = 1; i < n; i++) {
        struct term word = out[i];
        uint32_t at = i;

        for (; at > 0 && out[at - 1].hash > word.hash; at--)
            out[at] = out[at - 1];
        out[at] = word;
    }
}

static uint32_t write_terms(const struct term *words, uint32_t n, uint8_t *out)
{
    uint32_t kept = 0, last = 0;

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

uint32_t terms_pick(const struct term *words, uint32_t n,
                    uint8_t out[TRAITS_TERMS_MAX * TRAITS_TERM])
{
    struct term heaviest[TRAITS_TERMS_MAX], sorted[TRAITS_TERMS_MAX];

    if (n > TRAITS_TERMS_MAX) {
        select_heaviest(words, n, heaviest);
        words = heaviest;
        n = TRAITS_TERMS_MAX;
    }
    sort(words, n, sorted);
    return write_terms(sorted, n, out);
}
