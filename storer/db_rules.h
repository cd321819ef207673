/* Saved views and filter rules: rows of view and rule.  All belongs to the open transaction. */
#ifndef WEIR_STORER_DB_RULES_H
#define WEIR_STORER_DB_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

struct db;
struct lang_item;

void db_view_set(struct db *db, struct span name, struct span query, int64_t now_ms);
bool db_view_remove(struct db *db, struct span name);
/* Views that have another name. */
uint64_t db_view_others(struct db *db, struct span name);

/* Spans are borrowed for the call, or from the caller; in db_rule_set one without bytes (p NULL)
 * leaves what was there. */
struct db_rule {
    uint64_t id;
    struct span name, query, actions; /* actions: a JSON list */
    bool enabled;
};

/* Those of the file in their order. */
void db_rule_each(struct db *db, void (*fn)(void *arg, const struct db_rule *rule), void *arg);
/* Behind the others; its id. */
uint64_t db_rule_add(struct db *db, const struct db_rule *rule, int64_t now_ms);
/* enabled: 0, 1, or -1 as it was.  false: there is no such rule. */
bool db_rule_set(struct db *db, const struct db_rule *rule, int enabled, int64_t now_ms);
bool db_rule_remove(struct db *db, uint64_t id);
/* Makes it the place-th (1 the first; beyond the last: the last).  false: there is no such rule. */
bool db_rule_move(struct db *db, uint64_t id, uint64_t place);

/* What a source is called, and its categories, into item; the texts are appended to space. */
void db_rule_source(struct db *db, uint64_t source, struct buf *space, struct lang_item *item);

#endif
