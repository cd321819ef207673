/* Missing vectors are a state of rows: asked for with back-off, in window slots, outside the sum
 * (DESIGN 5, rule 10). */
#include "common/clock.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/mem.h"
#include "storer/db_item.h"
#include "storer/journal.h"
#include "storer/outbox.h"
#include "storer/writer_inner.h"

enum { CHECK_MS = 1000, DAY_MS = 86400000 };

struct asking {
    struct writer *writer;
    size_t count, most;
    uint64_t ids[64];
    uint64_t tries[64];
};

void wanted_answered(struct writer *writer, uint64_t item, bool vector)
{
    asked_end(&writer->asked, ASKED_SERVING, item);
    haste_answered(&writer->haste, item, vector);
}

void wanted_again(struct writer *writer, uint64_t item)
{
    asked_put(&writer->asked, ASKED_SERVING, item,
              writer_now(writer) + writer->config->storer_wanted_ms);
}

void wanted_hurry(struct writer *writer, const char *why)
{
    log_info("vectors-hurried", "why=\"%s\"", why);
    haste_begin(&writer->haste);
    writer->wanted_check_ms = 0;
}

void wanted_seen(struct writer *writer, const struct msg_vector *vector)
{
    if (vector->vector.n == 0 && vector->reason.n > 0)
        haste_lacked(&writer->haste);
    else if (vector->vector.n > 0 && span_eq(vector->model, span_str(writer->meta.model)) &&
             haste_supplied(&writer->haste))
        wanted_hurry(writer, "vectors come again");
}

void wanted_send(struct writer *writer, const struct db_wanted *row, const char *model)
{
    struct msg_header header = issue_header(writer, MSG_KIND_WANTED);
    zmsg_t *message = NULL;

    header.source = row->source;
    header.key = row->key;
    header.attempt = row->tries < 1000000 ? row->tries + 1 : row->tries;
    header.item = row->id;
    header.model = span_str(model);
    message = issue_message(writer, &header);
    if (msg_item_write(&row->item, &writer->scratch) == 0)
        link_append(message, &writer->scratch);
    batch_send(writer, writer->items, LANE_LO, message);
}

static bool ask(void *arg, const struct db_wanted *row)
{
    struct asking *asking = arg;

    if (asked_has(&asking->writer->asked, ASKED_SERVING, row->id) ||
        haste_spares(&asking->writer->haste, row->id))
        return true;
    wanted_send(asking->writer, row, asking->writer->meta.model);
    wanted_again(asking->writer, row->id);
    asking->ids[asking->count] = row->id;
    asking->tries[asking->count++] = row->tries + 1;
    return asking->count < asking->most;
}

static int64_t wait_ms(const struct writer *writer, uint64_t tries)
{
    int64_t wait = writer->config->storer_wanted_ms;

    while (tries-- > 0 && wait < DAY_MS)
        wait *= 2;
    return wait;
}

/* The rows are walked first and changed after, for a statement must not meet its own changes.  In
 * haste those that are not due yet are taken, too: the next ones first. */
static size_t ask_some(struct writer *writer, size_t most)
{
    struct asking asking = {.writer = writer, .most = most};
    int64_t utc_ms = clock_utc_ms();

    batch_open(writer);
    db_wanted_each(writer->db, writer->haste.room > 0 ? INT64_MAX : utc_ms, ask, &asking);
    for (size_t i = 0; i < asking.count; i++)
        db_item_wanted_at(writer->db, asking.ids[i], utc_ms + wait_ms(writer, asking.tries[i]),
                          asking.tries[i]);
    if (asking.count > 0)
        FAULT(wanted_written);
    return asking.count;
}

size_t wanted_room(struct writer *writer)
{
    size_t out = asked_count(&writer->asked) + journal_replaying(writer->journal);
    size_t share = (size_t)window_replays(&writer->window);
    size_t room = out < share && outbox_waiting(writer->items) == 0 ? share - out : 0;

    return room < WANTED_AT_ONCE ? room : WANTED_AT_ONCE;
}

static size_t room_now(struct writer *writer)
{
    size_t room = wanted_room(writer), out = asked_of(&writer->asked, ASKED_SERVING);
    size_t haste = writer->haste.room;

    if (haste == 0)
        return room;
    if (haste <= out)
        return 0;
    return room < haste - out ? room : haste - out;
}

void wanted_work(struct writer *writer)
{
    int64_t now_ms = writer_now(writer), next = 0;
    size_t room = 0;

    if (now_ms < writer->wanted_check_ms || writer->embedders == 0)
        return;
    asked_lapse(&writer->asked, now_ms);
    if (writer->haste.again)
        wanted_hurry(writer, "some came, some did not");
    next = db_wanted_next(writer->db);
    if (next == 0 || (writer->haste.room == 0 && next > clock_utc_ms())) {
        haste_end(&writer->haste);
        writer->wanted_check_ms = now_ms + CHECK_MS;
        return;
    }
    room = room_now(writer);
    if (room > 0 && ask_some(writer, room) == 0)
        haste_end(&writer->haste);
}
