/* The stories are a function of the commit order: whatever is in memory and whatever has to be
 * read, after restarts and transactions that failed, with proposals of any age. */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/hash.h"
#include "common/judge.h"
#include "common/mem.h"
#include "common/msg.h"
#include "common/traits.h"
#include "storer/db.h"
#include "storer/db_item.h"
#include "storer/decide.h"
#include "storer/memory.h"

enum {
    EPOCH = 7,
    COMMITS = 24,
    WINDOW_MS = 60000,
    DIMS = 64,
    TERMS = 24,
    TOPICS = 10,
    STEPS = 400,
    RUNS = 6,
};
#define MODEL "builtin-512-v1"

struct text {
    int8_t vector[DIMS];
    uint8_t terms[TERMS * TRAITS_TERM];
    uint64_t url;
    bool bare; /* no vector came */
};

/* One storer, as far as judging goes. */
struct side {
    char dir[32];
    struct db *db;
    struct decide *decide;
    struct decide_limits limits;
    uint64_t head;
    uint64_t sequence[STEPS * 2 + 1]; /* of the present state of each item, by id; 0 = none */
    struct text now[STEPS * 2 + 1];
    int64_t time_ms[STEPS * 2 + 1];
    unsigned joined; /* that had been alone */
};

static struct side plain, tried;
static unsigned seed;

static unsigned chance(unsigned n)
{
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 8) % n;
}

/* --- sides ------------------------------------------------------------------------------------ */

static void start(struct side *side)
{
    decide_destroy(&side->decide);
    side->decide = decide_create(side->db, &side->limits);
    decide_load(side->decide);
}

static void side_open(struct side *side, size_t kept)
{
    struct buf why = {0};
    enum db_error error = DB_OK;
    char *path = NULL;

    *side = (struct side){
        .dir = "/tmp/weir-same-XXXXXX",
        .limits = {COMMITS, .items = kept, .words = kept, .centres = kept, .window_ms = WINDOW_MS}};
    ck_assert_ptr_nonnull(mkdtemp(side->dir));
    path = mem_printf("%s/weir.db", side->dir);
    side->db = db_open(path, 1000, &error, &why);
    ck_assert_ptr_nonnull(side->db);
    free(path);
    start(side);
}

static void side_close(struct side *side)
{
    char *command = mem_printf("rm -rf %s", side->dir);

    decide_destroy(&side->decide);
    db_close(&side->db);
    ck_assert_int_eq(system(command), 0);
    free(command);
}

static void setup(void)
{
    side_open(&plain, 4096);
    side_open(&tried, 16);
}

static void teardown(void)
{
    side_close(&plain);
    side_close(&tried);
}

/* --- texts ------------------------------------------------------------------------------------ */

static int by_hash(const void *a, const void *b)
{
    return memcmp(a, b, 4);
}

/* Words of a topic and others, and a vector near its direction. */
static void write_text(struct text *text)
{
    unsigned topic = chance(TOPICS);

    for (unsigned i = 0; i < DIMS; i++)
        text->vector[i] = (int8_t)((int)chance(81) - 40 + (i % TOPICS == topic ? 60 : 0));
    for (unsigned i = 0; i < TERMS; i++) {
        uint32_t word = i < 12 ? topic * 40 + chance(16) : 1000 + chance(3000);
        uint32_t hash = (uint32_t)hash_64(&word, sizeof(word));
        uint8_t term[TRAITS_TERM] = {(uint8_t)(hash >> 24),    (uint8_t)(hash >> 16),
                                     (uint8_t)(hash >> 8),     (uint8_t)hash,
                                     (uint8_t)(1 + chance(3)), (uint8_t)(60 + chance(60))};

        memcpy(text->terms + i * sizeof(term), term, sizeof(term));
    }
    qsort(text->terms, TERMS, TRAITS_TERM, by_hash);
    for (unsigned i = 0; i < TERMS; i++) { /* the hash is little endian */
        uint8_t *term = text->terms + i * TRAITS_TERM, big[4];

        memcpy(big, term, 4);
        for (int k = 0; k < 4; k++)
            term[k] = big[3 - k];
    }
    text->url = 1 + chance(1000000);
    text->bare = chance(8) == 0;
}

