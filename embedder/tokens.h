/* Splits UTF-8 text into lower-cased words.  Pure.
 *
 * A word is a run of letters, marks and digits.  A character of a script that is written without
 * spaces (Han, kana, Thai, Lao, Khmer, Burmese, Tibetan) is a token of its own, "dense".  A point
 * or comma between digits belongs to the number ("12.5"; the comma is dropped).  Bad bytes separate
 * words and do no harm.  Lower case: Latin, Greek, Cyrillic, Armenian, full-width forms; Arabic
 * loses its vowel signs. */
#ifndef WEIR_EMBEDDER_TOKENS_H
#define WEIR_EMBEDDER_TOKENS_H

#include "common/buf.h"

#include <stddef.h>
#include <stdint.h>

enum {
    TOKENS_PAD = 16,         /* bytes that may be read before the first and behind the last token */
    TOKENS_LENGTH_MAX = 255, /* bytes of a token; a longer run is cut into several */
    TOKENS_TEXT_MAX = 64 << 20, /* bytes of a text; the rest is not read */
};

enum token_kind {
    TOKEN_ASCII,  /* a word, one byte a character */
    TOKEN_WORD,   /* a word with characters of several bytes */
    TOKEN_NUMBER, /* digits, perhaps with points */
    TOKEN_DENSE,  /* one character of a script without spaces */
};

struct token {
    uint64_t hash;   /* of its bytes; never 0 */
    uint32_t start;  /* in tokens.text */
    uint16_t length; /* bytes */
    uint16_t kind;
};

/* Start with {0}; the arrays grow to the longest text seen and stay. */
struct tokens {
    char *text; /* the folded words, a space before and behind each of them */
    struct token *list;
    uint32_t count;
    uint32_t *small; /* letters_fold () of the code points below 0x800 */
    size_t text_cap;
    size_t list_cap;
};

/* Replaces the content by the tokens of text. */
void tokens_read(struct tokens *tokens, struct span text);
/* Releases the arrays; tokens is {0} again. */
void tokens_free(struct tokens *tokens);

/* Length of the character that begins with this byte of folded (so: valid) UTF-8. */
static inline uint32_t tokens_step(char first)
{
    unsigned char c = (unsigned char)first;
    return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

#endif
