/* What the checks of storer/verify*.c share. */
#ifndef WEIR_STORER_VERIFY_INNER_H
#define WEIR_STORER_VERIFY_INNER_H

#include <jansson.h>
#include <stdint.h>

enum { VERIFY_PROBLEMS = 20 }; /* told of each check; the rest is counted */

struct db_read;

/* A check being made. */
struct verify {
    struct db_read *db;
    int64_t count;    /* problems found */
    json_t *problems; /* the first of them */
    json_t *answer;   /* further keys may be set */
};

void verify_problem(struct verify *verify, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Each row of the query is a problem: its first column is the sentence. */
void verify_rows(struct verify *verify, const char *sql);

void verify_stories(struct verify *verify);
void verify_keys(struct verify *verify);
void verify_next(struct verify *verify);
void verify_vectors(struct verify *verify);
void verify_facts(struct verify *verify);
void verify_marks(struct verify *verify);
void verify_sum(struct verify *verify);
void verify_walk(struct verify *verify);
void verify_gone(struct verify *verify);
void verify_contents(struct verify *verify);
void verify_brought(struct verify *verify);

#endif
