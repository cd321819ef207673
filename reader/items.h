/* What verbs share of showing an item. */
#ifndef WEIR_READER_ITEMS_H
#define WEIR_READER_ITEMS_H

#include <stdint.h>

struct call;

/* Shows an item with its text; where the call has the option --full, with its article, which is
 * fetched if it must be (with --again in any case).  Gives the exit code, told. */
int items_show(struct call *call, int64_t id);

/* Where the call has the option --mark: marks the items of `name` ("items", "stories": a number of
 * one) read.  Gives the exit code, told. */
int items_mark(const struct call *call, const char *name, int64_t id);

#endif
