/* Inside replay: recorded commits, and the words that count while they are judged again. */
#ifndef WEIR_TESTS_QUALITY_REPLAY_H
#define WEIR_TESTS_QUALITY_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/buf.h"
#include "common/traits.h"

struct judge_words;

enum { REPLAY_SPACE = 192 };

struct commit {
    uint64_t id, sequence, story, copy_of;
    int64_t time_ms, seen_ms;
    int64_t revision; /* 0: not recorded */
    char *model;
    struct buf vector, terms;
    uint32_t space[REPLAY_SPACE];
    struct traits traits; /* of the buffers above */
};

/* The commits of a file of JSON lines, in their order: an array of *count, and the caller's with
 * all that is in it.  NULL, with a line on stderr, where a line is no commit. */
struct commit **commits_read(FILE *file, size_t *count);
void commit_free(struct commit *commit);

/* The words of the last so many commits.  An item's id is the sequence of its first commit.  Where
 * the first one that is recorded has a higher sequence, a former one was there since, with the same
 * words as far as can be known: they count from then on. */
struct replay_words {
    struct judge_words *words;
    uint64_t memory; /* so many commits */
    struct counted {
        const struct commit *commit;
        uint64_t since; /* the sequence */
    } * early, *now;    /* those to come, ascending; those that count now, in no order */
    size_t early_count, early_next, now_count;
};

void words_create(struct replay_words *self, uint64_t memory, struct commit *const *commits,
                  size_t count);
void words_destroy(struct replay_words *self);
/* Commits up to this sequence have been made, recorded or not. */
void words_advance(struct replay_words *self, uint64_t head);
/* This one has been made, and a former one of the same item (NULL = none) is gone. */
void words_take(struct replay_words *self, const struct commit *commit,
                const struct commit *former);

#endif
