/* How subscriptions look, and what is told of new ones. */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "reader/adding.h"
#include "reader/call.h"
#include "reader/first.h"
#include "reader/sources.h"

const struct verb *const verbs[] = {NULL};

static struct buf out;
static json_t *row;

/* A source that is well; `but` is what it has besides, or instead. */
static void make(const char *but)
{
    json_t *changes = json_loads(but, 0, NULL);

    ck_assert_msg(changes != NULL, "%s", but);
    row =
        json_pack("{s:i, s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:i, s:I, s:s, s:s, s:[], s:[], s:[]}",
                  "id", 7, "url", "https://e.org/feed", "title", "A feed", "state", "active",
                  "fetching", 0, "last_ok_ms", (json_int_t)1000, "last_fetch_ms", (json_int_t)1000,
                  "next_ms", (json_int_t)61000, "items", 3, "interval_ms", (json_int_t)0,
                  "last_error", "", "note", "", "private", "categories", "alternates");
    ck_assert_ptr_nonnull(row);
    json_object_update(row, changes);
    json_decref(changes);
}

static void teardown(void)
{
    json_decref(row);
    row = NULL;
    buf_free(&out);
}

START_TEST(a_line)
{
    make("{}");
    sources_line(&out, row, false);
    ck_assert_str_eq(out.data, "    7  active            3  1970-01-01T00:00:01Z  A feed"
                               "                        https://e.org/feed\n");
}
END_TEST

START_TEST(more_lines)
{
    make("{\"state\":\"gone\",\"note\":\"410 Gone\",\"last_error\":\"410 Gone\","
         "\"interval_ms\":900000,\"categories\":[\"a/b\",\"c\"],\"private\":[\"basic\","
         "\"cookies\"]}");
    sources_line(&out, row, true);
    ck_assert_ptr_nonnull(strstr(out.data, "gone"));
    ck_assert_ptr_nonnull(strstr(out.data, "\n       410 Gone\n"
                                           "       next 1970-01-01T00:01:01Z, interval 15 min,"
                                           " in a/b, c, set: basic, cookies\n"));
}
END_TEST

/* What a stranger wrote can neither colour the terminal nor begin a line. */
START_TEST(strange_text)
{
    make("{\"title\":\"\\u001b[31m\\n\",\"last_error\":\"a\\nb\\u0007\",\"note\":\"\\u001bc\"}");
    sources_line(&out, row, true);
    sources_details(&out, row);
    first_tell(&out, row, true, true);
    ck_assert_ptr_null(strchr(out.data, '\x1b'));
    ck_assert_ptr_null(strchr(out.data, '\x07'));
    ck_assert_ptr_null(strstr(out.data, "\nb"));
}
END_TEST

START_TEST(details)
{
    make("{\"gap_ms\":7200000,\"private\":[\"basic\"],\"distrust\":0,\"alternates\":[{\"url\":"
         "\"https://e.org/2\",\"title\":\"Two\"}]}");
    sources_details(&out, row);
    ck_assert_ptr_nonnull(strstr(out.data, "gap            2 h\n"));
    ck_assert_ptr_nonnull(strstr(out.data, "next           1970-01-01T00:01:01Z\n"));
    ck_assert_ptr_nonnull(strstr(out.data, "set            basic\n"));
    ck_assert_ptr_nonnull(strstr(out.data, "other feed     https://e.org/2  Two\n"));
    ck_assert_ptr_null(strstr(out.data, "distrust"));
}
END_TEST

static const struct {
    const char *but;
    bool answered;
} answers[] = {
    {"{}", true},
    {"{\"last_fetch_ms\":999}", false},
    {"{\"fetching\":true}", false},
    {"{\"last_fetch_ms\":0,\"state\":\"retired\"}", true},
    {"{\"last_fetch_ms\":0,\"state\":\"gone\"}", true},
    {"{\"last_fetch_ms\":0,\"state\":\"gone\",\"fetching\":true}", false},
};

START_TEST(an_answer)
{
    make(answers[_i].but);
    ck_assert(first_answered(row, 1000) == answers[_i].answered);
}
END_TEST

static const struct {
    const char *but;
    bool fresh, answered;
    const char *text;
} tales[] = {
    {"{}", true, true, "added 7: A feed (https://e.org/feed), 3 items\n"},
    {"{\"items\":1}", true, true, "added 7: A feed (https://e.org/feed), 1 item\n"},
    {"{}", false, true, "already there 7: A feed (https://e.org/feed), 3 items\n"},
    {"{\"title\":\"\"}", true, false, "added 7: https://e.org/feed\n"},
    {"{\"note\":\"found on https://e.org/\",\"alternates\":[{\"url\":\"https://e.org/2\","
     "\"title\":\"Two\"},{\"url\":\"https://e.org/3\",\"title\":\"\"}]}",
     true, true,
     "added 7: A feed (https://e.org/feed), 3 items\n    found on https://e.org/\n"
     "    other feeds there:\n      https://e.org/2  Two\n      https://e.org/3\n"},
    {"{\"last_error\":\"http: HTTP status 401 Unauthorized\"}", true, true,
     "added 7: A feed (https://e.org/feed)\n    but: http: HTTP status 401 Unauthorized\n"
     "    it wants credentials: weir set 7 user=NAME password=@-\n"},
    {"{\"last_error\":\"dns: no such host\"}", true, true,
     "added 7: A feed (https://e.org/feed)\n    but: dns: no such host\n"
     "    it is asked again at 1970-01-01T00:01:01Z; weir remove 7 ends it\n"},
    {"{\"state\":\"retired\",\"title\":\"\",\"items\":0,\"note\":\"moved to x, which is source "
     "1\"}",
     true, true, "not added: https://e.org/feed\n    moved to x, which is source 1\n"},
    {"{\"state\":\"gone\",\"note\":\"410 Gone: add it again\",\"last_error\":\"410 Gone: add it"
     " again\"}",
     true, true, "added 7: A feed (https://e.org/feed)\n    but: 410 Gone: add it again\n"},
};

START_TEST(what_is_told)
{
    make(tales[_i].but);
    first_tell(&out, row, tales[_i].fresh, tales[_i].answered);
    ck_assert_str_eq(out.data, tales[_i].text);
}
END_TEST

START_TEST(addresses_as_people_type_them)
{
    static const struct {
        const char *word, *url;
    } cases[] = {{"e.org", "https://e.org"},
                 {"http://e.org", "http://e.org"},
                 {"feed://e.org", "feed://e.org"},
                 {"feed:https://e.org", "feed:https://e.org"},
                 {"e.org:8080/x", "https://e.org:8080/x"}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *url = adding_url(cases[i].word);

        ck_assert_str_eq(url, cases[i].url);
        free(url);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sources");
    TCase *tcase = tcase_create("sources");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, a_line);
    tcase_add_test(tcase, more_lines);
    tcase_add_test(tcase, strange_text);
    tcase_add_test(tcase, details);
    tcase_add_loop_test(tcase, an_answer, 0, sizeof(answers) / sizeof(answers[0]));
    tcase_add_loop_test(tcase, what_is_told, 0, sizeof(tales) / sizeof(tales[0]));
    tcase_add_test(tcase, addresses_as_people_type_them);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
