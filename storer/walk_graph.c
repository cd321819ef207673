#include "storer/walk_graph.h"

#include <math.h>
#include <stdlib.h>

#include "common/mem.h"
#include "storer/walk_table.h"

struct walk_graph {
    struct walk_limits limits;
    struct walk_edge *edges;
    size_t edge_count, edge_cap;
    struct walk_node *nodes;
    size_t node_count, node_cap;
    struct walk_table edge_at, node_at;
    uint64_t version;
    int64_t rebuilt_ms;
    size_t differences;
};

struct walk_graph *walk_graph_create(const struct walk_limits *limits)
{
    struct walk_graph *graph = mem_calloc(1, sizeof(*graph));

    graph->limits = *limits;
    return graph;
}

void walk_graph_destroy(struct walk_graph **graph)
{
    if (!*graph)
        return;
    walk_table_free(&(*graph)->edge_at);
    walk_table_free(&(*graph)->node_at);
    free((*graph)->edges);
    free((*graph)->nodes);
    free(*graph);
    *graph = NULL;
}

const struct walk_limits *walk_graph_limits(const struct walk_graph *graph)
{
    return &graph->limits;
}

/* --- reading ---------------------------------------------------------------------------------- */

const struct walk_edge *walk_graph_edge(const struct walk_graph *graph, uint64_t from, uint64_t to)
{
    ptrdiff_t at = walk_table_get(&graph->edge_at, from, to);

    return at == WALK_NOWHERE ? NULL : &graph->edges[at];
}

const struct walk_node *walk_graph_node(const struct walk_graph *graph, uint64_t node)
{
    ptrdiff_t at = walk_table_get(&graph->node_at, node, 0);

    return at == WALK_NOWHERE ? NULL : &graph->nodes[at];
}

const struct walk_edge *walk_graph_edges(const struct walk_graph *graph, size_t *count)
{
    *count = graph->edge_count;
    return graph->edges;
}

const struct walk_node *walk_graph_nodes(const struct walk_graph *graph, size_t *count)
{
    *count = graph->node_count;
    return graph->nodes;
}

uint64_t walk_graph_version(const struct walk_graph *graph)
{
    return graph->version;
}

int64_t walk_graph_rebuilt_ms(const struct walk_graph *graph)
{
    return graph->rebuilt_ms;
}

size_t walk_graph_differences(const struct walk_graph *graph)
{
    return graph->differences;
}

bool walk_graph_stale(const struct walk_graph *graph, int64_t now_ms)
{
    return graph->differences > graph->limits.differences ||
           (graph->differences > 0 && now_ms - graph->rebuilt_ms >= graph->limits.rebuild_ms);
}

/* A clock that was set back leaves the cool-down whole rather than larger than it was given. */
double walk_graph_cooldown(const struct walk_graph *graph, const struct walk_node *node,
                           int64_t now_ms)
{
    double age_ms = 0;

    if (!node || node->cooldown <= 0)
        return 0;
    age_ms = now_ms > node->cooled_ms ? (double)(now_ms - node->cooled_ms) : 0;
    return node->cooldown * exp(-age_ms / (double)graph->limits.cooldown_ms);
}

struct walk_weight walk_graph_weigh(const struct walk_graph *graph, uint64_t from, uint64_t to,
                                    int64_t now_ms)
{
    const struct walk_edge *edge = walk_graph_edge(graph, from, to);
    struct walk_weight weight = {
        .base = edge ? edge->base : graph->limits.base,
        .bonus = edge ? edge->bonus : 0,
        .penalty = edge ? edge->penalty : 0,
        .cooldown = walk_graph_cooldown(graph, walk_graph_node(graph, to), now_ms),
    };

    weight.raw = weight.base + weight.bonus - weight.cooldown - weight.penalty;
    weight.weight = weight.raw > 0 ? weight.raw : 0;
    return weight;
}

uint64_t walk_graph_from(const struct walk_graph *graph, uint64_t node)
{
    const struct walk_node *known = walk_graph_node(graph, node);

    return known && known->outcomes >= graph->limits.enough ? node : WALK_GLOBAL;
}

