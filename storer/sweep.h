/* Keeping the store within its limits (settings of section keep): items that are too old, too many
 * or too much, contents that nothing refers to, full texts, tombstones.  A pass looks for all of
 * them in turn; its steps are short, follow each other slowly while there is other work, and join
 * the open transaction. */
#ifndef WEIR_STORER_SWEEP_H
#define WEIR_STORER_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "storer/db_forget.h"
#include "storer/keep.h"

struct buf;
struct writer;

enum sweep_phase {
    SWEEP_RESTS,
    SWEEP_AGE,
    SWEEP_SOURCES, /* by count, and by the age limits of single sources */
    SWEEP_SIZE,
    SWEEP_TEXTS, /* full texts */
    SWEEP_BLOBS,
    SWEEP_TOMBSTONES,
    SWEEP_MERGE, /* the text index, where items went */
    SWEEP_PHASES
};

struct sweep {
    enum sweep_phase phase;
    uint64_t pass; /* 0: there was none yet */
    int64_t due_ms, began_ms;
    bool merging;                   /* items went since the text index was merged */
    uint64_t after;                 /* items up to this id were looked at */
    struct db_doomed_source source; /* in hand; id 0 = none */
    uint64_t rank, excess;          /* items of it looked at; how many it has too many */
    size_t skip;                    /* full texts that stay */
    uint64_t over_bytes;            /* of contents, that are still to go */
    /* of this pass */
    uint64_t gone[KEEP_REASONS], stayed[KEEP_VERDICTS], texts, blobs, tombstones, bytes;
    /* as last looked at */
    uint64_t used, free, blob_bytes;
    bool over; /* the store is larger than it may be, and nothing can go */
    int64_t step_us_max;
    uint64_t steps;
};

/* In every turn: does a step, if one is due. */
void sweep_tend(struct writer *writer);
/* The next pass begins now.  Its number. */
uint64_t sweep_now(struct writer *writer);
/* Adds the member "keep" with a comma before it. */
void sweep_figures(const struct writer *writer, struct buf *json);

#endif
