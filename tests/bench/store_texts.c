#include "tests/bench/store_texts.h"

#include <math.h>

enum { SYLLABLES = 64, RARE_FROM = 500 };

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t store_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

double store_unit(uint64_t *state)
{
    return (double)(store_random(state) >> 11) / 9007199254740992.0;
}

/* The logarithm of a rank is spread evenly. */
uint32_t store_zipf(uint64_t *state, uint32_t n)
{
    return (uint32_t)pow((double)n + 1, store_unit(state)) - 1;
}

/* The rank in base 64, a syllable each digit: a word has one way to be read. */
void store_word(struct buf *out, uint32_t rank)
{
    static const char first[] = "bdfghklmnprstvwz", second[] = "aeio";

    do {
        uint32_t digit = rank % SYLLABLES;

        buf_addc(out, first[digit / 4]);
        buf_addc(out, second[digit % 4]);
        rank /= SYLLABLES;
    } while (rank > 0);
    buf_addc(out, 'n');
}

void store_topic(uint64_t *state, uint32_t topic[STORE_TOPIC])
{
    for (int i = 0; i < STORE_TOPIC; i++)
        topic[i] = RARE_FROM + (uint32_t)(store_random(state) % (STORE_WORDS - RARE_FROM));
}

static void count(struct store_counts *counts, uint32_t rank, uint64_t document)
{
    if (counts->last[rank] == document)
        return;
    counts->last[rank] = document;
    counts->documents[rank]++;
}

void store_text(struct buf *out, uint64_t *state, uint32_t words, uint32_t shared,
                const uint32_t topic[STORE_TOPIC], uint64_t document, struct store_counts *counts)
{
    bool begins = true;

    for (uint32_t i = 0; i < words; i++) {
        uint64_t dice = store_random(state);
        uint32_t rank =
            dice % 100 < shared ? topic[(dice >> 8) % STORE_TOPIC] : store_zipf(state, STORE_WORDS);
        size_t at = out->len;

        store_word(out, rank);
        if (begins)
            out->data[at] = (char)(out->data[at] - 'a' + 'A');
        begins = i + 1 == words || (dice >> 16) % 12 == 0;
        buf_adds(out, begins ? ". " : " ");
        count(counts, rank, document);
    }
}
