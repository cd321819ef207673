/* The traits of one item with room for their arrays: filled by the model, lent to the codec. */
#ifndef WEIR_EMBEDDER_TRAITS_H
#define WEIR_EMBEDDER_TRAITS_H

#include "common/buf.h"
#include "common/traits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tokens;

/* Plain memory, about 5 KB, no pointers: copy it, put it on the stack, reuse it. */
struct traits_buf {
    uint32_t dims;
    float norm;
    uint32_t words;
    uint32_t figure_count;
    bool has_signature;
    uint64_t url_key;
    uint64_t title_key;
    uint32_t signature[TRAITS_SIGNATURE];
    uint32_t figures[TRAITS_FIGURES_MAX];
    uint32_t term_count;
    uint8_t terms[TRAITS_TERMS_MAX * TRAITS_TERM];
    int8_t vector[TRAITS_DIMS_MAX];
};

/* Lends the content; valid as long as buf is and is not filled again. */
struct traits traits_borrow(const struct traits_buf *buf);

/* Takes a vector from a model server: dims floats of any length.  False, and buf without a vector,
 * where dims is 0 or over TRAITS_DIMS_MAX, a component is not finite, or all are 0. */
bool traits_set_vector(struct traits_buf *buf, const float *vector, size_t dims);

/* The hash of the canonical URL: scheme, "www.", mobile and AMP hosts, default port, fragment,
 * tracking parameters, AMP paths and the trailing slash do not count, nor does the order of the
 * parameters.  0 where there is no host, or where the URL names a site and not a page. */
uint64_t traits_url_key(struct span url);

/* Writes the canonical URL that traits_url_key () hashes, without a NUL; returns its length, 0 as
 * above.  out takes cap bytes; a longer URL is cut. */
size_t traits_url_canonical(struct span url, char *out, size_t cap);

/* The part of a title that tells what the item says: without "Breaking:" and its like in front, and
 * without " - Site" or " | Site" behind.  Borrowed from title. */
struct span traits_title_core(struct span title);

/* The hash of a title's words, as tokens_read () gives them for its core; 0 where there are none.
 */
uint64_t traits_title_key(const struct tokens *tokens);

/* Collects the numbers among the tokens from the one with index first on: hashed, distinct,
 * ascending; of more than TRAITS_FIGURES_MAX those with the smallest hashes, so that two texts keep
 * the same ones.  Returns how many. */
uint32_t traits_figures(const struct tokens *tokens, uint32_t *figures);

#endif
