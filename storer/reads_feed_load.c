/* What the main feed is made of: the newest items, what was starred and read, vectors. */
#include <stdlib.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/mem.h"
#include "common/vec.h"
#include "storer/db_read.h"
#include "storer/reads_feed_inner.h"
#include "storer/reads_inner.h"

/* --- entries ---------------------------------------------------------------------------------- */

/* Two narrow indexes have all of it: the rows of item itself are large. */
void reads_feed_entries(struct feed_run *run)
{
    int64_t began_us = clock_mono_us();
    struct db_rows *rows =
        db_rows_start(run->reads->db,
                      "SELECT i.id, i.source, i.story, i.copy_of, t.time_ms FROM"
                      " (SELECT id, time_ms FROM item INDEXED BY item_time WHERE time_ms >= ?1"
                      " ORDER BY time_ms DESC, id DESC LIMIT ?2) AS t"
                      " CROSS JOIN item AS i INDEXED BY item_ids ON i.id = t.id",
                      "ii", run->now_ms - run->window_ms, run->config->feed_items + 1);

    while (db_rows_next(rows))
        feed_add(&run->feed, &(struct feed_entry){.item = (uint64_t)db_rows_int(rows, 0),
                                                  .source = (uint64_t)db_rows_int(rows, 1),
                                                  .story = (uint64_t)db_rows_int(rows, 2),
                                                  .copy_of = (uint64_t)db_rows_int(rows, 3),
                                                  .time_ms = db_rows_int(rows, 4)});
    db_rows_end(rows);
    run->capped = run->feed.count > (size_t)run->config->feed_items;
    if (run->capped) /* it was only to be seen that there are more */
        run->feed.count--;
    run->load_us = clock_mono_us() - began_us;
}

void reads_feed_sources(struct feed_run *run)
{
    for (size_t i = 0; i < run->feed.count; i++) {
        struct feed_entry *entry = &run->feed.entries[i];
        struct db_rows *rows = NULL;

        if (entry->out != FEED_IN || entry->sources > 0)
            continue;
        rows = db_rows_start(run->reads->db, "SELECT sources FROM story WHERE id = ?1", "i",
                             (int64_t)entry->story);
        entry->sources = db_rows_next(rows) ? (uint32_t)db_rows_int(rows, 0) : 1;
        db_rows_end(rows);
    }
}

/* --- interests -------------------------------------------------------------------------------- */

static struct span vector_of(void *arg, uint64_t item)
{
    struct feed_run *run = arg;
    struct db_rows *rows = db_rows_start(run->reads->db,
                                         "SELECT vector FROM vector WHERE item = ?1 AND model ="
                                         " (SELECT value FROM meta WHERE name = 'model')",
                                         "i", (int64_t)item);

    buf_clear(&run->vector);
    if (db_rows_next(rows)) {
        struct span vector = db_rows_blob(rows, 0);

        buf_add(&run->vector, vector.p, vector.n);
    }
    db_rows_end(rows);
    return buf_span(&run->vector);
}

/* Once all are there, for the buffer moves while it grows. */
static void set_vectors(struct feed_taste *taste, const struct buf *vectors)
{
    for (size_t i = 0; i < taste->count; i++) {
        taste->interests[i].vector = (const int8_t *)vectors->data + i * taste->n;
        taste->interests[i].norm = vec_norm(taste->interests[i].vector, taste->n);
    }
}

static void take_interest(struct feed_run *run, struct db_rows *rows)
{
    struct feed_taste *taste = &run->taste;
    struct span vector = db_rows_blob(rows, 3);

    if (taste->n == 0)
        taste->n = vector.n;
    if (vector.n == 0 || vector.n != taste->n)
        return;
    buf_add(&run->vectors, vector.p, vector.n);
    taste->interests[taste->count++] =
        (struct feed_interest){.item = (uint64_t)db_rows_int(rows, 0),
                               .starred = db_rows_int(rows, 1) == MARK_STARRED,
                               .at_ms = db_rows_int(rows, 2)};
}

void reads_feed_interests(struct feed_run *run)
{
    const struct config *c = run->config;
    int64_t began_us = clock_mono_us(), most = 2 * c->feed_interests;
    struct db_rows *rows =
        db_rows_start(run->reads->db,
                      "SELECT interest.item, kind, at_ms, vector FROM interest CROSS JOIN vector"
                      " ON vector.item = interest.item WHERE model = "
                      " (SELECT value FROM meta WHERE name = 'model') ORDER BY at_ms DESC LIMIT ?1",
                      "i", most);

    run->taste = (struct feed_taste){
        .interests = mem_calloc((size_t)most, sizeof(*run->taste.interests)),
        .half_life_ms = c->feed_half_life_ms,
        .interest_ms = c->feed_interest_ms,
        .read_weight = (double)c->feed_read_percent / 100,
        .vector = vector_of,
        .arg = run,
    };
    while (db_rows_next(rows))
        take_interest(run, rows);
    db_rows_end(rows);
    set_vectors(&run->taste, &run->vectors);
    run->interests_us = clock_mono_us() - began_us;
}
