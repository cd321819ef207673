/* What a deduper remembers: the committed items of a time window, and which of them are like a new
 * one.  Pure: no clock, no sockets; one owner thread.
 *
 * A query returns what judge_select () leaves of all entries: those that share a signature band,
 * the URL or the title (hash tables: lsh.h), and those near by vector (an engine: engine.h).  The
 * result is a function of the set of entries, not of the order in which they came and went; with
 * the hnsw engine it is so for all but what is near by vector alone, of which some may be missed.
 */
#ifndef WEIR_DEDUPER_INDEX_H
#define WEIR_DEDUPER_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "deduper/engines.h"

struct index;
struct judge_candidate;
struct judge_params;
struct traits;

struct index_counts {
    size_t entries;
    size_t bytes;     /* allocated, about */
    uint64_t evicted; /* entries that gave way because the index was full */
    uint64_t refused; /* entries older than all others while it was full, or of other dimensions */
    uint64_t cut;     /* hash chains not followed to their end (very common text) */
};

enum { INDEX_MANY = 16 }; /* most questions asked together */

/* What is asked for an item: entries fetched before seen_from_ms are left out, and the one with id
 * `except` (0 = none). */
struct index_question {
    const struct traits *item; /* borrowed */
    int64_t time_ms, seen_from_ms;
    uint64_t except;
};

/* dims: of the model's vectors (0 = entries have none); capacity: most entries; params are copied.
 * Memory grows with the entries, about 2.5 KB each at 512 dimensions. */
struct index *index_create_with(enum engine_kind engine, uint32_t dims, size_t capacity,
                                const struct judge_params *params);
/* The same with the flat engine. */
struct index *index_create(uint32_t dims, size_t capacity, const struct judge_params *params);
/* Takes a pointer to NULL too, and nulls. */
void index_destroy(struct index **self);

/* Adds an entry, or replaces the one with this id.  Traits are copied.  seen_ms: when it was
 * fetched.  copy_of: the original's id or 0.  When the index is full the oldest entry (time, then
 * id) goes; returns false where that would be this one, or where its vector has other dimensions:
 * nothing is changed then. */
bool index_add(struct index *self, uint64_t id, int64_t time_ms, int64_t seen_ms, uint64_t story,
               uint64_t copy_of, const struct traits *traits);
/* Changes what an entry belongs to.  False: unknown id. */
bool index_move(struct index *self, uint64_t id, uint64_t story, uint64_t copy_of);
/* False: unknown id. */
bool index_remove(struct index *self, uint64_t id);
/* Removes what is older; returns how many. */
size_t index_forget_before(struct index *self, int64_t time_ms);
/* Removes everything. */
void index_clear(struct index *self);

/* Writes for each of n <= INDEX_MANY questions the best candidates, at most JUDGE_BEST, ascending
 * by id: those of question i begin at out + i * JUDGE_BEST, and counts[i] says how many they are.
 * The same as if each had been asked alone, and cheaper: the engine is asked once. */
void index_query_many(struct index *self, const struct index_question *questions, size_t n,
                      struct judge_candidate *out, size_t *counts);
/* The same for one; returns the number of candidates. */
size_t index_query(struct index *self, const struct traits *item, int64_t time_ms,
                   int64_t seen_from_ms, uint64_t except, struct judge_candidate *out);
/* Writes the k entries nearest by cosine, best first, ties by lowest id, whatever their time;
 * returns their number.  Of many entries it may miss a few of the nearest (ENGINE_NO_LIMIT).  For
 * searches; out has room for k. */
size_t index_nearest(struct index *self, const struct traits *item, size_t k,
                     struct judge_candidate *out);
void index_counts(const struct index *self, struct index_counts *out);

#endif
