/* Missing vectors are a state of rows: asked for with back-off, in window slots, outside the sum
 * (DESIGN 5, rule 10). */
#include <stdlib.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/mem.h"
#include "storer/db_item.h"
#include "storer/journal.h"
#include "storer/outbox.h"
#include "storer/writer_inner.h"

enum { CHECK_MS = 1000, DAY_MS = 86400000 };

struct asked {
    uint64_t item;
    int64_t until_ms; /* its slot is given back then */
};

struct asking {
    struct writer *writer;
    size_t count;
    uint64_t ids[64];
    uint64_t tries[64];
};

void wanted_arrived(struct writer *writer, uint64_t item)
{
    free(map64_remove(&writer->asked, item));
}

static void lapse(struct writer *writer)
{
    size_t at = 0;
    struct asked *asked = NULL;

    while ((asked = map64_next(&writer->asked, &at)))
        if (asked->until_ms <= writer_now(writer)) {
            free(map64_remove(&writer->asked, asked->item));
            at = 0;
        }
}

static void ask(void *arg, uint64_t id, uint64_t source, struct span key, uint64_t tries,
                const struct msg_item *item)
{
    struct asking *asking = arg;
    struct writer *writer = asking->writer;
    struct msg_header header = issue_header(writer, MSG_KIND_WANTED);
    struct asked *asked = mem_alloc(sizeof(*asked));
    zmsg_t *message = NULL;

    header.source = source;
    header.key = key;
    header.attempt = tries < 1000000 ? tries + 1 : tries;
    message = issue_message(writer, &header);
    if (msg_item_write(item, &writer->scratch) == 0)
        link_append(message, &writer->scratch);
    batch_send(writer, writer->items, LANE_LO, message);
    *asked = (struct asked){.item = id,
                            .until_ms = writer_now(writer) + writer->config->storer_wanted_ms};
    free(map64_put(&writer->asked, id, asked));
    asking->ids[asking->count] = id;
    asking->tries[asking->count++] = tries + 1;
}

static int64_t wait_ms(const struct writer *writer, uint64_t tries)
{
    int64_t wait = writer->config->storer_wanted_ms;

    while (tries-- > 0 && wait < DAY_MS)
        wait *= 2;
    return wait;
}

/* The rows are walked first and changed after, for a statement must not meet its own changes. */
static void ask_some(struct writer *writer, size_t most)
{
    struct asking asking = {.writer = writer};
    int64_t utc_ms = clock_utc_ms();

    most = most < 64 ? most : 64;
    batch_open(writer);
    db_wanted_each(writer->db, utc_ms, (int64_t)most, ask, &asking);
    for (size_t i = 0; i < asking.count; i++)
        db_item_wanted_at(writer->db, asking.ids[i], utc_ms + wait_ms(writer, asking.tries[i]),
                          asking.tries[i]);
}

void wanted_work(struct writer *writer)
{
    int64_t now_ms = writer_now(writer), next = 0;
    uint64_t out = writer->asked.count + journal_replaying(writer->journal);
    uint64_t share = window_replays(&writer->window);

    if (now_ms < writer->wanted_check_ms || writer->embedders == 0)
        return;
    lapse(writer);
    next = db_wanted_next(writer->db);
    if (next == 0 || next > clock_utc_ms()) {
        writer->wanted_check_ms = now_ms + CHECK_MS;
        return;
    }
    if (out < share && outbox_waiting(writer->items) == 0)
        ask_some(writer, share - out);
}
