/* Rows of the journal: fetches, the keys they still owe, bodies, dead letters.  Writing calls
 * belong to the open transaction. */
#ifndef WEIR_STORER_DB_FETCH_H
#define WEIR_STORER_DB_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

struct db;
struct msg_job;
struct msg_report;

/* A lease: the row of a fetch that was given out.  Returns its id. */
uint64_t db_fetch_lease(struct db *db, uint64_t source, bool hi, int64_t now_ms);
/* Accepts the report of a lease: validators and schedule wait in the row.  keys: count of
 * MSG_KEY bytes, distinct. */
void db_fetch_accept(struct db *db, uint64_t fetch, const struct msg_report *report,
                     int64_t next_ms, int64_t now_ms);
void db_fetch_keys(struct db *db, uint64_t fetch, const uint8_t *keys, size_t count);
/* Keeps the response of a fetch: one content for all that are the same (db_blob.h). */
void db_fetch_body(struct db *db, uint64_t fetch, uint64_t bytes, struct span body);
/* Whether it is there, and is what its hash says. */
bool db_fetch_body_right(struct db *db, uint64_t fetch);
/* tries and failed tries alone of an item that is about to be sent again, or whose try failed. */
void db_fetch_try(struct db *db, uint64_t fetch, const uint8_t *key, uint64_t tries,
                  uint64_t alone);
void db_fetch_sent(struct db *db, uint64_t fetch, int64_t now_ms);
void db_fetch_item_end(struct db *db, uint64_t fetch, const uint8_t *key);
/* Removes the fetch with all that hangs on it. */
void db_fetch_end(struct db *db, uint64_t fetch);

/* What waits in the row of an accepted fetch; text is appended to space (borrow it after the call
 * only). */
struct db_fetch_waiting {
    struct span etag, last_modified, title, link;
    uint64_t body_hash;
    int64_t next_ms, seen_ms;
};
bool db_fetch_waiting(struct db *db, uint64_t fetch, struct buf *space,
                      struct db_fetch_waiting *out);

/* Fills what a replay's job takes from the journal, and the body; text is appended to space.
 * false where there is nothing to replay, or the body is not what its hash says. */
bool db_fetch_replay(struct db *db, uint64_t fetch, struct buf *space, struct msg_job *job,
                     struct span *body);

struct db_fetch {
    uint64_t id, source, entries, body_bytes;
    bool accepted, hi, revived;
};
/* Calls fn with every open fetch; fn may read the keys of it. */
void db_fetch_each(struct db *db, void (*fn)(void *arg, const struct db_fetch *fetch), void *arg);
void db_fetch_each_key(struct db *db, uint64_t fetch,
                       void (*fn)(void *arg, const uint8_t *key, uint64_t tries, uint64_t alone),
                       void *arg);

/* --- dead letters ----------------------------------------------------------------------------- */

/* Makes an item of an open fetch a dead letter; with_body keeps the response it came in,
 * unless it is damaged. */
void db_dead_add(struct db *db, uint64_t fetch, const uint8_t *key, uint64_t tries, bool with_body,
                 const char *reason, int64_t now_ms);

/* The next dead letter that was asked to go round again and whose source has no open fetch. */
struct db_dead {
    uint64_t id, source, bytes;
    uint8_t key[16];
};
bool db_dead_next(struct db *db, struct db_dead *out);
/* Turns it into an accepted fetch of one item; its id. */
uint64_t db_dead_revive(struct db *db, const struct db_dead *dead, int64_t now_ms);

/* Marks dead letters to go round again (id 0: all that can); their number.  -1: there is no such
 * dead letter. */
int64_t db_dead_ask(struct db *db, uint64_t id);

#endif
