/* Memory for what belongs to one feed: taken piece by piece, released at once.  One owner. */
#ifndef WEIR_FETCHER_FEED_ARENA_H
#define WEIR_FETCHER_FEED_ARENA_H

#include <stddef.h>

struct feed_arena;

struct feed_arena *feed_arena_new(void);
void feed_arena_destroy(struct feed_arena **arena);
/* Zeroed bytes, aligned for any type. */
void *feed_arena_take(struct feed_arena *arena, size_t bytes);
/* A copy of n bytes with a NUL behind them. */
const char *feed_arena_copy(struct feed_arena *arena, const char *text, size_t n);
/* Grows an array of *count members, each of size bytes, by one zeroed member and returns it.  The
 * array is moved when count reaches a power of two. */
void *feed_arena_push(struct feed_arena *arena, void **array, size_t *count, size_t size);

#endif
