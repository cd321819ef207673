/* The engines of this build, by name: "flat" is always there, "hnsw" where hnswlib and a C++
 * compiler were found (WEIR_HAVE_HNSW).  Pure. */
#ifndef WEIR_DEDUPER_ENGINES_H
#define WEIR_DEDUPER_ENGINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine;

enum engine_kind { ENGINE_FLAT, ENGINE_HNSW };

/* What to say of a build that has them: "flat, hnsw" or "flat".  Static. */
#ifdef WEIR_HAVE_HNSW
#define ENGINES_BUILT "flat, hnsw"
#else
#define ENGINES_BUILT "flat"
#endif

/* False, and *kind as it was: no engine of this build has the name. */
bool engine_kind_of(const char *name, enum engine_kind *kind);
/* dims > 0; slots are 0..capacity-1.  Caller owns the result, and calls its destroy ().  The kind
 * must be of this build. */
struct engine *engine_create(enum engine_kind kind, uint32_t dims, size_t capacity);

#endif
