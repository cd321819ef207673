/* The columns of storer/facts.h on a reader's connection, with what is not in them yet. */
#ifndef WEIR_STORER_READS_FACTS_H
#define WEIR_STORER_READS_FACTS_H

#include "storer/facts.h"

struct reads;
struct reads_facts;

/* Of the transaction in hand; the caller's.  Nothing is read yet. */
struct reads_facts *reads_facts_open(struct reads *reads);
void reads_facts_close(struct reads_facts **facts);

/* Sets of items, the caller's; what was read until the connection failed or was stopped. All are of
 * items that are there. */
struct idset *reads_facts_here(struct reads_facts *facts);
struct idset *reads_facts_within(struct reads_facts *facts, int64_t since_ms, int64_t before_ms);
struct idset *reads_facts_of_sources(struct reads_facts *facts, const struct idset *sources);
struct idset *reads_facts_of_language(struct reads_facts *facts, const char *tag);

#endif
