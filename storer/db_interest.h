/* Table interest.  All belongs to the open transaction. */
#ifndef WEIR_STORER_DB_INTEREST_H
#define WEIR_STORER_DB_INTEREST_H

#include <stdint.h>

#include "storer/mark.h"

struct db;

/* An item that is starred stays so when it is read; of each kind the newest `most` stay. */
void db_interest_put(struct db *db, uint64_t item, enum mark_kind kind, int64_t at_ms,
                     int64_t most);
/* Where it is there for another kind it stays. */
void db_interest_end(struct db *db, uint64_t item, enum mark_kind kind);

#endif
