#include "storer/pack.h"

#include <string.h>
#include <zstd.h>

#include "common/hash.h"
#include "common/mem.h"

enum { LEVEL = 3 };

static const uint64_t SEED = 0x7061636b; /* "pack" */

static void make_room(struct buf *buf, size_t bytes)
{
    buf_clear(buf);
    if (buf->cap >= bytes)
        return;
    buf->data = mem_realloc(buf->data, bytes, 1);
    buf->cap = bytes;
}

void pack_make(struct span plain, struct buf *packed)
{
    size_t n = 0;

    make_room(packed, ZSTD_compressBound(plain.n) + 1);
    n = ZSTD_compress(packed->data, packed->cap, plain.n ? plain.p : "", plain.n, LEVEL);
    packed->len = ZSTD_isError(n) ? 0 : n; /* 0: only where memory is short, and then mem aborts */
}

bool pack_open(struct span packed, uint64_t bytes, struct buf *plain)
{
    size_t n = 0;

    buf_clear(plain);
    if (bytes > PACK_BYTES_MOST)
        return false;
    make_room(plain, (size_t)bytes + 1);
    n = ZSTD_decompress(plain->data, (size_t)bytes, packed.p, packed.n);
    if (ZSTD_isError(n) || n != bytes)
        return false;
    plain->len = n;
    return true;
}

void pack_address(struct span packed, uint8_t address[PACK_ADDRESS])
{
    struct hash_key key = hash_key(SEED, packed.p, packed.n);

    memcpy(address, key.bytes, PACK_ADDRESS);
}

bool pack_is(struct span packed, struct span address)
{
    uint8_t right[PACK_ADDRESS];

    pack_address(packed, right);
    return span_eq(address, span_of(right, sizeof(right)));
}
