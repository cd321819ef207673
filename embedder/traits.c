#include "embedder/traits.h"

#include "common/hash.h"
#include "common/vec.h"
#include "embedder/tokens.h"

#include <string.h>

struct traits traits_borrow(const struct traits_buf *buf)
{
    return (struct traits){
        .dims = buf->dims,
        .vector = buf->vector,
        .norm = buf->norm,
        .signature = buf->has_signature ? buf->signature : NULL,
        .words = buf->words,
        .url_key = buf->url_key,
        .title_key = buf->title_key,
        .figures = buf->figures,
        .figure_count = buf->figure_count,
        .terms = buf->terms,
        .term_count = buf->term_count,
    };
}

bool traits_set_vector(struct traits_buf *buf, const float *vector, size_t dims)
{
    buf->dims = 0;
    buf->norm = 0.0F;
    if (dims == 0 || dims > TRAITS_DIMS_MAX)
        return false;
    buf->norm = vec_quantise(vector, dims, buf->vector);
    if (buf->norm <= 0.0F)
        return false;
    buf->dims = (uint32_t)dims;
    return true;
}

uint64_t traits_title_key(const struct tokens *tokens)
{
    uint64_t key = 0;

    for (uint32_t i = 0; i < tokens->count; i++)
        key = hash_fold(key, &tokens->list[i].hash, sizeof tokens->list[i].hash);
    return key;
}

/* Keeps the list ascending, distinct and short; returns its new length. */
static uint32_t insert(uint32_t *figures, uint32_t n, uint32_t figure)
{
    uint32_t at = n;

    while (at > 0 && figures[at - 1] > figure)
        at--;
    if ((at > 0 && figures[at - 1] == figure) || at == TRAITS_FIGURES_MAX)
        return n;
    if (n == TRAITS_FIGURES_MAX)
        n--;
    memmove(figures + at + 1, figures + at, (n - at) * sizeof *figures);
    figures[at] = figure;
    return n + 1;
}

uint32_t traits_figures(const struct tokens *tokens, uint32_t *figures)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < tokens->count; i++)
        if (tokens->list[i].kind == TOKEN_NUMBER)
            n = insert(figures, n, (uint32_t)(tokens->list[i].hash >> 32));
    return n;
}
