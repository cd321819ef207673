/* Words as SQLite's FTS5 splits them with tokenize = 'unicode61 remove_diacritics 2': runs of
 * letters, digits and private characters, folded to lower case, accents taken off.  Bytes that are
 * no UTF-8 are read as SQLite reads them.  Pure. */
#ifndef WEIR_STORER_LANG_WORDS_H
#define WEIR_STORER_LANG_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

/* Appends the next word at or after *at, folded, and moves *at behind it; false at the end. */
bool lang_word_next(struct span text, size_t *at, struct buf *out);
/* The same; *begin is where it begins in text. */
bool lang_word_at(struct span text, size_t *at, size_t *begin, struct buf *out);
/* Whether there is a word at all. */
bool lang_has_word(struct span text);

/* The words of a text, each with a NUL behind it.  Start with {0}. */
struct lang_words {
    struct buf bytes;
    size_t count;
};
void lang_words_add(struct lang_words *words, struct span text);
/* Ends a text: no phrase reaches over it. */
void lang_words_cut(struct lang_words *words);
/* Whether the words of phrase stand in words one behind the other; prefix: the last of them need
 * only begin so.  A phrase without words is in nothing. */
bool lang_words_have(const struct lang_words *words, const struct lang_words *phrase, bool prefix);
void lang_words_free(struct lang_words *words);

#endif
