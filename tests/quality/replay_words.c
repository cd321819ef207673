/* Which words count while recorded commits are judged again. */
#include <stdlib.h>
#include <string.h>

#include "common/judge_words.h"
#include "common/mem.h"
#include "tests/quality/replay.h"

static int by_id(const void *a, const void *b)
{
    const struct commit *x = ((const struct counted *)a)->commit,
                        *y = ((const struct counted *)b)->commit;

    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

void words_create(struct replay_words *self, uint64_t memory, struct commit *const *commits,
                  size_t count)
{
    uint64_t last = 0;

    *self = (struct replay_words){.words = judge_words_create(),
                                  .memory = memory,
                                  .early = mem_calloc(count + 1, sizeof(*self->early)),
                                  .now = mem_calloc(count + 1, sizeof(*self->now))};
    for (size_t i = 0; i < count; i++)
        self->early[i] = (struct counted){commits[i], commits[i]->id};
    qsort(self->early, count, sizeof(*self->early), by_id);
    for (size_t i = 0; i < count; i++) {
        const struct commit *commit = self->early[i].commit;

        if (commit->id != last && commit->id < commit->sequence)
            self->early[self->early_count++] = self->early[i];
        last = commit->id;
    }
}

void words_destroy(struct replay_words *self)
{
    judge_words_destroy(&self->words);
    free(self->early);
    free(self->now);
}

static void count(struct replay_words *self, const struct commit *commit, uint64_t since)
{
    judge_words_add(self->words, &commit->traits);
    self->now[self->now_count++] = (struct counted){commit, since};
}

static void uncount(struct replay_words *self, size_t i)
{
    judge_words_remove(self->words, &self->now[i].commit->traits);
    self->now[i] = self->now[--self->now_count];
}

void words_advance(struct replay_words *self, uint64_t head)
{
    for (; self->early_next < self->early_count && self->early[self->early_next].since <= head;
         self->early_next++)
        count(self, self->early[self->early_next].commit, self->early[self->early_next].since);
    for (size_t i = self->now_count; i-- > 0;)
        if (self->now[i].since + self->memory <= head)
            uncount(self, i);
}

void words_take(struct replay_words *self, const struct commit *commit, const struct commit *former)
{
    words_advance(self, commit->sequence);
    for (size_t i = self->now_count; i-- > 0;)
        if (self->now[i].commit == commit || self->now[i].commit == former)
            uncount(self, i);
    count(self, commit, commit->sequence);
}
