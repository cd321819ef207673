/* The centres of stories: sums over the vectors of their originals, made from the store when they
 * are asked for and kept while they are in use.  Most stories have one member: whoever asks leaves
 * these out (places_have_more ()), and they are not kept. */
#ifndef WEIR_STORER_STORIES_H
#define WEIR_STORER_STORIES_H

#include <stddef.h>
#include <stdint.h>

struct db;
struct judge_centre;
struct stories;
struct traits;

/* db is borrowed. */
struct stories *stories_create(struct db *db, size_t most);
void stories_destroy(struct stories **stories);
void stories_clear(struct stories *stories);
/* From now on at most so many are kept; what is lent is lent no longer. */
void stories_resize(struct stories *stories, size_t most);

/* The centre of a story for items of this model; NULL where it has fewer than two such members.
 * Borrowed until the next call of this module. */
const struct judge_centre *stories_centre(struct stories *stories, uint64_t story, uint64_t model);
/* An original joined; call it after its rows are in the store. */
void stories_join(struct stories *stories, uint64_t story, uint64_t model,
                  const struct traits *member);
/* A member changed. */
void stories_drop(struct stories *stories, uint64_t story);

#endif
