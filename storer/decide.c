#include "storer/decide.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "common/judge.h"
#include "common/judge_sketch.h"
#include "common/judge_words.h"
#include "common/mem.h"
#include "common/msg.h"
#include "storer/db_item.h"
#include "storer/decide_inner.h"
#include "storer/memory.h"
#include "storer/places.h"
#include "storer/stories.h"
#include "storer/terms.h"

struct decide *decide_create(struct db *db, const struct decide_limits *limits)
{
    struct decide *decide = mem_calloc(1, sizeof(*decide));

    decide->db = db;
    decide->limits = *limits;
    decide->memory = memory_create(limits->commits);
    decide->terms = terms_create(db, limits->words);
    decide->places = places_create(db, limits->items);
    decide->stories = stories_create(db, limits->centres);
    return decide;
}

void decide_destroy(struct decide **decide)
{
    if (!decide || !*decide)
        return;
    memory_destroy(&(*decide)->memory);
    places_destroy(&(*decide)->places);
    terms_destroy(&(*decide)->terms);
    stories_destroy(&(*decide)->stories);
    free((*decide)->candidates);
    free(*decide);
    *decide = NULL;
}

void decide_strain(struct decide *decide, unsigned rung)
{
    terms_resize(decide->terms, decide->limits.words >> rung);
    stories_resize(decide->stories, decide->limits.centres >> rung);
    malloc_trim(0); /* what was freed goes back to the system */
}

/* --- loading --- */

struct loading {
    struct memory *memory;
    struct memory_item *items;
    struct msg_vector *vectors;
    struct buf *bytes; /* one a row */
    size_t count;
};

static struct span keep(struct buf *bytes, struct span from)
{
    struct span kept = span_of(bytes->data + bytes->len, from.n);

    buf_add(bytes, from.p, from.n);
    return kept;
}

struct msg_vector decide_vector(const struct db_traits *row)
{
    return (struct msg_vector){.model = row->model,
                               .vector = row->vector,
                               .signature = row->signature,
                               .words = row->words,
                               .url_key = row->url_key,
                               .title_key = row->title_key,
                               .figures = row->figures,
                               .terms = row->terms};
}

static struct memory_item item_of(const struct db_traits *row)
{
    return (struct memory_item){.id = row->id,
                                .sequence = row->sequence,
                                .story = row->story,
                                .copy_of = row->copy_of,
                                .time_ms = row->time_ms,
                                .seen_ms = row->seen_ms};
}

/* Rows come latest first, and are remembered oldest first. */
static void load_row(void *arg, const struct db_traits *row)
{
    struct loading *loading = arg;
    size_t i = loading->count++;
    struct msg_vector *vector = &loading->vectors[i];
    struct buf *bytes = &loading->bytes[i];

    loading->items[i] = item_of(row);
    *vector = decide_vector(row);
    bytes->cap =
        row->model.n + row->vector.n + row->signature.n + row->figures.n + row->terms.n + 1;
    bytes->data = mem_alloc(bytes->cap);
    vector->model = keep(bytes, row->model);
    vector->vector = keep(bytes, row->vector);
    vector->signature = keep(bytes, row->signature);
    vector->figures = keep(bytes, row->figures);
    vector->terms = keep(bytes, row->terms);
}

void decide_load(struct decide *decide)
{
    size_t most = decide->limits.commits;
    struct loading loading = {.memory = decide->memory,
                              .items = mem_calloc(most, sizeof(struct memory_item)),
                              .vectors = mem_calloc(most, sizeof(struct msg_vector)),
                              .bytes = mem_calloc(most, sizeof(struct buf))};

    decide->newest_ms = 0;
    memory_clear(decide->memory);
    places_clear(decide->places);
    terms_clear(decide->terms);
    stories_clear(decide->stories);
    db_traits_latest(decide->db, (int64_t)most, load_row, &loading);
    for (size_t i = loading.count; i-- > 0;) {
        memory_add(decide->memory, &loading.items[i], &loading.vectors[i]);
        if (decide->newest_ms < loading.items[i].seen_ms)
            decide->newest_ms = loading.items[i].seen_ms;
        buf_free(&loading.bytes[i]);
    }
    if (loading.count == most)
        memory_forget(decide->memory, loading.items[most - 1].sequence - 1);
    free(loading.items);
    free(loading.vectors);
    free(loading.bytes);
}

