#include "fetcher/html_entity.h"
#include <ctype.h>
#include <string.h>

struct entity {
    const char *name;
    uint32_t first, second;
    bool bare; /* known without ';' too */
};

enum { NAME_MAX_BYTES = 32, BARE_MAX = 6 };

static const struct entity ENTITIES[] = {
#define ENTITY(name, first, second, bare) {name, first, second, bare},
#include "fetcher/html_entities.def"
#undef ENTITY
};

uint32_t html_entity_mend(uint32_t c)
{
    static const uint16_t WINDOWS_1252[32] = {
        0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178,
    };

    return c >= 0x80 && c < 0xa0 ? WINDOWS_1252[c - 0x80] : c;
}

static const struct entity *find(const char *name, size_t n)
{
    size_t low = 0, high = sizeof ENTITIES / sizeof *ENTITIES;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strncmp(ENTITIES[middle].name, name, n);
        if (order == 0 && ENTITIES[middle].name[n] == '\0')
            return &ENTITIES[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static size_t take(const struct entity *e, size_t length, uint32_t code[2])
{
    code[0] = e->first;
    code[1] = e->second;
    return length;
}

static size_t named(const char *p, const char *end, bool in_attribute, uint32_t code[2])
{
    const char *name = p + 1;
    size_t n = 0, room = (size_t)(end - name);
    const struct entity *e = NULL;

    while (n < room && n < NAME_MAX_BYTES && isalnum((unsigned char)name[n]))
        n++;
    if (n > 1 && n < room && name[n] == ';' && (e = find(name, n)))
        return take(e, n + 2, code);
    for (size_t k = n < BARE_MAX ? n : BARE_MAX; k > 1; k--) {
        e = find(name, k);
        if (!e || !e->bare)
            continue;
        if (in_attribute && k < room && (name[k] == '=' || isalnum((unsigned char)name[k])))
            return 0;
        return take(e, k + 1, code);
    }
    return 0;
}

static int digit_of(char c, bool hex)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (hex && isxdigit((unsigned char)c))
        return tolower((unsigned char)c) - 'a' + 10;
    return -1;
}

static size_t numeric(const char *p, const char *end, uint32_t code[2])
{
    const char *q = p + 2;
    bool hex = q < end && (*q == 'x' || *q == 'X');
    uint32_t value = 0;
    int digit;

    q += hex;
    const char *digits = q;
    for (; q < end && (digit = digit_of(*q, hex)) >= 0; q++)
        if (value <= 0x10ffff)
            value = value * (hex ? 16u : 10u) + (uint32_t)digit;
    if (q == digits)
        return 0;
    code[0] = html_entity_mend(value ? value : 0xfffd);
    code[1] = 0;
    if (code[0] > 0x10ffff || (code[0] >= 0xd800 && code[0] <= 0xdfff))
        code[0] = 0xfffd;
    return (size_t)(q - p) + (q < end && *q == ';');
}

size_t html_entity(const char *p, const char *end, bool in_attribute, uint32_t code[2])
{
    if (end - p < 2)
        return 0;
    return p[1] == '#' ? numeric(p, end, code) : named(p, end, in_attribute, code);
}
