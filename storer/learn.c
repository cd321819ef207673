#include "storer/learn.h"

#include <inttypes.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "storer/db_walk.h"
#include "storer/walk.h"
#include "storer/walk_rebuild.h"
#include "storer/writer_inner.h"

enum { STEP_EDGES = 1024 };

static double hundredths(int64_t value)
{
    return (double)value / 100;
}

struct walk *learn_create(const struct config *c)
{
    return walk_create(&(struct walk_limits){.base = hundredths(c->next_base),
                                             .reward = hundredths(c->next_reward),
                                             .blame = hundredths(c->next_blame),
                                             .cooldown = hundredths(c->next_cooldown),
                                             .cooldown_ms = c->next_cooldown_ms,
                                             .enough = (uint64_t)c->next_enough,
                                             .edges = (size_t)c->next_edges,
                                             .differences = (size_t)c->next_rebuild_after,
                                             .rebuild_ms = c->next_rebuild_ms,
                                             .story_ms = c->next_story_ms},
                       (size_t)c->next_history);
}

void learn_load(struct writer *writer)
{
    walk_destroy(&writer->walk);
    writer->walk = learn_create(writer->config);
    db_walk_load(writer->db, writer->walk);
    if (walk_graph_rebuilt_ms(writer->walk->graph) == 0) /* a new store: the hour begins now */
        walk_graph_stamp(writer->walk->graph, walk_graph_version(writer->walk->graph),
                         clock_utc_ms());
}

/* --- rebuilding ------------------------------------------------------------------------------- */

static void write_edge(void *arg, const struct walk_edge *edge, bool gone)
{
    struct writer *writer = arg;

    db_walk_edge(writer->db, edge, gone);
}

static void write_node_gone(void *arg, const struct walk_node *node)
{
    struct writer *writer = arg;

    db_walk_node(writer->db, node, true);
}

static void swap(struct writer *writer)
{
    struct walk *walk = writer->walk;
    size_t before = 0, after = 0, folded = walk_graph_differences(walk->graph);

    walk_graph_edges(walk->graph, &before);
    batch_open(writer);
    walk_rebuild_swap(
        &walk->graph, &walk->rebuild,
        &(struct walk_swapped){.arg = writer, .edge = write_edge, .node_gone = write_node_gone});
    db_walk_state(writer->db, walk);
    walk_graph_edges(walk->graph, &after);
    log_debug("walk-rebuilt", "version=%" PRIu64 " learned=%zu edges=%zu dropped=%zu",
              walk_graph_version(walk->graph), folded, after, before > after ? before - after : 0);
}

void learn_tend(struct writer *writer)
{
    struct walk *walk = writer->walk;
    int64_t now_ms = 0;

    if (walk->rebuild) {
        if (walk_rebuild_step(walk->rebuild, STEP_EDGES))
            swap(writer);
        return;
    }
    if (walk_graph_differences(walk->graph) == 0)
        return;
    now_ms = clock_utc_ms();
    if (walk_graph_stale(walk->graph, now_ms))
        walk->rebuild = walk_rebuild_begin(walk->graph, now_ms);
}

void learn_finish(struct writer *writer)
{
    if (writer->walk && writer->walk->rebuild && writer->stuck == DB_OK)
        swap(writer);
}

void learn_figures(const struct writer *writer, struct buf *json)
{
    const struct walk *walk = writer->walk;
    size_t edges = 0, nodes = 0;

    walk_graph_edges(walk->graph, &edges);
    walk_graph_nodes(walk->graph, &nodes);
    buf_printf(json,
               ",\"walk\":{\"version\":%" PRIu64 ",\"rebuilt_ms\":%" PRId64
               ",\"edges\":%zu,\"nodes\":%zu,\"differences\":%zu,\"rebuilding\":%s"
               ",\"refused\":%" PRIu64 "}",
               walk_graph_version(walk->graph), walk_graph_rebuilt_ms(walk->graph), edges, nodes,
               walk_graph_differences(walk->graph), walk->rebuild ? "true" : "false",
               walk->refused);
}