bool decide_load_more(struct decide *decide)
{
    return places_load(decide->places, decide->newest_ms - decide->limits.window_ms);
}

void decide_forget(struct decide *decide, uint64_t head)
{
    decide_load(decide);
    memory_forget(decide->memory, head);
}

/* --- judging --- */

bool decide_covers(struct decide *decide, uint64_t epoch, const struct msg_verdict *verdict)
{
    uint64_t as_of = verdict->epoch == epoch ? verdict->as_of : 0;
    const struct msg_candidate *proposed = verdict->candidates.at;

    if (as_of < memory_floor(decide->memory))
        return false;
    for (size_t i = 0; as_of > 0 && i < verdict->candidates.count; i++) {
        const struct memory_item *item = memory_find(decide->memory, proposed[i].id);

        if (item ? item->sequence > as_of : !places_of(decide->places, proposed[i].id))
            return false;
    }
    return true;
}

/* Near in time by what the items say; and fetched not so long ago that an index may have forgotten
 * it, or the verdict would depend on whose index was asked. */
static bool in_window(const struct decide *decide, int64_t time_ms, int64_t seen_ms)
{
    uint64_t gap = time_ms > decide->time_ms ? (uint64_t)time_ms - (uint64_t)decide->time_ms
                                             : (uint64_t)decide->time_ms - (uint64_t)time_ms;

    return gap <= (uint64_t)decide->limits.window_ms && seen_ms >= decide->seen_from_ms;
}

static void add(struct decide *decide, const struct judge_candidate *candidate)
{
    if (decide->count == decide->cap) {
        decide->cap = decide->cap ? decide->cap * 2 : 256;
        decide->candidates =
            mem_realloc(decide->candidates, decide->cap, sizeof(*decide->candidates));
    }
    decide->candidates[decide->count++] = *candidate;
}

/* Scored here. */
static void consider(struct decide *decide, const struct memory_item *item)
{
    struct judge_candidate candidate = {
        .id = item->id, .story = item->story, .copy_of = item->copy_of, .time_ms = item->time_ms};
    struct traits other;

    if (item->id == decide->self || !in_window(decide, item->time_ms, item->seen_ms))
        return;
    other = memory_view(&item->traits, item->model, decide->model);
    if (!judge_matters(&decide->params, &decide->traits, &other))
        return;
    judge_score(&decide->params, &decide->traits, &other, &candidate);
    add(decide, &candidate);
}

/* Scored by the deduper. */
static void take(struct decide *decide, struct judge_candidate *candidate)
{
    const struct place *place = places_of(decide->places, candidate->id);

    if (!place || place->id == decide->self || !in_window(decide, place->time_ms, place->seen_ms))
        return;
    candidate->story = place->story;
    candidate->copy_of = place->copy_of;
    candidate->time_ms = place->time_ms;
    add(decide, candidate);
}

static void consider_row(void *arg, const struct db_traits *row)
{
    struct msg_vector vector = decide_vector(row);
    struct memory_item item = item_of(row);
    uint32_t space[192];

    item.model = memory_model(row->model);
    msg_vector_traits(&vector, space, &item.traits);
    consider(arg, &item);
}

/* The deduper's figures hold where it compared the same vectors as would be compared here: of the
 * item's model, and none of a candidate that has changed since. */
