/* What a reranker said of a search passes here on its way to the storer: there is nothing to add.
 */
#include "common/backlog.h"
#include "common/clock.h"
#include "common/service.h"
#include "deduper/deduper.h"

bool reranked_pass(struct deduper *deduper, enum lane lane, zmsg_t **message)
{
    struct app *app = &deduper->service->app;
    struct msg_header header = {0};
    struct msg_pool pool = {0};
    bool right = lane == LANE_HI &&
                 msg_header_read(link_span(zmsg_first(*message)), &pool, &header) == 0 &&
                 header.kind == MSG_KIND_RERANK;

    msg_pool_free(&pool);
    if (!right)
        return false;
    if (zmsg_size(*message) != 3) {
        app_malformed(app, "link=vectors", "wrong number of frames");
    } else if (header.deadline_ms && header.deadline_ms < clock_utc_ms()) {
        counters_add(&app->counters, COUNTER_expired, 1);
    } else {
        backlog_send(deduper->verdicts, lane, message);
        return true;
    }
    zmsg_destroy(message);
    return true;
}
