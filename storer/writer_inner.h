/* The writer's state, and how its files call each other.
 *
 * Inputs (reports, verdicts, commands) are applied to the open transaction as they come, and kept
 * until it is committed.  What leaves the process waits for the commit, too.  A transaction that
 * fails is rolled back, memory is made anew from the file, and the same inputs are applied again:
 * memory never says more than the file. */
#ifndef WEIR_STORER_WRITER_INNER_H
#define WEIR_STORER_WRITER_INNER_H

#include <czmq.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/counters.h"
#include "common/link.h"
#include "common/msg.h"
#include "storer/asked.h"
#include "storer/db.h"
#include "storer/disk.h"
#include "storer/haste.h"
#include "storer/quiesce.h"
#include "storer/reembed.h"
#include "storer/schedule.h"
#include "storer/strain.h"
#include "storer/sweep.h"
#include "storer/window.h"
#include "storer/writer.h"

struct backup;
struct db_wanted;
struct decide;
struct fulls;
struct held;
struct inlet;
struct journal;
struct journal_fetch;
struct journal_item;
struct json_t;
struct leases;
struct online;
struct outbox;
struct rules;
struct query;
struct walk;
struct semantic;

enum input_kind { INPUT_REPORT, INPUT_VERDICT, INPUT_COMMAND };

struct input {
    struct input *next;
    enum input_kind kind;
    zmsg_t *message; /* a report or verdict */
    enum lane lane;
    uint64_t token; /* a command */
    char *verb, *json;
    int code; /* its answer, once it was applied */
    char *error, *answer;
};

/* A message that is sent once the transaction is committed. */
struct sending {
    struct sending *next;
    struct outbox *outbox;
    enum lane lane;
    zmsg_t *message;
    uint64_t lease; /* given in this transaction; 0 = none */
    uint64_t source;
    bool hi;
};

/* A state event that is published once the transaction is committed. */
struct later {
    struct later *next;
    const char *event;
    char *json;
};

struct ended {
    uint64_t fetch;
    uint8_t key[MSG_KEY];
};

struct batch {
    bool open;
    int64_t since_ms;
    size_t items, bytes;
    struct input *first, **end;
    struct sending *sendings, **sendings_end;
    struct later *later, *later_last;
    struct ended *ended; /* items whose row must go, unless their fetch went */
    size_t ended_count, ended_cap;
    struct msg_entry *entries; /* to be published; they borrow from the inputs */
    size_t entry_count, entry_cap;
    uint64_t *touched; /* sources whose row changed */
    size_t touched_count, touched_cap;
};

struct writer {
    struct service *service;
    const struct config *config;
    struct counters *counters;
    struct loop *loop;
    int lock; /* of the file */

    struct db *db;
    struct db_meta meta; /* with what the open transaction adds */
    struct db_meta committed;
    struct decide *decide;
    struct walk *walk; /* what weir next has learned */
    struct journal *journal;
    struct leases *leases;
    struct held *held;
    uint64_t facts;      /* the last item that is in the columns (facts_tend.h) */
    struct rules *rules; /* what arriving items meet */
    struct fulls *fulls; /* articles that are being fetched */
    struct schedule *schedule;
    struct schedule_times times;
    struct online *online;
    int64_t offline_since_ms; /* UTC; 0 while online */
    struct window window;
    struct asked asked; /* vectors that were asked for */
    struct haste haste; /* in asking for those that the serving model owes */
    struct reembed reembed;
    struct quiesce quiesce;
    struct batch batch;

    struct inlet *reports, *verdicts;
    struct outbox *jobs, *items;
    zsock_t *events; /* what it says */
    zsock_t *heard;  /* what others say on the same bus */
    struct query *query;
    struct semantic *semantic; /* what queries ask the ring */
    uint64_t ticker, batch_timer;

    int64_t started_ms; /* the writer's clock */
    /* Until then reports are committed before their verdicts are judged: leases were open when a
     * former process ended, perhaps by an item whose report went with it (alone.c). */
    int64_t careful_ms;
    int64_t looked_ms, skipped_ms;
    uint64_t broker, losses; /* of the last roster */
    size_t fetchers, embedders, dedupers;
    bool whole; /* every stage has an instance */
    uint64_t reopened;
    bool more;           /* inputs were left unread: there is no need to wait for any */
    enum db_error stuck; /* the store cannot be written to; inputs wait */
    int64_t retry_ms;
    struct disk disk;
    int64_t tended_ms;
    int64_t wanted_check_ms;
    bool retries_asked; /* dead letters may wait to be revived */
    bool drained_said;
    bool stopping;
    struct strain strain;
    struct sweep sweep;
    struct backup *backup;
    int64_t busy_us; /* of work not yet in the counter, which has milliseconds */
    int64_t rate_ms; /* when the rates below were taken */
    double stored_per_s;
    uint64_t rate_items;

    struct msg_pool pools[4]; /* of header, item, vector, verdict or report */
    struct buf scratch, space, note, arrived;
};

/* --- writer.c --- */
/* The writer's clock: monotonic, without the time in which nobody looked. */
int64_t writer_now(struct writer *writer);
/* Something was lost that may have carried items or leases. */
void writer_lost(struct writer *writer, const char *what);
/* The same, where no item can have caused it. */
void writer_torn(struct writer *writer);
size_t writer_in_flight(struct writer *writer);
/* Items that the file holds as open. */
size_t writer_left(const struct writer *writer);

/* --- load.c --- */
/* Makes memory from the file: journal, leases, schedule, judge.  false: the file could not be read.
 */
