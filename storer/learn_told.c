#include "storer/learn_told.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "storer/walk.h"

enum { TOLD = 20 };

static json_t *option_json(const struct walk_option *option)
{
    const struct walk_weight *w = &option->weight;

    return json_pack("{s:I, s:f, s:f, s:f, s:f, s:f, s:f}", "id", (json_int_t)option->id, "base",
                     w->base, "bonus", w->bonus, "cooldown", w->cooldown, "penalty", w->penalty,
                     "weight", w->weight, "p", option->p);
}

static int likelier(const void *a, const void *b)
{
    const struct walk_option *one = a, *other = b;

    if (one->p != other->p)
        return one->p > other->p ? -1 : 1;
    if (one->weight.raw != other->weight.raw)
        return one->weight.raw > other->weight.raw ? -1 : 1;
    return (one->place > other->place) - (one->place < other->place);
}

static json_t *options_json(const struct walk_stage *stage)
{
    struct walk_option *sorted = mem_alloc(stage->count * sizeof(*sorted));
    uint64_t chosen = stage->options[stage->chosen].id;
    json_t *list = json_array();

    memcpy(sorted, stage->options, stage->count * sizeof(*sorted));
    qsort(sorted, stage->count, sizeof(*sorted), likelier);
    for (size_t i = 0; i < stage->count; i++)
        if (i < TOLD || sorted[i].id == chosen)
            json_array_append_new(list, option_json(&sorted[i]));
    free(sorted);
    return list;
}

static json_t *stage_json(const struct walk_stage *stage)
{
    static const char *const hows[] = {"weighted", "top", "least"};
    const struct walk_draw *draw = &stage->draw;
    json_t *object =
        json_pack("{s:f, s:f, s:s, s:I, s:I, s:o}", "g", draw->g, "r", draw->r, "how",
                  hows[draw->how], "count", (json_int_t)stage->count, "chosen",
                  (json_int_t)stage->options[stage->chosen].id, "options", options_json(stage));

    json_object_set_new(object, "from",
                        stage->from == WALK_GLOBAL ? json_string("global")
                                                   : json_integer((json_int_t)(stage->from / 2)));
    if (draw->how == WALK_WEIGHTED)
        json_object_set_new(object, "alpha", json_real(draw->alpha));
    if (draw->how == WALK_TOP)
        json_object_set_new(object, "top", json_integer((json_int_t)draw->top));
    return object;
}

json_t *learn_told(const struct walk *walk, const struct walk_told *told)
{
    return json_pack("{s:I, s:I, s:o, s:o}", "version", (json_int_t)walk_graph_version(walk->graph),
                     "differences", (json_int_t)walk_graph_differences(walk->graph), "sources",
                     stage_json(&told->source), "stories", stage_json(&told->story));
}
