#include "storer/reads_target.h"

#include "common/app.h"
#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/reads_facts.h"
#include "storer/reads_inner.h"
#include "storer/reads_lang.h"

enum { NAMED = 100000 }; /* items or stories of one command */

static size_t add_rows(struct idset *set, struct db_rows *rows)
{
    size_t n = 0;

    for (; db_rows_next(rows); n++)
        idset_add(set, (uint64_t)db_rows_int(rows, 0));
    db_rows_end(rows);
    return n;
}

/* --- named ------------------------------------------------------------------------------------ */

/* How many rows there were. */
typedef size_t named_fn(struct reads *reads, struct idset *set, int64_t id);

static size_t add_item(struct reads *reads, struct idset *set, int64_t id)
{
    return add_rows(
        set,
        db_rows_start(reads->db, "SELECT id FROM item INDEXED BY item_ids WHERE id = ?1", "i", id));
}

static size_t add_story(struct reads *reads, struct idset *set, int64_t id)
{
    return add_rows(set, db_rows_start(reads->db,
                                       "SELECT id FROM item INDEXED BY item_story WHERE story = ?1",
                                       "i", id));
}

static bool add_one(struct reads *reads, struct idset *set, const json_t *value, const char *what,
                    named_fn *fn)
{
    int64_t id = json_integer_value(value);

    if (!json_is_integer(value) || id <= 0)
        return reads_fail(reads, APP_USAGE, "a number of %s is expected", what), false;
    if (fn(reads, set, id) == 0 && db_read_status(reads->db) == DB_READ_OK)
        return reads_fail(reads, APP_DATA, "there is no %s %lld", what, (long long)id), false;
    return true;
}

static bool add_list(struct reads *reads, struct idset *set, const json_t *list, const char *what,
                     named_fn *fn)
{
    const json_t *value = NULL;
    size_t i = 0;

    if (list && (!json_is_array(list) || json_array_size(list) > NAMED))
        return reads_fail(reads, APP_USAGE, "%s is to be a list of at most %d numbers", what,
                          NAMED),
               false;
    json_array_foreach(list, i, value) if (!add_one(reads, set, value, what, fn)) return false;
    return true;
}

static struct idset *named(struct reads *reads, const json_t *items, const json_t *story,
                           const json_t *stories)
{
    struct idset *set = idset_create();

    if (add_list(reads, set, items, "item", add_item) &&
        add_list(reads, set, stories, "story", add_story) &&
        (!story || add_one(reads, set, story, "story", add_story)))
        return set;
    idset_destroy(&set);
    return NULL;
}

/* --- described -------------------------------------------------------------------------------- */

struct idset *reads_of_source(struct reads *reads, int64_t source)
{
    struct idset *set = idset_create();

    add_rows(set, db_rows_start(reads->db,
                                "SELECT id FROM item INDEXED BY item_source WHERE source = ?1", "i",
                                source));
    return set;
}

struct idset *reads_of_category(struct reads *reads, const char *name)
{
    struct idset *set = idset_create();

    add_rows(set, db_rows_start(reads->db,
                                "SELECT item.id FROM category JOIN source_category"
                                " ON source_category.category = category.id JOIN item INDEXED BY"
                                " item_source ON item.source = source_category.source"
                                " WHERE category.name = ?1"
                                " OR substr (category.name, 1, length (?1) + 1) = ?1 || '/'",
                                "t", name));
    return set;
}

struct idset *reads_of_before(struct reads *reads, int64_t before_ms)
{
    struct reads_facts *facts = reads_facts_open(reads);
    struct idset *set = reads_facts_within(facts, INT64_MIN, before_ms);

    reads_facts_close(&facts);
    return set;
}

/* Both are taken over. */
static struct idset *both(struct idset *a, struct idset *b)
{
    if (!a)
        return b;
    idset_and(a, b);
    idset_destroy(&b);
    return a;
}

/* What a wrong query would find as a phrase is not what was meant to be marked. */
static bool add_query(struct reads *reads, struct idset **set)
{
    struct reads_query query = {0};
    struct reads_lang_told told = {0};
    bool right = reads_query(reads, &query);

    if (right && query.phrase)
        right = (reads_fail(reads, APP_USAGE, "the query is wrong at byte %zu: %s", query.error.at,
                            query.error.words),
                 false);
    if (right && query.given) {
        *set = reads_lang_set(reads, query.lang, &told);
        right = *set != NULL;
    }
    if (right && told.capped)
        right =
            (reads_fail(reads, APP_DATA, "the query finds more than is looked for at once"), false);
    reads_query_free(&query);
    return right;
}

static struct idset *described(struct reads *reads, uint64_t head)
{
    int64_t source = reads_arg(reads, "source", 0, 1, INT64_MAX);
    int64_t before_ms = reads_arg(reads, "before_ms", INT64_MAX, INT64_MIN, INT64_MAX);
    const json_t *category = json_object_get(reads->args, "category");
    struct idset *set = NULL;

    if (category && !json_is_string(category))
        reads_fail(reads, APP_USAGE, "category must be a text");
    if (!reads_ok(reads) || !add_query(reads, &set)) {
        idset_destroy(&set);
        return NULL;
    }
    if (source)
        set = both(set, reads_of_source(reads, source));
    if (category)
        set = both(set, reads_of_category(reads, json_string_value(category)));
    if (before_ms != INT64_MAX)
        set = both(set, reads_of_before(reads, before_ms));
    if (!set && json_is_true(json_object_get(reads->args, "all"))) {
        set = idset_create();
        if (head > 0)
            idset_add_range(set, 1, head);
    }
    if (!set)
        return reads_fail(reads, APP_USAGE,
                          "name items, a story, a source, a category, a query, a time, or all"),
               NULL;
    return set;
}

struct idset *reads_target(struct reads *reads, uint64_t head)
{
    const json_t *items = json_object_get(reads->args, "items");
    const json_t *story = json_object_get(reads->args, "story");
    const json_t *stories = json_object_get(reads->args, "stories");

    if (items || story || stories)
        return named(reads, items, story, stories);
    return described(reads, head);
}
