/* Figures of categories: of their sources and of those in categories below; a source counts once.
 */
#include "storer/reads_categories.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "storer/db_read.h"
#include "storer/map64.h"
#include "storer/reads_inner.h"

struct category {
    char *name;
    struct category *above; /* the nearest that there is, or NULL */
    uint64_t source;        /* the last one that was counted */
    int64_t sources;
    int64_t figures[READS_FIGURES];
};

struct categories {
    struct category *all; /* by name */
    size_t count;
    struct map64 by_id;
};

static bool is_below(const struct category *one, const struct category *above)
{
    size_t n = strlen(above->name);

    return strncmp(one->name, above->name, n) == 0 && one->name[n] == '/';
}

/* In the order of names a category stands behind those above it, but others may stand between. */
static void find_above(struct categories *categories)
{
    for (size_t i = 1; i < categories->count; i++) {
        struct category *one = &categories->all[i];
        struct category *above = &categories->all[i - 1];

        while (above && !is_below(one, above))
            above = above->above;
        one->above = above;
    }
}

/* Sorted with '/' before all else, so that what is below a category follows it at once. */
static void read_categories(struct reads *reads, struct categories *categories)
{
    struct db_rows *rows = db_rows_start(
        reads->db, "SELECT id, name FROM category ORDER BY replace (name, '/', char (1))", "");
    size_t room = 0, n = 0;
    uint64_t *ids = NULL;

    for (; db_rows_next(rows); n++) {
        struct span name = db_rows_text(rows, 1);

        if (n == room) {
            room = room ? 2 * room : 64;
            categories->all = mem_realloc(categories->all, room, sizeof(*categories->all));
            ids = mem_realloc(ids, room, sizeof(*ids));
        }
        categories->all[n] = (struct category){.name = mem_dup(name.p ? name.p : "", name.n)};
        ids[n] = (uint64_t)db_rows_int(rows, 0);
    }
    db_rows_end(rows);
    categories->count = n;
    for (size_t i = 0; i < n; i++)
        map64_put(&categories->by_id, ids[i], &categories->all[i]);
    free(ids);
}

static void add(struct category *category, uint64_t source, const int64_t figures[READS_FIGURES])
{
    for (; category && category->source != source; category = category->above) {
        category->source = source;
        category->sources++;
        for (int i = 0; i < READS_FIGURES; i++)
            category->figures[i] += figures[i];
    }
}

static void add_sources(struct reads *reads, struct categories *categories)
{
    struct db_rows *rows = db_rows_start(
        reads->db,
        "SELECT s.source, s.category, n.items, n.items - n.done, n.starred, n.hidden"
        " FROM source_category AS s LEFT JOIN source_count AS n ON n.source = s.source"
        " ORDER BY s.source, s.category",
        "");

    while (db_rows_next(rows)) {
        int64_t figures[READS_FIGURES];

        for (int i = 0; i < READS_FIGURES; i++)
            figures[i] = db_rows_int(rows, 2 + i);
        add(map64_get(&categories->by_id, (uint64_t)db_rows_int(rows, 1)),
            (uint64_t)db_rows_int(rows, 0), figures);
    }
    db_rows_end(rows);
}

json_t *reads_categories(struct reads *reads)
{
    struct categories categories = {0};
    json_t *list = json_array();

    read_categories(reads, &categories);
    find_above(&categories);
    add_sources(reads, &categories);
    for (size_t i = 0; i < categories.count; i++) {
        struct category *one = &categories.all[i];
        json_t *category = json_object();

        json_object_set_new(category, "name", reads_json(span_str(one->name)));
        json_object_set_new(category, "sources", json_integer(one->sources));
        for (int k = 0; k < READS_FIGURES; k++)
            json_object_set_new(category, reads_figures[k], json_integer(one->figures[k]));
        json_array_append_new(list, category);
        free(one->name);
    }
    map64_free(&categories.by_id);
    free(categories.all);
    return list;
}
