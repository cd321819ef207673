/* A page of what judging knows: the entries a deduper has not seen yet, in sequence. */
#include <stdlib.h>

#include "common/app.h"
#include "common/mem.h"
#include "common/msg.h"
#include "storer/db_read.h"
#include "storer/reads_inner.h"

enum {
    ENTRY_BYTES = 96,     /* of the parts of an entry that do not vary, at most */
    ENTRIES_MOST = 100000 /* as messages.def allows in a page */
};

/* A page in the making.  Entries borrow from bytes, by offset until it stops growing. */
struct page {
    struct reads *reads;
    struct buf bytes, model;
    struct msg_entry *entries;
    size_t count;
    size_t room;
    size_t size; /* of the frame so far, at most */
    uint64_t upto;
    bool full;
};

static struct span keep(struct page *page, struct span span)
{
    size_t at = page->bytes.len;

    buf_add(&page->bytes, span.p, span.n);
    return (struct span){.p = (const char *)at, .n = span.n};
}

static void settle(struct page *page, struct span *span)
{
    *span = span->n ? span_of(page->bytes.data + (size_t)span->p, span->n) : (struct span){0};
}

static bool add(struct page *page, const struct msg_entry *entry, size_t size)
{
    if (page->count == ENTRIES_MOST ||
        (page->count > 0 && page->size + size > page->reads->limits->page_bytes)) {
        page->full = true;
        return false;
    }
    if (page->count == page->room) {
        page->room = page->room ? 2 * page->room : 256;
        page->entries = mem_realloc(page->entries, page->room, sizeof(*page->entries));
    }
    page->entries[page->count++] = *entry;
    page->size += size;
    page->upto = entry->sequence;
    return true;
}

static bool add_gone(struct page *page, struct db_rows *rows)
{
    struct msg_entry entry = {.sequence = (uint64_t)db_rows_int(rows, 0),
                              .gone = 1,
                              .id = (uint64_t)db_rows_int(rows, 1)};

    return add(page, &entry, ENTRY_BYTES);
}

static bool add_vector(struct page *page, struct db_rows *rows)
{
    struct span model = db_rows_blob(rows, 5), vector = db_rows_blob(rows, 6);
    struct span signature = db_rows_blob(rows, 7), figures = db_rows_blob(rows, 11);
    struct msg_entry entry = {.sequence = (uint64_t)db_rows_int(rows, 0),
                              .id = (uint64_t)db_rows_int(rows, 1),
                              .story = (uint64_t)db_rows_int(rows, 2),
                              .copy_of = (uint64_t)db_rows_int(rows, 3),
                              .time_ms = db_rows_int(rows, 4),
                              .seen_ms = db_rows_int(rows, 12),
                              .words = (uint64_t)db_rows_int(rows, 8),
                              .url_key = (uint64_t)db_rows_int(rows, 9),
                              .title_key = (uint64_t)db_rows_int(rows, 10)};
    size_t before = page->bytes.len;

    entry.model = keep(page, model);
    entry.vector = keep(page, vector);
    entry.signature = keep(page, signature);
    entry.figures = keep(page, figures);
    if (add(page, &entry, ENTRY_BYTES + page->bytes.len - before))
        return true;
    page->bytes.len = before;
    return false;
}

/* Two sorted lists, merged.  A sequence belongs to one of them only. */
static void merge(struct page *page, struct db_rows *vectors, struct db_rows *gone)
{
    bool more_vectors = db_rows_next(vectors);
    bool more_gone = db_rows_next(gone);

    while (more_vectors || more_gone) {
        bool gone_first =
            more_gone && (!more_vectors || db_rows_int(gone, 0) < db_rows_int(vectors, 0));

        if (!(gone_first ? add_gone(page, gone) : add_vector(page, vectors)))
            return;
        if (gone_first)
            more_gone = db_rows_next(gone);
        else
            more_vectors = db_rows_next(vectors);
    }
}

/* Most of a large store is too old to be sent, and is looked at all the same: only so much of it at
 * a time, or the first page would take longer than its reader waits.  The sequence to go up to. */
