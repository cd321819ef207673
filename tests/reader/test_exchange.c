/* What is exported can be imported: lines, items of a JSON Feed, lists of subscriptions. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "reader/export.h"
#include "reader/export_time.h"
#include "reader/import_line.h"
#include "reader/opml.h"

static enum import_line_kind read_line(const char *text, json_t **item, const char **why)
{
    return import_line(span_str(text), item, why);
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

START_TEST(reads_the_form_of_export)
{
    json_t *item = NULL;
    const char *why = NULL;

    ck_assert_int_eq(read_line("{\"guid\":\"g1\",\"source_url\":\"https://s.example/feed\","
                               "\"title\":\"T\",\"content\":\"<p>x</p>\",\"published_ms\":"
                               "1700000000123,\"categories\":[\"a\",\"b/c\"],\"author\":\"Ann\","
                               "\"enclosures\":[{\"url\":\"https://s.example/e\",\"type\":"
                               "\"audio/mpeg\",\"length\":7}]}\r",
                               &item, &why),
                     IMPORT_LINE_ITEM);
    ck_assert_str_eq(text_of(item, "id"), "https://s.example/feed#g1");
    ck_assert_str_eq(text_of(item, "content_html"), "<p>x</p>");
    ck_assert_str_eq(text_of(item, "date_published"), "2023-11-14T22:13:20.123Z");
    ck_assert_uint_eq(json_array_size(json_object_get(item, "tags")), 2);
    ck_assert_str_eq(text_of(json_array_get(json_object_get(item, "attachments"), 0), "mime_type"),
                     "audio/mpeg");
    json_decref(item);
}
END_TEST

START_TEST(keeps_guids_that_are_addresses)
{
    static const char *const kept[] = {"https://e.example/1", "tag:e.example,2026:1", "urn:x:1"};
    struct buf out = {0};

    for (size_t i = 0; i < 3; i++) {
        buf_clear(&out);
        import_guid("https://s.example/feed", kept[i], &out);
        ck_assert_str_eq(out.data, kept[i]);
    }
    buf_clear(&out);
    import_guid("https://s.example/feed", "12: a post", &out);
    ck_assert_str_eq(out.data, "https://s.example/feed#12: a post");
    buf_clear(&out);
    import_guid("", "12", &out);
    ck_assert_str_eq(out.data, "12");
    buf_free(&out);
}
END_TEST

START_TEST(names_what_is_wrong)
{
    static const char *const bad[] = {"{",
                                      "[1]",
                                      "7",
                                      "{}",
                                      "{\"id\":\"\"}",
                                      "{\"id\":true}",
                                      "{\"id\":\"a\\u0001b\"}",
                                      "{\"id\":\" a\"}",
                                      "{\"guid\":\"a  b\"}",
                                      "{\"id\":\"a\",\"id\":\"b\"}",
                                      "x",
                                      "\xff"};
    static const char *const blank[] = {
        "", " \r", "]}", "[", "{\"version\":\"https://jsonfeed.org/version/1\",\"items\":["};
    json_t *item = NULL;
    const char *why = NULL;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ck_assert_msg(read_line(bad[i], &item, &why) == IMPORT_LINE_BAD, "%s", bad[i]);
        ck_assert_ptr_nonnull(why);
        ck_assert_ptr_null(item);
    }
    for (size_t i = 0; i < sizeof(blank) / sizeof(blank[0]); i++)
        ck_assert_msg(read_line(blank[i], &item, &why) == IMPORT_LINE_BLANK, "%s", blank[i]);
}
END_TEST

START_TEST(makes_items_of_a_feed_that_come_back)
{
    json_t *item = json_pack("{s:i, s:s, s:s, s:s, s:s, s:I, s:[s], s:b, s:[{s:s, s:s, s:i}]}",
                             "id", 3, "guid", "g3", "source_url", "https://s.example/feed", "title",
                             "A \"title\"", "content", "<p>c</p>", "published_ms",
                             (json_int_t)1700000000123, "categories", "x", "starred", 1,
                             "enclosures", "url", "https://s.example/e", "type", "", "length", 0);
    json_t *made = export_feed_item(item), *back = NULL;
    char *line = json_dumps(made, JSON_COMPACT);
    const char *why = NULL;

    ck_assert_str_eq(text_of(made, "id"), "https://s.example/feed#g3");
    ck_assert(json_is_true(json_object_get(json_object_get(made, "_weir"), "starred")));
    ck_assert_str_eq(text_of(json_array_get(json_object_get(made, "attachments"), 0), "mime_type"),
                     "application/octet-stream");
    ck_assert_int_eq(read_line(line, &back, &why), IMPORT_LINE_ITEM);
    ck_assert_str_eq(text_of(back, "id"), "https://s.example/feed#g3");
    ck_assert_str_eq(text_of(back, "date_published"), "2023-11-14T22:13:20.123Z");
    free(line);
    json_decref(item);
    json_decref(made);
    json_decref(back);
}
END_TEST

START_TEST(writes_times)
{
    char text[EXPORT_TIME];

    ck_assert(export_time(1, text));
    ck_assert_str_eq(text, "1970-01-01T00:00:00.001Z");
    ck_assert(!export_time(0, text));
    ck_assert(!export_time(INT64_MAX, text));
}
END_TEST

/* A path as the import makes a category of it. */
static bool is_path(const struct opml_feed *feed, const char *path)
{
    struct buf joined = {0};
    bool is = false;

    buf_adds(&joined, "");
    for (size_t i = 0; i < feed->depth; i++)
        buf_printf(&joined, "%s%s", i ? "/" : "", feed->path[i]);
    is = strcmp(joined.data, path) == 0;
    buf_free(&joined);
    return is;
}

