/* rule.test: what a rule would have done to the latest items. */
#include <string.h>

#include "common/app.h"
#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/reads_inner.h"
#include "storer/reads_lang.h"
#include "storer/reads_marks.h"
#include "storer/rules.h"

enum { LATEST = 1000, SHOWN = 1000 };

struct test {
    struct reads *reads;
    const json_t *actions;
    struct idset *marked[MARKS];
    json_t *items;
};

/* --- the rule --------------------------------------------------------------------------------- */

/* Puts query and actions of a rule of the store in place of the arguments. */
static bool load_rule(struct reads *reads, int64_t id)
{
    struct db_rows *rows =
        db_rows_start(reads->db, "SELECT query, actions FROM rule WHERE id = ?1", "i", id);
    bool there = db_rows_next(rows);
    struct span actions = {0};

    if (there) {
        actions = db_rows_text(rows, 1);
        json_object_set_new(reads->args, "query", reads_text(rows, 0));
        json_object_set_new(reads->args, "actions",
                            json_loadb(actions.p ? actions.p : "", actions.n, 0, NULL));
    } else if (db_read_status(reads->db) == DB_READ_OK) {
        reads_fail(reads, APP_DATA, "there is no rule %lld: see `weir rules`", (long long)id);
    }
    db_rows_end(rows);
    return there;
}

static bool read_rule(struct reads *reads)
{
    int64_t id = reads_arg(reads, "id", 0, 1, INT64_MAX);
    const json_t *actions = NULL;

    if (!reads_ok(reads) || (id && !load_rule(reads, id)))
        return false;
    actions = json_object_get(reads->args, "actions");
    if (actions && !json_is_null(actions) && rules_fault(actions)) {
        reads_fail(reads, APP_USAGE, "%s", rules_fault(actions));
        return false;
    }
    return true;
}

/* --- the items -------------------------------------------------------------------------------- */

static bool has_line(struct span lines, const char *line)
{
    size_t n = strlen(line);

    for (size_t at = 0; at < lines.n;) {
        const char *end = memchr(lines.p + at, '\n', lines.n - at);
        size_t length = end ? (size_t)(end - lines.p) - at : lines.n - at;

        if (length == n && memcmp(lines.p + at, line, n) == 0)
            return true;
        at += length + 1;
    }
    return false;
}

static bool would_change(const struct test *test, const char *action, uint64_t id,
                         struct span categories)
{
    static const char prefix[] = "category:";

    if (strncmp(action, prefix, sizeof(prefix) - 1) == 0)
        return !has_line(categories, action + sizeof(prefix) - 1);
    return !idset_has(test->marked[*action == 'r'   ? MARK_READ
                                   : *action == 's' ? MARK_STARRED
                                                    : MARK_HIDDEN],
                      id);
}

static json_t *would(const struct test *test, uint64_t id, struct span categories)
{
    json_t *list = json_array(), *action = NULL;
    size_t i = 0;

    json_array_foreach(test->actions, i,
                       action) if (would_change(test, json_string_value(action), id, categories))
        json_array_append(list, action);
    return list;
}

static bool add_item(struct test *test, uint64_t id)
{
    struct db_rows *rows = db_rows_start(
        test->reads->db,
        "SELECT id, time_ms, title, source, source_title, url, categories FROM item WHERE id = ?1",
        "i", (int64_t)id);
    json_t *item = json_object();
    bool fits = true;

    if (db_rows_next(rows)) {
        reads_put_int(item, "id", rows, 0);
        reads_put_int(item, "time_ms", rows, 1);
        reads_put_text(item, "title", rows, 2);
        reads_put_int(item, "source", rows, 3);
        reads_put_text(item, "source_title", rows, 4);
        reads_put_text(item, "url", rows, 5);
        json_object_set_new(item, "would", would(test, id, db_rows_text(rows, 6)));
        fits = reads_fits(test->reads, item);
        if (fits)
            json_array_append(test->items, item);
    }
    db_rows_end(rows);
    json_decref(item);
    return fits;
}

/* The id that the latest `limit` items are above; 0: there are no more than that. */
static int64_t floor_of(struct reads *reads, int64_t limit, int64_t *tested)
{
    struct db_rows *rows = db_rows_start(
        reads->db, "SELECT id FROM item INDEXED BY item_ids ORDER BY id DESC LIMIT ?1", "i",
        limit + 1);
    int64_t id = 0;

    while (db_rows_next(rows) && (*tested)++ < limit)
        ;
    if (*tested > limit) {
        *tested = limit;
        id = db_rows_int(rows, 0);
    }
    db_rows_end(rows);
    return id;
}

static json_t *answer_of(struct test *test, struct idset *set, int64_t limit)
{
    json_t *answer = json_object();
    uint64_t head = reads_head(test->reads), id = head + 1, met = 0;
    int64_t tested = 0;
    uint64_t above = (uint64_t)floor_of(test->reads, limit, &tested);
    bool fits = true;

    for (enum mark_kind kind = 0; kind < MARKS; kind++)
        test->marked[kind] = reads_mark_set(test->reads, kind);
    test->items = json_array();
    for (id = idset_below(set, id); id > above; id = idset_below(set, id), met++)
        fits = fits && met < SHOWN && add_item(test, id);
    for (enum mark_kind kind = 0; kind < MARKS; kind++)
        idset_destroy(&test->marked[kind]);
    json_object_set_new(answer, "tested", json_integer(tested));
    json_object_set_new(answer, "met", json_integer((json_int_t)met));
    json_object_set_new(answer, "items", test->items);
    return answer;
}

json_t *reads_rule_test(struct reads *reads)
{
    int64_t limit = reads_arg(reads, "limit", LATEST, 1, 100000);
    struct test test = {.reads = reads};
    struct reads_query query = {0};
    struct reads_lang_told told = {0};
    struct idset *set = NULL;
    json_t *answer = NULL;

    if (reads_ok(reads) && read_rule(reads) && reads_query(reads, &query))
        set = reads_lang_set(reads, query.lang, &told);
    if (set) {
        test.actions = json_object_get(reads->args, "actions");
        answer = answer_of(&test, set, limit);
        reads_query_tell(&query, answer);
    }
    idset_destroy(&set);
    reads_query_free(&query);
    return answer;
}
