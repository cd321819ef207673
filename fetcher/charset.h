/* From the bytes of a document to clean UTF-8.  Pure.
 *
 * The encoding is looked for in this order: byte order mark, the charset of the response header,
 * the XML declaration, a meta element, UTF-8 where the bytes are that, a guess (uchardet), and at
 * last windows-1252.  Names mean what browsers take them to mean (WHATWG Encoding: iso-8859-1 is
 * read as windows-1252, and so on).  A declaration that the bytes contradict is passed over. */
#ifndef WEIR_FETCHER_CHARSET_H
#define WEIR_FETCHER_CHARSET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

enum { CHARSET_NAME_BYTES = 32 };

struct charset_text {
    struct span text; /* in the caller's bytes where nothing had to change, else in own */
    struct buf own;
    char name[CHARSET_NAME_BYTES]; /* the encoding read, lower case */
    bool lied; /* a declaration was passed over or missing, or bytes were replaced */
};

/* Reads body; content_type is the response header's value or NULL.  The text has no byte order
 * mark, no control character that XML forbids and no byte that is not UTF-8; it is borrowed from
 * body in the common case.  Release with charset_free (). */
void charset_decode(struct span body, const char *content_type, struct charset_text *out);
void charset_free(struct charset_text *text);

/* Whether nothing about body contradicts that it is UTF-8: no other byte order mark, no other
 * declaration, no first bytes of a wide encoding.  The bytes themselves are not looked at: for
 * readers that check them anyway and can come back with charset_decode (). */
bool charset_claims_utf8(struct span body, const char *content_type);

/* Whether the bytes are UTF-8 and have no character that XML 1.0 forbids (section 2.2). */
bool charset_clean(struct span text);

/* What is meant by a control character U+0080-U+009F: the one that windows-1252 has in its place,
 * or U+FFFD.  Any other character is itself. */
uint32_t charset_c1(uint32_t c);

#endif
