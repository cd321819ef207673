/* Queues of texts, and what is done about failures. */
#include "embedder/texts.h"

#include <check.h>
#include <stdlib.h>

#include "embedder/retry.h"
#include "tests/common/world.h"

static struct texts texts, others;

static void setup(void)
{
    texts_init(&texts);
    texts_init(&others);
}

static void teardown(void)
{
    texts_clear(&texts);
    texts_clear(&others);
}

static struct text *text_of(const char *words)
{
    struct buf bytes = {0};

    buf_adds(&bytes, words);
    return text_create(&bytes);
}

static void push(const char *words, int64_t came_ms, int64_t until_ms)
{
    struct text *text = text_of(words);

    text->came_ms = came_ms;
    text->until_ms = until_ms;
    text->token = text;
    texts_push(&texts, text);
}

static void check_first(struct texts *from, const char *words)
{
    struct text *text = texts_pop(from);

    ck_assert_ptr_nonnull(text);
    ck_assert(span_eq(text->input, span_str(words)));
    text_destroy(&text);
}

static void check_input(const char *title, const char *text, size_t most, const char *wanted)
{
    struct buf out = {0};

    texts_input(span_str(title), span_str(text), most, &out);
    ck_assert_msg(span_eq(buf_span(&out), span_str(wanted)), "\"%s\"", out.data);
    buf_free(&out);
}

START_TEST(input_of_an_item)
{
    check_input("Title", "Text", 100, "Title\nText");
    check_input("", "Text", 100, "Text");
    check_input("Title", "", 100, "Title");
    check_input("", "", 100, "");
    check_input("Title", "Text", 8, "Title\nTe");
    check_input("Title", "Text", 6, "Title\n");
    check_input("Title", "Text", 5, "Title");
    check_input("Title", "Text", 3, "Tit");
    /* No half character: é and 水 take two and three bytes. */
    check_input("", "caf\xc3\xa9", 4, "caf");
    check_input("a", "\xe6\xb0\xb4", 4, "a\n");
    check_input("\xe6\xb0\xb4\xe6\xb0\xb4", "", 5, "\xe6\xb0\xb4");
}
END_TEST

START_TEST(halves_of_a_text)
{
    struct text *text = text_of("caf\xc3\xa9 au");

    ck_assert(text_halve(text, 3));
    ck_assert(span_eq(text->input, span_str("caf"))); /* 4 bytes would be half of é */
    ck_assert(!text_halve(text, 3));
    ck_assert(text_halve(text, 2));
    text_clip(text, 100);
    ck_assert_uint_eq(text->input.n, 1);
    text_destroy(&text);
    text_destroy(&text);
}
END_TEST

START_TEST(first_come_first_served)
{
    push("a", 0, 100);
    push("b", 1, 100);
    push("c", 2, 100);
    texts_move(&texts, 2, &others);
    ck_assert_uint_eq(texts.count, 1);
    ck_assert_uint_eq(others.count, 2);
    push("d", 3, 100);
    texts_move(&texts, 9, &others);
    for (const char *word = "abcd"; *word; word++)
        check_first(&others, (char[]){*word, '\0'});
    ck_assert_ptr_null(texts_pop(&others));
    push("e", 4, 100); /* empty ones can be used again */
    check_first(&texts, "e");
}
END_TEST

START_TEST(when_a_request_is_made)
{
    ck_assert_int_eq(texts_ready_ms(&texts, 2, 50), INT64_MAX);
    push("a", 1000, 9000);
    ck_assert_int_eq(texts_ready_ms(&texts, 2, 50), 1050);
    push("b", 1020, 9000);
    ck_assert_int_eq(texts_ready_ms(&texts, 2, 50), 1000); /* full: at once */
    ck_assert_int_eq(texts_ready_ms(&texts, 3, 50), 1050);
}
END_TEST

START_TEST(who_is_not_waited_for)
{
    push("a", 0, 300);
    push("b", 0, 100);
    push("c", 0, 200);
    ck_assert_int_eq(texts_due_ms(&texts), 100);
    texts_take_due(&texts, 200, &others);
    check_first(&others, "b");
    check_first(&others, "c");
    ck_assert_int_eq(texts_due_ms(&texts), 300);
    texts.first->token = NULL; /* was told: nobody waits for it */
    ck_assert_int_eq(texts_due_ms(&texts), INT64_MAX);
    check_first(&texts, "a");
}
END_TEST

START_TEST(what_is_worth_another_try)
{
    static const int again[] = {429, 500, 502, 503, 504}, text[] = {400, 413, 422},
                     never[] = {0, 201, 204, 301, 302, 401, 403, 404, 405, 410, 501, 505};

    ck_assert_int_eq(retry_of_status(200), RETRY_NONE);
    for (size_t i = 0; i < sizeof(again) / sizeof(again[0]); i++)
        ck_assert_int_eq(retry_of_status(again[i]), RETRY_WHOLE);
    for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
        ck_assert_int_eq(retry_of_status(text[i]), RETRY_TEXT);
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
        ck_assert_int_eq(retry_of_status(never[i]), RETRY_NEVER);
}
END_TEST

START_TEST(how_long_to_wait)
{
    int64_t least = INT64_MAX, most = 0;

    for (uint32_t chance = 0; chance < 5000; chance++) {
        int64_t ms = retry_wait_ms(3, 100, -1, 5000, chance);

        least = ms < least ? ms : least;
        most = ms > most ? ms : most;
    }
    ck_assert_int_eq(least, 200); /* 100 doubled twice, half of it by chance */
    ck_assert_int_eq(most, 400);
    ck_assert_int_eq(retry_wait_ms(1, 100, 3000, 5000, 0), 3000);
    ck_assert_int_eq(retry_wait_ms(1, 100, 5000, 5000, 0), 5000);
    ck_assert_int_eq(retry_wait_ms(1, 100, 5001, 5000, 0), -1);
    ck_assert_int_eq(retry_wait_ms(1, 100, 10, 5000, 0), 50); /* never sooner than without */
    ck_assert_int_gt(retry_wait_ms(1000000, 60000, -1, 5000, UINT32_MAX), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("texts");
    TCase *all = tcase_create("texts");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, input_of_an_item);
    tcase_add_test(all, halves_of_a_text);
    tcase_add_test(all, first_come_first_served);
    tcase_add_test(all, when_a_request_is_made);
    tcase_add_test(all, who_is_not_waited_for);
    tcase_add_test(all, what_is_worth_another_try);
    tcase_add_test(all, how_long_to_wait);
    suite_add_tcase(suite, all);
    return world_run(suite);
}
