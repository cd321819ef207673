/* The query endpoint: every read and every user command comes in here.
 *
 * A front actor owns the ROUTER; reader actors, each with a read-only connection, answer reads;
 * everything else is handed to the writer's thread and answered from there.
 *
 *                 front (ROUTER) ── pipe ── reader 1 .. storer.readers
 *   callers ═════▶   │
 *                    └── pipe ── the thread that called query_open (commands)
 *
 * Queries wait in the front, at most storer.query_queue of them and storer.query_bytes: beyond that
 * the answer is code 75 with retry_after_ms, at once.  Callers are served in turn, and where there
 * is no room the one with the most waiting is refused; at nine tenths of the queue order, verify,
 * reembed and dead.retry are, and, where memory is short, what is larger than storer.large_bytes.
 * Each has a deadline, the smaller of its own within_ms and storer.query_ms (for verify:
 * storer.verify_ms), counted from its arrival: a waiting one is then answered 75, a running one is
 * stopped inside SQLite and answered 75, a command that the writer has not answered is answered 75
 * too (it may still be carried out).  An answer says retry_after_ms only where nothing was begun.
 *
 * A client (a process, or over tcp a key) may ask storer.client_rate queries a second; beyond that
 * the answer is 75 with retry_after_ms.  What a caller asked that has gone is cancelled: what waits
 * is dropped, what a reader does is interrupted, both at once; what the writer has got is carried
 * out.  An answer to a caller that went away, or that does not read, is dropped and counted.
 *
 * The front answers these itself (queries over tcp: as for reads):
 *
 *   cancel {}          -> {cancelled}: how many of this caller's own queries were
 *   cancel {id}        -> the same of the one with this id
 *   cancel {ticket}    -> the same of a query for later; its answer, if it has one, is forgotten
 *   later {verb, args?, call?} -> {ticket, keep_ms}: the query runs without its caller, for at most
 *                      storer.later_ms (verify: storer.verify_ms); call, a list of texts, comes
 * back result {ticket}    -> {ticket, state: waiting, running or done, verb, asked_ms, call?, and
 * once done: code, error?, answer?}; kept for storer.ticket_ms queries {}         -> {running:
 * [query], waiting: [query], waiting_all, recent: [query]}
 *
 * where query is {verb, client, come_ms, waited_us, ran_us, ticket?} and, recent: {code,
 * cancelled?}.  A ticket is a text.  No mutex, no shared memory. */
#ifndef WEIR_STORER_QUERY_H
#define WEIR_STORER_QUERY_H

#include <stdint.h>

#include "common/guard.h"

struct config;
struct counters;
struct loop;
struct query;

/* A command came.  verb and json (an empty text where none was sent) are borrowed for the call.
 * Answer each token once, then or later; an unknown verb with 64. */
typedef void query_command_fn(void *self, uint64_t token, const char *verb, const char *json);

struct query_figures {
    uint64_t queued;      /* waiting now */
    uint64_t active;      /* with readers and the writer now */
    uint64_t answered;    /* answers sent, of any code */
    uint64_t refused;     /* answered busy */
    uint64_t interrupted; /* stopped at their deadline, waiting or running */
    uint64_t cancelled;   /* because their caller went away or said so, waiting or running */
    uint64_t limited;     /* answered busy, because their client asks too many a second */
    uint64_t tickets;     /* queries for later, now, done or not */
    uint64_t ticket_bytes;
    uint64_t tickets_lost; /* answers that made room before their time was over */
    uint64_t gone;         /* answers that found no caller */
    uint64_t malformed;    /* messages that could not be read */
    uint64_t fullest;      /* percent of the queue, since the figures before */
    uint64_t forbidden;    /* queries over tcp that their key does not allow */
    uint64_t turns;        /* times that these were told, once a second */
    struct guard_counts tcp;
};

/* Binds the endpoint and starts the threads; commands are given to fn from the loop.  Everything is
 * copied.  NULL where the endpoint cannot be bound: a line was logged.  A store that cannot be
 * opened is told in the answers. */
struct query *query_open(const struct config *config, const char *db_path, struct loop *loop,
                         query_command_fn *fn, void *self);
/* Answers a command.  code 0 with json, or an exit code of sysexits.h with a sentence in error;
 * either may be NULL.  An unknown token, and one whose time was over, are ignored. */
void query_answer(struct query *query, uint64_t token, int code, const char *error,
                  const char *json);
/* The readers close the file, each once its query has ended; the next query opens it again. */
void query_release(struct query *query);
/* How full the queue was at its fullest since this was asked last, in percent. */
unsigned query_fullest(struct query *query);
/* As of the last command, or the last second. */
const struct query_figures *query_figures(const struct query *query);
/* Puts them where the heartbeat tells them. */
void query_counters(const struct query *query, struct counters *counters);
/* Ends the process with 70 where the front has told nothing for stuck_ms (common/watchdog.h); it
 * looks at the readers itself. */
void query_look(struct query *query, int64_t stuck_ms, int64_t now_ms);
/* Stops running queries and joins the threads; what waits is not answered.  Takes NULL. */
void query_close(struct query **query);

#endif
