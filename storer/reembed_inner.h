/* Between storer/reembed*.c. */
#ifndef WEIR_STORER_REEMBED_INNER_H
#define WEIR_STORER_REEMBED_INNER_H

struct writer;

/* Asks some more items for their next vector. */
void reembed_ask(struct writer *writer);

#endif
