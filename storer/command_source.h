/* What the commands about sources share. */
#ifndef WEIR_STORER_COMMAND_SOURCE_H
#define WEIR_STORER_COMMAND_SOURCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "storer/command_inner.h"

struct writer;

/* The argument id; 0 where there is none. */
uint64_t command_id(const json_t *arguments);
/* Gives an unfinished lease of the source up; items that are under way still end as they would. */
void command_give_up_lease(struct writer *writer, uint64_t id);
/* Its row has changed; now: it is asked as soon as possible, in the hi lane. */
void command_source_changed(struct writer *writer, uint64_t id, bool now);

/* NULL, or static words on a title, category, categories or interval_ms that cannot be.  null and
 * "" mean none. */
const char *command_set_fault(const json_t *wishes);
/* Writes those that are there, but for options.  Categories are replaced. */
void command_set_apply(struct writer *writer, uint64_t id, const json_t *wishes);
/* Puts it into the category, or the categories, that the wishes name. */
void command_set_categories(struct writer *writer, uint64_t id, const json_t *wishes);

#endif