static struct msg_vector frame_of(const struct text *text)
{
    return (struct msg_vector){.model = span_str(MODEL),
                               .vector = span_of(text->vector, text->bare ? 0 : DIMS),
                               .words = 100,
                               .url_key = text->url,
                               .terms = span_of(text->terms, sizeof(text->terms))};
}

/* --- deciding --------------------------------------------------------------------------------- */

/* What a deduper that has seen all up to as_of would propose. */
static size_t propose(const struct side *side, const struct text *text, uint64_t self,
                      int64_t time_ms, uint64_t as_of, struct msg_candidate out[JUDGE_BEST])
{
    static struct judge_candidate all[STEPS * 2 + 1];
    struct judge_candidate best[JUDGE_BEST];
    struct judge_params params = *judge_params_of(MODEL);
    struct msg_vector vector = frame_of(text), other;
    uint32_t space[192], space2[192];
    struct traits a, b;
    size_t n = 0;

    params.window_ms = WINDOW_MS;
    msg_vector_traits(&vector, space, &a);
    for (uint64_t id = 1; id <= side->head; id++) {
        if (!side->sequence[id] || side->sequence[id] > as_of || id == self ||
            side->time_ms[id] < time_ms - WINDOW_MS)
            continue;
        other = frame_of(&side->now[id]);
        msg_vector_traits(&other, space2, &b);
        all[n] = (struct judge_candidate){.id = id, .time_ms = side->time_ms[id]};
        judge_score(&params, &a, &b, &all[n++]);
    }
    n = judge_select(&params, time_ms, all, n, best);
    for (size_t i = 0; i < n; i++)
        msg_candidate_of(&best[i], &out[i]);
    return n;
}

static struct judge_verdict judge(struct side *side, const struct text *text, uint64_t self,
                                  int64_t time_ms, uint64_t behind)
{
    struct msg_candidate candidates[JUDGE_BEST];
    struct msg_verdict verdict = {.epoch = EPOCH,
                                  .as_of = side->head > behind ? side->head - behind : side->head,
                                  .model = span_str(MODEL),
                                  .candidates = {.at = candidates}};
    struct msg_vector vector = frame_of(text);
    struct judge_verdict out;

    verdict.candidates.count = propose(side, text, self, time_ms, verdict.as_of, candidates);
    if (!decide_covers(side->decide, EPOCH, &verdict)) {
        verdict.as_of = side->head;
        verdict.candidates.count = propose(side, text, self, time_ms, verdict.as_of, candidates);
        ck_assert(decide_covers(side->decide, EPOCH, &verdict));
    }
    decide_item(side->decide, self, &vector, time_ms, time_ms, EPOCH, &verdict, &out);
    return out;
}

/* --- storing, as settle.c, again.c and late.c do -----------------------------------------------
 */

static void commit(struct side *side, const struct db_item *row, const struct text *text,
                   bool fresh)
{
    struct memory_item at = {.id = row->id,
                             .sequence = ++side->head,
                             .story = row->story,
                             .copy_of = row->copy_of,
                             .time_ms = row->time_ms,
                             .seen_ms = row->seen_ms};
    struct msg_vector vector = frame_of(text);

    (fresh ? db_vector_add : db_vector_put)(side->db, row->id, at.sequence, &vector);
    decide_learn(side->decide, &at, fresh, &vector);
    side->sequence[row->id] = at.sequence;
    side->now[row->id] = *text;
    side->time_ms[row->id] = row->time_ms;
}

struct grown {
    struct side *side;
    uint64_t story;
};

static void join(void *arg, uint64_t id, uint64_t former)
{
    const struct grown *grown = arg;
    struct db_item row = {.id = id, .story = grown->story};
    uint64_t source = db_item_source(grown->side->db, id, &row.time_ms);

    db_item_join(grown->side->db, &row, source, former);
    decide_moved(grown->side->decide, id, former, grown->story);
    grown->side->joined++;
}

static struct hash_key key_of(uint64_t id)
{
    return hash_key(1, &id, sizeof(id));
}

