#include "embedder/letters.h"

#include <stdbool.h>
#include <stddef.h>

enum how {
    KEEP,  /* a letter without case, or lower case already */
    SKIP,  /* left out */
    DENSE, /* a script without spaces */
    SHIFT, /* add by */
    EVEN,  /* the even of each pair is the capital */
    ODD,   /* the odd of each pair is the capital */
    TO,    /* all become by */
};

/* After the Unicode Character Database: blocks rather than single characters where the odd one out
 * does not matter for finding words.  What stands in no row separates words. */
static const struct range {
    uint32_t first, last;
    enum how how;
    int32_t by;
} ranges[] = {
    {0x30, 0x39, KEEP, 0},
    {0x41, 0x5a, SHIFT, 32},
    {0x61, 0x7a, KEEP, 0},
    {0xaa, 0xaa, KEEP, 0},
    {0xad, 0xad, SKIP, 0},
    {0xb5, 0xb5, KEEP, 0},
    {0xba, 0xba, KEEP, 0},
    {0xc0, 0xd6, SHIFT, 32},
    {0xd8, 0xde, SHIFT, 32},
    {0xdf, 0xf6, KEEP, 0},
    {0xf8, 0xff, KEEP, 0},
    {0x100, 0x12f, EVEN, 0},
    {0x130, 0x130, TO, 'i'},
    {0x131, 0x131, KEEP, 0},
    {0x132, 0x137, EVEN, 0},
    {0x138, 0x138, KEEP, 0},
    {0x139, 0x148, ODD, 0},
    {0x149, 0x149, KEEP, 0},
    {0x14a, 0x177, EVEN, 0},
    {0x178, 0x178, TO, 0xff},
    {0x179, 0x17e, ODD, 0},
    {0x17f, 0x17f, TO, 's'},
    {0x180, 0x1cc, KEEP, 0},
    {0x1cd, 0x1dc, ODD, 0},
    {0x1dd, 0x1dd, KEEP, 0},
    {0x1de, 0x1ef, EVEN, 0},
    {0x1f0, 0x1f7, KEEP, 0},
    {0x1f8, 0x21f, EVEN, 0},
    {0x220, 0x221, KEEP, 0},
    {0x222, 0x233, EVEN, 0},
    {0x234, 0x245, KEEP, 0},
    {0x246, 0x24f, EVEN, 0},
    {0x250, 0x2af, KEEP, 0},
    {0x300, 0x36f, KEEP, 0},
    {0x370, 0x373, EVEN, 0},
    {0x376, 0x377, EVEN, 0},
    {0x37b, 0x37d, KEEP, 0},
    {0x386, 0x386, SHIFT, 38},
    {0x388, 0x38a, SHIFT, 37},
    {0x38c, 0x38c, SHIFT, 64},
    {0x38e, 0x38f, SHIFT, 63},
    {0x390, 0x390, KEEP, 0},
    {0x391, 0x3ab, SHIFT, 32},
    {0x3ac, 0x3c1, KEEP, 0},
    {0x3c2, 0x3c2, SHIFT, 1},
    {0x3c3, 0x3ce, KEEP, 0},
    {0x3cf, 0x3d7, KEEP, 0},
    {0x3d8, 0x3ef, EVEN, 0},
    {0x3f0, 0x3ff, KEEP, 0},
    {0x400, 0x40f, SHIFT, 80},
    {0x410, 0x42f, SHIFT, 32},
    {0x430, 0x45f, KEEP, 0},
    {0x460, 0x481, EVEN, 0},
    {0x483, 0x489, KEEP, 0},
    {0x48a, 0x4bf, EVEN, 0},
    {0x4c0, 0x4c0, SHIFT, 15},
    {0x4c1, 0x4ce, ODD, 0},
    {0x4cf, 0x4cf, KEEP, 0},
    {0x4d0, 0x52f, EVEN, 0},
    {0x531, 0x556, SHIFT, 48},
    {0x561, 0x587, KEEP, 0},
    {0x591, 0x5bd, SKIP, 0},
    {0x5bf, 0x5bf, SKIP, 0},
    {0x5c1, 0x5c2, SKIP, 0},
    {0x5c4, 0x5c5, SKIP, 0},
    {0x5d0, 0x5f2, KEEP, 0},
    {0x610, 0x61a, SKIP, 0},
    {0x620, 0x621, KEEP, 0},
    {0x622, 0x623, TO, 0x627},
    {0x624, 0x624, KEEP, 0},
    {0x625, 0x625, TO, 0x627},
    {0x626, 0x63f, KEEP, 0},
    {0x640, 0x640, SKIP, 0},
    {0x641, 0x648, KEEP, 0},
    {0x649, 0x649, TO, 0x64a},
    {0x64a, 0x64a, KEEP, 0},
    {0x64b, 0x65f, SKIP, 0},
    {0x660, 0x669, SHIFT, '0' - 0x660},
    {0x66e, 0x6d3, KEEP, 0},
    {0x6d5, 0x6ef, KEEP, 0},
    {0x6f0, 0x6f9, SHIFT, '0' - 0x6f0},
    {0x6fa, 0x6ff, KEEP, 0},
    {0x710, 0x963, KEEP, 0},
    {0x966, 0xe00, KEEP, 0},
    {0xe01, 0xe3a, DENSE, 0},
    {0xe40, 0xe4e, DENSE, 0},
    {0xe50, 0xe59, DENSE, 0},
    {0xe80, 0xeff, DENSE, 0},
    {0xf00, 0xf00, DENSE, 0},
    {0xf20, 0xf33, DENSE, 0},
    {0xf40, 0xfbc, DENSE, 0},
    {0x1000, 0x1049, DENSE, 0},
    {0x1050, 0x109f, DENSE, 0},
    {0x10a0, 0x135f, KEEP, 0},
    {0x1369, 0x13ff, KEEP, 0},
    {0x1401, 0x166c, KEEP, 0},
    {0x166f, 0x169a, KEEP, 0},
    {0x16a0, 0x177f, KEEP, 0},
    {0x1780, 0x17d3, DENSE, 0},
    {0x17e0, 0x17e9, DENSE, 0},
    {0x1810, 0x1dff, KEEP, 0},
    {0x1e00, 0x1e95, EVEN, 0},
    {0x1e96, 0x1e9d, KEEP, 0},
    {0x1e9e, 0x1e9e, TO, 0xdf},
    {0x1ea0, 0x1eff, EVEN, 0},
    {0x1f00, 0x1fff, KEEP, 0},
    {0x200b, 0x200f, SKIP, 0},
    {0x2060, 0x2060, SKIP, 0},
    {0x2c00, 0x2dff, KEEP, 0},
    {0x2e80, 0x2fdf, DENSE, 0},
    {0x3005, 0x3007, DENSE, 0},
    {0x3041, 0x30fa, DENSE, 0},
    {0x30fc, 0x312f, DENSE, 0},
    {0x3131, 0x318e, KEEP, 0},
    {0x31a0, 0x31ff, DENSE, 0},
    {0x3400, 0x4dbf, DENSE, 0},
    {0x4e00, 0xa4cf, DENSE, 0},
    {0xa4d0, 0xabff, KEEP, 0},
    {0xac00, 0xd7ff, KEEP, 0},
    {0xf900, 0xfaff, DENSE, 0},
    {0xfb00, 0xfd3d, KEEP, 0},
    {0xfd50, 0xfdff, KEEP, 0},
    {0xfe00, 0xfe0f, SKIP, 0},
    {0xfe70, 0xfefc, KEEP, 0},
    {0xfeff, 0xfeff, SKIP, 0},
    {0xff10, 0xff19, SHIFT, '0' - 0xff10},
    {0xff21, 0xff3a, SHIFT, 'a' - 0xff21},
    {0xff41, 0xff5a, SHIFT, 'a' - 0xff41},
    {0xff66, 0xff9f, DENSE, 0},
    {0x10000, 0x1cfff, KEEP, 0},
    {0x1e000, 0x1efff, KEEP, 0},
    {0x20000, 0x3ffff, DENSE, 0},
};

static const struct range *find(uint32_t code)
{
    size_t low = 0, high = sizeof ranges / sizeof *ranges;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (code > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == sizeof ranges / sizeof *ranges || code < ranges[low].first)
        return NULL;
    return &ranges[low];
}

uint32_t letters_fold(uint32_t code)
{
    const struct range *range = find(code);

    if (!range)
        return LETTERS_NONE;
    switch (range->how) {
    case SKIP:
        return LETTERS_SKIP;
    case DENSE:
        return code | (uint32_t)LETTERS_DENSE;
    case SHIFT:
        return (uint32_t)((int32_t)code + range->by);
    case EVEN:
        return code | 1;
    case ODD:
        return code + (code & 1);
    case TO:
        return (uint32_t)range->by;
    case KEEP:
    default:
        return code;
    }
}