/* --- writing ---------------------------------------------------------------------------------- */

static bool differs(const struct walk_edge *edge)
{
    return edge->bonus > 0 || edge->penalty > 0;
}

/* NULL: full. */
static struct walk_edge *edge_of(struct walk_graph *graph, uint64_t from, uint64_t to)
{
    ptrdiff_t at = walk_table_get(&graph->edge_at, from, to);

    if (at != WALK_NOWHERE)
        return &graph->edges[at];
    if (graph->edge_count >= graph->limits.edges * 2)
        return NULL;
    if (graph->edge_count == graph->edge_cap) {
        graph->edge_cap = graph->edge_cap ? graph->edge_cap * 2 : 64;
        graph->edges = mem_realloc(graph->edges, graph->edge_cap, sizeof(*graph->edges));
    }
    walk_table_put(&graph->edge_at, from, to, graph->edge_count);
    graph->edges[graph->edge_count] =
        (struct walk_edge){.from = from, .to = to, .base = graph->limits.base};
    return &graph->edges[graph->edge_count++];
}

static struct walk_node *node_of(struct walk_graph *graph, uint64_t node)
{
    ptrdiff_t at = walk_table_get(&graph->node_at, node, 0);

    if (at != WALK_NOWHERE)
        return &graph->nodes[at];
    if (graph->node_count >= graph->limits.edges * 4)
        return NULL;
    if (graph->node_count == graph->node_cap) {
        graph->node_cap = graph->node_cap ? graph->node_cap * 2 : 64;
        graph->nodes = mem_realloc(graph->nodes, graph->node_cap, sizeof(*graph->nodes));
    }
    walk_table_put(&graph->node_at, node, 0, graph->node_count);
    graph->nodes[graph->node_count] = (struct walk_node){.node = node};
    return &graph->nodes[graph->node_count++];
}

static const struct walk_edge *learn(struct walk_graph *graph, uint64_t from, uint64_t to,
                                     double reward, double blame, int64_t now_ms)
{
    struct walk_node *node = node_of(graph, from);
    struct walk_edge *edge = node ? edge_of(graph, from, to) : NULL;

    if (!edge)
        return NULL;
    graph->differences -= differs(edge);
    edge->bonus += reward;
    edge->penalty += blame;
    graph->differences += differs(edge);
    edge->learned_ms = now_ms;
    node->outcomes++;
    return edge;
}

const struct walk_edge *walk_graph_reward(struct walk_graph *graph, uint64_t from, uint64_t to,
                                          int64_t now_ms)
{
    return learn(graph, from, to, graph->limits.reward, 0, now_ms);
}

const struct walk_edge *walk_graph_blame(struct walk_graph *graph, uint64_t from, uint64_t to,
                                         int64_t now_ms)
{
    return learn(graph, from, to, 0, graph->limits.blame, now_ms);
}

const struct walk_node *walk_graph_cool(struct walk_graph *graph, uint64_t node, int64_t now_ms)
{
    struct walk_node *cooled = node_of(graph, node);

    if (!cooled)
        return NULL;
    cooled->cooldown = graph->limits.cooldown;
    cooled->cooled_ms = now_ms;
    return cooled;
}

static double sane(double value)
{
    return isfinite(value) && value > 0 ? value : 0;
}

bool walk_graph_put_edge(struct walk_graph *graph, const struct walk_edge *edge)
{
    struct walk_edge *place = edge_of(graph, edge->from, edge->to);

    if (!place)
        return false;
    graph->differences -= differs(place);
    *place = *edge;
    place->base = sane(edge->base);
    place->bonus = sane(edge->bonus);
    place->penalty = sane(edge->penalty);
    graph->differences += differs(place);
    return true;
}

bool walk_graph_put_node(struct walk_graph *graph, const struct walk_node *node)
{
    struct walk_node *place = node_of(graph, node->node);

    if (!place)
        return false;
    *place = *node;
    place->cooldown = sane(node->cooldown);
    return true;
}

void walk_graph_stamp(struct walk_graph *graph, uint64_t version, int64_t rebuilt_ms)
{
    graph->version = version;
    graph->rebuilt_ms = rebuilt_ms;
}
