/* Guids, repeats, fingerprints; and JSON Feed, whose entries have them too. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetcher/feed.h"

static struct feed *feed;

static void drop(void)
{
    feed_destroy(&feed);
}

static void read_feed(const char *text, bool keep_repeats)
{
    struct feed_context ctx = {.url = "http://example.org/feed", .keep_repeats = keep_repeats};

    drop();
    ck_assert_int_eq(feed_parse(span_str(text), &ctx, &feed), FEED_OK);
}

static uint64_t revision_of(const char *item)
{
    char text[1024];

    snprintf(text, sizeof(text), "<rss><channel><item>%s</item></channel></rss>", item);
    read_feed(text, false);
    ck_assert_uint_eq(feed->count, 1);
    return feed_entry_revision(&feed->entries[0]);
}

START_TEST(revision)
{
    uint64_t one = revision_of("<guid>1</guid><title>a</title><pubDate>2001-01-01</pubDate>");

    ck_assert(one == revision_of("<guid>1</guid><title> a </title><pubDate>2002-02-02</pubDate>"));
    ck_assert(one != revision_of("<guid>1</guid><title>b</title>"));
    ck_assert(one != revision_of("<guid>1</guid><title>a</title><author>x</author>"));
    ck_assert(one != revision_of("<guid>1</guid><description>a</description>"));
    ck_assert(one != revision_of("<guid>1</guid><title>a</title><enclosure url='x.mp3'/>"));
    ck_assert(one != revision_of("<guid>1</guid><title>a</title><link>/x</link>"));
}
END_TEST

START_TEST(made_guids)
{
    read_feed("<rss><channel><item><link>/a</link><title>A</title></item>"
              "<item><title>B</title><pubDate>2001-01-01</pubDate></item>"
              "<item><title>B</title><pubDate>2001-01-02</pubDate></item></channel></rss>",
              false);
    ck_assert_uint_eq(feed->count, 3);
    ck_assert(feed->entries[0].guid_made);
    ck_assert_str_eq(feed->entries[0].guid, "http://example.org/a");
    ck_assert_str_ne(feed->entries[1].guid, feed->entries[2].guid);
    ck_assert(span_eq(feed_entry_guid(&feed->entries[0]), span_str("http://example.org/a")));
}
END_TEST

/* A podcast whose episodes all point to its home page. */
START_TEST(shared_links)
{
    read_feed("<rss><channel><item><link>/</link><title>A</title></item>"
              "<item><link>/</link><title>B</title></item></channel></rss>",
              false);
    ck_assert_uint_eq(feed->count, 2);
    ck_assert_str_ne(feed->entries[0].guid, feed->entries[1].guid);
}
END_TEST

static const char repeats[] = "<rss><channel><item><guid>1</guid><title>A</title></item>"
                              "<item><guid>1</guid><title>A again</title></item>"
                              "<item><guid>1</guid><title>B</title><link>/b</link></item>"
                              "</channel></rss>";

START_TEST(repeats_are_folded)
{
    read_feed(repeats, false);
    /* The second is a newer form of the first; the third, with another link, is something else. */
    ck_assert_uint_eq(feed->count, 2);
    ck_assert_uint_eq(feed->folded, 1);
    ck_assert_str_eq(feed->entries[0].title, "A");
    ck_assert_str_eq(feed->entries[1].title, "B");
    ck_assert_str_ne(feed->entries[0].guid, feed->entries[1].guid);
    read_feed(repeats, true);
    ck_assert_uint_eq(feed->count, 3);
    ck_assert_uint_eq(feed->folded, 0);
}
END_TEST

START_TEST(json)
{
    read_feed("{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"a < b\","
              "\"home_page_url\":\"/\",\"expired\":true,\"authors\":[{\"name\":\"F\"}],"
              "\"items\":[{\"id\":7,\"url\":\"/7\",\"content_text\":\"x < y\","
              "\"date_published\":\"2003-12-13T18:30:02Z\",\"tags\":[\"t\",3],"
              "\"attachments\":[{\"url\":\"a.mp3\",\"mime_type\":\"audio/mpeg\","
              "\"size_in_bytes\":9}]},"
              "{\"id\":\"8\",\"authors\":[{\"name\":\"A\"},{\"name\":\"B\"}],"
              "\"content_html\":\"<p>h</p>\\u0000\"},null]}",
              false);
    ck_assert_int_eq(feed->version, FEED_JSON11);
    ck_assert(feed->wellformed);
    ck_assert(feed->expired);
    ck_assert_str_eq(feed->title, "a &lt; b");
    ck_assert_uint_eq(feed->count, 2);
    ck_assert_str_eq(feed->entries[0].guid, "7");
    ck_assert_str_eq(feed->entries[0].content, "x &lt; y");
    ck_assert_str_eq(feed->entries[0].author, "F");
    ck_assert_uint_eq(feed->entries[0].category_count, 1);
    ck_assert_int_eq(feed->entries[0].enclosures[0].length, 9);
    ck_assert_str_eq(feed->entries[1].author, "A, B");
    ck_assert_str_eq(feed->entries[1].content, "<p>h</p>");
}
END_TEST

START_TEST(json_cut)
{
    read_feed("{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{\"id\":\"1\","
              "\"title\":\"a\nb\"},{\"id\":\"2\",\"tit",
              false);
    ck_assert(!feed->wellformed);
    ck_assert_uint_eq(feed->count, 1);
    ck_assert_str_eq(feed->entries[0].title, "a b");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("feed_identity");
    TCase *tests = tcase_create("identity");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(tests, NULL, drop);
    tcase_add_test(tests, revision);
    tcase_add_test(tests, made_guids);
    tcase_add_test(tests, shared_links);
    tcase_add_test(tests, repeats_are_folded);
    tcase_add_test(tests, json);
    tcase_add_test(tests, json_cut);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
