#include "storer/reads_pick.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/map64.h"
#include "storer/reads_filter.h"
#include "storer/reads_inner.h"

enum {
    FEW = 4000,   /* matching items that are looked up one by one: some 10 ms */
    WALK = 40000, /* what a walk may cost: a story, a member */
    MEMBER = 4,   /* of looking for members, in stories */
};

static bool is_later(const struct picked *a, const struct picked *b)
{
    return a->last_ms > b->last_ms || (a->last_ms == b->last_ms && a->id > b->id);
}

static bool is_on_page(const struct pick *pick, const struct picked *story)
{
    const struct picked before = {pick->before_id, pick->before_ms};

    return story->last_ms >= pick->since_ms && is_later(&before, story);
}

/* --- few: from the items to their stories ------------------------------------------------------
 */

static int64_t last_ms_of(struct reads *reads, uint64_t story)
{
    struct db_rows *rows =
        db_rows_start(reads->db, "SELECT last_ms FROM story WHERE id = ?1", "i", (int64_t)story);
    int64_t last_ms = db_rows_next(rows) ? db_rows_int(rows, 0) : INT64_MIN;

    db_rows_end(rows);
    return last_ms;
}

static uint64_t story_of(struct reads *reads, uint64_t item)
{
    struct db_rows *rows = db_rows_start(
        reads->db, "SELECT story FROM item INDEXED BY item_ids WHERE id = ?1", "i", (int64_t)item);
    uint64_t story = db_rows_next(rows) ? (uint64_t)db_rows_int(rows, 0) : 0;

    db_rows_end(rows);
    return story;
}

static int by_time(const void *a, const void *b)
{
    return is_later(a, b) ? -1 : 1;
}

static size_t pick_few(struct reads *reads, const struct reads_filter *filter,
                       const struct pick *pick, struct picked *out)
{
    struct picked *all = mem_calloc(filter->count + 1, sizeof(*all));
    struct map64 seen = {0};
    size_t n = 0;

    for (uint64_t id = filter->head + 1; (id = idset_below(filter->set, id));) {
        struct picked story = {.id = story_of(reads, id)};

        if (story.id == 0 || map64_get(&seen, story.id))
            continue;
        map64_put(&seen, story.id, all);
        story.last_ms = last_ms_of(reads, story.id);
        if (is_on_page(pick, &story))
            all[n++] = story;
    }
    qsort(all, n, sizeof(*all), by_time);
    n = n > pick->limit + 1 ? pick->limit + 1 : n;
    memcpy(out, all, n * sizeof(*all));
    map64_free(&seen);
    free(all);
    return n;
}

/* --- many: from the stories to their items -----------------------------------------------------
 */

static bool has_member(struct reads *reads, const struct reads_filter *filter, uint64_t story,
                       size_t *cost)
{
    struct db_rows *rows =
        db_rows_start(reads->db, "SELECT id FROM item INDEXED BY item_story WHERE story = ?1", "i",
                      (int64_t)story);
    bool has = false;

    for (*cost += MEMBER; !has && db_rows_next(rows); ++*cost)
        has = idset_has(filter->set, (uint64_t)db_rows_int(rows, 0));
    db_rows_end(rows);
    return has;
}

/* Most stories have no other item than their lead. */
static bool matches(struct reads *reads, const struct reads_filter *filter, struct db_rows *rows,
                    size_t *cost)
{
    ++*cost;
    if (!filter->set || idset_has(filter->set, (uint64_t)db_rows_int(rows, 3)))
        return true;
    return db_rows_int(rows, 2) > 1 &&
           has_member(reads, filter, (uint64_t)db_rows_int(rows, 0), cost);
}

static size_t pick_many(struct reads *reads, const struct reads_filter *filter,
                        const struct pick *pick, struct picked *out, bool *more,
                        struct picked *last)
{
    struct db_rows *rows =
        db_rows_start(reads->db,
                      "SELECT id, last_ms, items, lead FROM story"
                      " WHERE last_ms >= ?1 AND last_ms <= ?2 AND (last_ms < ?2 OR id < ?3)"
                      " ORDER BY last_ms DESC, id DESC",
                      "iii", pick->since_ms, pick->before_ms, (int64_t)pick->before_id);
    size_t n = 0, cost = 0;

    while (n <= pick->limit && !*more && db_rows_next(rows)) {
        *last = (struct picked){(uint64_t)db_rows_int(rows, 0), db_rows_int(rows, 1)};
        if (matches(reads, filter, rows, &cost))
            out[n++] = *last;
        *more = cost >= WALK;
    }
    db_rows_end(rows);
    return n;
}

size_t reads_pick(struct reads *reads, const struct reads_filter *filter, const struct pick *pick,
                  struct picked *out, bool *more, struct picked *last)
{
    *more = false;
    if (filter->set && filter->count <= FEW)
        return pick_few(reads, filter, pick, out);
    return pick_many(reads, filter, pick, out, more, last);
}
