/* What is said to rerankers, and what of their answers is taken. */
#include "embedder/reranks.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/common/world.h"

static float scores[RERANKS_MOST];

static const char *read_answer(const char *body, size_t count)
{
    return reranks_read(span_str(body), count, scores);
}

static void check_url(const char *base, const char *url, bool texts)
{
    const char *why = NULL;
    bool got = !texts;
    char *made = reranks_url(base, &got, &why);

    ck_assert_msg(made != NULL, "%s: %s", base, why);
    ck_assert_str_eq(made, url);
    ck_assert_int_eq(got, texts);
    free(made);
}

START_TEST(addresses)
{
    const char *why = NULL;
    bool texts = false;

    check_url("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/rerank", false);
    check_url("http://127.0.0.1:8080/", "http://127.0.0.1:8080/v1/rerank", false);
    check_url("https://api.jina.ai/v1", "https://api.jina.ai/v1/rerank", false);
    check_url("https://api.jina.ai/v1/rerank", "https://api.jina.ai/v1/rerank", false);
    check_url("http://tei:3000/rerank", "http://tei:3000/rerank", true);
    ck_assert_ptr_null(reranks_url("ftp://x", &texts, &why));
    ck_assert_ptr_null(reranks_url("http://a:b@x", &texts, &why));
    ck_assert_ptr_nonnull(why);
}
END_TEST

START_TEST(requests)
{
    const struct span passages[] = {{"a \"b\"", 5}, {"c\xff", 2}};
    struct buf out = {0};
    json_t *body = NULL;

    reranks_ask(&out, false, "m", span_str("q"), passages, 2);
    body = json_loadb(out.data, out.len, 0, NULL);
    ck_assert_ptr_nonnull(body);
    ck_assert_str_eq(json_string_value(json_object_get(body, "model")), "m");
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(body, "documents"), 0)),
                     "a \"b\"");
    ck_assert_int_eq(json_integer_value(json_object_get(body, "top_n")), 2);
    json_decref(body);
    buf_clear(&out);
    reranks_ask(&out, true, "", span_str("q"), passages, 2);
    body = json_loadb(out.data, out.len, 0, NULL);
    ck_assert_uint_eq(json_array_size(json_object_get(body, "texts")), 2);
    ck_assert_ptr_null(json_object_get(body, "model"));
    ck_assert_ptr_null(json_object_get(body, "documents"));
    json_decref(body);
    buf_free(&out);
}
END_TEST

/* Best first, or as they were sent; logits, or probabilities. */
START_TEST(dialects)
{
    static const char *const bodies[] = {
        "{\"model\":\"m\",\"object\":\"list\",\"usage\":{\"total_tokens\":3},\"results\":"
        "[{\"index\":0,\"relevance_score\":-7.5},{\"index\":1,\"relevance_score\":2}]}",
        "{\"results\":[{\"index\":1,\"relevance_score\":2,\"document\":{\"text\":\"a, [b], {c}\"}},"
        "{\"index\":0,\"relevance_score\":-7.5,\"document\":{\"text\":\"\"}}]}",
        "[{\"index\":1,\"score\":2.0},{\"index\":0,\"score\":-7.5}]"};

    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        const char *why = read_answer(bodies[i], 2);

        ck_assert_msg(!why, "%zu: %s", i, why);
        ck_assert_float_eq(scores[0], -7.5F);
        ck_assert_float_eq(scores[1], 2.F);
    }
}
END_TEST

START_TEST(what_cannot_be_used)
{
    static const char *const bodies[] = {
        "",
        "{",
        "7",
        "{}",
        "{\"results\":{}}",
        "{\"results\":[{\"index\":0,\"relevance_score\":1}]}",
        "{\"results\":[{\"index\":0,\"score\":1},{\"index\":0,\"score\":1}]}",
        "{\"results\":[{\"index\":0,\"score\":1},{\"index\":2,\"score\":1}]}",
        "{\"results\":[{\"index\":0,\"score\":1},{\"index\":-1,\"score\":1}]}",
        "{\"results\":[{\"index\":0,\"score\":1},{\"index\":1.0,\"score\":1}]}",
        "[{\"index\":0,\"score\":1},{\"index\":1,\"score\":null}]",
        "[{\"index\":0,\"score\":1},{\"index\":1,\"score\":\"1\"}]",
        "[{\"index\":0,\"score\":1},{\"index\":1,\"score\":1e39}]",
        "[{\"index\":0,\"score\":1},{\"index\":1}]",
        "[0, 1]",
        "[{\"index\":0,\"score\":1},{\"index\":1,\"score\":1},{\"index\":2,\"score\":1}]"};

    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        ck_assert_msg(read_answer(bodies[i], 2) != NULL, "%s", bodies[i]);
    ck_assert_ptr_nonnull(read_answer("[]", 0));
    ck_assert_ptr_nonnull(read_answer("[]", RERANKS_MOST + 1));
}
END_TEST

START_TEST(too_many_values)
{
    struct buf body = {0};

    buf_adds(&body, "[{\"index\":0,\"score\":1,\"more\":[0");
    for (int i = 0; i < 100000; i++)
        buf_adds(&body, ",0");
    buf_adds(&body, "]}]");
    ck_assert_str_eq(reranks_read(buf_span(&body), 1, scores), "it has too many values");
    buf_free(&body);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reranks");
    TCase *tcase = tcase_create("all");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_test(tcase, addresses);
    tcase_add_test(tcase, requests);
    tcase_add_test(tcase, dialects);
    tcase_add_test(tcase, what_cannot_be_used);
    tcase_add_test(tcase, too_many_values);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
