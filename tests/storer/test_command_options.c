/* Options of sources: merging, the form they are kept in. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/source_options.h"
#include "storer/command_options.h"

static json_t *parse(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    ck_assert_msg(value != NULL, "%s", text);
    return value;
}

static const struct {
    const char *old, *change, *text;
} merges[] = {
    {"{}", "{}", ""},
    {"{}", "{\"cookies\":\"a=1\"}", "{\"cookies\":\"a=1\"}"},
    {"{\"cookies\":\"a=1\"}", "{\"cookies\":null}", ""},
    {"{\"cookies\":\"a=1\"}", "{\"cookies\":\"\"}", ""},
    {"{\"cookies\":\"a=1\"}", "{\"proxy\":\"http://p\"}",
     "{\"cookies\":\"a=1\",\"proxy\":\"http://p\"}"},
    {"{\"headers\":{\"A\":\"1\"}}", "{\"headers\":{\"B\":\"2\"}}",
     "{\"headers\":{\"A\":\"1\",\"B\":\"2\"}}"},
    {"{\"headers\":{\"A\":\"1\"}}", "{\"headers\":{\"A\":null}}", ""},
    {"{}", "{\"headers\":{\"A\":\"\"}}", "{\"headers\":{\"A\":\"\"}}"},
    {"{}", "{\"credentials\":{\"basic\":{\"user\":\"u\"}}}",
     "{\"credentials\":{\"basic\":{\"password\":\"\",\"user\":\"u\"}}}"},
    {"{\"credentials\":{\"basic\":{\"password\":\"p\",\"user\":\"u\"}}}",
     "{\"credentials\":{\"basic\":{\"user\":\"v\"}}}",
     "{\"credentials\":{\"basic\":{\"password\":\"p\",\"user\":\"v\"}}}"},
    {"{\"credentials\":{\"basic\":{\"password\":\"p\",\"user\":\"u\"}}}",
     "{\"credentials\":{\"basic\":{\"password\":null}}}",
     "{\"credentials\":{\"basic\":{\"password\":\"\",\"user\":\"u\"}}}"},
    {"{\"credentials\":{\"basic\":{\"password\":\"p\",\"user\":\"u\"}}}",
     "{\"credentials\":{\"bearer\":\"t\"}}", "{\"credentials\":{\"bearer\":\"t\"}}"},
    {"{\"credentials\":{\"bearer\":\"t\"}}", "{\"credentials\":{\"basic\":{\"user\":\"u\"}}}",
     "{\"credentials\":{\"basic\":{\"password\":\"\",\"user\":\"u\"}}}"},
    {"{\"credentials\":{\"bearer\":\"t\"}}", "{\"credentials\":{\"basic\":null}}",
     "{\"credentials\":{\"bearer\":\"t\"}}"},
    {"{\"credentials\":{\"bearer\":\"t\"}}", "{\"credentials\":null}", ""},
    {"{\"credentials\":{\"bearer\":\"t\"}}", "{\"credentials\":{\"bearer\":null}}", ""},
    {"{}", "{\"tls\":{\"verify\":true},\"downgrade\":false}", ""},
    {"{\"tls\":{\"ca\":\"/c\",\"verify\":false}}", "{\"tls\":{\"verify\":true}}",
     "{\"tls\":{\"ca\":\"/c\"}}"},
};

START_TEST(merging)
{
    json_t *old = parse(merges[_i].old), *change = parse(merges[_i].change);
    json_t *merged = options_merge(old, change), *again = NULL;
    json_t *untouched = parse(merges[_i].old);
    char *text = NULL;

    options_settle(merged);
    text = options_text(merged);
    ck_assert_str_eq(text, merges[_i].text);
    ck_assert_ptr_null(source_options_fault(merged, SOURCE_UNKNOWN_FAULT));
    ck_assert(json_equal(old, untouched));
    again = options_of_text(span_str(text));
    ck_assert(json_equal(again, merged));
    free(text);
    json_decref(old);
    json_decref(change);
    json_decref(merged);
    json_decref(again);
    json_decref(untouched);
}
END_TEST

START_TEST(damaged_text)
{
    static const char *const texts[] = {"", "{", "[]", "7"};

    for (int i = 0; i < 4; i++) {
        json_t *options = options_of_text(span_str(texts[i]));

        ck_assert(json_is_object(options));
        ck_assert_uint_eq(json_object_size(options), 0);
        json_decref(options);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *tcase = tcase_create("options");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_loop_test(tcase, merging, 0, sizeof(merges) / sizeof(merges[0]));
    tcase_add_test(tcase, damaged_text);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
