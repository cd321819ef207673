/* Hashes: keys of items and fingerprints of their content.  XXH3 (xxHash, Yann Collet), seed 0,
 * in the canonical (big-endian) form where bytes leave the process. */
#ifndef WEIR_COMMON_HASH_H
#define WEIR_COMMON_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { HASH_KEY_BYTES = 16 };

/* An item's identity: XXH3-128 of the guid, seeded with the id of the source. */
struct hash_key {
    uint8_t bytes[HASH_KEY_BYTES];
};

struct hash_key hash_key(uint64_t source, const void *guid, size_t n);
/* XXH3-128 of the bytes: the address of a content. */
struct hash_key hash_128(const void *data, size_t n);
/* XXH3-64 of the bytes. */
uint64_t hash_64(const void *data, size_t n);
/* Folds a further piece into a fingerprint; the order and the ends of the pieces count. */
uint64_t hash_fold(uint64_t so_far, const void *data, size_t n);
/* The key in lower-case hexadecimal; out takes 33 bytes. */
void hash_key_hex(const struct hash_key *key, char out[33]);

#endif
