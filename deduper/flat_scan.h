/* The pass over sign bits: SIMD chosen at run time, the same result everywhere.  Pure. */
#ifndef WEIR_DEDUPER_FLAT_SCAN_H
#define WEIR_DEDUPER_FLAT_SCAN_H

#include <stddef.h>
#include <stdint.h>

enum { FLAT_SCAN_ALIGN = 64 }; /* of sign vectors, in bytes */

/* Writes `first` plus the position of those of n sign vectors (each of so many words, one behind
 * the other) that differ from query in at most limit bits, ascending; out has room for n.  Returns
 * how many. */
size_t flat_scan(const uint64_t *signs, size_t n, size_t words, const uint64_t *query,
                 uint32_t limit, uint32_t first, uint32_t *out);

/* Writes in how many bits each of them differs. */
void flat_apart(const uint64_t *signs, size_t n, size_t words, const uint64_t *query,
                uint16_t *out);

#endif
