#include "storer/disk.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/service.h"
#include "storer/db_log.h"
#include "storer/query.h"
#include "storer/writer_inner.h"

enum {
    LOG_RETRY_MS = 1000,
    IN_THE_WAY = 10,   /* tries before those who have the store open are told of */
    PATIENCE_MS = 20,  /* for the lock, at a retry: the loop is to go on */
    DAMAGED = 3,       /* tries that find damage before it is believed */
    DAMAGED_LONG = 60, /* retry times after which a further one is no longer the same */
};

const char *disk_advice(enum db_error error)
{
    static const char *const advice[] = {
        [DB_FULL] = "make room on its disk; it goes on by itself",
        [DB_IO] = "look at the disk (dmesg, mount); it goes on by itself",
        [DB_LOCKED] =
            "end the other program that has it open (fuser names it); it goes on by itself",
        [DB_CORRUPT] = "nothing is started again by itself: weir-storer --verify FILE says what is "
                       "damaged; put a backup back, or sqlite3 FILE .recover",
        [DB_OPEN] = "see that it can be opened; it goes on by itself",
        [DB_BUG] = "",
    };

    return advice[error] ? advice[error] : "";
}

int disk_exit(enum db_error error)
{
    switch (error) {
    case DB_OK:
        return APP_OK;
    case DB_CORRUPT: /* starting again is no help */
    case DB_NEWER:
    case DB_OPEN:
        return APP_CONFIG;
    case DB_STOPPED:
        return APP_LEFT;
    case DB_BUG:
        return APP_BUG;
    default:
        return APP_IO;
    }
}

static void say(struct writer *writer, const char *event, json_t *detail)
{
    char *json = json_dumps(detail, JSON_COMPACT);

    publish_state(writer, event, json ? json : "{}");
    free(json);
    json_decref(detail);
}

/* --- failing ---------------------------------------------------------------------------------- */

static json_t *failure(struct writer *writer, enum db_error error)
{
    json_t *why = json_string(db_why(writer->db));

    return json_pack("{s:s, s:o, s:s}", "error", db_error_name(error), "why",
                     why ? why : json_string(""), "do", disk_advice(error));
}

static void end(struct writer *writer, enum db_error error)
{
    log_error("store-failed", "file=\"%s\" error=%s why=\"%s\" do=\"%s\"",
              writer->config->store_path, db_error_name(error), db_why(writer->db),
              disk_advice(error));
    say(writer, "store-failed", failure(writer, error));
    db_rollback(writer->db);
    writer->stuck = error;
    app_leave(&writer->service->app, disk_exit(error));
}

static void tell(struct writer *writer, enum db_error error)
{
    log_error("store-stuck", "file=\"%s\" error=%s why=\"%s\" retry_ms=%lld do=\"%s\"",
              writer->config->store_path, db_error_name(error), db_why(writer->db),
              (long long)writer->config->storer_disk_retry_ms, disk_advice(error));
    say(writer, "store-stuck", failure(writer, error));
}

static void pause_ring(struct writer *writer, enum db_error error)
{
    if (writer->disk.paused_ms == 0) {
        writer->disk.paused_ms = clock_mono_ms();
        counters_add(writer->counters, COUNTER_pauses, 1);
        db_patience(writer->db, PATIENCE_MS);
        intake_watch(writer, false);
        tell(writer, error);
    } else if (writer->stuck != DB_OK && writer->stuck != error) {
        tell(writer, error);
    }
    writer->stuck = error;
    free(writer->disk.why);
    writer->disk.why = mem_strdup(db_why(writer->db));
}

static bool is_fatal(enum db_error error)
{
    return !db_may_pass(error) && error != DB_OPEN; /* it was open before */
}

/* SQLite takes some of what a failing disk did not give it for damage.  So damage is looked at
 * again, by a connection of its own (db_in_doubt), before the store is given up. */
static enum db_error judged(struct writer *writer)
{
    struct disk *disk = &writer->disk;
    enum db_error error = db_error(writer->db);
    int64_t now_ms = clock_mono_ms();

