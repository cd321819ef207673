#include "storer/db_rules.h"

#include <stdlib.h>

#include "common/mem.h"
#include "storer/db_inner.h"
#include "storer/lang_match.h"

/* --- views ------------------------------------------------------------------------------------ */

void db_view_set(struct db *db, struct span name, struct span query, int64_t now_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_view_set);

    db_text(s, 1, name);
    db_text(s, 2, query);
    db_int(s, 3, now_ms);
    db_run(db, s);
}

bool db_view_remove(struct db *db, struct span name)
{
    sqlite3_stmt *s = db_get(db, SQL_view_remove);

    db_text(s, 1, name);
    db_run(db, s);
    return db_changes(db) > 0;
}

uint64_t db_view_others(struct db *db, struct span name)
{
    sqlite3_stmt *s = db_get(db, SQL_view_count);

    db_text(s, 1, name);
    return db_number(db, s);
}

/* --- rules ------------------------------------------------------------------------------------ */

void db_rule_each(struct db *db, void (*fn)(void *arg, const struct db_rule *rule), void *arg)
{
    sqlite3_stmt *s = db_get(db, SQL_rule_all);

    while (db_row(db, s))
        fn(arg, &(struct db_rule){.id = db_get_uint(s, 0),
                                  .name = db_get_text(s, 1),
                                  .query = db_get_text(s, 2),
                                  .actions = db_get_text(s, 3),
                                  .enabled = db_get_int(s, 4) != 0});
}

uint64_t db_rule_add(struct db *db, const struct db_rule *rule, int64_t now_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_rule_add);

    db_text(s, 1, rule->name);
    db_text(s, 2, rule->query);
    db_text(s, 3, rule->actions);
    db_int(s, 4, rule->enabled);
    db_int(s, 5, now_ms);
    db_run(db, s);
    return (uint64_t)sqlite3_last_insert_rowid(db->handle);
}

/* A parameter that is not bound is NULL: coalesce leaves what was there. */
static void text_if(sqlite3_stmt *s, int place, struct span text)
{
    if (text.p)
        db_text(s, place, text);
}

bool db_rule_set(struct db *db, const struct db_rule *rule, int enabled, int64_t now_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_rule_set);

    db_uint(s, 1, rule->id);
    text_if(s, 2, rule->name);
    text_if(s, 3, rule->query);
    text_if(s, 4, rule->actions);
    if (enabled >= 0)
        db_int(s, 5, enabled);
    db_int(s, 6, now_ms);
    db_run(db, s);
    return db_changes(db) > 0;
}

bool db_rule_remove(struct db *db, uint64_t id)
{
    sqlite3_stmt *s = db_get(db, SQL_rule_remove);

    db_uint(s, 1, id);
    db_run(db, s);
    return db_changes(db) > 0;
}

struct ids {
    uint64_t *ids;
    size_t count;
    uint64_t moved;
    bool found;
};

static void add_id(void *arg, const struct db_rule *rule)
{
    struct ids *ids = arg;

    if (rule->id == ids->moved) {
        ids->found = true;
        return;
    }
    ids->ids = mem_realloc(ids->ids, ids->count + 1, sizeof(*ids->ids));
    ids->ids[ids->count++] = rule->id;
}

static void put_place(struct db *db, uint64_t id, uint64_t place)
{
    sqlite3_stmt *s = db_get(db, SQL_rule_place);

    db_uint(s, 1, id);
    db_uint(s, 2, place);
    db_run(db, s);
}

bool db_rule_move(struct db *db, uint64_t id, uint64_t place)
{
    struct ids ids = {.moved = id};
    uint64_t at = 1;

    db_rule_each(db, add_id, &ids);
    place = place > ids.count + 1 ? ids.count + 1 : place;
    for (size_t i = 0; ids.found && i < ids.count; i++) {
        at += at == place;
        put_place(db, ids.ids[i], at++);
    }
    if (ids.found)
        put_place(db, id, place);
    free(ids.ids);
    return ids.found;
}

/* --- an item's source ------------------------------------------------------------------------- */

void db_rule_source(struct db *db, uint64_t source, struct buf *space, struct lang_item *item)
{
    sqlite3_stmt *s = db_get(db, SQL_rule_source);
    size_t from = 0;

    db_uint(s, 1, source);
    if (db_row(db, s)) {
        db_keep(space, &item->url, db_get_text(s, 0));
        db_keep(space, &item->feed_title, db_get_text(s, 1));
        db_keep(space, &item->own_title, db_get_text(s, 2));
        db_done(s);
    }
    from = space->len;
    s = db_get(db, SQL_rule_categories);
    db_uint(s, 1, source);
    while (db_row(db, s)) {
        struct span name = db_get_text(s, 0);

        buf_add(space, name.p, name.n);
        buf_addc(space, '\n');
    }
    item->source_categories = span_of(space->data ? space->data + from : NULL, space->len - from);
    db_kept(space, &item->url);
    db_kept(space, &item->feed_title);
    db_kept(space, &item->own_title);
    item->source_title = item->own_title.n    ? item->own_title
                         : item->feed_title.n ? item->feed_title
                                              : item->url;
}
