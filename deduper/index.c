#include "deduper/index.h"

#include <stdlib.h>

#include "common/judge.h"
#include "common/mem.h"
#include "common/traits.h"
#include "common/vec.h"
#include "deduper/engine.h"
#include "deduper/index_age.h"
#include "deduper/index_entries.h"
#include "deduper/index_ids.h"
#include "deduper/lsh.h"

enum {
    FOUND_MAX = 4096, /* slots of one look-up: 64 bands of very common text */
    AHEAD = 8,        /* entries asked for while one is looked at */
};

struct index {
    uint32_t dims;
    size_t capacity;
    struct judge_params params;
    struct index_entries entries;
    struct index_ids ids;
    struct index_age age;
    struct lsh *lsh;
    struct engine *engine; /* NULL where dims is 0 */
    uint64_t evicted, refused, cut;
    uint32_t found[FOUND_MAX];
    struct judge_candidate list[FOUND_MAX + JUDGE_BEST];
    struct engine_hit hits[INDEX_MANY * JUDGE_BEST]; /* of the questions at hand */
};

_Static_assert((int)INDEX_MANY <= (int)ENGINE_MANY, "an engine takes as many as are asked");

struct index *index_create(uint32_t dims, size_t capacity, const struct judge_params *params)
{
    return index_create_with(ENGINE_FLAT, dims, capacity, params);
}

struct index *index_create_with(enum engine_kind engine, uint32_t dims, size_t capacity,
                                const struct judge_params *params)
{
    struct index *self = mem_calloc(1, sizeof *self);
    self->dims = dims;
    self->capacity = capacity ? capacity : 1;
    self->params = *params;
    index_entries_init(&self->entries, self->capacity);
    self->lsh = lsh_create(self->capacity);
    self->engine = dims ? engine_create(engine, dims, self->capacity) : NULL;
    return self;
}

void index_destroy(struct index **self_p)
{
    struct index *self = *self_p;
    if (!self)
        return;
    index_entries_free(&self->entries);
    index_ids_free(&self->ids);
    index_age_free(&self->age);
    lsh_destroy(&self->lsh);
    if (self->engine)
        self->engine->destroy(self->engine);
    free(self);
    *self_p = NULL;
}

static struct traits traits_of(const struct index *self, uint32_t slot)
{
    const struct index_entry *e = index_entries_at(&self->entries, slot);
    struct traits t = index_entry_traits(e);
    if (self->engine && e->norm > 0) {
        t.dims = self->dims;
        t.vector = self->engine->vector(self->engine, slot);
    }
    return t;
}

static void drop(struct index *self, uint32_t slot)
{
    struct traits t = traits_of(self, slot);
    lsh_drop(self->lsh, slot, &t);
    if (t.dims)
        self->engine->drop(self->engine, slot);
    index_age_remove(&self->age, slot);
    index_ids_remove(&self->ids, index_entries_at(&self->entries, slot)->id);
    index_entries_give(&self->entries, slot);
}

bool index_remove(struct index *self, uint64_t id)
{
    uint32_t slot = index_ids_find(&self->ids, id);
    if (slot == INDEX_NO_SLOT)
        return false;
    drop(self, slot);
    return true;
}

/* Makes room for an entry unless it would itself be the one to go. */
static bool make_room(struct index *self, uint64_t id, int64_t time_ms)
{
    struct index_aged entry = {time_ms, id, 0};
    if (self->age.count < self->capacity)
        return true;
    if (index_age_before(&entry, index_age_oldest(&self->age)))
        return false;
    drop(self, index_age_oldest(&self->age)->slot);
    self->evicted++;
    return true;
}

