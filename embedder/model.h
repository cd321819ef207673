/* The built-in embedding model: no download, no server, no state but scratch memory.  Pure.
 *
 * A text becomes weighted features (features.h); each adds its weight, with signs taken from its
 * hash, to every one of 512 sums (a +-1 random projection: Achlioptas, "Database-friendly random
 * projections", 2003); the sums are scaled to int8.  The sums are integers, so AVX2 and the
 * portable path give the same bits.  The table of document frequencies is part of the model and
 * linked into the program; another table, or another recipe, is another model and has another name.
 */
#ifndef WEIR_EMBEDDER_MODEL_H
#define WEIR_EMBEDDER_MODEL_H

#include "common/buf.h"

#include <stddef.h>
#include <stdint.h>

struct traits_buf;
struct model;

enum { MODEL_DIMS = 512 };

/* A model belongs to one thread.  It takes 1 MiB for its table and what the longest text needs. */
struct model *model_create(void);
void model_destroy(struct model **model);

/* "builtin-512-v1" */
const char *model_name(const struct model *model);

/* Fills out with all traits of an item: vector, signature, words, keys, figures.  Text is UTF-8
 * without mark-up; bad bytes do no harm.  Nothing is allocated once the longest text was seen.
 * A text without features has no vector (dims 0). */
void model_traits(struct model *model, struct span title, struct span text, struct span url,
                  struct traits_buf *out);

/* The same without the vector (dims 0), for items whose vector another model makes. */
void model_keys(struct model *model, struct span title, struct span text, struct span url,
                struct traits_buf *out);

#endif
