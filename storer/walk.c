#include "storer/walk.h"

#include <stdlib.h>

#include "common/mem.h"
#include "storer/walk_rebuild.h"

struct walk *walk_create(const struct walk_limits *limits, size_t history)
{
    struct walk *walk = mem_calloc(1, sizeof(*walk));

    walk->graph = walk_graph_create(limits);
    walk->history = walk_history_create(history);
    return walk;
}

void walk_destroy(struct walk **walk)
{
    if (!*walk)
        return;
    walk_rebuild_destroy(&(*walk)->rebuild);
    walk_graph_destroy(&(*walk)->graph);
    walk_history_destroy(&(*walk)->history);
    free(*walk);
    *walk = NULL;
}

/* --- choosing --------------------------------------------------------------------------------- */

static size_t draw(struct walk_stage *stage, double chance)
{
    double *raw = mem_alloc(stage->count * 2 * sizeof(*raw)), *p = raw + stage->count;

    for (size_t i = 0; i < stage->count; i++)
        raw[i] = stage->options[i].weight.raw;
    stage->chosen = walk_choose(raw, stage->count, chance, p, &stage->draw);
    for (size_t i = 0; i < stage->count; i++)
        stage->options[i].p = p[i];
    free(raw);
    return stage->chosen;
}

static int by_source(const void *a, const void *b)
{
    const struct walk_option *one = a, *other = b;

    if (one->id != other->id)
        return one->id < other->id ? -1 : 1;
    return (one->place > other->place) - (one->place < other->place);
}

static int by_place(const void *a, const void *b)
{
    const struct walk_option *one = a, *other = b;

    return (one->place > other->place) - (one->place < other->place);
}

/* The sources of the candidates, in the order of their newest. */
static void sources_of(struct walk_stage *stage, const struct walk_candidate *candidates,
                       size_t count)
{
    stage->options = mem_calloc(count, sizeof(*stage->options));
    for (size_t i = 0; i < count; i++)
        stage->options[i] = (struct walk_option){.id = candidates[i].source, .place = i};
    qsort(stage->options, count, sizeof(*stage->options), by_source);
    for (size_t i = 0; i < count; i++)
        if (stage->count == 0 || stage->options[stage->count - 1].id != stage->options[i].id)
            stage->options[stage->count++] = stage->options[i];
    qsort(stage->options, stage->count, sizeof(*stage->options), by_place);
}

static void weigh_sources(const struct walk *walk, struct walk_stage *stage, uint64_t from,
                          int64_t now_ms, bool *any)
{
    *any = false;
    stage->from = from;
    for (size_t i = 0; i < stage->count; i++) {
        struct walk_option *option = &stage->options[i];

        option->weight = walk_graph_weigh(walk->graph, from, walk_source(option->id), now_ms);
        *any |= option->weight.weight > 0;
    }
}

static void stories_of(const struct walk *walk, struct walk_stage *stage,
                       const struct walk_candidate *candidates, size_t count, uint64_t source,
                       int64_t now_ms)
{
    stage->from = walk_source(source);
    stage->options = mem_calloc(count, sizeof(*stage->options));
    for (size_t i = 0; i < count; i++) {
        if (candidates[i].source != source)
            continue;
        stage->options[stage->count++] = (struct walk_option){
            .id = candidates[i].story,
            .place = i,
            .weight = walk_graph_weigh(walk->graph, stage->from, walk_story(candidates[i].story),
                                       now_ms)};
    }
}

size_t walk_pick(const struct walk *walk, const struct walk_candidate *candidates, size_t count,
                 const double chance[2], int64_t now_ms, struct walk_told *told)
{
    uint64_t source = 0;
    bool any = false;

    *told = (struct walk_told){0};
    sources_of(&told->source, candidates, count);
    weigh_sources(walk, &told->source, walk_graph_from(walk->graph, walk_source(walk->last)),
                  now_ms, &any);
    /* Where a node leads nowhere any more, what holds in general is all there is. */
    if (!any && told->source.from != WALK_GLOBAL)
        weigh_sources(walk, &told->source, WALK_GLOBAL, now_ms, &any);
    source = told->source.options[draw(&told->source, chance[0])].id;
    stories_of(walk, &told->story, candidates, count, source, now_ms);
    return told->story.options[draw(&told->story, chance[1])].place;
}

void walk_told_free(struct walk_told *told)
{
    free(told->source.options);
    free(told->story.options);
    *told = (struct walk_told){0};
}

/* --- learning --------------------------------------------------------------------------------- */

static void touch_node(const struct walk *walk, uint64_t id, struct walk_touched *touched)
{
    const struct walk_node *node = walk_graph_node(walk->graph, id);

    if (node)
        touched->nodes[touched->node_count++] = *node;
}

static void learn_edge(struct walk *walk, uint64_t from, uint64_t to, bool read, int64_t now_ms,
                       struct walk_touched *touched)
{
    const struct walk_edge *edge = read ? walk_graph_reward(walk->graph, from, to, now_ms)
                                        : walk_graph_blame(walk->graph, from, to, now_ms);

    if (!edge) {
        walk->refused++;
        return;
    }
    touched->edges[touched->edge_count++] = *edge;
    touch_node(walk, from, touched);
}

static void cool(struct walk *walk, uint64_t node, int64_t now_ms, struct walk_touched *touched)
{
    if (walk_graph_cool(walk->graph, node, now_ms))
        touch_node(walk, node, touched);
}

bool walk_learn(struct walk *walk, enum walk_outcome outcome, int64_t now_ms,
                struct walk_touched *touched)
{
    struct walk_place *here = walk_history_here(walk->history);
    bool read = outcome == WALK_READ;
    uint64_t source = here ? walk_source(here->source) : 0;

    *touched = (struct walk_touched){0};
    if (!here || walk_history_frozen(walk->history) || outcome <= here->outcome)
        return false;
    here->outcome = outcome;
    learn_edge(walk, WALK_GLOBAL, source, read, now_ms, touched);
    if (here->from)
        learn_edge(walk, walk_source(here->from), source, read, now_ms, touched);
    learn_edge(walk, source, walk_story(here->story), read, now_ms, touched);
    if (read) {
        walk->last = here->source;
    } else {
        cool(walk, source, now_ms, touched);
        cool(walk, walk_story(here->story), now_ms, touched);
    }
    return true;
}
