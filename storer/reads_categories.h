/* Figures of categories, for `counts`. */
#ifndef WEIR_STORER_READS_CATEGORIES_H
#define WEIR_STORER_READS_CATEGORIES_H

#include <jansson.h>

struct reads;

enum { READS_FIGURES = 4 };
extern const char *const reads_figures[READS_FIGURES]; /* items, unread, starred, hidden */

/* [{name, sources, items, unread, starred, hidden}]; the caller's. */
json_t *reads_categories(struct reads *reads);

#endif
