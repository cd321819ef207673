/* Rows of sources, as far as servers change them: moved, gone, found, not to be believed.  Writing
 * calls belong to the open transaction. */
#ifndef WEIR_STORER_DB_SOURCE_SAID_H
#define WEIR_STORER_DB_SOURCE_SAID_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

struct db;
struct msg_report;

/* What an answer is compared with. */
struct db_source_said {
    struct span url, credentials, options, etag, last_modified;
    uint64_t body_hash;
    bool distrust;
    struct span moved_url; /* a permanent redirect that is not believed yet */
    uint64_t moved_times;
    int64_t moved_since_ms;
};
/* Text is appended to space, which must outlive it.  false where there is no such source. */
bool db_source_said(struct db *db, uint64_t id, struct buf *space, struct db_source_said *out);

/* Keeps what the feed says of its rhythm. */
void db_source_rhythm(struct db *db, uint64_t id, const struct msg_report *report);
/* Its validators are sent no more. */
void db_source_distrust(struct db *db, uint64_t id);
/* A permanent redirect was seen so many times, first at since_ms; an empty url forgets it. */
void db_source_moving(struct db *db, uint64_t id, struct span url, uint64_t times,
                      int64_t since_ms);

/* Where a source moves.  No other source may have url and credentials. */
struct db_source_place {
    struct span url, host, credentials, options, note;
};
void db_source_move(struct db *db, uint64_t id, const struct db_source_place *place);
/* json: a list of what else the page has; may be empty. */
void db_source_alternates(struct db *db, uint64_t id, struct span json);
/* Retires it in favour of another one, which gets its categories, and its title and interval where
 * it has none of its own. */
void db_source_merge(struct db *db, uint64_t id, uint64_t into, struct span note);

/* It is not polled any more; words: its error, and its note. */
void db_source_gone(struct db *db, uint64_t id, int64_t now_ms, struct span words);
/* Takes back what a failed poll did to it. */
void db_source_restore(struct db *db, uint64_t id, int64_t next_ms, uint64_t errors);

#endif
