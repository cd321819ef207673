/* What a reader's choices teach: a graph of transitions from the source that was read last to the
 * source that was read next, and from a source to its stories.  Pure; time and chance are
 * arguments.
 *
 * Nodes are sources, stories and the global one, from which every transition leads as well.  A
 * story is read once, so what leads on from it is learned for its source: stories come and go,
 * sources last.  An edge has a long-term base and, in the running copy, a bonus and a penalty since
 * the last rebuild; a node has a cool-down.  REQUIREMENTS E.3:
 *
 *   weight = base + bonus - cooldown * e^(-age / 180 s) - penalty, never below 0
 *
 * where cooldown and age are those of the node that the edge leads to.  An edge that was never
 * learned has the base that a new one gets.  Belongs to one thread. */
#ifndef WEIR_STORER_WALK_GRAPH_H
#define WEIR_STORER_WALK_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct walk_graph;

struct walk_limits {
    double base;         /* of a new edge */
    double reward;       /* what one adds to the bonus */
    double blame;        /* what one adds to the penalty */
    double cooldown;     /* of a node that was passed over */
    int64_t cooldown_ms; /* its time constant */
    uint64_t enough;     /* outcomes that make a node one with data */
    size_t edges;        /* a rebuild keeps so many; a running copy takes twice as many */
    size_t differences;  /* more than these ask for a rebuild */
    int64_t rebuild_ms;  /* so does this time, where anything differs */
    int64_t story_ms;    /* an edge to a story is kept so long */
};

enum { WALK_GLOBAL = 0 };

/* Nodes of a source and of a story; ids are below 2^62. */
static inline uint64_t walk_source(uint64_t id)
{
    return id * 2;
}

static inline uint64_t walk_story(uint64_t id)
{
    return id * 2 + 1;
}

struct walk_edge {
    uint64_t from, to;
    double base;           /* long-term */
    double bonus, penalty; /* since the last rebuild */
    int64_t learned_ms;
};

struct walk_node {
    uint64_t node;
    uint64_t outcomes; /* learned of edges from it */
    double cooldown;   /* as given at cooled_ms */
    int64_t cooled_ms;
};

/* The parts of a weight; raw may be below 0, weight may not. */
struct walk_weight {
    double base, bonus, cooldown, penalty, raw, weight;
};

/* Takes a copy of the limits. */
struct walk_graph *walk_graph_create(const struct walk_limits *limits);
void walk_graph_destroy(struct walk_graph **graph);
const struct walk_limits *walk_graph_limits(const struct walk_graph *graph);

/* --- reading --- */

struct walk_weight walk_graph_weigh(const struct walk_graph *graph, uint64_t from, uint64_t to,
                                    int64_t now_ms);
/* node itself where it has data, else the global one. */
uint64_t walk_graph_from(const struct walk_graph *graph, uint64_t node);
/* NULL where there is none; borrowed until the graph changes. */
const struct walk_edge *walk_graph_edge(const struct walk_graph *graph, uint64_t from, uint64_t to);
const struct walk_node *walk_graph_node(const struct walk_graph *graph, uint64_t node);
const struct walk_edge *walk_graph_edges(const struct walk_graph *graph, size_t *count);
const struct walk_node *walk_graph_nodes(const struct walk_graph *graph, size_t *count);
/* Counts up with every rebuild. */
uint64_t walk_graph_version(const struct walk_graph *graph);
int64_t walk_graph_rebuilt_ms(const struct walk_graph *graph);
/* Edges that have a bonus or a penalty. */
size_t walk_graph_differences(const struct walk_graph *graph);
/* Whether a rebuild is due. */
bool walk_graph_stale(const struct walk_graph *graph, int64_t now_ms);

/* --- learning --- */

/* Adds to the bonus, or the penalty, of an edge, and to the outcomes of its first node.  NULL where
 * the graph is full and has no such edge: nothing was learned; else borrowed until the graph
 * changes. */
const struct walk_edge *walk_graph_reward(struct walk_graph *graph, uint64_t from, uint64_t to,
                                          int64_t now_ms);
const struct walk_edge *walk_graph_blame(struct walk_graph *graph, uint64_t from, uint64_t to,
                                         int64_t now_ms);
/* The node's cool-down begins anew.  NULL where the graph is full. */
const struct walk_node *walk_graph_cool(struct walk_graph *graph, uint64_t node, int64_t now_ms);

/* --- for loading and rebuilding --- */

/* In place of what was there; values that cannot be (below 0, no numbers) become 0.  false: full.
 */
bool walk_graph_put_edge(struct walk_graph *graph, const struct walk_edge *edge);
bool walk_graph_put_node(struct walk_graph *graph, const struct walk_node *node);
void walk_graph_stamp(struct walk_graph *graph, uint64_t version, int64_t rebuilt_ms);
/* What is left of a node's cool-down. */
double walk_graph_cooldown(const struct walk_graph *graph, const struct walk_node *node,
                           int64_t now_ms);

#endif
