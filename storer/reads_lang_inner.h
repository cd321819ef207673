/* What the files that evaluate queries share. */
#ifndef WEIR_STORER_READS_LANG_INNER_H
#define WEIR_STORER_READS_LANG_INNER_H

#include "storer/reads_lang.h"

struct reads_facts;

struct eval {
    struct reads *reads;
    struct reads_lang_told *told;
    struct reads_facts *facts;
    int64_t now_ms;
};

/* Leaves (reads_lang_leaf.c).  Each gives a set of items that are there, the caller's. */
struct idset *eval_leaf(struct eval *eval, const struct lang *lang);
struct idset *eval_here(struct eval *eval);
/* What an FTS5 expression finds within a set (NULL: everywhere), newest first; most: 0 all. */
struct idset *eval_fts(struct eval *eval, const char *expression, const struct idset *within,
                       int64_t most);

#endif
