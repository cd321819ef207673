/* Writing the columns of storer/facts.h, a step behind the items.  All belongs to the open
 * transaction. */
#ifndef WEIR_STORER_DB_FACTS_H
#define WEIR_STORER_DB_FACTS_H

#include <stdint.h>

struct db;

/* The last id that is in the columns. */
uint64_t db_facts_done(struct db *db);
/* Enters the items after done, at most to upto and to the end of done's block; what is done then.
 * Costs some 3 us an item, and 72 KiB written. */
uint64_t db_facts_step(struct db *db, uint64_t done, uint64_t upto);
/* An item's language changed, or its row went: enters it anew, where it had been entered. */
void db_facts_again(struct db *db, uint64_t item);

#endif