static void store(struct side *side, const struct text *text, int64_t time_ms, uint64_t behind)
{
    struct judge_verdict judged = judge(side, text, 0, time_ms, behind);
    struct db_item row = {.id = side->head + 1, .time_ms = time_ms, .seen_ms = time_ms};
    struct msg_item item = {.guid = span_str("g"), .seen_ms = time_ms};
    struct hash_key key = key_of(row.id);

    row.story = judged.story ? judged.story : row.id;
    row.copy_of = judged.copy_of;
    if (judged.story)
        db_story_join(side->db, row.story, 1, row.copy_of != 0, time_ms);
    else
        db_story_add(side->db, row.id, time_ms);
    db_item_add(side->db, &row, 1, span_of(key.bytes, sizeof(key.bytes)), &item);
    commit(side, &row, text, true);
    if (judged.kind == JUDGE_STORY)
        decide_again(side->decide, row.id, row.story, join, &(struct grown){side, row.story});
}

/* Another revision, or the vector that was missing. */
static void change(struct side *side, uint64_t id, const struct text *text, uint64_t behind)
{
    struct hash_key key = key_of(id);
    bool late = side->now[id].bare;
    struct judge_verdict judged = {0};
    struct db_item row;

    db_item_find(side->db, span_of(key.bytes, sizeof(key.bytes)), &row);
    if (late && row.copy_of == 0 && db_story_items(side->db, row.story) == 1)
        judged = judge(side, text, id, row.time_ms, behind);
    if (judged.story) {
        uint64_t former = row.story;

        row.story = judged.story;
        row.copy_of = judged.copy_of;
        db_item_join(side->db, &row, 1, former);
    }
    commit(side, &row, text, false);
}

struct step {
    struct text text;
    int64_t time_ms;
    uint64_t id; /* to be changed; 0 = a new one */
    uint64_t behind;
};

static void take(struct side *side, const struct step *step)
{
    if (step->id)
        change(side, step->id, &step->text, step->behind);
    else
        store(side, &step->text, step->time_ms, step->behind);
    ck_assert_int_eq(db_error(side->db), DB_OK);
}

/* --- comparing -------------------------------------------------------------------------------- */

static void compare(unsigned at)
{
    for (uint64_t id = 1; id <= plain.head; id++) {
        struct hash_key key = key_of(id);
        struct span bytes = span_of(key.bytes, sizeof(key.bytes));
        struct db_item a, b;

        if (!plain.sequence[id])
            continue;
        db_item_find(plain.db, bytes, &a);
        db_item_find(tried.db, bytes, &b);
        ck_assert_msg(a.story == b.story && a.copy_of == b.copy_of,
                      "step %u: item %" PRIu64 " is of story %" PRIu64 " and of %" PRIu64, at, id,
                      a.story, b.story);
        ck_assert_uint_eq(db_story_items(plain.db, a.story), db_story_items(tried.db, b.story));
    }
}

static struct step next_step(unsigned at)
{
    struct step step = {.time_ms = 1000000 + (int64_t)at * 500, .behind = chance(2) * chance(12)};
    uint64_t known = plain.head ? 1 + chance((unsigned)plain.head) : 0;
    unsigned kind = chance(12);

    write_text(&step.text);
    if (plain.sequence[known] && kind < 2)
        step.id = known;
    else if (plain.sequence[known] && kind == 2) /* a copy */
        step.text = plain.now[known];
    if (step.id && plain.now[step.id].bare) { /* the same text */
        step.text = plain.now[step.id];
        step.text.bare = false;
    }
    return step;
}

/* A transaction that fails after it was applied: as batch_retry () does. */
static void take_back(const struct step *step)
{
    static struct side before;

    before = tried;
    db_begin(tried.db);
    take(&tried, step);
    db_rollback(tried.db);
    before.decide = tried.decide;
    tried = before;
    decide_load(tried.decide);
}

START_TEST(the_same_stories)
{
    seed = 77 + (unsigned)_i;
    for (unsigned at = 0; at < STEPS; at++) {
        struct step step = next_step(at);

        if (chance(20) == 0)
            start(&tried);
        if (chance(20) == 0)
            take_back(&step);
        if (chance(3) == 0)
            decide_load_more(tried.decide);
        for (int i = 0; i < 2; i++) {
            struct side *side = i ? &tried : &plain;

            db_begin(side->db);
            take(side, &step);
            ck_assert(db_commit(side->db));
        }
        if (at % 20 == 0 || at == STEPS - 1)
            compare(at);
    }
    ck_assert_uint_gt(plain.joined, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("storer decides the same");
    TCase *tcase = tcase_create("same");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_set_timeout(tcase, 120);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, the_same_stories, 0, RUNS);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