bool index_add(struct index *self, uint64_t id, int64_t time_ms, int64_t seen_ms, uint64_t story,
               uint64_t copy_of, const struct traits *t)
{
    uint32_t slot = index_ids_find(&self->ids, id);
    if (t->dims && t->dims != self->dims) {
        self->refused++;
        return false;
    }
    if (slot != INDEX_NO_SLOT)
        drop(self, slot);
    else if (!make_room(self, id, time_ms)) {
        self->refused++;
        return false;
    }
    slot = index_entries_take(&self->entries);
    index_entry_set(index_entries_at(&self->entries, slot), id, time_ms, seen_ms, story, copy_of,
                    t);
    index_ids_add(&self->ids, id, slot);
    index_age_add(&self->age, (struct index_aged){time_ms, id, slot});
    lsh_put(self->lsh, slot, id, t);
    if (t->dims && t->norm > 0)
        self->engine->put(self->engine, slot, id, time_ms, t->vector, t->norm);
    return true;
}

bool index_move(struct index *self, uint64_t id, uint64_t story, uint64_t copy_of)
{
    uint32_t slot = index_ids_find(&self->ids, id);
    if (slot == INDEX_NO_SLOT)
        return false;
    struct index_entry *e = index_entries_at(&self->entries, slot);
    e->story = story;
    e->copy_of = copy_of;
    return true;
}

size_t index_forget_before(struct index *self, int64_t time_ms)
{
    size_t n = 0;
    for (const struct index_aged *a; (a = index_age_oldest(&self->age)) && a->time_ms < time_ms;
         n++)
        drop(self, a->slot);
    return n;
}

void index_clear(struct index *self)
{
    while (self->age.count > 0)
        drop(self, index_age_oldest(&self->age)->slot);
}

static void candidate(const struct index *self, const struct traits *item, uint32_t slot,
                      struct judge_candidate *out)
{
    const struct index_entry *e = index_entries_at(&self->entries, slot);
    struct traits t = traits_of(self, slot);
    *out = (struct judge_candidate){
        .id = e->id, .story = e->story, .copy_of = e->copy_of, .time_ms = e->time_ms};
    judge_score(&self->params, item, &t, out);
}

/* Whether a slot found by its hash is worth a full comparison. */
static bool promising(const struct index *self, const struct traits *item, uint32_t slot,
                      int64_t seen_from_ms, uint64_t except)
{
    const struct index_entry *e = index_entries_at(&self->entries, slot);
    if (e->id == except || e->seen_ms < seen_from_ms)
        return false;
    if ((item->url_key && e->url_key == item->url_key) ||
        (item->title_key && e->title_key == item->title_key))
        return true;
    return e->has_signature && item->signature &&
           vec_same(item->signature, e->signature) >= judge_same_min(&self->params);
}

/* Entries lie all over memory: the next ones are asked for while one is compared. */
static void ask_for(const struct index *self, size_t i, size_t found)
{
    if (i < found)
        index_entries_prefetch(&self->entries, self->found[i]);
}

static size_t near_by_keys(struct index *self, const struct index_question *q,
                           struct judge_candidate *out)
{
    size_t n = 0, found = lsh_find(self->lsh, q->item, self->found, FOUND_MAX, &self->cut);
    for (size_t i = 0; i < AHEAD; i++)
        ask_for(self, i, found);
    for (size_t i = 0; i < found; i++) {
        ask_for(self, i + AHEAD, found);
        if (promising(self, q->item, self->found[i], q->seen_from_ms, q->except))
            candidate(self, q->item, self->found[i], &out[n++]);
    }
    return n;
}

struct asked {
    const struct index *self;
    const struct index_question *question;
};

/* What judge_select () would not take as near, or the storer would not compare, must not take the
 * place of what it would. */
static bool may_be_near(void *arg, uint32_t slot)
{
    const struct asked *asked = arg;
    const struct index_entry *e = index_entries_at(&asked->self->entries, slot);
    struct traits t = index_entry_traits(e);
    return e->seen_ms >= asked->question->seen_from_ms &&
           !judge_other_tables(&asked->self->params, asked->question->item, &t);
}

