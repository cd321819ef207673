/* What both ends of query_semantic.h share. */
#ifndef WEIR_STORER_QUERY_SEMANTIC_INNER_H
#define WEIR_STORER_QUERY_SEMANTIC_INNER_H

#include <stddef.h>

#include "storer/query_inner.h"

/* Where the readers of a store find the writer's thread. */
void semantic_endpoint(const char *store, char *out, size_t size);

#endif
