/* The next page of a list of stories: which ones, newest first. */
#ifndef WEIR_STORER_READS_PICK_H
#define WEIR_STORER_READS_PICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reads;
struct reads_filter;

struct picked {
    uint64_t id;
    int64_t last_ms;
};

/* Before which place the page begins, and what it is to have. */
struct pick {
    int64_t since_ms;
    int64_t before_ms;
    uint64_t before_id;
    size_t limit;
};

/* Where few items match, their stories are looked up and sorted; where many do, the stories are
 * walked through and their items tested.  A walk ends after so many stories that a page costs
 * milliseconds whatever the store holds: then the page is short, *more is set, and *last is the
 * place of the last story that was looked at.  The stories are put into out (room for limit + 1,
 * the last of which says that there are more); how many. */
size_t reads_pick(struct reads *reads, const struct reads_filter *filter, const struct pick *pick,
                  struct picked *out, bool *more, struct picked *last);

#endif
