/* A walk through what is unread: what to read next, from what was read before.  It holds the graph
 * (walk_graph.h), the history (walk_history.h) and a rebuild under way (walk_rebuild.h), and
 * belongs to one thread.  Pure; time and chance are arguments.
 *
 * A choice is made in two draws (walk_choose.h): of the sources with something unread one is drawn
 * by the edges from the source that was read last (the global node where that one has no data),
 * then one of its stories by the edges from that source. */
#ifndef WEIR_STORER_WALK_H
#define WEIR_STORER_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storer/walk_choose.h"
#include "storer/walk_graph.h"
#include "storer/walk_history.h"

struct walk_rebuild;

struct walk {
    struct walk_graph *graph;
    struct walk_history *history;
    struct walk_rebuild *rebuild; /* NULL = none under way */
    uint64_t last;                /* the source that was read last; 0 = none */
    uint64_t refused;             /* outcomes that found the graph full */
};

struct walk *walk_create(const struct walk_limits *limits, size_t history);
void walk_destroy(struct walk **walk);

/* --- choosing --- */

/* Something unread. */
struct walk_candidate {
    uint64_t item, story, source;
};

/* One draw as it was made. */
struct walk_option {
    uint64_t id;  /* of the source, or of the story */
    size_t place; /* of its first, or only, candidate */
    struct walk_weight weight;
    double p;
};
struct walk_stage {
    uint64_t from; /* a node */
    struct walk_option *options;
    size_t count, chosen;
    struct walk_draw draw;
};
struct walk_told {
    struct walk_stage source, story;
};

/* The place of the candidate that is drawn, of count (> 0), the newest first; nothing changes. told
 * gets what walk_told_free gives back. */
size_t walk_pick(const struct walk *walk, const struct walk_candidate *candidates, size_t count,
                 const double chance[2], int64_t now_ms, struct walk_told *told);
void walk_told_free(struct walk_told *told);

/* --- learning --- */

enum { WALK_TOUCHED = 3 };

/* What an outcome changed, to be written. */
struct walk_touched {
    struct walk_edge edges[WALK_TOUCHED];
    struct walk_node nodes[2 * WALK_TOUCHED];
    size_t edge_count, node_count;
};

/* The present place was read (or passed over): rewards (or blames) the edges to its source from the
 * one read before and from the global node, and from its source to its story; what was passed over
 * cools down, source and story.  false: nothing was learned, as it was before, or learning is
 * frozen. A place that was passed over may still be read. */
bool walk_learn(struct walk *walk, enum walk_outcome outcome, int64_t now_ms,
                struct walk_touched *touched);

#endif
