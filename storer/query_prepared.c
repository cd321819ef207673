/* Commands in two steps: a reader finds out what is meant, on its own connection, and the writer
 * does it.  Such a verb stands among the reads and among the commands. */
#include "common/app.h"
#include "common/link.h"
#include "storer/command.h"
#include "storer/query_front.h"
#include "storer/reads.h"

/* The command with what the reader gave as its arguments; NULL where that cannot be read. */
static zframe_t *command_of(struct front *front, const struct task *task, zframe_t *answer)
{
    struct msg_reply reply = {0};
    struct msg_query query = {.id = task->id, .verb = span_str(task->verb)};
    struct buf out = {0};
    zframe_t *frame = NULL;

    msg_pool_reset(&front->pool);
    if (answer && msg_reply_read(link_span(answer), &front->pool, &reply) == 0) {
        query.json = reply.json;
        if (reply.code == APP_OK && msg_query_write(&query, &out) == 0)
            frame = zframe_new(out.data, out.len);
    }
    buf_free(&out);
    return frame;
}

bool front_prepared(struct front *front, struct task **task, int code, zmsg_t *message)
{
    zframe_t *frame = NULL;

    if (code != APP_OK || !command_is((*task)->verb))
        return false;
    if ((*task)->want != TASK_WANTED) {
        front_answer(front, *task, APP_LEFT, 0, "cancelled", (struct span){0});
        task_destroy(task);
        return true;
    }
    frame = command_of(front, *task, zmsg_first(message));
    if (!frame)
        return false;
    (*task)->frame = frame;
    fair_push(&front->commands, *task);
    *task = NULL;
    return true;
}
