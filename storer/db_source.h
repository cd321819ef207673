/* Rows of sources and categories.  Writing calls belong to the open transaction. */
#ifndef WEIR_STORER_DB_SOURCE_H
#define WEIR_STORER_DB_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

struct db;
struct msg_job;

enum db_source_state {
    DB_SOURCE_ACTIVE,
    DB_SOURCE_RETIRED,
    DB_SOURCE_QUARANTINED,
    DB_SOURCE_GONE,   /* its server said 410: not polled until it is added again */
    DB_SOURCE_IMPORT, /* of import.h: never polled */
};

/* What the schedule needs of a source. */
struct db_source {
    uint64_t id;
    char host[256];
    int64_t next_ms; /* UTC */
    enum db_source_state state;
    uint64_t expected;  /* new items of a fetch, about */
    uint64_t errors;    /* running */
    int64_t last_ok_ms; /* when a poll last succeeded, UTC; 0 = never */
    uint64_t suspect;   /* times running that a fetcher crashed with it in hand */
    uint64_t quarantines;
    int64_t interval_ms; /* the user's wish; 0 = none */
    uint64_t fetch;      /* the open one; 0 = none */
    /* What the feed last said of its own rhythm, as in a report: -1 = nothing. */
    int64_t gap_ms, ttl_ms;
    uint64_t skip_hours, skip_days;
};

/* Calls fn with every source that is polled, or has an open fetch. */
void db_source_each(struct db *db, void (*fn)(void *arg, const struct db_source *source),
                    void *arg);
/* false where there is no such source. */
bool db_source_get(struct db *db, uint64_t id, struct db_source *out);

struct db_source_asking {
    int64_t known_max; /* fingerprints of known items, at most */
    /* UTC: a source that was last read in full before this is asked without validators. */
    int64_t recheck_before_ms;
    /* UTC: deleted items that the feed has not shown since are not among the known; where there are
     * any it is asked without validators, so that it is seen whether it still shows them. */
    int64_t forgotten_since_ms;
};
/* Fills what a job takes from its source, and the options of its private frame (JSON, often empty);
 * the text is appended to space, which must outlive both.  Validators that have lied stay empty.
 * false where there is no such source. */
bool db_source_job(struct db *db, uint64_t id, const struct db_source_asking *asking,
                   struct buf *space, struct msg_job *job, struct span *options);

/* 0 where there is no such source. */
uint64_t db_source_find(struct db *db, struct span url, struct span credentials,
                        enum db_source_state *state);

struct db_source_new {
    struct span url, credentials, options, host, title;
    int64_t interval_ms;
    int64_t now_ms;
};
uint64_t db_source_add(struct db *db, const struct db_source_new *source);
/* Makes a source that was retired, or is gone, an active one again: polled now, past forgotten. */
void db_source_revive(struct db *db, uint64_t id, int64_t now_ms);
/* false where there is no such source, or it is retired already. */
bool db_source_retire(struct db *db, uint64_t id);
/* Puts it into a category, which is made where there is none. */
void db_source_category(struct db *db, uint64_t id, struct span category);

/* A fetch is complete: its validators and the schedule move now. */
struct db_source_read {
    struct span etag, last_modified, title, link;
    uint64_t body_hash, expected;
    int64_t next_ms, now_ms;
    bool whole; /* db_source_same: the whole body came, not a 304 */
};
void db_source_read(struct db *db, uint64_t id, const struct db_source_read *read);
/* 304, or the body of last time: an empty validator leaves the one that stands. */
void db_source_same(struct db *db, uint64_t id, const struct db_source_read *read);
void db_source_failed(struct db *db, uint64_t id, int64_t next_ms, int64_t now_ms,
                      struct span error);
void db_source_suspect(struct db *db, const struct db_source *source, struct span error);
/* Items that were new are in the store. */
void db_source_items(struct db *db, uint64_t id, uint64_t stored, int64_t now_ms);

#endif
