/* Keeps the columns of storer/facts.h near the head. */
#ifndef WEIR_STORER_FACTS_TEND_H
#define WEIR_STORER_FACTS_TEND_H

struct writer;

/* From the file; at the start and after a transaction that failed. */
void facts_load(struct writer *writer);
/* Every tick: enters what came since, once it is enough to be worth it; at most a few milliseconds'
 * worth, so a store that has none gets them little by little. */
void facts_tend(struct writer *writer);

#endif
