/* The vector frame of an item whose vector a model server made, or did not make. */
#ifndef WEIR_EMBEDDER_FINISH_H
#define WEIR_EMBEDDER_FINISH_H

#include <czmq.h>

#include "common/msg.h"

struct backend_answer;

struct finish {
    struct msg_pool pool;
    struct buf out;
};

/* Puts the answer into the last frame of the message, a vector frame of our own: its vector, or why
 * there is none. */
void finish_vector(struct finish *finish, zmsg_t *message, const struct backend_answer *answer);
void finish_free(struct finish *finish);

#endif