static int64_t shifted(int64_t time_ms, int64_t by_ms)
{
    int64_t sum;
    if (__builtin_add_overflow(time_ms, by_ms, &sum))
        return by_ms < 0 ? INT64_MIN : INT64_MAX;
    return sum;
}

static bool has_vector(const struct index *self, const struct traits *item)
{
    return self->engine && item->dims == self->dims && item->norm > 0;
}

/* Asks the engine for all that have a vector; counts[i] is 0 for the others.  The hits of those
 * that have one follow each other. */
static void near_by_vector(struct index *self, const struct index_question *questions, size_t n,
                           size_t *counts)
{
    struct asked asked[INDEX_MANY];
    struct engine_query queries[INDEX_MANY];
    size_t found[INDEX_MANY], m = 0;
    for (size_t i = 0; i < n; i++) {
        const struct index_question *q = &questions[i];
        if (!has_vector(self, q->item))
            continue;
        asked[m] = (struct asked){self, q};
        queries[m] = (struct engine_query){.vector = q->item->vector,
                                           .norm = q->item->norm,
                                           .accept = may_be_near,
                                           .arg = &asked[m],
                                           .from_ms = shifted(q->time_ms, -self->params.window_ms),
                                           .to_ms = shifted(q->time_ms, self->params.window_ms),
                                           .except = q->except,
                                           .apart_max = self->params.apart_max};
        m++;
    }
    if (m > 0)
        self->engine->search(self->engine, queries, m, JUDGE_BEST, self->hits, found);
    for (size_t i = 0, at = 0; i < n; i++)
        counts[i] = has_vector(self, questions[i].item) ? found[at++] : 0;
}

void index_query_many(struct index *self, const struct index_question *questions, size_t n,
                      struct judge_candidate *out, size_t *counts)
{
    const struct engine_hit *hits = self->hits;
    near_by_vector(self, questions, n, counts);
    for (size_t i = 0; i < n; i++) {
        const struct index_question *q = &questions[i];
        size_t listed = near_by_keys(self, q, self->list);
        for (size_t h = 0; h < counts[i]; h++)
            candidate(self, q->item, hits[h].slot, &self->list[listed++]);
        if (has_vector(self, q->item))
            hits += JUDGE_BEST;
        counts[i] =
            judge_select(&self->params, q->time_ms, self->list, listed, out + i * JUDGE_BEST);
    }
}

size_t index_query(struct index *self, const struct traits *item, int64_t time_ms,
                   int64_t seen_from_ms, uint64_t except, struct judge_candidate *out)
{
    struct index_question question = {item, time_ms, seen_from_ms, except};
    size_t count;
    index_query_many(self, &question, 1, out, &count);
    return count;
}

size_t index_nearest(struct index *self, const struct traits *item, size_t k,
                     struct judge_candidate *out)
{
    struct engine_hit hits[ENGINE_BEST_MAX];
    struct engine_query query = {.vector = item->vector,
                                 .norm = item->norm,
                                 .from_ms = INT64_MIN,
                                 .to_ms = INT64_MAX,
                                 .apart_max = ENGINE_NO_LIMIT};
    if (!has_vector(self, item))
        return 0;
    size_t n = engine_find(self->engine, &query, k < ENGINE_BEST_MAX ? k : ENGINE_BEST_MAX, hits);
    for (size_t i = 0; i < n; i++)
        candidate(self, item, hits[i].slot, &out[i]);
    return n;
}

void index_counts(const struct index *self, struct index_counts *out)
{
    size_t bytes = sizeof *self + index_entries_bytes(&self->entries) + lsh_bytes(self->lsh) +
                   self->ids.width * sizeof *self->ids.list +
                   self->age.room * sizeof *self->age.heap +
                   self->age.where_room * sizeof *self->age.where;
    *out = (struct index_counts){
        .entries = self->age.count,
        .bytes = bytes + (self->engine ? self->engine->bytes(self->engine) : 0),
        .evicted = self->evicted,
        .refused = self->refused,
        .cut = self->cut,
    };
}