static int64_t end_of(struct page *page, int64_t since, int64_t head)
{
    struct db_rows *rows =
        db_rows_start(page->reads->db,
                      "SELECT count (*), max (sequence) FROM (SELECT sequence"
                      " FROM vector WHERE sequence > ?1 ORDER BY sequence LIMIT ?2)",
                      "ii", since, page->reads->limits->page_rows);
    bool more = db_rows_next(rows) && db_rows_int(rows, 0) >= page->reads->limits->page_rows;
    int64_t end = more ? db_rows_int(rows, 1) : head;

    db_rows_end(rows);
    return end;
}

static void fill(struct page *page, int64_t since, int64_t end, int64_t not_before_ms)
{
    struct db_read *db = page->reads->db;
    struct db_rows *vectors = db_rows_start(
        db,
        "SELECT v.sequence, item.id, item.story, item.copy_of, item.time_ms, v.model, v.vector,"
        " v.signature, v.words, v.url_key, v.title_key, v.figures, item.seen_ms"
        " FROM vector AS v CROSS JOIN item ON item.id = v.item"
        " WHERE v.sequence > ?1 AND v.sequence <= ?3 AND item.seen_ms >= ?2 ORDER BY v.sequence",
        "iii", since, not_before_ms, end);
    struct db_rows *gone =
        db_rows_start(db,
                      "SELECT sequence, item FROM tombstone WHERE sequence > ?1 AND sequence <= ?2"
                      " ORDER BY sequence",
                      "ii", since, end);

    merge(page, vectors, gone);
    db_rows_end(vectors);
    db_rows_end(gone);
    for (size_t i = 0; i < page->count; i++) {
        settle(page, &page->entries[i].model);
        settle(page, &page->entries[i].vector);
        settle(page, &page->entries[i].signature);
        settle(page, &page->entries[i].figures);
    }
}

static struct span serving_model(struct page *page)
{
    struct db_rows *rows =
        db_rows_start(page->reads->db, "SELECT value FROM meta WHERE name = 'model'", "");
    struct span model = {0};

    buf_clear(&page->model);
    if (db_rows_next(rows)) {
        model = db_rows_text(rows, 0);
        buf_add(&page->model, model.p, model.n);
    }
    db_rows_end(rows);
    return buf_span(&page->model);
}

/* Sequences that nobody holds any more (updates move an item to a new one) are covered by upto: the
 * whole way to where was looked, which is head where the page holds all that is left. */
static json_t *write_page(struct page *page, uint64_t epoch, uint64_t end, uint64_t head)
{
    struct reads *reads = page->reads;
    struct msg_page message = {.epoch = epoch,
                               .head = head,
                               .upto = page->full ? page->upto : end,
                               .model = serving_model(page),
                               .entries = {page->entries, page->count}};

    if (msg_page_write(&message, &reads->answer->page))
        return reads_fail(reads, APP_IO, "an entry of the store is out of range (upto %llu)",
                          (unsigned long long)page->upto);
    return json_pack("{s:I, s:I, s:I, s:I}", "epoch", (json_int_t)epoch, "head", (json_int_t)head,
                     "upto", (json_int_t)message.upto, "entries", (json_int_t)page->count);
}

json_t *reads_vectors(struct reads *reads)
{
    struct msg_pool pool = {0};
    struct msg_since since = {0};
    struct page page = {.reads = reads};
    int64_t epoch = db_read_meta(reads->db, "epoch", 0);
    int64_t head = db_read_meta(reads->db, "head", 0), end = 0;
    json_t *answer = NULL;

    if (msg_since_read(reads->extra, &pool, &since)) {
        reads_fail(reads, APP_USAGE, "the second frame is no `since`: %s", pool.why);
    } else {
        if (since.epoch != (uint64_t)epoch || since.since > (uint64_t)head)
            since.since = 0;
        end = end_of(&page, (int64_t)since.since, head);
        fill(&page, (int64_t)since.since, end, since.not_before_ms);
        if (db_read_status(reads->db) == DB_READ_OK)
            answer = write_page(&page, (uint64_t)epoch, (uint64_t)end, (uint64_t)head);
    }
    free(page.entries);
    buf_free(&page.bytes);
    buf_free(&page.model);
    msg_pool_free(&pool);
    return answer;
}
