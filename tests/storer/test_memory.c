/* The words of the commits that are remembered. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/judge_words.h"
#include "common/mem.h"
#include "common/msg.h"
#include "storer/memory.h"

enum { CAP = 4, IDF = 96 };

static struct memory *memory;
static uint64_t head;

static void setup(void)
{
    memory = memory_create(CAP);
    head = 0;
}

static void teardown(void)
{
    memory_destroy(&memory);
}

/* A word of a counter of its own. */
static void put_word(uint8_t *term, uint32_t word)
{
    memset(term, 0, TRAITS_TERM);
    term[2] = (uint8_t)word; /* below bit 12 they would share a counter */
    term[4] = 1;
    term[5] = IDF;
}

/* A commit of the item, whose text has these words; 0 = none. */
static void commit(uint64_t id, uint32_t first, uint32_t second)
{
    uint8_t terms[2 * TRAITS_TERM];
    size_t n = 0;

    if (first)
        put_word(terms + TRAITS_TERM * n++, first);
    if (second)
        put_word(terms + TRAITS_TERM * n++, second);
    memory_add(
        memory, &(struct memory_item){.id = id, .sequence = ++head, .story = id},
        &(struct msg_vector){.model = span_str("m"), .terms = span_of(terms, TRAITS_TERM * n)});
}

/* What a word weighs where it occurs in `n` of `texts`. */
static float weight_of(uint32_t n, uint32_t texts)
{
    float p = JUDGE_WORDS_PRIOR * expf(-(float)IDF / 16);

    return -logf((p + (float)n) / (JUDGE_WORDS_PRIOR + (float)texts));
}

static void expect(uint32_t word, uint32_t n, uint32_t texts)
{
    uint8_t term[TRAITS_TERM];
    struct traits text = {.terms = term, .term_count = 1};
    struct judge_weighed weighed;

    put_word(term, word);
    judge_words_weigh(memory_words(memory), &text, &weighed);
    ck_assert_msg(fabsf(weighed.weights[0] - weight_of(n, texts)) < 1e-4f,
                  "word %u weighs %f, not %f: %u of %u", word, (double)weighed.weights[0],
                  (double)weight_of(n, texts), n, texts);
}

START_TEST(words_are_counted)
{
    expect(1, 0, 0);
    commit(1, 1, 2);
    commit(2, 1, 0);
    commit(3, 0, 0); /* nothing is known of its words */
    expect(1, 2, 2);
    expect(2, 1, 2);
    expect(3, 0, 2);
}
END_TEST

START_TEST(what_goes_takes_its_words_along)
{
    for (uint64_t id = 1; id <= CAP; id++)
        commit(id, (uint32_t)id, 9);
    expect(1, 1, CAP);
    commit(CAP + 1, 9, 0);
    expect(1, 0, CAP);
    expect(2, 1, CAP);
    expect(9, CAP, CAP);
    for (uint64_t id = 10; id < 10 + CAP; id++)
        commit(id, 0, 0);
    expect(2, 0, 0);
    expect(9, 0, 0);
}
END_TEST

/* After a restart those are missing that were replaced; the rest goes when it would have gone. */
START_TEST(sequences_are_counted_and_not_commits)
{
    commit(1, 1, 0);
    head = 3;
    commit(4, 2, 0);
    expect(1, 1, 2);
    commit(5, 3, 0);
    expect(1, 0, 2);
    expect(2, 1, 2);
    ck_assert_uint_eq(memory_floor(memory), 1);
    head = 20;
    commit(21, 3, 0);
    expect(2, 0, 1);
    expect(3, 1, 1);
    ck_assert_ptr_null(memory_find(memory, 5));
    ck_assert_uint_eq(memory_floor(memory), 5);
}
END_TEST

START_TEST(an_item_counts_once)
{
    commit(1, 1, 2);
    commit(2, 2, 0);
    commit(1, 3, 0); /* another text */
    expect(1, 0, 2);
    expect(2, 1, 2);
    expect(3, 1, 2);
    commit(1, 3, 0); /* a late vector: the same text */
    expect(3, 1, 2);
}
END_TEST

/* The place of the former commit is still taken, but its words do not go twice. */
START_TEST(a_former_commit_goes_without_words)
{
    commit(1, 1, 0);
    commit(1, 1, 0);
    commit(2, 1, 0);
    commit(3, 2, 0);
    expect(1, 2, 3);
    commit(4, 3, 0); /* instead of the first */
    expect(1, 2, 4);
    commit(5, 4, 0); /* instead of the second */
    expect(1, 1, 4);
    ck_assert_ptr_null(memory_find(memory, 1));
}
END_TEST

/* It is replaced by itself. */
START_TEST(the_oldest_commits_again)
{
    for (uint64_t id = 1; id <= CAP; id++)
        commit(id, (uint32_t)id, 0);
    commit(1, 9, 0);
    expect(1, 0, CAP);
    expect(9, 1, CAP);
    ck_assert_uint_eq(memory_find(memory, 1)->sequence, CAP + 1);
    ck_assert_uint_eq(memory_floor(memory), 1);
    commit(2, 8, 0);
    commit(6, 7, 0);
    expect(2, 0, CAP);
    expect(3, 0, CAP);
    expect(4, 1, CAP);
    expect(9, 1, CAP);
}
END_TEST

START_TEST(cleared_there_are_none)
{
    commit(1, 1, 0);
    memory_clear(memory);
    expect(1, 0, 0);
    commit(2, 1, 0);
    expect(1, 1, 1);
    ck_assert_ptr_null(memory_find(memory, 1));
}
END_TEST

START_TEST(an_item_moves)
{
    commit(1, 1, 0);
    memory_move(memory, 1, 77);
    memory_move(memory, 5, 77); /* is not remembered */
    ck_assert_uint_eq(memory_find(memory, 1)->story, 77);
    ck_assert_ptr_null(memory_find(memory, 5));
    expect(1, 1, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *tcase = tcase_create("memory");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, words_are_counted);
    tcase_add_test(tcase, what_goes_takes_its_words_along);
    tcase_add_test(tcase, sequences_are_counted_and_not_commits);
    tcase_add_test(tcase, an_item_counts_once);
    tcase_add_test(tcase, a_former_commit_goes_without_words);
    tcase_add_test(tcase, the_oldest_commits_again);
    tcase_add_test(tcase, cleared_there_are_none);
    tcase_add_test(tcase, an_item_moves);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
