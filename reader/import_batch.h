/* Batches of items on their way into the store: sent, and waited for until each item of them is
 * stored, known or a dead letter. */
#ifndef WEIR_READER_IMPORT_BATCH_H
#define WEIR_READER_IMPORT_BATCH_H

#include <jansson.h>
#include <stdint.h>

struct config;
struct import_batch;

struct import_totals {
    int64_t stored, known, dead;
};

/* source: the import's name, borrowed. */
struct import_batch *import_batch_create(const struct config *config, const char *source);
/* Takes NULL. */
void import_batch_destroy(struct import_batch **batch);

/* Sends the items, a list that is consumed, and waits until their fetch is complete; what became of
 * them is added to *totals.  Where the storer is busy, or away, it is tried again for
 * reader.import_ms, and sent once more where it is not known whether it was taken: that is
 * harmless.  0, or an exit code, told. */
int import_batch_send(struct import_batch *batch, json_t *items, struct import_totals *totals);

#endif
