/* What the files that take verdicts share. */
#ifndef WEIR_STORER_SETTLE_INNER_H
#define WEIR_STORER_SETTLE_INNER_H

#include "storer/writer_inner.h"

struct db_item;

/* A verdict message, read; borrows from the message. */
struct verdict {
    struct msg_header header;
    struct msg_item item;
    struct msg_vector vector;
    struct msg_verdict verdict;
};

/* The next commit of an item that is stored: its vector, and the story that row names. */
void settle_vector(struct writer *writer, const struct db_item *row,
                   const struct msg_vector *vector);
/* Whether the proposal, with what memory holds, misses nothing; or has gone round so often that the
 * storer judges from its own data. */
bool settle_sure(struct writer *writer, const struct verdict *v);
/* Sends the item round again, from the embedder on, whose link is the one the storer sends items
 * on, so that a deduper proposes anew. */
void settle_again(struct writer *writer, const struct input *input, struct msg_header header,
                  enum msg_kind kind);

/* late.c: the answer to a question for a missing vector. */
void late_vector(struct writer *writer, const struct input *input, const struct verdict *v);

/* again.c: an item was stored as news of a story; those like it that were alone may join it now. */
void again_join(struct writer *writer, uint64_t id, uint64_t story);

#endif
