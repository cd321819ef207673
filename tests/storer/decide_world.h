/* A store and what decides beside it, without a writer: items are judged, stored and judged again
 * as the writer does it, and proposals are those of an exact index. */
#ifndef WEIR_TESTS_STORER_DECIDE_WORLD_H
#define WEIR_TESTS_STORER_DECIDE_WORLD_H

#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/hash.h"
#include "common/judge.h"
#include "common/mem.h"
#include "common/msg.h"
#include "storer/db.h"
#include "storer/db_item.h"
#include "storer/db_read.h"
#include "storer/decide.h"
#include "storer/memory.h"
#include "storer/settle_inner.h"
#include "storer/verify.h"

enum {
    WORLD_DIMS = 512,
    WORLD_WAYS = 6, /* directions that have nothing in common */
    WORLD_ITEMS = 512,
    WORLD_WORDS = 24,
    WORLD_IDF = 96,
    WORLD_WINDOW_MS = 1000000,
    WORLD_TIME_MS = 5000000,
};

/* What an item is made of; words and their number of 0: nothing is known of them. */
struct world_item {
    double mix[WORLD_WAYS];
    uint64_t url; /* and title: two of the same are copies */
    uint64_t source;
    uint32_t words[WORLD_WORDS]; /* ascending, below 65536 */
    size_t count;
};

struct world {
    char dir[32];
    char *path;
    struct db *db;
    struct decide_limits limits;
    struct writer writer; /* as far as deciding needs one */
    uint64_t head;
    uint64_t ids[WORLD_ITEMS];
    size_t count;
    double ways[WORLD_WAYS][WORLD_DIMS];
    int8_t vector[WORLD_DIMS];
    uint8_t terms[WORLD_WORDS * TRAITS_TERM];
};

