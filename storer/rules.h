/* Filter rules: what is done to items on arrival.  Pure.
 *
 * An action is "read", "star", "hide" or "category:NAME"; a rule has one or more.  Rules are met in
 * their order, each by the item as those before it left it.  A rule whose query cannot be read is
 * kept and met by nothing. */
#ifndef WEIR_STORER_RULES_H
#define WEIR_STORER_RULES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storer/lang_match.h"

struct rules;

enum { RULE_ACTIONS = 16, RULE_NAME_BYTES = 200, RULE_CATEGORY_BYTES = 200 };

struct rules *rules_create(void);
void rules_destroy(struct rules **rules);
void rules_clear(struct rules *rules);
/* Adds one behind the others; actions is their JSON list as text.  false: it cannot be met, and
 * error says why (it may be NULL). */
bool rules_add(struct rules *rules, uint64_t id, struct span query, struct span actions,
               struct lang_error *error);
/* Those that can be met. */
size_t rules_count(const struct rules *rules);

/* What rules do to an item.  Start with {0}; free categories. */
struct rules_outcome {
    bool read, star, hide;
    struct buf categories; /* those of the item and the further ones, one a line */
    bool categorised;      /* there are further ones */
    size_t met;
};
/* Adds to outcome what is to be done; the marks of item change with it, its categories point into
 * the outcome.  categories_only: the other actions are left out, as for an update. */
void rules_apply(const struct rules *rules, struct lang_item *item, int64_t now_ms,
                 bool categories_only, struct rules_outcome *outcome);

/* Why a list of actions is none; NULL where it is one. */
const char *rules_fault(const json_t *actions);

#endif
