/* Memory from the file: at start, and after a transaction that failed. */
#include "common/config.h"
#include "storer/arrive.h"
#include "storer/db_fetch.h"
#include "storer/facts_tend.h"
#include "storer/db_source.h"
#include "storer/decide.h"
#include "storer/full_text.h"
#include "storer/journal.h"
#include "storer/learn.h"
#include "storer/lease.h"
#include "storer/online.h"
#include "storer/writer_inner.h"

struct keys {
    struct buf keys, tries; /* tries: two numbers each */
};

static void load_key(void *arg, const uint8_t *key, uint64_t tries, uint64_t alone)
{
    struct keys *keys = arg;

    buf_add(&keys->keys, key, MSG_KEY);
    msg_put_u64(&keys->tries, tries);
    msg_put_u64(&keys->tries, alone);
}

static struct journal_fetch *load_accepted(struct writer *writer, const struct db_fetch *row)
{
    struct keys keys = {0};
    struct journal_fetch *fetch = NULL;

    db_fetch_each_key(writer->db, row->id, load_key, &keys);
    fetch = journal_add(writer->journal, row->id, row->source, keys.keys.data,
                        keys.keys.len / MSG_KEY, writer->started_ms, writer_now(writer));
    /* Both are in the order of keys. */
    for (size_t i = 0; i < fetch->count; i++) {
        fetch->items[i].tries = (uint32_t)msg_get_u64(keys.tries.data + i * 16);
        fetch->items[i].alone = (uint32_t)msg_get_u64(keys.tries.data + i * 16 + 8);
    }
    fetch->hi = row->hi;
    fetch->revived = row->revived;
    fetch->bytes = row->body_bytes;
    buf_free(&keys.keys);
    buf_free(&keys.tries);
    return fetch;
}

/* The lease of a former process: its fetch id still holds, so a report for it is taken. */
static void load_lease(struct writer *writer, const struct db_fetch *row)
{
    struct schedule_source *source = schedule_find(writer->schedule, row->source);
    struct lease lease = {.id = row->id,
                          .source = row->source,
                          .hi = row->hi,
                          .suspect = source && source->suspect > 0,
                          .expected = source && source->expected ? source->expected : 1,
                          .given_ms = writer->started_ms};

    if (writer->disk.paused_ms == 0) /* after a pause they are this process's own */
        writer->careful_ms = writer_now(writer) + writer->config->storer_lease_ms;
    if (!leases_find(writer->leases, row->id))
        leases_add(writer->leases, &lease);
    if (source && !source->leased)
        schedule_leased(writer->schedule, source, row->id, writer_now(writer));
}

static void load_fetch(void *arg, const struct db_fetch *row)
{
    if (row->accepted)
        load_accepted(arg, row);
    else
        load_lease(arg, row);
}

static void load_source(void *arg, const struct db_source *source)
{
    struct writer *writer = arg;

    schedule_put(writer->schedule, source);
}

/* A fetch without items that is still open cannot be (it ends with its last item), but a file that
 * was edited by hand should not stay so for good. */
static void end_empty(struct writer *writer)
{
    struct journal_fetch *next = NULL;

    for (struct journal_fetch *f = journal_first(writer->journal); f; f = next) {
        next = f->next;
        if (f->left > 0)
            continue;
        batch_open(writer);
        db_fetch_end(writer->db, f->id);
        batch_touched(writer, f->source);
        journal_remove(writer->journal, f);
    }
}

void load_revived(struct writer *writer, uint64_t fetch, uint64_t source, const uint8_t *key,
                  uint64_t bytes)
{
    struct schedule_source *owner = schedule_find(writer->schedule, source);
    struct journal_fetch *added =
        journal_add(writer->journal, fetch, source, key, 1, INT64_MIN, writer_now(writer));

    added->revived = true;
    added->bytes = bytes;
    if (owner)
        schedule_opened(writer->schedule, owner, fetch);
}

bool writer_load(struct writer *writer)
{
    struct alone_before before;

    if (!db_meta_load(writer->db, writer->config->store_path, &writer->meta) ||
        !reembed_load(writer))
        return false;
    writer->committed = writer->meta;
    writer->retries_asked = true;
    haste_lacked(&writer->haste); /* some may have come without before this process began */
    /* Of a transaction that failed no question went out; the rows say when the others lapse. */
    for (enum asked_for model = 0; model < ASKED_MODELS; model++)
        asked_clear(&writer->asked, model);
    online_unsaved(writer->online);
    before = alone_keep(writer);
    journal_clear(writer->journal);
    schedule_clear(writer->schedule);
    db_source_each(writer->db, load_source, writer);
    db_fetch_each(writer->db, load_fetch, writer);
    decide_load(writer->decide);
    learn_load(writer);
    facts_load(writer);
    arrive_load(writer);
    full_load(writer);
    if (db_error(writer->db) != DB_OK)
        return false;
    end_empty(writer);
    alone_loaded(writer, &before);
    return true;
}
