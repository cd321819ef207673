/* What feeds of each format become. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "fetcher/feed.h"

static struct feed *feed;

static void drop(void)
{
    feed_destroy(&feed);
}

/* Reads text as if it came from http://example.org/feed. */
static void read_feed(const char *text, enum feed_status expected)
{
    struct feed_context ctx = {.url = "http://example.org/feed"};

    drop();
    ck_assert_int_eq(feed_parse(span_str(text), &ctx, &feed), expected);
    ck_assert_ptr_nonnull(feed);
}

static const char rss[] =
    "<?xml version='1.0'?>\n"
    "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'\n"
    "     xmlns:dc='http://purl.org/dc/elements/1.1/'\n"
    "     xmlns:media='http://search.yahoo.com/mrss/' xmlns:atom='http://www.w3.org/2005/Atom'\n"
    "     xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>\n"
    "<channel><title>River news</title><link>/</link><description>What flows</description>\n"
    "<language>en-gb</language><ttl>30</ttl><sy:updatePeriod>hourly</sy:updatePeriod>\n"
    "<sy:updateFrequency>2</sy:updateFrequency>\n"
    "<skipHours><hour>3</hour><hour>24</hour></skipHours><skipDays><day>Sunday</day></skipDays>\n"
    "<atom:link rel='self' href='http://example.org/self'/>\n"
    "<atom:link rel='hub' href='http://hub.example.org/'/>\n"
    "<image><url>/logo.png</url><title>not this</title><link>http://other.example/</link></image>\n"
    "<item><title>Water &amp;amp; weirs</title><link>/1?a=1&amp;b=2</link>\n"
    "<guid isPermaLink='false'>one</guid><dc:creator>Ann</dc:creator>\n"
    "<pubDate>Tue, 03 Jun 2003 09:39:21 GMT</pubDate>\n"
    "<category>dams</category><category> fish </category><category>dams</category>\n"
    "<description>Short.</description><content:encoded><![CDATA[<p>Long.</p>]]></content:encoded>\n"
    "<media:thumbnail url='t.jpg'/><media:content url='m.jpg' medium='image'/>\n"
    "<enclosure url='a.mp3' type='audio/mpeg' length='123'/></item>\n"
    "<item><title>Second</title><guid>http://example.org/2</guid></item>\n"
    "</channel></rss>";

START_TEST(rss_channel)
{
    read_feed(rss, FEED_OK);
    ck_assert_int_eq(feed->version, FEED_RSS20);
    ck_assert(feed->wellformed);
    ck_assert_str_eq(feed->encoding, "utf-8");
    ck_assert_str_eq(feed->title, "River news");
    ck_assert_str_eq(feed->link, "http://example.org/");
    ck_assert_str_eq(feed->language, "en-gb");
    ck_assert_str_eq(feed->self, "http://example.org/self");
    ck_assert_str_eq(feed->hub, "http://hub.example.org/");
    ck_assert_str_eq(feed->image, "http://example.org/logo.png");
    ck_assert_int_eq(feed->ttl_minutes, 30);
    ck_assert_int_eq(feed->update_every_s, 1800);
    ck_assert_uint_eq(feed->skip_hours, 1u << 3 | 1u);
    ck_assert_uint_eq(feed->skip_days, 1);
    ck_assert_uint_eq(feed->count, 2);
}
END_TEST

