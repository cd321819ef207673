/* A query in the front's hands, and lists of them. */
#ifndef WEIR_STORER_QUERY_TASK_H
#define WEIR_STORER_QUERY_TASK_H

#include <czmq.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

struct msg_query;

enum task_want {
    TASK_WANTED,
    TASK_LEFT,     /* its caller went away: nobody is to be answered */
    TASK_CANCELLED /* somebody said so */
};

struct task {
    struct task *next;
    zframe_t *caller; /* the ROUTER's name for it */
    zframe_t *frame;  /* the query, as it came; NULL once handed on */
    zframe_t *extra;  /* or NULL */
    char *verb;
    char *client;   /* who asks, for people: "key NAME", "pid 123" */
    int connection; /* over which it came; -1: not known */
    uint64_t id;
    uint64_t token;  /* of a command with the writer */
    uint64_t ticket; /* its answer is kept for whoever asks for it; 0: its caller waits */
    uint64_t bytes;  /* of memory held, about */
    int64_t deadline_ms;
    int64_t come_ms;    /* UTC */
    int64_t come_us;    /* monotonic, as the next */
    int64_t started_us; /* 0: it waits */
    enum task_want want;
    bool own;      /* the front answers it itself: not worth remembering */
    bool answered; /* already, because its time was over */
};

/* First in, first out.  Start with {0}. */
struct task_list {
    struct task *first;
    struct task *last;
    uint64_t count;
    uint64_t bytes;
};

/* Takes the frames over (*extra may be NULL); it came now. */
struct task *task_create(const struct msg_query *query, zframe_t **caller, zframe_t **frame,
                         zframe_t **extra, int64_t deadline_ms);
/* The same query of the same caller, as verb and json, for later: its answer goes to the ticket. */
struct task *task_create_later(const struct task *asker, const char *verb, struct span json,
                               uint64_t ticket, int64_t deadline_ms);
/* Takes NULL. */
void task_destroy(struct task **task);

void task_push(struct task_list *list, struct task *task);
/* The first; NULL where there is none.  The caller's from then on, as with the next three.
 */
struct task *task_pop(struct task_list *list);
struct task *task_pull(struct task_list *list, uint64_t token);
struct task *task_pull_newest(struct task_list *list);
/* The next one that match says yes to. */
typedef bool task_match_fn(const struct task *task, const void *arg);
struct task *task_pull_if(struct task_list *list, task_match_fn *match, const void *arg);
void task_move_deadlines(struct task_list *list, int64_t by_ms);
void task_list_clear(struct task_list *list);

/* Why the key with which a query came over tcp does not allow it; NULL: it does, or there was none.
 * Logged if tell. */
const char *query_forbids(const struct task *task, bool tell);
/* Appends text as a frame with a NUL behind it. */
void task_add_text(zmsg_t *message, struct span text);

#endif