    if (error != DB_CORRUPT)
        return error;
    if (now_ms - disk->damaged_ms > DAMAGED_LONG * writer->config->storer_disk_retry_ms)
        disk->damaged = 0;
    disk->damaged_ms = now_ms;
    return ++disk->damaged < DAMAGED ? DB_IO : DB_CORRUPT;
}

void disk_failed(struct writer *writer)
{
    enum db_error error = judged(writer);

    if (is_fatal(error)) {
        end(writer, error);
        return;
    }
    pause_ring(writer, error);
    db_rollback(writer->db);
    writer->retry_ms = clock_mono_ms() + writer->config->storer_disk_retry_ms;
    batch_undo(writer);
}

/* --- trying again ----------------------------------------------------------------------------- */

/* Nothing new is to come before the log is written back. */
static bool is_log_large(const struct writer *writer)
{
    return writer->disk.log_held ||
           db_log_bytes(writer->db) >= (uint64_t)writer->config->storer_log_bytes;
}

/* A probe needs room in the log alone, or none. */
static bool is_to_write_back(const struct writer *writer)
{
    return writer->stuck == DB_IO || (writer->stuck == DB_FULL && is_log_large(writer));
}

static bool is_well(struct writer *writer)
{
    uint64_t left = 0;

    db_rollback(writer->db);
    if (db_in_doubt(writer->db)) {
        query_release(writer->query);
        if (!db_reopen(writer->db))
            return false;
    }
    if (!db_probe(writer->db, clock_utc_ms()))
        return false;
    if (is_to_write_back(writer) && !db_log_write_back(writer->db, false, &left))
        return false;
    return writer_load(writer);
}

/* Where the store has to be opened alone, a query that still runs is no news. */
static bool is_in_the_way(struct writer *writer, enum db_error error)
{
    bool alone = error == DB_LOCKED && db_in_doubt(writer->db);

    writer->disk.in_the_way = alone ? writer->disk.in_the_way + 1 : 0;
    return alone && writer->disk.in_the_way < IN_THE_WAY;
}

static void still(struct writer *writer)
{
    enum db_error error = judged(writer);

    if (is_fatal(error))
        end(writer, error);
    else if (!is_in_the_way(writer, error))
        pause_ring(writer, error);
    db_rollback(writer->db);
}

static void go_on(struct writer *writer)
{
    int64_t paused_ms = clock_mono_ms() - writer->disk.paused_ms;

    writer->disk.paused_ms = 0;
    counters_add(writer->counters, COUNTER_pause_ms, (uint64_t)paused_ms);
    db_patience(writer->db, writer->config->storer_busy_ms);
    log_notice("store-back", "file=\"%s\" paused_ms=%" PRId64, writer->config->store_path,
               paused_ms);
    say(writer, "store-back", json_pack("{s:I}", "paused_ms", (json_int_t)paused_ms));
    intake_watch(writer, true);
}

void disk_retry(struct writer *writer)
{
    if (writer->disk.paused_ms == 0 || clock_mono_ms() < writer->retry_ms)
        return;
    writer->retry_ms = clock_mono_ms() + writer->config->storer_disk_retry_ms;
    if (!is_well(writer)) {
        still(writer);
        return;
    }
    batch_again(writer);
    if (writer->stuck == DB_OK)
        go_on(writer);
}

/* --- slow ------------------------------------------------------------------------------------- */

void disk_timed(struct writer *writer, int64_t took_ms)
{
    struct disk *disk = &writer->disk;

    disk->commit_ms = took_ms;
    if (took_ms < writer->config->storer_slow_ms)
        return;
    counters_add(writer->counters, COUNTER_slow_commits, 1);
    disk->slow_at_ms = clock_mono_ms();
    disk->slow_count++;
    if (disk->slow_since_ms)
        return;
    disk->slow_since_ms = disk->slow_at_ms;
    log_warning("store-slow",
                "file=\"%s\" commit_ms=%" PRId64
                " do=\"look at what else uses its disk; the ring waits for it\"",
                writer->config->store_path, took_ms);
    say(writer, "store-slow", json_pack("{s:I}", "commit_ms", (json_int_t)took_ms));
}

