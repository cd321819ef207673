/* The last queries: what they asked, how long they waited and ran, how they ended.  Pure. */
#ifndef WEIR_STORER_QUERY_HISTORY_H
#define WEIR_STORER_QUERY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct history;

struct history_entry {
    char verb[33];
    char client[65];
    int64_t come_ms; /* UTC */
    int64_t waited_us;
    int64_t ran_us; /* 0: it never began */
    int code;
    bool cancelled;
    uint64_t ticket; /* 0: somebody waited for it */
};

/* Remembers the last `most`. */
struct history *history_create(size_t most);
/* Takes NULL. */
void history_destroy(struct history **history);
/* Copies the entry. */
void history_add(struct history *history, const struct history_entry *entry);
/* The entry of so many queries ago (0 = the last), borrowed until the next call; or NULL. */
const struct history_entry *history_at(const struct history *history, size_t ago);

#endif
