/* The words of a query in a text: marked, and a piece of the text where most of them are.  Words
 * are told as the full-text index tells them (lang_words.h).  Pure.
 *
 * FTS5's highlight () and snippet () do the same, but open the index anew for each hit: some ten
 * times as long for a query of several words. */
#ifndef WEIR_STORER_EXCERPT_H
#define WEIR_STORER_EXCERPT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

struct excerpt_word {
    char *text;  /* folded, as lang_word_next () gives it */
    bool prefix; /* of any word that begins so */
};

enum { EXCERPT_WORDS = 32, EXCERPT_BYTES = 32768 }; /* of a piece; of a text looked at for one */

/* Appends the text with the marks of marked.h around the words. */
void excerpt_whole(struct span text, const struct excerpt_word *words, size_t count,
                   struct buf *out);
/* Appends a piece of EXCERPT_WORDS words, marked: with the most different words, then the most,
 * then the first; the beginning where there are none.  What was left out is an ellipsis. */
void excerpt_piece(struct span text, const struct excerpt_word *words, size_t count,
                   struct buf *out);

#endif
