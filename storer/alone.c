/* An item that crashes this process.  Its verdict comes, the process dies before the commit, and
 * the next one replays it (or fetches it again: careful_ms), for ever: nobody is left to blame it.
 * So a try alone is counted as failed, and committed, before its verdict is judged; a commit that
 * ends the item takes the row along, and a process that finds a row with too many of them at its
 * start makes it a dead letter (rule 5). */
#include "common/config.h"
#include "storer/db_fetch.h"
#include "storer/journal.h"
#include "storer/settle_inner.h"
#include "storer/writer_inner.h"

static bool is_of(struct writer *writer, const struct input *input,
                  const struct journal_fetch *fetch, const struct journal_item *item)
{
    zframe_t *first = input->message ? zmsg_first(input->message) : NULL;
    struct msg_header header;

    msg_pool_reset(&writer->pools[0]);
    return first && msg_header_read(link_span(first), &writer->pools[0], &header) == 0 &&
           header.fetch == fetch->id && span_eq(header.key, span_of(item->key, MSG_KEY));
}

void alone_judged(struct writer *writer, const struct input *input)
{
    struct journal_fetch *fetch = NULL;
    const struct journal_item *item = journal_lonely(writer->journal, &fetch);

    if (!item || input->kind != INPUT_VERDICT || !is_of(writer, input, fetch, item))
        return;
    batch_open(writer);
    db_fetch_try(writer->db, fetch->id, item->key, item->tries, item->alone + 1);
    batch_commit(writer);
}

/* How many tries alone have failed is known better by whoever has not died of the last one. */
struct alone_before alone_keep(const struct writer *writer)
{
    struct journal_fetch *fetch = NULL;
    const struct journal_item *item =
        writer->journal ? journal_lonely(writer->journal, &fetch) : NULL;
    struct alone_before before = {0};

    if (!item)
        return before;
    before.fetch = fetch->id;
    before.alone = item->alone;
    memcpy(before.key, item->key, MSG_KEY);
    return before;
}

static void put_back(struct writer *writer, const struct alone_before *before)
{
    struct journal_fetch *fetch =
        before->fetch ? journal_find(writer->journal, before->fetch) : NULL;
    struct journal_item *item = fetch ? journal_item(fetch, before->key) : NULL;

    if (item && item->alone > before->alone)
        item->alone = before->alone;
}

static void bury(struct writer *writer, uint64_t id)
{
    struct journal_fetch *fetch = journal_find(writer->journal, id);

    for (size_t i = 0; fetch && i < fetch->count; i++) {
        struct journal_item *item = &fetch->items[i];

        if (item->ended || item->alone < (uint32_t)writer->config->storer_dead_after)
            continue;
        batch_open(writer);
        settle_dead(writer, fetch, item, true,
                    "the storer crashed each time that it judged it alone");
        fetch = journal_find(writer->journal, id); /* gone with its last item */
    }
}

void alone_loaded(struct writer *writer, const struct alone_before *before)
{
    struct journal_fetch *next = NULL;

    put_back(writer, before);
    for (struct journal_fetch *f = journal_first(writer->journal); f; f = next) {
        next = f->next;
        bury(writer, f->id);
    }
}
