/* What a mark is to be put on: a set of items, made here on a reader's connection, so that the
 * writer need not look for anything (query_prepared.c, command_mark.c). */
#include <stdlib.h>

#include "common/app.h"
#include "common/mem.h"
#include "storer/command_mark.h"
#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/mark_pack.h"
#include "storer/reads_inner.h"
#include "storer/reads_marks.h"
#include "storer/reads_target.h"

enum {
    FEW = 2000,  /* items whose copies are looked for one by one */
    NAMED = 100, /* items, and stories, that are learnt from */
};

/* --- copies ----------------------------------------------------------------------------------- */

static void add_rows(struct idset *set, struct db_rows *rows)
{
    while (db_rows_next(rows))
        idset_add(set, (uint64_t)db_rows_int(rows, 0));
    db_rows_end(rows);
}

static void add_group(struct reads *reads, struct idset *set, uint64_t id)
{
    struct db_rows *rows = db_rows_start(
        reads->db, "SELECT copy_of FROM item INDEXED BY item_ids WHERE id = ?1", "i", (int64_t)id);
    int64_t original = db_rows_next(rows) ? db_rows_int(rows, 0) : 0;

    db_rows_end(rows);
    original = original ? original : (int64_t)id;
    idset_add(set, (uint64_t)original);
    add_rows(set, db_rows_start(reads->db, "SELECT id FROM item WHERE copy_of = ?1 AND copy_of > 0",
                                "i", original));
}

static void add_few(struct reads *reads, struct idset *set, uint64_t head)
{
    struct idset *former = idset_copy(set);

    for (uint64_t id = 0; (id = idset_above(former, id, head));)
        add_group(reads, set, id);
    idset_destroy(&former);
}

/* A group of copies in hand. */
struct group {
    uint64_t original;
    bool any; /* of it is in the set */
    uint64_t *ids;
    size_t count, room;
};

static void group_end(struct group *group, struct idset *added)
{
    for (size_t i = 0; group->any && i < group->count; i++)
        idset_add(added, group->ids[i]);
    group->count = 0;
    group->any = false;
}

static void group_add(struct group *group, const struct idset *set, uint64_t id)
{
    if (group->count == group->room) {
        group->room = group->room ? 2 * group->room : 64;
        group->ids = mem_realloc(group->ids, group->room, sizeof(*group->ids));
    }
    group->ids[group->count++] = id;
    group->any = group->any || idset_has(set, id);
}

/* All groups of the store are walked, each with its original. */
static void add_many(struct reads *reads, struct idset *set)
{
    struct idset *added = idset_create();
    struct group group = {0};
    struct db_rows *rows = db_rows_start(reads->db,
                                         "SELECT id, copy_of FROM item INDEXED BY item_copy"
                                         " WHERE copy_of > 0 ORDER BY copy_of",
                                         "");

    while (db_rows_next(rows)) {
        uint64_t of = (uint64_t)db_rows_int(rows, 1);

        if (of != group.original) {
            group_end(&group, added);
            group_add(&group, set, of);
        }
        group.original = of;
        group_add(&group, set, (uint64_t)db_rows_int(rows, 0));
    }
    group_end(&group, added);
    db_rows_end(rows);
    idset_or(set, added);
    idset_destroy(&added);
    free(group.ids);
}

static void add_copies(struct reads *reads, struct idset *set, uint64_t head)
{
    uint64_t count = idset_count(set, head);

    if (count <= FEW)
        add_few(reads, set, head);
    else if (count < head)
        add_many(reads, set);
}

/* --- what was named --------------------------------------------------------------------------- */

static int64_t lead_of(struct reads *reads, int64_t story)
{
    struct db_rows *rows =
        db_rows_start(reads->db, "SELECT lead FROM story WHERE id = ?1", "i", story);
    int64_t lead = db_rows_next(rows) ? db_rows_int(rows, 0) : 0;

    db_rows_end(rows);
    return lead;
}

/* Items that were named one by one, and of stories their leads: the first of them. */
static json_t *named_of(struct reads *reads)
{
    const json_t *items = json_object_get(reads->args, "items"), *value = NULL;
    const json_t *story = json_object_get(reads->args, "story");
    json_t *named = json_array();
    size_t i = 0;

    json_array_foreach(items, i, value)
    {
        if (i < NAMED)
            json_array_append_new(named, json_integer(json_integer_value(value)));
    }
    if (story)
        json_array_append_new(named, json_integer(lead_of(reads, json_integer_value(story))));
    json_array_foreach(json_object_get(reads->args, "stories"), i, value)
    {
        if (i < NAMED)
            json_array_append_new(named, json_integer(lead_of(reads, json_integer_value(value))));
    }
    return named;
}

/* --- the verb --------------------------------------------------------------------------------- */

static json_t *answer_of(const char *what, const struct idset *set, uint64_t head)
{
    struct buf packed = {0}, text = {0};
    json_t *answer = NULL;

    mark_pack(set, &packed);
    mark_text(buf_span(&packed), &text);
    answer =
        json_pack("{s:s, s:I, s:I, s:s%}", "what", what, "head", (json_int_t)head, "items",
                  (json_int_t)idset_count(set, head), "set", text.data ? text.data : "", text.len);
    buf_free(&packed);
    buf_free(&text);
    return answer;
}

json_t *reads_mark(struct reads *reads)
{
    const char *what = json_string_value(json_object_get(reads->args, "what"));
    uint64_t head = reads_head(reads);
    enum mark_kind kind = MARK_READ;
    struct idset *set = NULL;
    json_t *answer = NULL;
    bool on = false;

    if (!mark_what_of(what, &kind, &on))
        return reads_fail(reads, APP_USAGE,
                          "what must be read, unread, starred, unstarred, hidden or unhidden");
    set = reads_target(reads, head);
    if (set && kind != MARK_STARRED)
        add_copies(reads, set, head);
    if (set && db_read_status(reads->db) == DB_READ_OK)
        answer = answer_of(what, set, head);
    if (answer)
        json_object_set_new(answer, "named", named_of(reads));
    idset_destroy(&set);
    return answer;
}

json_t *reads_mark_steps(struct reads *reads)
{
    int64_t limit = reads_limit(reads, 100);
    struct db_rows *rows = NULL;
    json_t *steps = json_array();

    if (!reads_ok(reads)) {
        json_decref(steps);
        return NULL;
    }
    rows = db_rows_start(reads->db,
                         "SELECT id, made_ms, kind, state, items FROM mark_step"
                         " ORDER BY id DESC LIMIT ?1",
                         "i", limit);
    while (db_rows_next(rows)) {
        json_t *step = json_object();

        reads_put_int(step, "id", rows, 0);
        reads_put_int(step, "made_ms", rows, 1);
        json_object_set_new(step, "what",
                            json_string(mark_what((enum mark_kind)db_rows_int(rows, 2),
                                                  db_rows_int(rows, 3) != 0)));
        reads_put_int(step, "items", rows, 4);
        json_array_append_new(steps, step);
    }
    db_rows_end(rows);
    return json_pack("{s:o}", "steps", steps);
}
