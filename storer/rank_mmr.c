#include "storer/rank_mmr.h"

#include <float.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/mem.h"
#include "common/vec.h"

struct state {
    float norm;
    float relevance; /* 0 .. 1 */
    float likeness;  /* the greatest so far */
    bool chosen;
};

static void prepare(const struct mmr_hit *hits, size_t n, size_t dims, struct state *states)
{
    float best = -FLT_MAX, worst = FLT_MAX;

    for (size_t i = 0; i < n; i++) {
        best = hits[i].relevance > best ? hits[i].relevance : best;
        worst = hits[i].relevance < worst ? hits[i].relevance : worst;
    }
    for (size_t i = 0; i < n; i++) {
        states[i].norm = hits[i].vector ? vec_norm(hits[i].vector, dims) : 0;
        states[i].relevance = best > worst ? (hits[i].relevance - worst) / (best - worst) : 1;
    }
}

static size_t next(const struct state *states, size_t n, float lambda)
{
    float best = -FLT_MAX;
    size_t at = n;

    for (size_t i = 0; i < n; i++) {
        float value = lambda * states[i].relevance - (1 - lambda) * states[i].likeness;

        if (states[i].chosen || value <= best)
            continue;
        best = value;
        at = i;
    }
    return at;
}

static void compare(const struct mmr_hit *hits, struct state *states, size_t n, size_t dims,
                    size_t with)
{
    for (size_t i = 0; i < n; i++) {
        float likeness = 0;

        if (states[i].chosen || !hits[i].vector || !hits[with].vector)
            continue;
        likeness =
            vec_cosine(hits[i].vector, states[i].norm, hits[with].vector, states[with].norm, dims);
        if (likeness > states[i].likeness)
            states[i].likeness = likeness;
    }
}

size_t rank_mmr(const struct mmr_hit *hits, size_t n, size_t dims, float lambda, size_t most,
                size_t *order)
{
    struct state *states = mem_calloc(n ? n : 1, sizeof(*states));
    size_t count = 0;

    prepare(hits, n, dims, states);
    while (count < most && count < n) {
        size_t at = next(states, n, lambda);

        states[at].chosen = true;
        order[count++] = at;
        compare(hits, states, n, dims, at);
    }
    free(states);
    return count;
}