START_TEST(rss_item)
{
    read_feed(rss, FEED_OK);
    const struct feed_entry *entry = &feed->entries[0];
    ck_assert_str_eq(entry->guid, "one");
    ck_assert(!entry->guid_made);
    ck_assert_str_eq(entry->title, "Water &amp; weirs");
    ck_assert_str_eq(entry->link, "http://example.org/1?a=1&b=2");
    ck_assert_str_eq(entry->author, "Ann");
    ck_assert_str_eq(entry->summary, "Short.");
    ck_assert_str_eq(entry->content, "<p>Long.</p>");
    ck_assert_int_eq(entry->published_ms, 1054633161000);
    ck_assert_int_eq(entry->updated_ms, FEED_NO_TIME);
    ck_assert_uint_eq(entry->category_count, 2);
    ck_assert_str_eq(entry->categories[1], "fish");
    ck_assert_str_eq(entry->thumbnail, "http://example.org/t.jpg");
    /* The enclosure comes before what Media RSS lists. */
    ck_assert_uint_eq(entry->enclosure_count, 2);
    ck_assert_str_eq(entry->enclosures[0].url, "http://example.org/a.mp3");
    ck_assert_str_eq(entry->enclosures[0].type, "audio/mpeg");
    ck_assert_int_eq(entry->enclosures[0].length, 123);
    ck_assert_int_eq(entry->enclosures[1].length, -1);
    ck_assert_str_eq(feed->entries[1].link, "http://example.org/2");
}
END_TEST

START_TEST(rdf)
{
    read_feed("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
              " xmlns='http://purl.org/rss/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'>"
              "<channel rdf:about='http://example.org/'><title>Old</title>"
              "<items><rdf:Seq><rdf:li rdf:resource='http://example.org/a'/></rdf:Seq></items>"
              "</channel><image rdf:about='i'><url>i.png</url></image>"
              "<item rdf:about='http://example.org/a'><title>A</title>"
              "<dc:date>2003-06-03T09:39:21Z</dc:date></item></rdf:RDF>",
              FEED_OK);
    ck_assert_int_eq(feed->version, FEED_RSS10);
    ck_assert_str_eq(feed->image, "http://example.org/i.png");
    ck_assert_uint_eq(feed->count, 1);
    ck_assert_str_eq(feed->entries[0].guid, "http://example.org/a");
    ck_assert_str_eq(feed->entries[0].link, "http://example.org/a");
    ck_assert_int_eq(feed->entries[0].published_ms, 1054633161000);
}
END_TEST

START_TEST(atom)
{
    read_feed(
        "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='de' xml:base='http://b.example/x/'>"
        "<title type='text'>1 &lt; 2</title><id>urn:f</id><author><name>Feed author</name></author>"
        "<link rel='self' href='self.xml'/><link href='.'/><link rel='next' href='?page=2'/>"
        "<updated>2003-12-13T18:30:02Z</updated>"
        "<entry xml:base='y/'><id>urn:1</id><title type='html'>a &amp;lt;b&gt; c</title>"
        "<link rel='enclosure' href='s.mp3' length='5' type='audio/mpeg'/><link href='e.html'/>"
        "<published>2003-12-13T08:29:29-04:00</published><updated>2003-12-13T18:30:02Z</updated>"
        "<category term='t' label='Label'/>"
        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>"
        "<p title='q&quot;'>A &amp; <br/>b</p></div></content></entry>"
        "<entry><id>urn:2</id><author><name/><email>m@example.org</email></author>"
        "<source><title>Elsewhere</title><id>urn:s</id></source>"
        "<summary>plain &lt;b&gt;</summary></entry></feed>",
        FEED_OK);
    ck_assert_int_eq(feed->version, FEED_ATOM10);
    ck_assert_str_eq(feed->title, "1 &lt; 2");
    ck_assert_str_eq(feed->link, "http://b.example/x/");
    ck_assert_str_eq(feed->next, "http://b.example/x/?page=2");
    ck_assert_str_eq(feed->language, "de");
    const struct feed_entry *entry = &feed->entries[0];
    ck_assert_str_eq(entry->title, "a &lt;b> c");
    ck_assert_str_eq(entry->link, "http://b.example/x/y/e.html");
    ck_assert_str_eq(entry->content, "<p title=\"q&quot;\">A &amp; <br>b</p>");
    ck_assert_str_eq(entry->content_base, "http://b.example/x/y/");
    ck_assert_str_eq(entry->author, "Feed author");
    ck_assert_str_eq(entry->categories[0], "t");
    ck_assert_str_eq(entry->enclosures[0].url, "http://b.example/x/y/s.mp3");
    ck_assert_int_eq(entry->published_ms, 1071318569000);
    ck_assert_int_eq(entry->updated_ms, 1071340202000);
    entry = &feed->entries[1];
    ck_assert_str_eq(entry->guid, "urn:2");
    ck_assert_str_eq(entry->author, "m@example.org");
    ck_assert_str_eq(entry->summary, "plain &lt;b&gt;");
    /* There is no title: one is made. */
    ck_assert(entry->title_made);
    ck_assert_str_eq(entry->title, "plain &lt;b&gt;");
}
END_TEST

