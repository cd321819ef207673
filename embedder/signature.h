/* The MinHash signature of a text over its pieces of three words (Broder, "On the resemblance and
 * containment of documents", 1997): the share of equal values of two signatures estimates the share
 * of pieces that two texts have in common.  Pure. */
#ifndef WEIR_EMBEDDER_SIGNATURE_H
#define WEIR_EMBEDDER_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tokens;

enum { SIGNATURE_PIECE = 3 };

/* Writes the TRAITS_SIGNATURE values of a text.  False, and nothing written, where it has fewer
 * than SIGNATURE_PIECE words. */
bool signature_make(const struct tokens *tokens, uint32_t *out);

#endif