static void end_slow(struct writer *writer, int64_t now_ms)
{
    struct disk *disk = &writer->disk;

    if (!disk->slow_since_ms || now_ms - disk->slow_at_ms < 3 * writer->config->storer_slow_ms)
        return;
    log_notice("store-quick", "file=\"%s\" slow_commits=%" PRIu64 " for_ms=%" PRId64,
               writer->config->store_path, disk->slow_count,
               disk->slow_at_ms - disk->slow_since_ms);
    say(writer, "store-quick", json_pack("{s:I}", "slow_commits", (json_int_t)disk->slow_count));
    disk->slow_since_ms = 0;
    disk->slow_count = 0;
}

/* --- the log ---------------------------------------------------------------------------------- */

static void hold_back(struct writer *writer, uint64_t left)
{
    uint64_t most = (uint64_t)writer->config->storer_log_bytes, bytes = db_log_bytes(writer->db);

    if (!writer->disk.log_held && bytes >= most) {
        writer->disk.log_held = true;
        counters_add(writer->counters, COUNTER_log_holds, 1);
        log_warning("log-large",
                    "file=\"%s-wal\" bytes=%" PRIu64 " left=%" PRIu64
                    " why=\"somebody reads an old state of the store, so its log cannot be written "
                    "back\" do=\"end that reader (fuser names it); nothing new is fetched until "
                    "then\"",
                    writer->config->store_path, bytes, left);
        say(writer, "log-large", json_pack("{s:I}", "bytes", (json_int_t)bytes));
    } else if (writer->disk.log_held && bytes < most / 2) {
        writer->disk.log_held = false;
        log_notice("log-small", "file=\"%s-wal\" bytes=%" PRIu64, writer->config->store_path,
                   bytes);
        say(writer, "log-small", json_pack("{s:I}", "bytes", (json_int_t)bytes));
    }
}

void disk_tend(struct writer *writer)
{
    int64_t now_ms = clock_mono_ms();
    uint64_t left = 0;
    bool large = db_log_bytes(writer->db) >= (uint64_t)writer->config->storer_log_bytes / 2;

    end_slow(writer, now_ms);
    if (writer->stuck != DB_OK || now_ms < writer->disk.log_next_ms ||
        (db_log_waiting(writer->db) < DB_LOG_RIPE && !large))
        return;
    if (!db_log_write_back(writer->db, large, &left)) {
        /* Where there is no room the next commit will say so, if it needs any; but a large log
         * lets none come. */
        if (db_error(writer->db) != DB_FULL || is_log_large(writer)) {
            disk_failed(writer);
            return;
        }
        db_rollback(writer->db);
    }
    if (left > 0)
        writer->disk.log_next_ms = now_ms + LOG_RETRY_MS;
    hold_back(writer, left);
}

/* --- figures ---------------------------------------------------------------------------------- */

void disk_figures(const struct writer *writer, struct buf *json)
{
    const struct disk *disk = &writer->disk;
    bool stuck = writer->stuck != DB_OK;
    json_t *why = json_string(stuck && disk->why ? disk->why : "");
    char *text = why ? json_dumps(why, JSON_ENCODE_ANY) : NULL;

    buf_printf(json,
               ",\"stuck\":\"%s\",\"stuck_why\":%s,\"stuck_do\":\"%s\",\"stuck_ms\":%" PRId64
               ",\"commit_ms\":%" PRId64 ",\"slow\":%s,\"log_bytes\":%" PRIu64 ",\"log_held\":%s",
               stuck ? db_error_name(writer->stuck) : "", text ? text : "\"\"",
               stuck ? disk_advice(writer->stuck) : "",
               disk->paused_ms ? clock_mono_ms() - disk->paused_ms : 0, disk->commit_ms,
               disk->slow_since_ms ? "true" : "false", db_log_bytes(writer->db),
               disk->log_held ? "true" : "false");
    free(text);
    json_decref(why);
}

void disk_free(struct writer *writer)
{
    free(writer->disk.why);
    writer->disk.why = NULL;
}
