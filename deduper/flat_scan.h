/* The pass over sign bits, for several queries at once: SIMD chosen at run time, the same result
 * everywhere.  Pure.
 *
 * Sign vectors lie in groups of FLAT_SCAN_GROUP: the first byte of all of a group, the second byte
 * of all, and so on.  Each half of a byte then looks up, in a table of 16 that stays in a register,
 * how many of its bits differ from the query's, for a whole group in one instruction (André,
 * Kermarrec, Le Scouarnec: Cache locality is not enough, VLDB 2015). */
#ifndef WEIR_DEDUPER_FLAT_SCAN_H
#define WEIR_DEDUPER_FLAT_SCAN_H

#include <stddef.h>
#include <stdint.h>

enum {
    FLAT_SCAN_ALIGN = 64, /* of groups, in bytes */
    FLAT_SCAN_GROUP = 32,
    FLAT_SCAN_TABLE = 33, /* bytes of a query's table for each byte of a sign vector */
};

/* Writes sign vector number `at` into its group; signs is the first group. */
void flat_scan_put(uint8_t *signs, size_t at, const uint64_t *vector, size_t words);
/* Makes a query's table: words * 8 * FLAT_SCAN_TABLE bytes. */
void flat_scan_table(const uint64_t *query, size_t words, uint8_t *table);
/* Writes, for each of so many queries, in how many bits each of n sign vectors differs from it;
 * n is a multiple of twice FLAT_SCAN_GROUP. */
void flat_scan_apart(const uint8_t *signs, size_t n, size_t words, const uint8_t *const *tables,
                     size_t queries, uint16_t *const *out);
/* Writes `first` plus the position of those that differ in at most limit bits, ascending; out has
 * room for n, which is a multiple of FLAT_SCAN_GROUP.  Returns how many. */
size_t flat_scan_within(const uint16_t *apart, size_t n, uint32_t limit, uint32_t first,
                        uint32_t *out);

#endif
