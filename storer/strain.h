/* The ladder of degradation as the writer climbs it (DESIGN 8): the window, the queries that wait,
 * and memory.  Each rung that begins or ends is logged and published once. */
#ifndef WEIR_STORER_STRAIN_H
#define WEIR_STORER_STRAIN_H

#include "common/ladder.h"

struct buf;
struct service;
struct writer;

enum strain_of { STRAIN_WINDOW, STRAIN_QUERIES, STRAINS };

struct strain {
    struct ladder of[STRAINS];
    bool put_off; /* a background fetch found no room since the last look */
};

/* Looks at window and queries; call every tick. */
void strain_tend(struct writer *writer);
/* A step of service->memory: caches follow. */
void strain_memory(struct service *service, void *self, const struct ladder_step *step);
/* Adds the member load, with a comma before. */
void strain_figures(const struct writer *writer, struct buf *json);

#endif
