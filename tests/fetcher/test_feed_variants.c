/* What many ways of writing a feed become, after cleaning: feed_variants.jsonl holds a case a line,
 *   {"name", "document", "url" (http://e.org/dir/f.xml where it is not given), "want": {path:
 * value}} with paths as in the output of weir-fetcher --parse, and len:PATH for the length of a
 * list. */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "fetcher/parse_cli.h"

enum { CASES_LEAST = 120 };

static const json_t *at(const json_t *value, const char *path)
{
    char key[64];

    while (value && *path) {
        size_t n = strcspn(path, ".");
        ck_assert_uint_lt(n, sizeof key);
        memcpy(key, path, n);
        key[n] = '\0';
        value = json_is_array(value) ? json_array_get(value, strtoul(key, NULL, 10))
                                     : json_object_get(value, key);
        path += n + (path[n] == '.');
    }
    return value;
}

static void check_value(const json_t *result, const char *name, const char *path,
                        const json_t *want)
{
    const bool length = strncmp(path, "len:", 4) == 0;
    const json_t *got = at(result, length ? path + 4 : path);
    char *text = got ? json_dumps(got, JSON_ENCODE_ANY) : NULL;

    if (length)
        ck_assert_msg((json_int_t)json_array_size(got) == json_integer_value(want),
                      "%s: %s has %zu members", name, path, json_array_size(got));
    else if (json_is_null(want))
        ck_assert_msg(!got, "%s: %s is %s", name, path, text);
    else
        ck_assert_msg(got && json_equal(got, want), "%s: %s is %s", name, path, text);
    free(text);
}

static void check_case(const json_t *one)
{
    const json_t *document = json_object_get(one, "document");
    const json_t *url = json_object_get(one, "url");
    struct feed_context context = {.url = url ? json_string_value(url) : "http://e.org/dir/f.xml",
                                   .keep_repeats = true};
    enum feed_status status = FEED_UNKNOWN;
    const char *path = NULL;
    json_t *want = NULL;

    if (context.url && !*context.url)
        context.url = NULL;
    json_t *result = parse_json(span_of(json_string_value(document), json_string_length(document)),
                                &context, &status);
    ck_assert_msg(status == FEED_OK, "%s: %s", json_string_value(json_object_get(one, "name")),
                  feed_status_text(status));
    json_object_foreach(json_object_get(one, "want"), path, want)
    {
        check_value(result, json_string_value(json_object_get(one, "name")), path, want);
    }
    json_decref(result);
}

START_TEST(variants)
{
    FILE *file = fopen("tests/fetcher/feed_variants.jsonl", "r");
    char *line = NULL;
    size_t room = 0, count = 0;

    ck_assert_msg(file != NULL, "run it from the root of the tree");
    while (getline(&line, &room, file) > 0) {
        json_t *one = json_loads(line, 0, NULL);
        ck_assert_msg(one != NULL, "line %zu is no JSON", count + 1);
        check_case(one);
        json_decref(one);
        count++;
    }
    free(line);
    fclose(file);
    ck_assert_uint_ge(count, CASES_LEAST);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("feed_variants");
    TCase *tcase = tcase_create("feed_variants");
    SRunner *runner = srunner_create(suite);

    tcase_add_test(tcase, variants);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
