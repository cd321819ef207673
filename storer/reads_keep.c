/* sweep.plan: what a sweep would delete now, and why.  Reads indexes alone, never the items
 * themselves. */
#include <stdlib.h>

#include "common/clock.h"
#include "common/mem.h"
#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/keep.h"
#include "storer/reads_inner.h"
#include "storer/reads_marks.h"

enum { SOURCES_TOLD = 20 };

struct plan {
    struct reads *reads;
    struct keep_limits limits;
    int64_t now_ms;
    uint64_t head, old_before, fresh_from; /* ids */
    struct idset *marks[MARKS];
    int64_t gone[KEEP_REASONS], stayed[KEEP_VERDICTS], all;
    json_t *sources;
};

/* The first item that came at this time or later: ids ascend in the order in which items came, but
 * for what was long on its way. */
static uint64_t first_since(struct plan *plan, int64_t since_ms)
{
    uint64_t low = 1, high = plan->head + 1;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct db_rows *rows = db_rows_start(
            plan->reads->db, "SELECT id, seen_ms FROM item WHERE id >= ?1 ORDER BY id LIMIT 1", "i",
            (int64_t)middle);
        bool found = db_rows_next(rows);
        uint64_t id = found ? (uint64_t)db_rows_int(rows, 0) : 0;
        bool before = found && db_rows_int(rows, 1) < since_ms;

        db_rows_end(rows);
        if (before)
            low = id + 1;
        else
            high = middle;
    }
    return low;
}

/* Items of a source, the oldest first. */
struct share {
    int64_t id;
    uint64_t before; /* items below this id are too old */
    int64_t rank, excess, going;
};

static struct share share_of(struct plan *plan, struct db_rows *source)
{
    int64_t days = db_rows_int(source, 1);
    int64_t items = keep_own(db_rows_int(source, 2), plan->limits.items);
    struct share share = {.id = db_rows_int(source, 0), .before = plan->old_before};

    if (days >= 0)
        share.before = days ? first_since(plan, keep_before_ms(plan->now_ms, days)) : 0;
    if (items > 0 && db_rows_int(source, 3) > items)
        share.excess = db_rows_int(source, 3) - items;
    return share;
}

static void judge(struct plan *plan, struct share *share, uint64_t id)
{
    struct keep_item item = {.seen_ms = id >= plan->fresh_from ? INT64_MAX : INT64_MIN,
                             .starred = idset_has(plan->marks[MARK_STARRED], id),
                             .read = idset_has(plan->marks[MARK_READ], id),
                             .hidden = idset_has(plan->marks[MARK_HIDDEN], id)};
    bool many = share->rank++ < share->excess, old = id < share->before;
    enum keep_verdict verdict = KEEP_GOES;

    plan->all++;
    if (!many && !old)
        return;
    verdict = keep_judge(&plan->limits, &item, plan->now_ms);
    plan->stayed[verdict]++;
    if (verdict != KEEP_GOES)
        return;
    plan->gone[old ? KEEP_AGE : KEEP_COUNT]++;
    share->going++;
}

static void tell(struct plan *plan, const struct share *share, struct db_rows *source)
{
    json_t *told = NULL;

    if (share->going == 0 || json_array_size(plan->sources) == SOURCES_TOLD)
        return;
    told = json_object();
    reads_put_int(told, "id", source, 0);
    reads_put_text(told, "title", source, 4);
    json_object_set_new(told, "items", json_integer(share->going));
    json_array_append_new(plan->sources, told);
}

static void each_source(struct plan *plan)
{
    struct db_read *db = plan->reads->db;
    struct db_rows *sources = db_rows_start(
        db,
        "SELECT id, keep_days, keep_items, items, CASE WHEN own_title <> '' THEN own_title"
        " WHEN title <> '' THEN title ELSE url END FROM source ORDER BY id",
        "");

    while (db_rows_next(sources)) {
        struct share share = share_of(plan, sources);
        struct db_rows *items = db_rows_start(
            db, "SELECT id FROM item INDEXED BY item_source WHERE source = ?1 ORDER BY id", "i",
            share.id);

        while (db_rows_next(items))
            judge(plan, &share, (uint64_t)db_rows_int(items, 0));
        db_rows_end(items);
        tell(plan, &share, sources);
    }
    db_rows_end(sources);
}

/* How many more would have to go for the size: an estimate from what an item takes. */
static void weigh(struct plan *plan, json_t *answer)
{
    struct db_read *db = plan->reads->db;
    int64_t page = db_read_int(db, "PRAGMA page_size", 4096);
    int64_t free = db_read_int(db, "PRAGMA freelist_count", 0) * page;
    int64_t used = db_read_int(db, "PRAGMA page_count", 0) * page - free;
    int64_t loose = db_read_int(db,
                                "SELECT coalesce (sum (b.packed), 0) FROM blob_loose AS l"
                                " JOIN blob AS b ON b.hash = l.hash",
                                0);
    int64_t going = plan->gone[KEEP_AGE] + plan->gone[KEEP_COUNT], left = plan->all - going;
    int64_t each = plan->all > 0 ? used / plan->all + 1 : 1, over = 0;

    if (plan->limits.bytes > 0 && used - loose - going * each > plan->limits.bytes)
        over = (used - loose - going * each - plan->limits.bytes) / each + 1;
    plan->gone[KEEP_SIZE] = over < left ? over : left;
    json_object_set_new(answer, "used", json_integer(used));
    json_object_set_new(answer, "free", json_integer(free));
}

static json_t *answer_of(struct plan *plan)
{
    json_t *answer = json_object();
    struct db_read *db = plan->reads->db;
    int64_t items = 0;

    weigh(plan, answer);
    for (int i = 0; i < KEEP_REASONS; i++) {
        items += plan->gone[i];
        json_object_set_new(answer, keep_reason_name((enum keep_reason)i),
                            json_integer(plan->gone[i]));
    }
    json_object_set_new(answer, "items", json_integer(items));
    json_object_set_new(answer, "all", json_integer(plan->all));
    json_object_set_new(answer, "starred", json_integer(plan->stayed[KEEP_STARRED]));
    json_object_set_new(answer, "unread", json_integer(plan->stayed[KEEP_UNREAD]));
    json_object_set_new(answer, "limit", json_integer(plan->limits.bytes));
    json_object_set_new(answer, "contents",
                        json_integer(db_read_int(
                            db, "SELECT coalesce (sum (packed), 0) FROM blob WHERE kind = 0", 0)));
    json_object_set_new(answer, "forgotten",
                        json_integer(db_read_int(db, "SELECT count (*) FROM forgotten", 0)));
    json_object_set(answer, "sources", plan->sources);
    return answer;
}

json_t *reads_sweep_plan(struct reads *reads)
{
    struct plan plan = {.reads = reads,
                        .limits = reads->limits->keep,
                        .now_ms = clock_utc_ms(),
                        .head = reads_head(reads),
                        .sources = json_array()};
    json_t *answer = NULL;

    for (int kind = 0; kind < MARKS; kind++)
        plan.marks[kind] = reads_mark_set(reads, (enum mark_kind)kind);
    if (plan.limits.days > 0)
        plan.old_before = first_since(&plan, keep_before_ms(plan.now_ms, plan.limits.days));
    plan.fresh_from = first_since(&plan, keep_before_ms(plan.now_ms, plan.limits.unread_days));
    each_source(&plan);
    if (db_read_status(reads->db) == DB_READ_OK)
        answer = answer_of(&plan);
    for (int kind = 0; kind < MARKS; kind++)
        idset_destroy(&plan.marks[kind]);
    json_decref(plan.sources);
    return answer;
}
