/* Model servers in `weir status`. */
#include "reader/models.h"

#include <check.h>
#include <stdlib.h>

#include "reader/print.h"
#include "tests/common/world.h"

/* What is printed for these instances. */
static char *printed(const char *instances)
{
    json_t *list = json_loads(instances, 0, NULL);
    struct buf out = {0};

    ck_assert_ptr_nonnull(list);
    models_print(&out, list);
    json_decref(list);
    return buf_take(&out);
}

START_TEST(nothing_of_others)
{
    char *text = printed("[{\"stage\":\"storer\",\"note\":{\"window\":7}},"
                         "{\"stage\":\"embedder\",\"note\":{\"backend\":\"builtin\","
                         "\"model\":\"builtin-512-v1\"}},{}]");

    ck_assert_str_eq(text, "");
    free(text);
}
END_TEST

START_TEST(in_words)
{
    char *text = printed(
        "[{\"pid\":12,\"note\":{\"backend\":\"ollama\",\"model\":\"nomic\",\"breaker\":\"closed\","
        "\"opened\":0,\"requests\":17,\"retries\":2,\"cache_hits\":5,\"cache_items\":100,"
        "\"dims\":768,\"last_error\":\"\"}}]");

    ck_assert_str_eq(text, "model    nomic by ollama, embedder pid 12: circuit closed, 768 "
                           "dimensions, 17 requests, 2 of them again, 5 vectors from the cache of "
                           "100\n");
    free(text);
}
END_TEST

/* What a server says cannot harm a terminal. */
START_TEST(an_open_circuit)
{
    char *text = printed(
        "[{\"pid\":12,\"note\":{\"backend\":\"openai\",\"model\":\"m\",\"breaker\":\"open\","
        "\"opened\":1,\"requests\":5,\"retries\":0,\"cache_hits\":0,\"cache_items\":0,"
        "\"dims\":0,\"last_error\":\"HTTP 500: \\u001b[31mno\"}}]");

    ck_assert_ptr_nonnull(strstr(text, "circuit open (opened 1 time), 5 requests"));
    ck_assert_ptr_nonnull(strstr(text, "\n         items go on without a vector: HTTP 500: "));
    ck_assert_ptr_null(strchr(text, '\x1b'));
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("models");
    TCase *all = tcase_create("models");

    tcase_add_test(all, nothing_of_others);
    tcase_add_test(all, in_words);
    tcase_add_test(all, an_open_circuit);
    suite_add_tcase(suite, all);
    return world_run(suite);
}
