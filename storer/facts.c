#include "storer/facts.h"

#include <endian.h>
#include <string.h>

int64_t facts_row(enum fact fact, uint64_t block)
{
    return (int64_t)fact << 32 | (int64_t)(block & UINT32_MAX);
}

size_t facts_bytes(enum fact fact)
{
    static const size_t bytes[] = {[FACT_HERE] = IDSET_BYTES,
                                   [FACT_TIME] = 4 * IDSET_BLOCK,
                                   [FACT_SOURCE] = 4 * IDSET_BLOCK,
                                   [FACT_LANGUAGE] = FACT_TAG * IDSET_BLOCK};

    return bytes[fact];
}

void *facts_blob(struct facts_block *block, enum fact fact)
{
    switch (fact) {
    case FACT_HERE:
        return block->here;
    case FACT_TIME:
        return block->time;
    case FACT_SOURCE:
        return block->source;
    default:
        return block->language;
    }
}

/* --- entries ---------------------------------------------------------------------------------- */

static uint32_t time_of(int64_t ms)
{
    int64_t second = ms < 0 ? 0 : ms / 1000;

    return second >= UINT32_MAX - 1 ? UINT32_MAX : (uint32_t)(1 + second);
}

static void tag_of(struct span language, char out[FACT_TAG])
{
    memset(out, 0, FACT_TAG);
    for (size_t i = 0; i < language.n && i < FACT_TAG; i++) {
        char c = language.p[i];

        out[i] = (char)(c == '_' ? '-' : c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
}

void facts_put(struct facts_block *block, uint64_t id, uint64_t source, int64_t time_ms,
               struct span language)
{
    size_t at = id % IDSET_BLOCK;

    block->here[at / 8] |= (unsigned char)(1U << at % 8);
    block->time[at] = htole32(time_of(time_ms));
    block->source[at] = htole32((uint32_t)source);
    tag_of(language, block->language[at]);
}

/* --- filters ---------------------------------------------------------------------------------- */

static void mark(unsigned char bits[IDSET_BYTES], size_t at, bool on)
{
    bits[at / 8] |= (unsigned char)((unsigned)on << at % 8);
}

void facts_here(uint64_t block, const void *blob, struct idset *set)
{
    idset_add_block(set, block, blob);
}

/* What must be so of an entry for its time to be at or after a point. */
static uint64_t entry_from(int64_t ms)
{
    return ms <= 0 ? 1 : 1 + (uint64_t)ms / 1000;
}

void facts_within(uint64_t block, const void *blob, int64_t since_ms, int64_t before_ms,
                  struct idset *set)
{
    unsigned char bits[IDSET_BYTES] = {0};
    uint64_t from = entry_from(since_ms), until = entry_from(before_ms);

    for (size_t i = 0; i < IDSET_BLOCK; i++) {
        uint32_t entry = 0;

        memcpy(&entry, (const char *)blob + 4 * i, 4);
        entry = le32toh(entry);
        mark(bits, i, entry >= from && entry < until);
    }
    idset_add_block(set, block, bits);
}

void facts_of_sources(uint64_t block, const void *blob, const struct idset *sources,
                      struct idset *set)
{
    unsigned char bits[IDSET_BYTES] = {0};
    bool any = false;

    for (size_t i = 0; i < IDSET_BLOCK; i++) {
        uint32_t entry = 0;
        bool fits = false;

        memcpy(&entry, (const char *)blob + 4 * i, 4);
        fits = idset_has(sources, le32toh(entry));
        mark(bits, i, fits);
        any = any || fits;
    }
    if (any)
        idset_add_block(set, block, bits);
}

static bool entry_fits(const char entry[FACT_TAG], const char *tag, size_t n)
{
    return memcmp(entry, tag, n) == 0 && (n == FACT_TAG || entry[n] == '\0' || entry[n] == '-');
}

void facts_of_language(uint64_t block, const void *blob, const char *tag, struct idset *set)
{
    unsigned char bits[IDSET_BYTES] = {0};
    size_t n = strnlen(tag, FACT_TAG);

    for (size_t i = 0; i < IDSET_BLOCK; i++)
        mark(bits, i, entry_fits((const char *)blob + FACT_TAG * i, tag, n));
    idset_add_block(set, block, bits);
}

bool facts_tag_fits(struct span language, const char *tag)
{
    char entry[FACT_TAG];

    tag_of(language, entry);
    return entry_fits(entry, tag, strnlen(tag, FACT_TAG));
}
