/* Haste: when missing vectors can be had again, they are asked for at once, without waiting for the
 * back-off of each; carefully at first, for the model may fail again.  Pure.
 *
 * It begins when a circuit closes, and when a vector comes after items had to be stored without. So
 * many questions may be out as the last answers have earned (as TCP's slow start).  An item that
 * comes back without a vector is left to its back-off; haste ends when too many do, or when there
 * is nothing left to ask for.  One in which some got theirs and some did not (one embedder's
 * circuit may still be open) is followed by another. */
#ifndef WEIR_STORER_HASTE_H
#define WEIR_STORER_HASTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storer/map64.h"

/* Start with {0}; haste_end () frees. */
struct haste {
    bool lacking;        /* an item was stored without a vector since it began last */
    size_t room;         /* questions that may be out; 0 = no haste */
    bool good;           /* a vector came in it */
    bool again;          /* it is over, and another one should follow */
    struct map64 failed; /* items that came back without a vector in it */
};

void haste_begin(struct haste *haste);
void haste_end(struct haste *haste);
/* A new item came without a vector that it should have had. */
void haste_lacked(struct haste *haste);
/* A vector of the wanted model came, of whatever item; true: haste begins with it. */
bool haste_supplied(struct haste *haste);
/* A question was answered, with a vector or without. */
void haste_answered(struct haste *haste, uint64_t item, bool vector);
/* Whether this item is left to its back-off. */
bool haste_spares(const struct haste *haste, uint64_t item);

#endif
