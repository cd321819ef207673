/* Texts for tests/bench/index: real ones first, then as many as are asked for made from these.
 * What is made depends on its number alone. */
#ifndef WEIR_BENCH_INDEX_TEXTS_H
#define WEIR_BENCH_INDEX_TEXTS_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct texts;

/* path: title, newline, text, NUL for each.  NULL where it cannot be read. */
struct texts *texts_open(const char *path);
void texts_close(struct texts **self);
size_t texts_count(const struct texts *self);

/* Text number i: a real one below texts_count ().  Beyond it, of eight
 *  - five are mixed: sentences of three real texts in turn, each taken with even chance, and a
 * title of words of their titles: another article on such matters;
 *  - two are retold: runs of 4 to 12 words of one real text, every second one on average
 *    exchanged for a run of another text: a relative at some distance;
 *  - one is an edited copy of a real text (texts_copy ()). */
void texts_make(const struct texts *self, uint64_t i, struct buf *title, struct buf *text);

/* An edited copy of text number i, another for each variant: 5 to 15 % of its words dropped,
 * exchanged for words of other texts, or swapped with the next, a sentence of boilerplate in front
 * or at the end or at both, and in every second variant a word in front of the title. */
void texts_copy(const struct texts *self, uint64_t i, uint64_t variant, struct buf *title,
                struct buf *text);

#endif
