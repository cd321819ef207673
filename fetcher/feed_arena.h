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
/* The array, with room for one more zeroed member behind its count members of size bytes; it is
 * moved when count is a power of two.  Use: a = feed_arena_grow (arena, a, n, sizeof *a); a[n++].
 */
void *feed_arena_grow(struct feed_arena *arena, void *array, size_t count, size_t size);

#endif
