/* Queries whose answers are asked for later: each has a ticket, and its answer is kept for a while.
 * Bounded by number and by bytes: where there is no room the oldest answers go first.  Pure: time
 * is an argument. */
#ifndef WEIR_STORER_QUERY_TICKETS_H
#define WEIR_STORER_QUERY_TICKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

struct tickets;

enum ticket_state { TICKET_WAITING, TICKET_RUNNING, TICKET_DONE };

struct ticket {
    struct ticket *next;
    uint64_t id; /* never 0 */
    enum ticket_state state;
    char *verb;
    char *call;       /* JSON that the asker wants back, or "" */
    int64_t asked_ms; /* UTC */
    int64_t done_ms;  /* of the clock of tickets_done */
    int code;         /* from here on: of a done one */
    char *error;
    char *json;
    uint64_t json_bytes;
};

struct tickets_figures {
    uint64_t kept;  /* now, done or not */
    uint64_t bytes; /* of answers */
    uint64_t lost;  /* answers that made room before their time was over */
};

/* Keeps at most `most` tickets and `bytes` of answers, each for keep_ms once it is done. */
struct tickets *tickets_create(int64_t most, int64_t bytes, int64_t keep_ms);
/* Takes NULL. */
void tickets_destroy(struct tickets **tickets);

/* A new one, waiting, with copies of the texts; borrowed.  NULL: `most` of them are not done yet.
 */
struct ticket *tickets_add(struct tickets *tickets, uint64_t id, const char *verb, const char *call,
                           int64_t asked_ms);
/* Borrowed until the next call that is not tickets_find; or NULL. */
struct ticket *tickets_find(const struct tickets *tickets, uint64_t id);
/* Its answer came (copied).  The last one is kept whatever its size, which is that of a message at
 * most.  Nothing happens where there is no such ticket any more. */
void tickets_done(struct tickets *tickets, uint64_t id, int code, struct span error,
                  struct span json, int64_t now_ms);
/* false: there was none. */
bool tickets_drop(struct tickets *tickets, uint64_t id);
/* Drops what was kept for its time. */
void tickets_expire(struct tickets *tickets, int64_t now_ms);
struct tickets_figures tickets_figures(const struct tickets *tickets);

#endif
