#include "common/hash.h"

#include <stdio.h>
#include <xxhash.h>

struct hash_key hash_key(uint64_t source, const void *guid, size_t n)
{
    struct hash_key key;
    XXH128_canonical_t canonical;

    /* The source is the seed: as strong as a prefix, and no copy is made. */
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_withSeed(guid, n, source));
    for (size_t i = 0; i < HASH_KEY_BYTES; i++)
        key.bytes[i] = canonical.digest[i];
    return key;
}

struct hash_key hash_128(const void *data, size_t n)
{
    return hash_key(0, data, n);
}

uint64_t hash_64(const void *data, size_t n)
{
    return XXH3_64bits(data, n);
}

uint64_t hash_fold(uint64_t so_far, const void *data, size_t n)
{
    return XXH3_64bits_withSeed(data, n, so_far + 0x9e3779b97f4a7c15ULL);
}

void hash_key_hex(const struct hash_key *key, char out[33])
{
    for (size_t i = 0; i < HASH_KEY_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", key->bytes[i]);
}
