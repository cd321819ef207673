/* The rebuild of a walk_graph (REQUIREMENTS E.5): folds what was learned into the base, drops what
 * is old, and is swapped in whole.  It works on a copy made when it began, some edges at a time, so
 * that learning goes on meanwhile; what was learned since is kept beside the new base.  Pure.
 *
 *   base = base + bonus - penalty, never below 0; the whole penalty is subtracted
 *
 * Dropped are edges to stories not learned for limits.story_ms, then, where there are more than
 * limits.edges, those not learned for longest; and nodes that no edge leads from and that have
 * cooled down. */
#ifndef WEIR_STORER_WALK_REBUILD_H
#define WEIR_STORER_WALK_REBUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct walk_edge;
struct walk_graph;
struct walk_node;
struct walk_rebuild;

/* Copies the graph as it stands; time as of now. */
struct walk_rebuild *walk_rebuild_begin(const struct walk_graph *graph, int64_t now_ms);
/* Folds at most so many edges more; true once all are. */
bool walk_rebuild_step(struct walk_rebuild *rebuild, size_t most);

/* What the swap did to the rows: called for each edge that is another one now, or gone. */
struct walk_swapped {
    void *arg;
    void (*edge)(void *arg, const struct walk_edge *edge, bool gone);
    void (*node_gone)(void *arg, const struct walk_node *node);
};

/* Puts the rebuilt graph in the place of *graph, with the next version; folds what is left to be
 * folded first. *rebuild is destroyed. swapped may be NULL. */
void walk_rebuild_swap(struct walk_graph **graph, struct walk_rebuild **rebuild,
                       const struct walk_swapped *swapped);
/* Gives it up; takes NULL. */
void walk_rebuild_destroy(struct walk_rebuild **rebuild);

#endif
