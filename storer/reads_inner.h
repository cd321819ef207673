/* What the verbs of storer/reads_*.c share. */
#ifndef WEIR_STORER_READS_INNER_H
#define WEIR_STORER_READS_INNER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "storer/reads.h"

struct db_rows;

/* A query in hand. */
struct reads {
    struct db_read *db;
    const struct reads_limits *limits;
    json_t *args; /* an object */
    struct span extra;
    struct reads_answer *answer;
    size_t bytes; /* of text added to lists so far, about */
    char words[256];
};

/* A verb: gives the answer's object (the caller's from then on), or NULL after reads_fail or after
 * a failure of the connection. */
typedef json_t *reads_fn(struct reads *reads);

#define READ(name, fn, transaction) reads_fn fn;
#include "storer/reads.def"
#undef READ

/* Sets the answer's code and sentence; the first call counts.  Always NULL. */
json_t *reads_fail(struct reads *reads, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* An argument that is an integer within least .. most; none where it was not given.  A wrong one is
 * answered with 64 and gives none. */
int64_t reads_arg(struct reads *reads, const char *name, int64_t none, int64_t least, int64_t most);
/* The same, but it must be given. */
int64_t reads_id(struct reads *reads);
/* The rows of a list: the argument `limit`. */
int64_t reads_limit(struct reads *reads, int64_t none);
/* A text as C has it, clipped, lent until the next call. */
const char *reads_words(struct reads *reads, struct span text);
/* Whether the arguments were right so far. */
bool reads_ok(const struct reads *reads);

/* Text of a row as JSON; bytes that are no UTF-8 become U+FFFD, so that damage in the store cannot
 * make an answer that is no JSON. */
json_t *reads_text(struct db_rows *rows, int column);
json_t *reads_json(struct span text);
/* Sets a key of object to a column. */
void reads_put_text(json_t *object, const char *key, struct db_rows *rows, int column);
void reads_put_int(json_t *object, const char *key, struct db_rows *rows, int column);
/* Counts an object that is added to a list; false where the answer is full: then the list ends with
 * the row before. */
bool reads_fits(struct reads *reads, const json_t *object);
/* Makes objects of rows, and of them the list `name` of answer, until there are limit of them or
 * the answer is full; where rows are left, answer gets `next`, the `id` of the last one taken. Ends
 * rows. */
void reads_list(struct reads *reads, struct db_rows *rows, int64_t limit,
                json_t *(*make)(struct db_rows *rows), json_t *answer, const char *name);

/* An item's object from the first columns of rows: id, source, story, copy_of, time_ms,
 * published_ms, seen_ms, title, url, author, guid. */
json_t *reads_item_fields(struct db_rows *rows);

#endif
