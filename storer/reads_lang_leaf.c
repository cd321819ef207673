/* The parts of a query that have no parts. */
#include <stdlib.h>

#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/lang_match.h"
#include "storer/reads_facts.h"
#include "storer/reads_inner.h"
#include "storer/reads_lang_inner.h"
#include "storer/reads_marks.h"

enum {
    FEW = 20000,     /* items of sources that are read from the index, not from the columns */
    LOOK_FACTOR = 10 /* looked at for each that may be found */
};

struct idset *eval_here(struct eval *eval)
{
    return reads_facts_here(eval->facts);
}

/* Adds the ids that rows give. */
static void add_rows(struct idset *set, struct db_rows *rows)
{
    while (db_rows_next(rows))
        idset_add(set, (uint64_t)db_rows_int(rows, 0));
    db_rows_end(rows);
}

/* --- text ------------------------------------------------------------------------------------- */

struct idset *eval_fts(struct eval *eval, const char *expression, const struct idset *within,
                       int64_t most)
{
    struct idset *set = idset_create();
    uint64_t below = within ? idset_below(within, INT64_MAX) : INT64_MAX - 1;
    uint64_t from = within ? idset_above(within, 0, below) : 1;
    int64_t looked = 0, found = 0;
    struct db_rows *rows = NULL;

    if (below == 0)
        return set;
    rows = db_rows_start(eval->reads->db,
                         "SELECT rowid FROM item_fts WHERE item_fts MATCH ?1 AND rowid <= ?2"
                         " AND rowid >= ?3 ORDER BY rowid DESC",
                         "tii", expression, (int64_t)below, (int64_t)from);
    while (db_rows_next(rows)) {
        uint64_t id = (uint64_t)db_rows_int(rows, 0);

        if (most && (found == most || looked == LOOK_FACTOR * most)) {
            eval->told->capped = true;
            break;
        }
        looked++;
        if (within && !idset_has(within, id))
            continue;
        found++;
        idset_add(set, id);
    }
    db_rows_end(rows);
    return set;
}

static struct idset *text(struct eval *eval, const struct lang *lang)
{
    struct buf expression = {0};
    struct idset *set = NULL;

    lang_fts(lang, &expression);
    set = eval_fts(eval, expression.data, NULL, 0);
    buf_free(&expression);
    return set;
}

/* --- sources ---------------------------------------------------------------------------------- */

/* Items of sources: by the index where they are few, else by the column. */
static struct idset *of_sources(struct eval *eval, const struct idset *sources, int64_t items)
{
    struct idset *set = NULL;

    if (items > FEW)
        return reads_facts_of_sources(eval->facts, sources);
    set = idset_create();
    for (uint64_t id = idset_above(sources, 0, INT64_MAX); id;
         id = idset_above(sources, id, INT64_MAX))
        add_rows(set, db_rows_start(eval->reads->db, "SELECT id FROM item WHERE source = ?1", "i",
                                    (int64_t)id));
    return set;
}

#define SOURCES                                                                                    \
    "SELECT source.id, source.url, source.title, source.own_title,"                                \
    " coalesce (source_count.items, 0) FROM source"                                                \
    " LEFT JOIN source_count ON source_count.source = source.id"

static struct idset *sources_named(struct eval *eval, const struct lang *lang)
{
    struct idset *sources = idset_create(), *set = NULL;
    /* A number is one source; a name is looked for among all. */
    struct db_rows *rows = lang->number
                               ? db_rows_start(eval->reads->db, SOURCES " WHERE source.id = ?1",
                                               "i", (int64_t)lang->number)
                               : db_rows_start(eval->reads->db, SOURCES, "");
    struct lang_seeker *seeker = lang_seeker_create(lang);
    int64_t items = 0;

    while (db_rows_next(rows)) {
        uint64_t id = (uint64_t)db_rows_int(rows, 0);

        if (!lang_source_fits(seeker, id, db_rows_text(rows, 1), db_rows_text(rows, 2)) &&
            !lang_source_fits(seeker, id, (struct span){0}, db_rows_text(rows, 3)))
            continue;
        idset_add(sources, id);
        items += db_rows_int(rows, 4);
    }
    db_rows_end(rows);
    lang_seeker_destroy(&seeker);
    set = of_sources(eval, sources, items);
    idset_destroy(&sources);
    return set;
}