bool writer_load(struct writer *writer);
/* Takes up what was made a fetch of one item from a dead letter. */
void load_revived(struct writer *writer, uint64_t fetch, uint64_t source, const uint8_t *key,
                  uint64_t bytes);

/* --- intake.c --- */
/* Reads what waits, reports first; bounded.  true: something came. */
bool intake_take(struct writer *writer);
void intake_watch(struct writer *writer, bool on);
/* Counts and logs a message that cannot be read. */
void intake_malformed(struct writer *writer, const char *what, const char *why);

/* --- batch.c --- */
/* Takes the input, applies it and keeps it. */
void batch_input(struct writer *writer, struct input *input);
/* Opens a transaction where none is open. */
void batch_open(struct writer *writer);
/* Commits what is open, if it is ripe. */
void batch_ripe(struct writer *writer);
void batch_commit(struct writer *writer);
/* After a failure: forgets what the inputs caused, and keeps them. */
void batch_undo(struct writer *writer);
/* Applies them once more. */
void batch_again(struct writer *writer);
void batch_free(struct writer *writer);
/* Sends a message once the transaction is committed; dropped where it fails. */
struct sending *batch_send(struct writer *writer, struct outbox *outbox, enum lane lane,
                           zmsg_t *message);
void batch_ended(struct writer *writer, uint64_t fetch, const uint8_t *key);
void batch_entry(struct writer *writer, const struct msg_entry *entry);
void batch_touched(struct writer *writer, uint64_t source);
void input_free(struct input *input);

/* --- accept.c, settle.c, command_apply (command.c) --- */
void accept_report(struct writer *writer, struct input *input);
void settle_verdict(struct writer *writer, struct input *input);
void command_apply(struct writer *writer, struct input *input);
/* An item of an accepted fetch has ended; completes the fetch with its last one. */
void settle_end(struct writer *writer, struct journal_fetch *fetch, struct journal_item *item);
void settle_dead(struct writer *writer, struct journal_fetch *fetch, struct journal_item *item,
                 bool with_body, const char *reason);
/* A try alone ended in a crash or an error. */
void settle_blame(struct writer *writer, struct journal_fetch *fetch, struct journal_item *item,
                  const char *why);

/* --- alone.c: an item that crashes this process --- */
/* Before a verdict is applied: where it is of the item that travels alone, its try is committed as
 * failed, and with it what the batch has so far. */
void alone_judged(struct writer *writer, const struct input *input);
/* Of the item that travels alone, or {0}: kept while memory is made anew. */
struct alone_before {
    uint64_t fetch; /* 0 = none */
    uint8_t key[MSG_KEY];
    uint32_t alone;
};
struct alone_before alone_keep(const struct writer *writer);
/* After loading: what has failed alone too often becomes a dead letter. */
void alone_loaded(struct writer *writer, const struct alone_before *before);

/* --- issue.c, replay.c, wanted.c: what the storer sends --- */
/* Adds to the open transaction (or opens one) the leases, replays and questions that may go. */
void issue_work(struct writer *writer);
void issue_undo(struct writer *writer, struct sending *sending);
/* Lapses leases that are due. */
void issue_sweep(struct writer *writer);
void issue_fetcher_lost(struct writer *writer, struct span leases, bool crashed);
void replay_work(struct writer *writer);
enum { WANTED_AT_ONCE = 64 }; /* questions of one transaction */

void wanted_work(struct writer *writer);
/* A question was answered; again: it goes round once more. */
void wanted_answered(struct writer *writer, uint64_t item, bool vector);
void wanted_again(struct writer *writer, uint64_t item);
/* An item of a fetch came with, or without, its vector. */
void wanted_seen(struct writer *writer, const struct msg_vector *vector);
/* Missing vectors of the serving model are asked for at once. */
void wanted_hurry(struct writer *writer, const char *why);
/* How many questions may go now, of all models. */
size_t wanted_room(struct writer *writer);
/* Asks for an item's vector of this model. */
void wanted_send(struct writer *writer, const struct db_wanted *row, const char *model);
/* A header with the writer's epoch, head and model. */
struct msg_header issue_header(const struct writer *writer, enum msg_kind kind);
zmsg_t *issue_message(struct writer *writer, const struct msg_header *header);

/* --- searches.c: what queries ask the ring --- */
void searches_open(struct writer *writer);
/* Whether a message of verdicts hi is the answer to such a question: then it was dealt with. */
bool searches_take(struct writer *writer, zmsg_t **message);

/* --- publish.c --- */
void publish_commit(struct writer *writer, const struct msg_entry *entries, size_t count);
void publish_state(struct writer *writer, const char *event, const char *json);
/* The same once the open transaction is committed; takes detail over.  event: not copied. */
void publish_later(struct writer *writer, const char *event, struct json_t *detail);
/* Publishes these, or forgets them. */
void publish_waiting(struct writer *writer, bool committed);

/* --- hear.c --- */
/* Listens to what embedders say of their models. */
void hear_open(struct writer *writer);
void hear_close(struct writer *writer);

/* --- command_keep.c --- */
/* Tells of a backup that has ended; gives it up where the store is in trouble. */
void backup_turn(struct writer *writer);

/* --- stats.c --- */
/* The short form, for heartbeats. */
void stats_note(struct writer *writer, struct buf *json);

/* --- control.c --- */
void control_message(struct service *service, void *self, enum msg_type type, const void *message);
void control_welcomed(struct service *service, void *self, uint64_t broker);
void control_beat(struct service *service, void *self, struct msg_heartbeat *heartbeat);
/* Answers a QUIESCE that stands, and lets it lapse. */
void control_tend(struct writer *writer);

#endif
