/* Items that were alone, judged again because a story near them has grown: what came too early to
 * find its story joins it now.  It is part of the commit that let the story grow, so the stories
 * stay a function of the commit order. */
#include <string.h>

#include "common/judge.h"
#include "common/msg.h"
#include "storer/db_item.h"
#include "storer/decide_inner.h"
#include "storer/memory.h"
#include "storer/places.h"
#include "storer/stories.h"

/* The traits of a stored item, with room for what they point to. */
struct stored {
    uint64_t model;
    struct traits traits;
    uint32_t space[192];
    int8_t vector[TRAITS_DIMS_MAX];
    uint8_t terms[TRAITS_TERMS_MAX * TRAITS_TERM];
};

static void take_row(void *arg, const struct db_traits *row)
{
    struct stored *stored = arg;
    struct msg_vector vector = decide_vector(row);
    struct traits *t = &stored->traits;

    stored->model = memory_model(row->model);
    msg_vector_traits(&vector, stored->space, t);
    if (t->dims > 0)
        memcpy(stored->vector, t->vector, t->dims);
    if (t->term_count > 0)
        memcpy(stored->terms, t->terms, (size_t)TRAITS_TERM * t->term_count);
    t->vector = stored->vector;
    t->terms = stored->terms;
}

/* As an item of this model sees it.  false: there is none. */
static bool traits_of(const struct decide *decide, uint64_t id, struct stored *stored)
{
    const struct memory_item *known = memory_find(decide->memory, id);

    if (known) {
        stored->traits = known->traits;
        stored->model = known->model;
    } else if (!db_traits_of(decide->db, id, take_row, stored)) {
        return false;
    }
    stored->traits = memory_view(&stored->traits, stored->model, decide->model);
    return true;
}

/* The item judged again; of the story it knows what the item that joined it knew, and that item. */
struct again {
    struct decide *decide;
    const struct traits *item;
    struct judge_weighed weighed;
    struct judge_candidate few[JUDGE_BEST + 1];
    size_t count;
};

static const struct judge_centre *centre_of(void *arg, uint64_t story)
{
    return decide_centre(((struct again *)arg)->decide, story);
}

static float alike(void *arg, const struct judge_candidate *candidate)
{
    const struct again *again = arg;

    return decide_alike(again->decide, &again->weighed, candidate->id);
}

static void consider(struct again *again, struct judge_candidate candidate)
{
    struct stored stored;

    if (!traits_of(again->decide, candidate.id, &stored))
        return;
    judge_score(&again->decide->params, again->item, &stored.traits, &candidate);
    again->few[again->count++] = candidate;
}

static bool joins(struct decide *decide, uint64_t id, const struct judge_candidate *joined,
                  const struct judge_candidate *best, size_t n)
{
    struct again again = {.decide = decide};
    const struct judge_asked asked = {.centre = centre_of, .alike = alike, .arg = &again};
    struct judge_verdict verdict = {0};
    struct stored stored;

    if (!traits_of(decide, id, &stored))
        return false;
    again.item = &stored.traits;
    judge_words_weigh(memory_words(decide->memory), again.item, &again.weighed);
    for (size_t i = 0; i < n; i++)
        if (best[i].story == joined->story)
            consider(&again, best[i]);
    consider(&again, *joined);
    judge_again(&decide->params, again.item, again.few, again.count, &asked, &verdict);
    return verdict.kind == JUDGE_STORY;
}

static bool is_alone(struct decide *decide, const struct judge_candidate *candidate)
{
    return candidate->copy_of == 0 && !places_have_more(decide->places, candidate->story) &&
           db_story_items(decide->db, candidate->story) == 1;
}

void decide_again(struct decide *decide, uint64_t id, uint64_t story, decide_joins_fn *fn,
                  void *arg)
{
    const struct judge_candidate joined = {.id = id, .story = story, .time_ms = decide->time_ms};
    struct judge_candidate best[JUDGE_BEST];
    size_t n =
        judge_select(&decide->params, decide->time_ms, decide->candidates, decide->count, best);

    for (size_t i = 0; i < n; i++) {
        if (!(best[i].flags & JUDGE_NEAR) || best[i].story == story ||
            !is_alone(decide, &best[i]) || !joins(decide, best[i].id, &joined, best, n))
            continue;
        fn(arg, best[i].id, best[i].story);
        best[i].story = story;
    }
}

void decide_moved(struct decide *decide, uint64_t id, uint64_t former, uint64_t story)
{
    memory_move(decide->memory, id, story);
    places_move(decide->places, id, story);
    stories_drop(decide->stories, former);
    stories_drop(decide->stories, story);
}
