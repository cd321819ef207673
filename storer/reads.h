/* The verbs that only read: JSON in, JSON out (README.md lists them).  Belongs to one thread, which
 * owns the connection. */
#ifndef WEIR_STORER_READS_H
#define WEIR_STORER_READS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

struct db_read;

/* What a read may use. */
struct reads_limits {
    size_t json_bytes; /* largest answer; lists end earlier and say where to go on */
    size_t page_bytes; /* largest page of vectors */
};

/* What a read gives.  Start with {0}; reads_run empties it first. */
struct reads_answer {
    int code;         /* 0, 64 wrong arguments, 65 no such thing, 74 the store failed, 75 stopped */
    struct buf error; /* a sentence, where code is not 0 */
    struct buf json;  /* where code is 0 */
    struct buf page;  /* a msg_page frame; empty where the verb gives none */
};

/* Whether a verb is one of these. */
bool reads_knows(const char *verb);

/* Answers one query.  json: its arguments, an object or empty.  extra: its second frame, or empty.
 * A query that db_read_watch stops has code 75. */
void reads_run(struct db_read *db, const struct reads_limits *limits, const char *verb,
               struct span json, struct span extra, struct reads_answer *answer);
void reads_answer_free(struct reads_answer *answer);

#endif
