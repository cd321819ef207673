#include "tests/quality/fit.h"

#include <stdlib.h>

#include "common/judge_words.h"
#include "common/mem.h"
#include "deduper/index.h"

/* Centres of stories, by the number of the story's first item; NULL = an empty one. */
struct run {
    const struct fit_set *set;
    struct fit_options *options;
    struct judge_centre *centres;
    struct judge_candidate *list;
    size_t seen;
    struct index *index;
    struct judge_words *words;
    const struct traits *item; /* in hand */
};

static const struct judge_centre *centre_of(void *arg, uint64_t story)
{
    return &((struct run *)arg)->centres[story - 1];
}

static float alike(void *arg, const struct judge_candidate *candidate)
{
    struct run *run = arg;
    struct judge_weighed item;
    judge_words_weigh(run->words, run->item, &item);
    return judge_words_alike(run->words, &item, &run->set->items[candidate->id - 1].traits);
}

/* Ids are places in the order of arrival, from 1; so are stories. */
static size_t scan(struct run *run, const struct traits *item)
{
    for (size_t i = 0; i < run->seen; i++) {
        const struct fit_item *other = &run->set->items[run->list[i].id - 1];
        judge_score(&run->options->params, item, &other->traits, &run->list[i]);
    }
    return run->seen;
}

static struct judge_candidate *place_of(struct run *run, uint64_t id)
{
    size_t i = 0;
    while (run->list[i].id != id)
        i++;
    return &run->list[i];
}

static struct judge_verdict judge(struct run *run, const struct fit_item *item, int64_t time_ms)
{
    const struct judge_params *params = &run->options->params;
    const struct judge_asked asked = {.centre = centre_of, .alike = alike, .arg = run};
    struct judge_verdict v, w;
    run->item = &item->traits;
    judge_decide(params, &item->traits, time_ms, run->list, scan(run, &item->traits), &asked, &v);
    run->options->judged++;
    if (!run->index)
        return v;
    struct judge_candidate best[JUDGE_BEST];
    size_t n = index_query(run->index, &item->traits, time_ms, INT64_MIN, 0, best);
    for (size_t i = 0; i < n; i++) /* the story is the present one, as the storer sees to */
        best[i].story = place_of(run, best[i].id)->story;
    judge_decide(params, &item->traits, time_ms, best, n, &asked, &w);
    run->options->lost += v.kind != w.kind || v.story != w.story || v.copy_of != w.copy_of;
    return w;
}

static void commit(struct run *run, uint32_t at, int64_t time_ms, const struct judge_verdict *v,
                   struct fit_said *said)
{
    const struct fit_item *item = &run->set->items[at];
    uint64_t id = at + 1, story = v->story ? v->story : id;
    said[at].story = (uint32_t)story;
    said[at].original = (uint32_t)(v->copy_of ? v->copy_of : id);
    if (v->kind != JUDGE_COPY)
        judge_centre_add(&run->centres[story - 1], &item->traits);
    run->list[run->seen++] = (struct judge_candidate){
        .id = id, .story = story, .copy_of = v->copy_of, .time_ms = time_ms};
    judge_words_add(run->words, &item->traits);
    if (run->index)
        index_add(run->index, id, time_ms, 0, story, v->copy_of, &item->traits);
}

static size_t members(const struct run *run, uint64_t story)
{
    size_t n = 0;
    for (size_t i = 0; i < run->seen; i++)
        n += run->list[i].story == story;
    return n;
}

/* An item has joined a story: those like it that are alone are judged again, by what is known of
 * the story here. */
static void call_again(struct run *run, const struct judge_candidate *all, size_t n, uint32_t at,
                       int64_t time_ms, struct fit_said *said)
{
    const struct judge_params *params = &run->options->params;
    const struct judge_asked asked = {.centre = centre_of, .alike = alike, .arg = run};
    struct judge_candidate best[JUDGE_BEST], few[JUDGE_BEST + 1];
    uint64_t story = said[at].story;
    n = judge_select(params, time_ms, all, n, best);
    for (size_t i = 0; i < n; i++) {
        if (!(best[i].flags & JUDGE_NEAR) || best[i].story == story ||
            members(run, best[i].story) > 1)
            continue;
        struct judge_verdict v = {0};
        size_t count = 0;
        run->item = &run->set->items[best[i].id - 1].traits;
        for (size_t j = 0; j < n; j++)
            if (best[j].story == story)
                few[count++] = best[j];
        few[count++] = (struct judge_candidate){.id = at + 1, .story = story, .time_ms = time_ms};
        for (size_t j = 0; j < count; j++)
            judge_score(params, run->item, &run->set->items[few[j].id - 1].traits, &few[j]);
        judge_again(params, run->item, few, count, &asked, &v);
        if (v.kind != JUDGE_STORY)
            continue;
        judge_centre_remove(&run->centres[best[i].story - 1], run->item);
        judge_centre_add(&run->centres[story - 1], run->item);
        place_of(run, best[i].id)->story = story;
        said[best[i].id - 1].story = (uint32_t)story;
        best[i].story = story;
    }
}

void fit_run(const struct fit_set *set, struct fit_options *options, const uint32_t *order,
             struct fit_said *said)
{
    struct run run = {.set = set, .options = options};
    run.centres = mem_calloc(set->count, sizeof *run.centres);
    run.list = mem_calloc(set->count, sizeof *run.list);
    run.words = judge_words_create();
    if (options->flat)
        run.index = index_create(set->items[0].traits.dims, set->count, &options->params);
    for (size_t i = 0; i < set->count; i++) {
        int64_t time_ms = (int64_t)i * 60000;
        struct judge_verdict v = judge(&run, &set->items[order[i]], time_ms);
        size_t n = run.seen;
        commit(&run, order[i], time_ms, &v, said);
        if (v.kind == JUDGE_STORY)
            call_again(&run, run.list, n, order[i], time_ms, said);
    }
    for (size_t i = 0; i < set->count; i++)
        judge_centre_clear(&run.centres[i]);
    free(run.centres);
    free(run.list);
    judge_words_destroy(&run.words);
    index_destroy(&run.index);
}

/* xorshift64* (Vigna 2016): the same orders everywhere. */
static void shuffle(uint32_t *order, size_t n, uint64_t state)
{
    for (size_t i = n; i > 1; i--) {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        size_t j = (size_t)((state * UINT64_C(2685821657736338717)) >> 33) % i;
        uint32_t t = order[i - 1];
        order[i - 1] = order[j];
        order[j] = t;
    }
}

struct fit_figures fit_measure(const struct fit_set *set, struct fit_options *options,
                               uint32_t seed)
{
    if (set->pairs)
        return fit_score_pairs(set, &options->params);
    uint32_t *order = mem_calloc(set->count, sizeof *order);
    struct fit_said *said = mem_calloc(set->count, sizeof *said);
    for (uint32_t i = 0; i < set->count; i++)
        order[i] = i;
    if (seed)
        shuffle(order, set->count, seed * UINT64_C(0x9e3779b97f4a7c15));
    fit_run(set, options, order, said);
    struct fit_figures f = fit_score(set, said);
    free(order);
    free(said);
    return f;
}
