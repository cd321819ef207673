/* A query in the front's hands, and lists of them. */
#ifndef WEIR_STORER_QUERY_TASK_H
#define WEIR_STORER_QUERY_TASK_H

#include <czmq.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

struct msg_query;

struct task {
    struct task *next;
    zframe_t *caller; /* the ROUTER's name for it */
    zframe_t *frame;  /* the query, as it came; NULL once handed on */
    zframe_t *extra;  /* or NULL */
    char *verb;
    uint64_t id;
    uint64_t token; /* of a command with the writer */
    uint64_t bytes; /* of memory held, about */
    int64_t deadline_ms;
    bool answered; /* already, because its time was over */
};

/* First in, first out.  Start with {0}. */
struct task_list {
    struct task *first;
    struct task *last;
    uint64_t count;
    uint64_t bytes;
};

/* Takes the frames over (*extra may be NULL). */
struct task *task_create(const struct msg_query *query, zframe_t **caller, zframe_t **frame,
                         zframe_t **extra, int64_t deadline_ms);
/* Takes NULL. */
void task_destroy(struct task **task);

void task_push(struct task_list *list, struct task *task);
/* The first; NULL where there is none.  The caller's from then on, as with the next three.
 */
struct task *task_pop(struct task_list *list);
struct task *task_pull(struct task_list *list, uint64_t token);
struct task *task_pull_newest(struct task_list *list);
/* The first whose deadline has come. */
struct task *task_pull_late(struct task_list *list, int64_t now_ms);
void task_move_deadlines(struct task_list *list, int64_t by_ms);
void task_list_clear(struct task_list *list);

/* Why the key with which a query came over tcp does not allow it; NULL: it does, or there was none.
 * Logged if tell. */
const char *query_forbids(const struct task *task, bool tell);
/* Appends text as a frame with a NUL behind it. */
void task_add_text(zmsg_t *message, struct span text);

#endif