static inline uint64_t world_chance(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

/* About normal (a sum of twelve), then made orthogonal (Gram-Schmidt) and of length 1. */
static inline void world_way(struct world *world, int way, uint64_t *state)
{
    double *v = world->ways[way], length = 0;

    for (int i = 0; i < WORLD_DIMS; i++)
        for (int n = 0; n < 12; n++)
            v[i] += (double)(world_chance(state) >> 40) / (1 << 24) - .5;
    for (int w = 0; w < way; w++) {
        double dot = 0;

        for (int i = 0; i < WORLD_DIMS; i++)
            dot += v[i] * world->ways[w][i];
        for (int i = 0; i < WORLD_DIMS; i++)
            v[i] -= dot * world->ways[w][i];
    }
    for (int i = 0; i < WORLD_DIMS; i++)
        length += v[i] * v[i];
    for (int i = 0; i < WORLD_DIMS; i++)
        v[i] /= sqrt(length);
}

static inline void world_open(struct world *world, const struct decide_limits *limits)
{
    struct buf why = {0};
    enum db_error error = DB_OK;
    uint64_t state = 1;

    memset(world, 0, sizeof(*world));
    strcpy(world->dir, "/tmp/weir-decide-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(world->dir));
    world->path = mem_printf("%s/weir.db", world->dir);
    world->db = db_open(world->path, 1000, &error, &why);
    ck_assert_ptr_nonnull(world->db);
    db_begin(world->db);
    world->limits = *limits;
    world->limits.window_ms = WORLD_WINDOW_MS;
    world->writer.db = world->db;
    world->writer.decide = decide_create(world->db, &world->limits);
    world->writer.counters = mem_calloc(1, sizeof(*world->writer.counters));
    for (int w = 0; w < WORLD_WAYS; w++)
        world_way(world, w, &state);
}

static inline void world_close(struct world *world)
{
    char *command = mem_printf("rm -rf %s", world->dir);

    decide_destroy(&world->writer.decide);
    db_close(&world->db);
    ck_assert_int_eq(system(command), 0);
    free(world->writer.counters);
    free(world->path);
    free(command);
}

/* As after a restart of the storer. */
static inline void world_restart(struct world *world)
{
    decide_destroy(&world->writer.decide);
    world->writer.decide = decide_create(world->db, &world->limits);
    decide_load(world->writer.decide);
}

static inline struct msg_vector world_vector(struct world *world, const struct world_item *item)
{
    double sum[WORLD_DIMS] = {0}, most = 0;

    for (int i = 0; i < WORLD_DIMS; i++) {
        for (int w = 0; w < WORLD_WAYS; w++)
            sum[i] += item->mix[w] * world->ways[w][i];
        most = fmax(most, fabs(sum[i]));
    }
    for (int i = 0; i < WORLD_DIMS; i++)
        world->vector[i] = (int8_t)lrint(most > 0 ? sum[i] / most * 127 : 0);
    memset(world->terms, 0, sizeof(world->terms));
    for (size_t i = 0; i < item->count; i++) {
        uint8_t *term = world->terms + TRAITS_TERM * i;

        term[2] = (uint8_t)item->words[i];
        term[3] = (uint8_t)(item->words[i] >> 8);
        term[4] = 1;
        term[5] = WORLD_IDF;
    }
    return (struct msg_vector){.model = span_str("builtin-512-v1"),
                               .vector = span_of(world->vector, most > 0 ? WORLD_DIMS : 0),
                               .words = 300,
                               .url_key = item->url,
                               .title_key = item->url,
                               .terms = span_of(world->terms, TRAITS_TERM * item->count)};
}

static inline struct judge_verdict world_judge(struct world *world, uint64_t self,
                                               const struct msg_vector *vector)
{
    struct msg_candidate candidates[WORLD_ITEMS];
    struct msg_verdict verdict = {.epoch = 1, .as_of = world->head, .model = vector->model};
    struct judge_verdict out;

    for (size_t i = 0; i < world->count; i++) /* of no figures: they are compared anew */
        candidates[i] = (struct msg_candidate){.id = world->ids[i], .cosine = NAN};
    verdict.candidates.at = candidates;
    verdict.candidates.count = world->count;
    decide_item(world->writer.decide, self, vector, WORLD_TIME_MS, WORLD_TIME_MS, 1, &verdict,
                &out);
    return out;
}

static inline void world_learn(struct world *world, const struct db_item *row, bool fresh,
                               const struct msg_vector *vector)
{
    struct memory_item at = {.id = row->id,
                             .sequence = world->head,
                             .story = row->story,
                             .copy_of = row->copy_of,
                             .time_ms = row->time_ms,
                             .seen_ms = row->seen_ms};

    decide_learn(world->writer.decide, &at, fresh, vector);
    ck_assert_int_eq(db_error(world->db), DB_OK);
}

/* Judges and stores an item as settle.c does; its id. */
static inline uint64_t world_put(struct world *world, const struct world_item *made)
{
    struct msg_vector vector = world_vector(world, made);
    struct judge_verdict judged = world_judge(world, 0, &vector);
    uint64_t source = made->source ? made->source : 1, id = ++world->head;
    char *guid = mem_printf("g%llu", (unsigned long long)id);
    struct msg_item item = {.guid = span_str(guid),
                            .revision = 1,
                            .title = span_str(guid),
                            .text = span_str("words that all have")};
    struct hash_key key = hash_key(source, guid, strlen(guid));
    struct db_item row = {.id = id,
                          .revision = 1,
                          .story = judged.story ? judged.story : id,
                          .copy_of = judged.copy_of,
                          .time_ms = WORLD_TIME_MS,
                          .seen_ms = WORLD_TIME_MS};

    if (row.story == id)
        db_story_add(world->db, id, row.time_ms);
    else
        db_story_join(world->db, row.story, source, row.copy_of != 0, row.time_ms);
    db_item_add(world->db, &row, source, span_of(key.bytes, sizeof(key.bytes)), &item);
    db_vector_add(world->db, id, id, &vector);
    world_learn(world, &row, true, &vector);
    ck_assert_uint_lt(world->count, WORLD_ITEMS);
    world->ids[world->count++] = id;
    if (judged.kind == JUDGE_STORY)
        again_join(&world->writer, id, row.story);
    ck_assert_int_eq(db_error(world->db), DB_OK);
    free(guid);
    return id;
}

struct world_place {
    uint64_t story, copy_of;
};

static inline void world_take_place(void *arg, const struct db_traits *row)
{
    *(struct world_place *)arg = (struct world_place){row->story, row->copy_of};
}

static inline struct world_place world_place(struct world *world, uint64_t id)
{
    struct world_place place = {0};

    ck_assert(db_traits_of(world->db, id, world_take_place, &place));
    return place;
}

/* The text of an item is another one: its story stays (settle.c, store_update). */
static inline void world_update(struct world *world, uint64_t id, const struct world_item *made)
{
    struct msg_vector vector = world_vector(world, made);
    struct world_place place = world_place(world, id);
    struct db_item row = {.id = id,
                          .story = place.story,
                          .copy_of = place.copy_of,
                          .time_ms = WORLD_TIME_MS,
                          .seen_ms = WORLD_TIME_MS};

    db_vector_put(world->db, id, ++world->head, &vector);
    world_learn(world, &row, false, &vector);
}

/* A number of the committed store. */
static inline int64_t world_number(struct world *world, const char *sql)
{
    struct buf error = {0};
    struct db_read *db = NULL;
    int64_t number = 0;

    ck_assert(db_commit(world->db));
    db = db_read_open(world->path, 1000, &error);
    ck_assert_ptr_nonnull(db);
    number = db_read_int(db, sql, -1);
    db_read_close(&db);
    db_begin(world->db);
    return number;
}

/* What `verify` says of the rows there are; feeds and sums there are none of. */
static inline void world_verify(struct world *world)
{
    static const char *const names[] = {"integrity", "text", "stories", "keys"};
    struct buf error = {0};
    struct db_read *db = NULL;

    ck_assert(db_commit(world->db));
    db = db_read_open(world->path, 1000, &error);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        json_t *check = verify_check(db, verify_of(names[i]));
        char *text = json_dumps(check, JSON_COMPACT);

        ck_assert_msg(json_is_true(json_object_get(check, "ok")), "%s", text);
        free(text);
        json_decref(check);
    }
    db_read_close(&db);
    db_begin(world->db);
}

#endif
