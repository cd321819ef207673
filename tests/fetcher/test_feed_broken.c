/* Feeds that are not well-formed, hostile ones, and what is no feed at all. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "fetcher/feed.h"

static struct feed *feed;

static void drop(void)
{
    feed_destroy(&feed);
}

static void read_as(struct span text, const struct feed_context *ctx, enum feed_status expected)
{
    drop();
    ck_assert_int_eq(feed_parse(text, ctx, &feed), expected);
    ck_assert_ptr_nonnull(feed);
}

static void read_feed(const char *text, enum feed_status expected)
{
    read_as(span_str(text), &(struct feed_context){.url = "http://example.org/feed"}, expected);
}

START_TEST(bare_ampersands)
{
    read_feed("<rss><channel><title>R & D</title><item><link>http://example.org/?a=1&b=2</link>"
              "<enclosure url='http://example.org/?x=1&y=2'/><title>caf&eacute; &unknown;</title>"
              "</item></channel></rss>",
              FEED_OK);
    ck_assert(!feed->wellformed);
    ck_assert_str_eq(feed->title, "R & D");
    ck_assert_str_eq(feed->entries[0].link, "http://example.org/?a=1&b=2");
    ck_assert_str_eq(feed->entries[0].enclosures[0].url, "http://example.org/?x=1&y=2");
    ck_assert_str_eq(feed->entries[0].title, "café &unknown;");
}
END_TEST

START_TEST(unclosed_elements)
{
    read_feed("<rss><channel><item><title>one<link>http://example.org/1"
              "<description>a <b>bold<br> word</description></item>"
              "<item><title>two</title></channel></rss> junk",
              FEED_OK);
    ck_assert_uint_eq(feed->count, 2);
    ck_assert_str_eq(feed->entries[0].title, "one");
    ck_assert_str_eq(feed->entries[0].link, "http://example.org/1");
    ck_assert_str_eq(feed->entries[0].summary, "a <b>bold<br> word</b>");
    ck_assert_str_eq(feed->entries[1].title, "two");
}
END_TEST

START_TEST(cut_anywhere)
{
    static const char whole[] =
        "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'b'>]><rss version='2.0'><channel>"
        "<title>t</title><item><title>one</title><description><![CDATA[x]]></description></item>"
        "<item a='1'><title>two</title></item></channel></rss>";
    struct feed_context ctx = {0};

    for (size_t n = 0; n < sizeof(whole); n++) {
        drop();
        feed_parse(span_of(whole, n), &ctx, &feed);
        ck_assert_uint_le(feed->count, 2);
        if (n > (size_t)(strstr(whole, "<item a") - whole)) {
            ck_assert_uint_ge(feed->count, 1);
            ck_assert_str_eq(feed->entries[0].title, "one");
        }
    }
}
END_TEST

START_TEST(junk_in_front)
{
    read_feed("\n\n Warning: mysql &\n<rss><channel><title>t</title></channel></rss>", FEED_OK);
    ck_assert_str_eq(feed->title, "t");
}
END_TEST

START_TEST(entities)
{
    read_feed(
        "<!DOCTYPE rss [<!ENTITY a 'aaaa'>]><rss><channel><title>&a;!</title></channel></rss>",
        FEED_OK);
    ck_assert(feed->wellformed);
    ck_assert_str_eq(feed->title, "aaaa!");
}
END_TEST

START_TEST(entities_do_not_grow)
{
    read_feed("<!DOCTYPE rss [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;&a;'>"
              "<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
              "<rss><channel><title>t</title><description>[&b;&f;]</description>"
              "</channel></rss>",
              FEED_OK);
    ck_assert_str_eq(feed->title, "t");
    ck_assert_str_eq(feed->description, "[&b;&f;]");
}
END_TEST

START_TEST(deep_nesting)
{
    struct buf text = {0};

    buf_adds(&text, "<rss><channel><item><title>before</title><description>");
    for (int i = 0; i < 100000; i++)
        buf_adds(&text, "<b>");
    buf_adds(&text, "deep</description></item><item><title>after</title></item></channel></rss>");
    read_as(buf_span(&text), &(struct feed_context){0}, FEED_OK);
    ck_assert_uint_eq(feed->count, 2);
    ck_assert_str_eq(feed->entries[0].title, "before");
    ck_assert_str_eq(feed->entries[1].title, "after");
    buf_free(&text);
}
END_TEST

/* Each of these took minutes in a reader that looks ahead without remembering; the time limit of a
 * test is seconds. */
