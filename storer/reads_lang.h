/* Queries of the language (storer/lang.h) for the verbs that read. */
#ifndef WEIR_STORER_READS_LANG_H
#define WEIR_STORER_READS_LANG_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "storer/lang.h"

struct idset;
struct reads;

/* What was asked for: the arguments `query` and `view` of a verb. */
struct reads_query {
    struct lang *lang;       /* what is looked for: LANG_ALL where nothing was asked */
    struct lang_error error; /* words "": the query could be read */
    bool phrase;             /* it could not, and is looked for as one phrase */
    bool hidden;             /* it names is:hidden, so hidden items are not to be left out */
    bool given;              /* a query or a view was given */
};

/* Reads the arguments `query` (text) and `view` (a name; both must be met).  false after
 * reads_fail; free it in any case. */
bool reads_query(struct reads *reads, struct reads_query *query);
/* Adds to an answer what there is to say: {"syntax": {"at", "length", "words"}, "phrase": true}
 * where the query could not be read. */
void reads_query_tell(const struct reads_query *query, json_t *answer);
void reads_query_free(struct reads_query *query);

/* What is to be said of a set.  Start with {0}. */
struct reads_lang_told {
    bool capped; /* of a common word only the newest were looked at */
};

/* The items that a query finds: all of them are there.  The caller's; NULL where the connection
 * failed or was stopped (its status says which).  Text that must be met is looked for within what
 * the filters leave, newest first, until limits.search_candidates are found or ten times as many
 * looked at: then told->capped.  Words that must not be met are looked for without end. */
struct idset *reads_lang_set(struct reads *reads, const struct lang *lang,
                             struct reads_lang_told *told);

#endif
