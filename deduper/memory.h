/* What a deduper remembers: the index, and the order in which its items were fetched, so that they
 * leave by age.  Pure: the time is the newest item's. */
#ifndef WEIR_DEDUPER_MEMORY_H
#define WEIR_DEDUPER_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

#include "deduper/engines.h"

struct index;
struct memory;
struct msg_entry;

/* model: vectors of others are not compared; window_ms: age by fetching at which items leave;
 * engine: of the index. */
struct memory *memory_create(const char *model, int64_t window_ms, size_t capacity,
                             enum engine_kind engine);
void memory_destroy(struct memory **memory);
void memory_clear(struct memory *memory);
/* The model that serves from now on.  True: it is another one, and everything was forgotten. */
bool memory_serve(struct memory *memory, struct span model);
/* Borrowed until memory_serve (). */
const char *memory_model(const struct memory *memory);
/* Adds, moves or removes what the entry says.  False: this is the first vector, and entries without
 * one came before it; all have to come again (the dimensions are known from now on). */
bool memory_apply(struct memory *memory, const struct msg_entry *entry);
/* The index, to be queried. */
struct index *memory_index(struct memory *memory);
/* An item fetched then is compared with what was fetched since: whatever was forgotten by now, or
 * could be, is left out. */
int64_t memory_seen_from(const struct memory *memory, int64_t seen_ms);
/* Items fetched before this are not needed. */
int64_t memory_oldest_ms(const struct memory *memory, int64_t now_ms);

#endif