START_TEST(time_is_linear)
{
    static const char *const units[] = {"<!--",  "<![CDATA[", "<![CDATA[ </title>", "<!x>", "<?",
                                        "<a b=", "<a b='",    "<a b=\">\" c=\">\"", "<",    "&",
                                        "</a",   "<link a="};
    const size_t unit_count = sizeof(units) / sizeof(units[0]);
    struct buf text = {0};

    buf_adds(&text, "<rss><channel><item><title>one</title></item><item><title>");
    while (text.len < 2 * 1024 * 1024)
        buf_adds(&text, units[(size_t)_i % unit_count]);
    read_as(buf_span(&text), &(struct feed_context){.max_entries = 100}, FEED_OK);
    ck_assert_uint_ge(feed->count, 1);
    ck_assert_str_eq(feed->entries[0].title, "one");
    buf_free(&text);
}
END_TEST

static void read_json(const char *begin, const char *part, size_t times, const char *end,
                      enum feed_status expected)
{
    struct buf text = {0};

    buf_adds(&text, begin);
    for (size_t i = 0; i < times; i++)
        buf_adds(&text, part);
    buf_adds(&text, end);
    read_feed(text.data, expected);
    buf_free(&text);
}

/* Empty objects take a hundred times their text in memory; commas inside texts do not. */
START_TEST(json_values_without_end)
{
    read_json("{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[", "{},", 1100000, "{}]}",
              FEED_UNKNOWN);
    read_json("{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{\"id\":\"\\\"", ",[{",
              400000, "\"}]}", FEED_OK);
    ck_assert_uint_eq(feed->count, 1);
}
END_TEST

START_TEST(attributes_without_end)
{
    struct buf text = {0};

    buf_adds(&text, "<rss><channel><item><x ");
    for (int i = 0; i < 200000; i++)
        buf_printf(&text, "a%d='>' ", i);
    buf_adds(&text, "/></item><item><title>two</title></item></channel></rss>");
    read_as(buf_span(&text), &(struct feed_context){0}, FEED_OK);
    ck_assert_str_eq(feed->entries[feed->count - 1].title, "two");
    buf_free(&text);
}
END_TEST

START_TEST(limits)
{
    struct feed_context ctx = {.max_entries = 2, .max_entry_bytes = 5};

    read_as(span_str("<rss><channel><item><guid>1</guid><title>abcdé</title></item>"
                     "<item><guid>2</guid></item><item><guid>3</guid><title>no</title></item>"
                     "</channel></rss>"),
            &ctx, FEED_OK);
    ck_assert_uint_eq(feed->count, 2);
    ck_assert_uint_eq(feed->dropped, 1);
    ck_assert(feed->entries[0].cut);
    ck_assert_str_eq(feed->entries[0].title, "abcd");
    ck_assert_ptr_null(feed->title);
}
END_TEST

START_TEST(web_page)
{
    read_feed("<!DOCTYPE html><html><head><base href='http://base.example/d/'>"
              "<link rel=alternate type='application/rss+xml' title='News &amp; more' href=feed>"
              "<link rel='stylesheet' href='x.css'>"
              "<LINK REL='alternate' TYPE='application/atom+xml' HREF='/atom?a&amp;b'>"
              "<link rel='alternate' type='application/rss+xml' href='javascript:x'>"
              "</head><body><p>no feed",
              FEED_HTML);
    ck_assert_uint_eq(feed->count, 0);
    ck_assert_uint_eq(feed->alternate_count, 2);
    ck_assert_str_eq(feed->alternates[0].url, "http://base.example/d/feed");
    ck_assert_str_eq(feed->alternates[0].title, "News & more");
    ck_assert_str_eq(feed->alternates[1].url, "http://base.example/atom?a&b");
    ck_assert_str_eq(feed->alternates[1].type, "application/atom+xml");
}
END_TEST

START_TEST(no_feed)
{
    read_feed("", FEED_EMPTY);
    read_feed(" \n\t ", FEED_EMPTY);
    read_feed("plain words", FEED_UNKNOWN);
    read_feed("<catalog><book/></catalog>", FEED_UNKNOWN);
    read_feed("{\"items\": 1}", FEED_UNKNOWN);
    read_feed("{\"a\":", FEED_UNKNOWN);
    ck_assert_uint_eq(feed->count, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("feed_broken");
    TCase *tests = tcase_create("broken");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(tests, NULL, drop);
    tcase_add_test(tests, bare_ampersands);
    tcase_add_test(tests, unclosed_elements);
    tcase_add_test(tests, cut_anywhere);
    tcase_add_test(tests, junk_in_front);
    tcase_add_test(tests, entities);
    tcase_add_test(tests, entities_do_not_grow);
    tcase_add_test(tests, deep_nesting);
    tcase_add_loop_test(tests, time_is_linear, 0, 12);
    tcase_add_test(tests, attributes_without_end);
    tcase_add_test(tests, json_values_without_end);
    tcase_add_test(tests, limits);
    tcase_add_test(tests, web_page);
    tcase_add_test(tests, no_feed);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
