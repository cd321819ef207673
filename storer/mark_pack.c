#include "storer/mark_pack.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "common/mem.h"
#include "storer/idset.h"

enum { LEVEL = 1, NUMBER = 8, ROW = NUMBER + IDSET_BYTES };

/* --- bytes ------------------------------------------------------------------------------------ */

static void add_number(struct buf *out, uint64_t number)
{
    for (int i = 0; i < NUMBER; i++)
        buf_addc(out, (char)(unsigned char)(number >> 8 * i));
}

static uint64_t number_of(const char *p)
{
    uint64_t number = 0;

    for (int i = NUMBER - 1; i >= 0; i--)
        number = number << 8 | (unsigned char)p[i];
    return number;
}

void mark_pack(const struct idset *set, struct buf *out)
{
    struct buf plain = {0};
    char *packed = NULL;
    size_t n = 0;

    for (size_t i = 0; i < idset_blocks(set); i++) {
        uint64_t number = idset_block_number(set, i);

        add_number(&plain, number);
        buf_add(&plain, idset_block(set, number), IDSET_BYTES);
    }
    packed = mem_alloc(ZSTD_compressBound(plain.len));
    n = ZSTD_compress(packed, ZSTD_compressBound(plain.len), plain.data ? plain.data : "",
                      plain.len, LEVEL);
    /* There is room for it, so nothing but memory could fail. */
    if (ZSTD_isError(n))
        abort();
    buf_add(out, packed, n);
    free(packed);
    buf_free(&plain);
}

static struct idset *set_of(struct span plain, uint64_t head)
{
    struct idset *set = idset_create();

    for (size_t at = 0; at < plain.n; at += ROW) {
        uint64_t number = number_of(plain.p + at);

        if (number > head / IDSET_BLOCK) {
            idset_destroy(&set);
            return NULL;
        }
        idset_add_block(set, number, plain.p + at + NUMBER);
    }
    return set;
}

struct idset *mark_unpack(struct span packed, uint64_t head)
{
    unsigned long long size = ZSTD_getFrameContentSize(packed.p, packed.n);
    struct idset *set = NULL;
    char *plain = NULL;
    size_t n = 0;

    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size % ROW != 0 ||
        size / ROW > head / IDSET_BLOCK + 1)
        return NULL;
    plain = mem_alloc((size_t)size + 1);
    n = ZSTD_decompress(plain, (size_t)size, packed.p, packed.n);
    if (!ZSTD_isError(n) && n == size)
        set = set_of(span_of(plain, n), head);
    free(plain);
    return set;
}

/* --- text ------------------------------------------------------------------------------------- */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void mark_text(struct span bytes, struct buf *out)
{
    for (size_t at = 0; at < bytes.n; at += 3) {
        size_t n = bytes.n - at < 3 ? bytes.n - at : 3;
        uint32_t three = 0;

        for (size_t i = 0; i < 3; i++)
            three = three << 8 | (i < n ? (unsigned char)bytes.p[at + i] : 0);
        for (size_t i = 0; i < 4; i++)
            buf_addc(out, i <= n ? letters[three >> (18 - 6 * i) & 63] : '=');
    }
}

static int value_of(char c)
{
    const char *at = c ? strchr(letters, c) : NULL;

    return at ? (int)(at - letters) : -1;
}

static int add_three(struct buf *out, const char *four, bool last)
{
    size_t n = !last || four[3] != '=' ? 3 : four[2] != '=' ? 2 : 1;
    uint32_t three = 0;

    for (size_t i = 0; i < 4; i++) {
        int value = i <= n ? value_of(four[i]) : 0;

        if (value < 0)
            return -1;
        three = three << 6 | (uint32_t)value;
    }
    for (size_t i = 0; i < n; i++)
        buf_addc(out, (char)(unsigned char)(three >> (16 - 8 * i)));
    return 0;
}

int mark_bytes(struct span text, struct buf *out)
{
    if (text.n % 4 != 0)
        return -1;
    for (size_t at = 0; at < text.n; at += 4)
        if (add_three(out, text.p + at, at + 4 == text.n))
            return -1;
    return 0;
}