static int64_t add_sources_of(struct eval *eval, int64_t category, struct idset *sources)
{
    struct db_rows *rows = db_rows_start(
        eval->reads->db,
        "SELECT source_category.source, coalesce (source_count.items, 0) FROM source_category"
        " LEFT JOIN source_count ON source_count.source = source_category.source"
        " WHERE source_category.category = ?1",
        "i", category);
    int64_t items = 0;

    while (db_rows_next(rows)) {
        idset_add(sources, (uint64_t)db_rows_int(rows, 0));
        items += db_rows_int(rows, 1);
    }
    db_rows_end(rows);
    return items;
}

/* Adds the sources of the categories whose names fit; how many items they have. */
static int64_t sources_of_categories(struct eval *eval, const struct lang *lang,
                                     struct idset *sources)
{
    struct db_rows *rows = db_rows_start(eval->reads->db, "SELECT id, name FROM category", "");
    struct lang_seeker *seeker = lang_seeker_create(lang);
    int64_t items = 0;

    while (db_rows_next(rows))
        if (lang_text_fits(seeker, db_rows_text(rows, 1)))
            items += add_sources_of(eval, db_rows_int(rows, 0), sources);
    db_rows_end(rows);
    lang_seeker_destroy(&seeker);
    return items;
}

static struct idset *category(struct eval *eval, const struct lang *lang)
{
    struct idset *sources = idset_create(), *set = NULL, *own = NULL;
    int64_t items = sources_of_categories(eval, lang, sources);
    struct buf expression = {0};

    set = of_sources(eval, sources, items);
    lang_fts_category(lang, &expression);
    own = eval_fts(eval, expression.data, NULL, 0);
    idset_or(set, own);
    buf_free(&expression);
    idset_destroy(&own);
    idset_destroy(&sources);
    return set;
}

/* --- marks, and the rest ---------------------------------------------------------------------- */

static struct idset *of_state(struct eval *eval, const struct lang *lang)
{
    struct idset *set = NULL, *hidden = NULL, *here = NULL;

    if (lang->is == LANG_COPY) {
        set = idset_create();
        add_rows(set,
                 db_rows_start(eval->reads->db,
                               "SELECT id FROM item INDEXED BY item_copy WHERE copy_of > 0", ""));
        return set;
    }
    if (lang->is != LANG_UNREAD)
        return reads_mark_set(eval->reads, lang->is == LANG_READ      ? MARK_READ
                                           : lang->is == LANG_STARRED ? MARK_STARRED
                                                                      : MARK_HIDDEN);
    /* What is hidden waits for nobody to read it. */
    set = reads_mark_set(eval->reads, MARK_READ);
    hidden = reads_mark_set(eval->reads, MARK_HIDDEN);
    here = eval_here(eval);
    idset_or(set, hidden);
    idset_not(set);
    idset_and(set, here);
    idset_destroy(&hidden);
    idset_destroy(&here);
    return set;
}

static struct idset *numbered(struct eval *eval, const struct lang *lang)
{
    struct idset *set = idset_create();

    add_rows(set, db_rows_start(eval->reads->db,
                                lang->kind == LANG_STORY ? "SELECT id FROM item WHERE story = ?1"
                                                         : "SELECT id FROM item WHERE id = ?1",
                                "i", (int64_t)lang->number));
    return set;
}

struct idset *eval_leaf(struct eval *eval, const struct lang *lang)
{
    int64_t time_ms = 0;

    switch (lang->kind) {
    case LANG_TEXT:
        return text(eval, lang);
    case LANG_CATEGORY:
        return category(eval, lang);
    case LANG_SOURCE:
        return sources_named(eval, lang);
    case LANG_LANGUAGE:
        return reads_facts_of_language(eval->facts, lang->text);
    case LANG_TIME:
        time_ms = lang_time(lang, eval->now_ms);
        return lang->before ? reads_facts_within(eval->facts, INT64_MIN, time_ms)
                            : reads_facts_within(eval->facts, time_ms, INT64_MAX);
    case LANG_IS:
        return of_state(eval, lang);
    case LANG_STORY:
    case LANG_ID:
        return numbered(eval, lang);
    default:
        return eval_here(eval);
    }
}