START_TEST(lists_come_back_nested)
{
    static const char *const paths[] = {"", "a", "a/b", "a/b/c", "a b", "ab", "a/b <&\"'>", "z/é"};
    json_t *sources = json_array();
    struct buf text = {0};
    struct opml *opml = NULL;
    size_t count = sizeof(paths) / sizeof(paths[0]), found = 0;

    for (size_t i = 0; i < count; i++) {
        json_t *source = json_pack("{s:i, s:s+, s:s, s:s, s:s}", "id", (int)i, "url",
                                   "https://s.example/?q=1&n=", paths[i], "title", "T <1> & \"2\"",
                                   "state", "active", "link", "https://s.example/");

        json_object_set_new(source, "categories",
                            *paths[i] ? json_pack("[s]", paths[i]) : json_array());
        json_array_insert_new(sources, 0, source);
    }
    json_array_append_new(sources, json_pack("{s:s, s:s}", "url", "import:x", "state", "import"));
    json_array_append_new(
        sources, json_pack("{s:s, s:s}", "url", "https://gone.example/", "state", "retired"));
    export_opml_text(sources, &text);
    opml = opml_parse(buf_span(&text));
    ck_assert_uint_eq(opml->feed_count, count);
    ck_assert_uint_eq(opml->skip_count, 0);
    for (size_t i = 0; i < count; i++) {
        ck_assert_str_eq(opml->feeds[i].title, "T <1> & \"2\"");
        ck_assert_str_eq(opml->feeds[i].html_url, "https://s.example/");
        for (size_t k = 0; k < count; k++)
            found +=
                is_path(&opml->feeds[i], paths[k]) &&
                strcmp(opml->feeds[i].url + strlen("https://s.example/?q=1&n="), paths[k]) == 0;
    }
    ck_assert_uint_eq(found, count);
    opml_destroy(&opml);
    buf_free(&text);
    json_decref(sources);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exchange");
    TCase *tcase = tcase_create("forms");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_test(tcase, reads_the_form_of_export);
    tcase_add_test(tcase, keeps_guids_that_are_addresses);
    tcase_add_test(tcase, names_what_is_wrong);
    tcase_add_test(tcase, makes_items_of_a_feed_that_come_back);
    tcase_add_test(tcase, writes_times);
    tcase_add_test(tcase, lists_come_back_nested);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
