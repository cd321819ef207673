/* Passing quickly over what is plain: eight bytes at once.  For feed_*.c and charset.c. */
#ifndef WEIR_FETCHER_FEED_PLAIN_H
#define WEIR_FETCHER_FEED_PLAIN_H

#include <stdint.h>
#include <string.h>

/* Behind the leading words of eight bytes that are printable ASCII, blanks among them; fewer than
 * eight bytes are no word. */
static inline const char *feed_plain_words(const char *p, const char *end)
{
    const uint64_t each = 0x0101010101010101u;
    uint64_t word = 0;

    for (; end - p >= 8; p += 8) {
        memcpy(&word, p, 8);
        /* The highest bit of a byte: set in it, or once 0x20 is taken from it or 1 added to it. */
        if ((word | (word - 0x20 * each) | (word + each)) & (0x80 * each))
            break;
    }
    return p;
}

#endif