static void propose(struct decide *decide, uint64_t as_of, const struct msg_verdict *verdict,
                    bool sure)
{
    const struct msg_candidate *proposed = verdict->candidates.at;
    struct judge_candidate candidate;

    sure = sure && memory_model(verdict->model) == decide->model;
    for (size_t i = 0; as_of > 0 && i < verdict->candidates.count; i++) {
        const struct memory_item *item = memory_find(decide->memory, proposed[i].id);

        if (msg_candidate_judged(&proposed[i], &candidate) && sure)
            take(decide, &candidate);
        else if (item)
            consider(decide, item);
        else
            db_traits_of(decide->db, proposed[i].id, consider_row, decide);
    }
}

static void gather(struct decide *decide, uint64_t as_of, const struct msg_verdict *verdict,
                   bool sure)
{
    const struct memory_item *item = NULL;
    struct judge_sketch sketch;
    size_t at = 0;

    decide->count = 0;
    propose(decide, as_of, verdict, sure);
    judge_sketch_of(&decide->traits, &sketch);
    while ((item = memory_next(decide->memory, as_of, &decide->params, &sketch, &at)))
        consider(decide, item);
}

const struct judge_centre *decide_centre(void *arg, uint64_t story)
{
    struct decide *decide = arg;

    return places_have_more(decide->places, story)
               ? stories_centre(decide->stories, story, decide->model)
               : NULL;
}

float decide_alike(struct decide *decide, const struct judge_weighed *item, uint64_t id)
{
    struct traits other = terms_of(decide->terms, id);

    return judge_words_alike(memory_words(decide->memory), item, &other);
}

static float alike(void *arg, const struct judge_candidate *candidate)
{
    struct decide *decide = arg;

    return decide_alike(decide, &decide->weighed, candidate->id);
}

void decide_item(struct decide *decide, uint64_t self, const struct msg_vector *vector,
                 int64_t time_ms, int64_t seen_ms, uint64_t epoch,
                 const struct msg_verdict *verdict, struct judge_verdict *out)
{
    uint64_t as_of = verdict->epoch == epoch ? verdict->as_of : 0;
    char *name = mem_dup(vector->model.p, vector->model.n);

    decide->self = self;
    decide->params = *judge_params_of(name);
    decide->params.model = NULL;
    decide->params.window_ms = decide->limits.window_ms;
    free(name);
    msg_vector_traits(vector, decide->space, &decide->traits);
    decide->model = memory_model(vector->model);
    decide->time_ms = time_ms;
    decide->seen_from_ms =
        (seen_ms > decide->newest_ms ? seen_ms : decide->newest_ms) - decide->limits.window_ms;
    gather(decide, as_of, verdict, decide_covers(decide, epoch, verdict));
    judge_words_weigh(memory_words(decide->memory), &decide->traits, &decide->weighed);
    judge_decide(&decide->params, &decide->traits, time_ms, decide->candidates, decide->count,
                 &(struct judge_asked){.centre = decide_centre, .alike = alike, .arg = decide},
                 out);
}

void decide_gone(struct decide *decide, uint64_t id, uint64_t story)
{
    memory_gone(decide->memory, id);
    places_gone(decide->places, id, story);
    terms_gone(decide->terms, id);
    stories_drop(decide->stories, story);
}

void decide_copy(struct decide *decide, uint64_t id, uint64_t copy_of)
{
    memory_copy(decide->memory, id, copy_of);
    places_copy(decide->places, id, copy_of);
}

void decide_learn(struct decide *decide, const struct memory_item *item, bool fresh,
                  const struct msg_vector *vector)
{
    uint64_t model = memory_model(vector->model);

    memory_add(decide->memory, item, vector);
    terms_learn(decide->terms, item->id, &memory_find(decide->memory, item->id)->traits);
    places_learn(decide->places, item, fresh);
    if (decide->newest_ms < item->seen_ms)
        decide->newest_ms = item->seen_ms;
    if (!fresh)
        stories_drop(decide->stories, item->story);
    else if (item->story != item->id && item->copy_of == 0)
        stories_join(decide->stories, item->story, model,
                     &memory_find(decide->memory, item->id)->traits);
}
