#include "embedder/finish.h"

#include <stdlib.h>

#include "common/link.h"
#include "common/log.h"
#include "common/utf8.h"
#include "embedder/backend.h"

enum { REASON_BYTES = 256 }; /* messages.def */

void finish_vector(struct finish *finish, zmsg_t *message, const struct backend_answer *answer)
{
    struct msg_vector vector;
    zframe_t *frame = zmsg_last(message);

    msg_pool_reset(&finish->pool);
    if (msg_vector_read(link_span(frame), &finish->pool, &vector)) {
        log_error("bug", "what=\"an own vector frame cannot be read\" why=\"%s\"",
                  finish->pool.why);
        abort();
    }
    vector.vector = span_of(answer->vector, answer->vector ? answer->dims : 0);
    vector.reason =
        answer->vector ? span_str("") : utf8_clip(span_str(answer->reason), REASON_BYTES);
    buf_clear(&finish->out);
    msg_vector_write(&vector, &finish->out);
    zmsg_remove(message, frame);
    zframe_destroy(&frame);
    link_append(message, &finish->out);
}

void finish_free(struct finish *finish)
{
    msg_pool_free(&finish->pool);
    buf_free(&finish->out);
}
