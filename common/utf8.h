/* Reading UTF-8 that strangers wrote, one character at a time (RFC 3629: no overlong forms, no
 * surrogates, nothing beyond U+10FFFF).  Pure. */
#ifndef WEIR_COMMON_UTF8_H
#define WEIR_COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/buf.h"

#define UTF8_BAD UINT32_MAX /* this byte is not part of a character */

/* Reads the character at p (p < end) into *c and returns its length in bytes, >= 1.  A byte that
 * belongs to no character gives UTF8_BAD and 1. */
size_t utf8_next(const char *p, const char *end, uint32_t *c);
/* Appends a code point; one that is not a character, and NUL, becomes U+FFFD. */
void utf8_add(struct buf *out, uint32_t c);
/* The beginning of a text that has at most so many bytes, and does not end within a character. */
struct span utf8_clip(struct span text, size_t most);
/* Whether text may hold c: not a control character other than tab and newline, no surrogate, no
 * non-character. */
bool utf8_is_text(uint32_t c);

#endif
