/* What the tokeniser must know of Unicode: which code points make words, and their lower case. */
#ifndef WEIR_EMBEDDER_LETTERS_H
#define WEIR_EMBEDDER_LETTERS_H

#include <stdint.h>

enum {
    LETTERS_NONE = 0, /* separates words */
    LETTERS_SKIP = 1, /* belongs to a word and is left out: vowel signs, soft hyphen */
    LETTERS_DENSE = (int)(1U << 30), /* flag: a script without spaces */
};

/* The folded code point (> LETTERS_SKIP), perhaps with LETTERS_DENSE, or one of the first two. */
uint32_t letters_fold(uint32_t code);

#endif
