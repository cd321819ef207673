/* A query that cannot be read, shown with a caret under the place, and help with the language. */
#ifndef WEIR_READER_SYNTAX_H
#define WEIR_READER_SYNTAX_H

#include <jansson.h>
#include <stdbool.h>

struct buf;
struct config;

/* Appends three lines: what is wrong (and then, where there is such a remark), the query, and
 * carets under the place.  syntax is the answer's {at, length, words}, in bytes of the query.  A
 * query wider than width columns (0 = unlimited) is shown around the place.  Pure. */
void syntax_add(struct buf *out, const json_t *syntax, const char *query, int width,
                const char *then);
/* The same on standard error for an answer that has such a member: the query was looked for as a
 * phrase. Nothing where it has none. */
void syntax_tell(const json_t *answer, const char *query);
/* Asks the storer whether a query can be read.  0, or an exit code, told with carets. */
int syntax_check(const struct config *config, const char *query);

/* The language in a few lines, for the help of verbs that take a query. */
extern const char syntax_help[];

#endif