START_TEST(atom03)
{
    read_feed("<feed version='0.3' xmlns='http://purl.org/atom/ns#'><title>x</title><entry>"
              "<title type='text/html' mode='escaped'>&lt;i&gt;t&lt;/i&gt;</title><id>1</id>"
              "<modified>2003-12-13T18:30:02Z</modified>"
              "<content type='text/html' mode='base64'>PGI+aGk8L2I+</content></entry></feed>",
              FEED_OK);
    ck_assert_int_eq(feed->version, FEED_ATOM03);
    ck_assert_str_eq(feed->entries[0].title, "<i>t</i>");
    ck_assert_str_eq(feed->entries[0].content, "<b>hi</b>");
    ck_assert_int_eq(feed->entries[0].updated_ms, 1071340202000);
}
END_TEST

START_TEST(cdf)
{
    read_feed("<CHANNEL HREF='http://example.org/'><TITLE>C</TITLE>"
              "<ITEM HREF='/1' LASTMOD='2003-12-13T18:30:02'><TITLE>I</TITLE>"
              "<ABSTRACT>text</ABSTRACT></ITEM></CHANNEL>",
              FEED_OK);
    ck_assert_int_eq(feed->version, FEED_CDF);
    ck_assert_str_eq(feed->entries[0].link, "http://example.org/1");
    ck_assert_str_eq(feed->entries[0].summary, "text");
    ck_assert_int_eq(feed->entries[0].updated_ms, 1071340202000);
}
END_TEST

START_TEST(dangerous_addresses_are_dropped)
{
    read_feed("<rss><channel><link>javascript:alert(1)</link><item>"
              "<link>data:text/html,x</link><enclosure url='file:///etc/passwd'/>"
              "<comments>ftp://example.org/</comments><title>t</title></item></channel></rss>",
              FEED_OK);
    ck_assert_ptr_null(feed->link);
    ck_assert_ptr_null(feed->entries[0].link);
    ck_assert_ptr_null(feed->entries[0].comments);
    ck_assert_uint_eq(feed->entries[0].enclosure_count, 0);
}
END_TEST

START_TEST(control_characters_are_dropped)
{
    read_feed(
        "<rss><channel><item><title>a&#x92;b&#x7f;c&#13;&#10;d</title></item></channel></rss>",
        FEED_OK);
    ck_assert_str_eq(feed->entries[0].title, "a\u2019bc\n\nd");
}
END_TEST

START_TEST(unknown_containers)
{
    read_feed("<rss><channel><x:box xmlns:x='urn:x'><title>no</title><item><title>yes</title>"
              "<x:y><title>no</title></x:y></item></x:box></channel></rss>",
              FEED_OK);
    ck_assert_ptr_null(feed->title);
    ck_assert_uint_eq(feed->count, 1);
    ck_assert_str_eq(feed->entries[0].title, "yes");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("feed");
    TCase *tests = tcase_create("formats");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(tests, NULL, drop);
    tcase_add_test(tests, rss_channel);
    tcase_add_test(tests, rss_item);
    tcase_add_test(tests, rdf);
    tcase_add_test(tests, atom);
    tcase_add_test(tests, atom03);
    tcase_add_test(tests, cdf);
    tcase_add_test(tests, dangerous_addresses_are_dropped);
    tcase_add_test(tests, control_characters_are_dropped);
    tcase_add_test(tests, unknown_containers);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
