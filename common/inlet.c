/* Receiving on a link: hi before lo, with one of lo after a run of hi. */
#include "common/link.h"

#include <stdlib.h>

#include "common/config.h"
#include "common/counters.h"
#include "common/mem.h"

struct inlet {
    struct counters *counters;
    zsock_t *lanes[LANES];
    int64_t burst;
    int64_t hi_in_a_row;
};

struct inlet *inlet_open(const struct config *config, enum link_id link, struct counters *counters)
{
    struct inlet *inlet = mem_calloc(1, sizeof(*inlet));

    *inlet = (struct inlet){.counters = counters, .burst = config->link_hi_burst};
    for (enum lane lane = 0; lane < LANES && inlet; lane++) {
        char *endpoint = link_endpoint(config, link, lane, "out");

        inlet->lanes[lane] = link_connect(config, ZMQ_PULL, LINK_ROLE_DATA_IN, link, endpoint);
        free(endpoint);
        if (!inlet->lanes[lane])
            inlet_close(&inlet);
    }
    return inlet;
}

void inlet_close(struct inlet **inlet)
{
    if (!*inlet)
        return;
    for (enum lane lane = 0; lane < LANES; lane++)
        zsock_destroy(&(*inlet)->lanes[lane]);
    free(*inlet);
    *inlet = NULL;
}

static zmsg_t *take(struct inlet *inlet, enum lane lane)
{
    zmsg_t *message = zmsg_recv(inlet->lanes[lane]); /* does not wait: RCVTIMEO is 0 */

    if (message) {
        counters_add(inlet->counters, COUNTER_in, 1);
        counters_add(inlet->counters, COUNTER_bytes_in, zmsg_content_size(message));
    }
    return message;
}

zmsg_t *inlet_recv(struct inlet *inlet, enum lane *lane)
{
    zmsg_t *message = NULL;
    bool lo_first = inlet->hi_in_a_row >= inlet->burst;

    for (int turn = 0; turn < 2 && !message; turn++) {
        *lane = (turn == 0) == lo_first ? LANE_LO : LANE_HI;
        message = take(inlet, *lane);
    }
    if (message)
        inlet->hi_in_a_row = *lane == LANE_HI ? inlet->hi_in_a_row + 1 : 0;
    return message;
}

zmsg_t *inlet_recv_hi(struct inlet *inlet)
{
    return take(inlet, LANE_HI);
}

void *inlet_socket(struct inlet *inlet, enum lane lane)
{
    return zsock_resolve(inlet->lanes[lane]);
}
