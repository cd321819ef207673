/* Inside decide: what its two files share. */
#ifndef WEIR_STORER_DECIDE_INNER_H
#define WEIR_STORER_DECIDE_INNER_H

#include <stddef.h>
#include <stdint.h>

#include "common/judge.h"
#include "common/judge_words.h"
#include "common/traits.h"
#include "storer/decide.h"

struct db;
struct db_traits;
struct memory;
struct msg_vector;
struct places;
struct stories;
struct terms;

struct decide {
    struct db *db;
    struct decide_limits limits;
    struct memory *memory;
    struct places *places;
    struct terms *terms;
    struct stories *stories;
    int64_t newest_ms; /* when the item fetched last was fetched */
    /* of the item in hand */
    uint64_t self; /* its id; 0: it is new */
    struct judge_params params;
    struct judge_weighed weighed;
    struct traits traits; /* borrowed from its message and from space */
    uint32_t space[192];
    uint64_t model;
    int64_t time_ms, seen_from_ms;
    struct judge_candidate *candidates;
    size_t count, cap;
};

/* The row as the frame it was written from; borrowed from it. */
struct msg_vector decide_vector(const struct db_traits *row);
/* For struct judge_asked, with a struct decide. */
const struct judge_centre *decide_centre(void *decide, uint64_t story);
/* judge_words_alike () of an item and a stored one. */
float decide_alike(struct decide *decide, const struct judge_weighed *item, uint64_t id);

#endif
