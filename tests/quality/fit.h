/* Offline quality: labelled sets through the model, an exact index and the judge, in order of
 * arrival, without processes. */
#ifndef WEIR_TESTS_QUALITY_FIT_H
#define WEIR_TESTS_QUALITY_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/judge.h"
#include "common/traits.h"
#include "embedder/traits.h"

struct fit_item {
    char *name;
    int64_t time_ms;
    uint32_t gold_story; /* 0 = none */
    uint32_t gold_copy;  /* index + 1 of what it is a copy of; 0 = an original */
    struct traits traits;
    struct traits_buf *buf;
};

struct fit_pair {
    uint32_t a, b;
    double human; /* 1 = same .. 4 = different */
};

struct fit_set {
    const char *name;
    struct fit_item *items;
    size_t count;
    struct fit_pair *pairs; /* NULL in a set with labels */
    size_t pair_count;
    bool has_copies, has_stories;
};

/* What the judge made of an item: groups are numbered by their first item. */
struct fit_said {
    uint32_t story, original;
};

struct fit_options {
    struct judge_params params;
    bool flat;       /* candidates from the deduper's index, not from a full scan */
    uint64_t lost;   /* out: items whose verdict differs between the two */
    uint64_t judged; /* out */
};

/* Figures of a set; a field that does not apply is negative. */
struct fit_figures {
    double copy_p, copy_r, copy_f1, b3_p, b3_r, b3_f1, pearson, same_p, same_r, same_f1;
};

/* Reads DIR/NAME.json and its labels; false, with a line on stderr, where that fails. */
bool fit_load(struct fit_set *set, const char *dir, const char *name);
/* Puts the vectors of DIR/NAME.jsonl, {"id", "vector": [number, ...]} a line, in the place of the
 * built-in ones; words, signatures and keys stay.  false, with a line on stderr, where an item has
 * none or they are not of one length. */
bool fit_vectors(struct fit_set *set, const char *dir);
void fit_unload(struct fit_set *set);
/* Judges the items in the order given (indexes); said has room for all. */
void fit_run(const struct fit_set *set, struct fit_options *options, const uint32_t *order,
             struct fit_said *said);
/* As fit_run () with the order of the file shuffled by a seed (0 = as it is), and its figures. */
struct fit_figures fit_measure(const struct fit_set *set, struct fit_options *options,
                               uint32_t seed);
struct fit_figures fit_score(const struct fit_set *set, const struct fit_said *said);
struct fit_figures fit_score_pairs(const struct fit_set *set, const struct judge_params *params);

#endif
