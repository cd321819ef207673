#include "storer/walk_rebuild.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "storer/walk_graph.h"

struct walk_rebuild {
    struct walk_edge *copied; /* as they were when it began */
    size_t count, at;
    int64_t now_ms, oldest_ms; /* edges learned before are dropped */
    int64_t oldest_story_ms;
    struct walk_graph *fresh;
};

/* Two sums of the same steps may differ in their last bits. */
static const double nothing = 1e-9;
/* What is left of a cool-down that is over. */
static const double cold = 1e-3;

static int by_time(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;

    return (one > other) - (one < other);
}

static bool is_story(const struct walk_edge *edge)
{
    return edge->to & 1;
}

static bool expired(const struct walk_rebuild *rebuild, const struct walk_edge *edge)
{
    return is_story(edge) && edge->learned_ms < rebuild->oldest_story_ms;
}

/* The time from which on there are at most so many edges. */
static int64_t cut_at(const struct walk_rebuild *rebuild, size_t most)
{
    int64_t *times = NULL, oldest_ms = INT64_MIN;
    size_t kept = 0;

    if (rebuild->count <= most)
        return INT64_MIN;
    times = mem_alloc(rebuild->count * sizeof(*times));
    for (size_t i = 0; i < rebuild->count; i++)
        if (!expired(rebuild, &rebuild->copied[i]))
            times[kept++] = rebuild->copied[i].learned_ms;
    qsort(times, kept, sizeof(*times), by_time);
    if (kept > most)
        oldest_ms = times[kept - most];
    free(times);
    return oldest_ms;
}

struct walk_rebuild *walk_rebuild_begin(const struct walk_graph *graph, int64_t now_ms)
{
    struct walk_rebuild *rebuild = mem_calloc(1, sizeof(*rebuild));
    const struct walk_limits *limits = walk_graph_limits(graph);
    const struct walk_edge *edges = walk_graph_edges(graph, &rebuild->count);

    rebuild->now_ms = now_ms;
    rebuild->copied = mem_alloc((rebuild->count + 1) * sizeof(*edges));
    if (rebuild->count > 0)
        memcpy(rebuild->copied, edges, rebuild->count * sizeof(*edges));
    rebuild->oldest_story_ms = now_ms - limits->story_ms;
    rebuild->oldest_ms = cut_at(rebuild, limits->edges);
    rebuild->fresh = walk_graph_create(limits);
    walk_graph_stamp(rebuild->fresh, walk_graph_version(graph) + 1, now_ms);
    return rebuild;
}

bool walk_rebuild_step(struct walk_rebuild *rebuild, size_t most)
{
    for (; most > 0 && rebuild->at < rebuild->count; most--, rebuild->at++) {
        struct walk_edge edge = rebuild->copied[rebuild->at];
        size_t kept = 0;

        walk_graph_edges(rebuild->fresh, &kept);
        if (expired(rebuild, &edge) || edge.learned_ms < rebuild->oldest_ms ||
            kept >= walk_graph_limits(rebuild->fresh)->edges)
            continue;
        edge.base += edge.bonus - edge.penalty; /* put_edge takes less than 0 for 0 */
        edge.bonus = edge.penalty = 0;
        walk_graph_put_edge(rebuild->fresh, &edge);
    }
    return rebuild->at == rebuild->count;
}

static double since(double now, double before)
{
    return now - before > nothing ? now - before : 0;
}

/* An edge of the running copy: what it has learned since goes to the fresh one.  Edges are only
 * ever appended, so those that were copied come first and in their order. */
static void carry(struct walk_graph *fresh, const struct walk_edge *edge,
                  const struct walk_edge *before, const struct walk_swapped *swapped)
{
    const struct walk_edge *folded = walk_graph_edge(fresh, edge->from, edge->to);
    struct walk_edge put = folded ? *folded : *edge;
    bool learned = !before || edge->learned_ms > before->learned_ms ||
                   since(edge->bonus, before->bonus) > 0 ||
                   since(edge->penalty, before->penalty) > 0;
    bool keep = folded || learned;

    put.bonus = since(edge->bonus, before ? before->bonus : 0);
    put.penalty = since(edge->penalty, before ? before->penalty : 0);
    put.learned_ms = edge->learned_ms;
    if (before && !folded) { /* dropped, and learned anew meanwhile */
        put.base += before->bonus - before->penalty;
        put.base = put.base > 0 ? put.base : 0;
    }
    keep = keep && walk_graph_put_edge(fresh, &put);
    if (swapped && (!keep || learned || before->bonus > 0 || before->penalty > 0))
        swapped->edge(swapped->arg, &put, !keep);
}

/* Whether a node is among these, in order. */
static bool leads_on(const uint64_t *from, size_t count, uint64_t node)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (from[middle] < node)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && from[low] == node;
}

static int by_node(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, other = *(const uint64_t *)b;

    return (one > other) - (one < other);
}

static void carry_nodes(const struct walk_graph *running, const struct walk_rebuild *rebuild,
                        const struct walk_swapped *swapped)
{
    size_t edge_count = 0, node_count = 0;
    const struct walk_edge *edges = walk_graph_edges(rebuild->fresh, &edge_count);
    const struct walk_node *nodes = walk_graph_nodes(running, &node_count);
    uint64_t *from = mem_alloc((edge_count + 1) * sizeof(*from));

    for (size_t i = 0; i < edge_count; i++)
        from[i] = edges[i].from;
    qsort(from, edge_count, sizeof(*from), by_node);
    for (size_t i = 0; i < node_count; i++) {
        bool keep = leads_on(from, edge_count, nodes[i].node) ||
                    walk_graph_cooldown(running, &nodes[i], rebuild->now_ms) > cold;

        keep = keep && walk_graph_put_node(rebuild->fresh, &nodes[i]);
        if (!keep && swapped)
            swapped->node_gone(swapped->arg, &nodes[i]);
    }
    free(from);
}

void walk_rebuild_swap(struct walk_graph **graph, struct walk_rebuild **rebuild_at,
                       const struct walk_swapped *swapped)
{
    struct walk_rebuild *rebuild = *rebuild_at;
    size_t count = 0;
    const struct walk_edge *edges = walk_graph_edges(*graph, &count);

    walk_rebuild_step(rebuild, SIZE_MAX);
    for (size_t i = 0; i < count; i++)
        carry(rebuild->fresh, &edges[i], i < rebuild->count ? &rebuild->copied[i] : NULL, swapped);
    carry_nodes(*graph, rebuild, swapped);
    walk_graph_destroy(graph);
    *graph = rebuild->fresh;
    rebuild->fresh = NULL;
    walk_rebuild_destroy(rebuild_at);
}

void walk_rebuild_destroy(struct walk_rebuild **rebuild)
{
    if (!*rebuild)
        return;
    free((*rebuild)->copied);
    walk_graph_destroy(&(*rebuild)->fresh);
    free(*rebuild);
    *rebuild = NULL;
}
