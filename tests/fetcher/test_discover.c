/* Where the feed of a web page may be. */
#include "tests/common/world.h"

#include "common/msg.h"
#include "fetcher/discover.h"
#include "fetcher/feed.h"

static struct feed *feed;
static struct discover *list;

static void teardown(void)
{
    discover_destroy(&list);
    feed_destroy(&feed);
}

static void look(const char *url, size_t most, const char *head)
{
    struct feed_context context = {.url = url, .content_type = "text/html"};
    char *body = mem_printf("<!DOCTYPE html><html><head>%s</head></html>", head);

    teardown();
    ck_assert_int_eq((int)feed_parse(span_str(body), &context, &feed), FEED_HTML);
    list = discover_create(feed, url, most);
    free(body);
}

/* The next ones, in this order. */
static void expect(const char *const *urls)
{
    for (; *urls; urls++) {
        const char *next = discover_next(list);

        ck_assert_ptr_nonnull(next);
        ck_assert_str_eq(next, *urls);
    }
}
#define EXPECT(...) expect((const char *const[]){__VA_ARGS__, NULL})

#define LINK(type, href, title)                                                                    \
    "<link rel=\"alternate\" type=\"" type "\" href=\"" href "\" title=\"" title "\">"
#define RSS  "application/rss+xml"
#define ATOM "application/atom+xml"

START_TEST(named)
{
    look("https://www.site.example/blog/", 6,
         LINK("application/json", "/wp-json/wp/v2/pages/2", "JSON")
             LINK("text/xml+oembed", "/oembed?format=xml", "oEmbed")
                 LINK(RSS, "/comments/feed/", "x") LINK(RSS, "https://else.example/f", "Else")
                     LINK(RSS, "feed/", "Blog") LINK(ATOM, "https://site.example/atom.xml", "Atom")
                         LINK(RSS, "/blog/feed/", "Again")
                             LINK(RSS, "https://u:p@site.example/private", "User")
                                 LINK(RSS, "/blog/#top", "This page") LINK("text/css", "/s.css", "")
                                     LINK(RSS, "javascript:alert(1)", ""));
    EXPECT("https://www.site.example/blog/feed/", "https://site.example/atom.xml",
           "https://else.example/f", "https://www.site.example/wp-json/wp/v2/pages/2",
           "https://www.site.example/comments/feed/", "https://www.site.example/blog/feed");
    ck_assert_ptr_null(discover_next(list)); /* six were asked for */
    ck_assert_uint_eq(discover_tried(list), 6);
}
END_TEST

START_TEST(alternates)
{
    struct msg_alternate out[DISCOVER_ALTERNATES];

    look("https://site.example/", 8,
         LINK(RSS, "/a", "A &amp; a") LINK(
             RSS, "/b",
             "B") "<a href='/c.rss' title='C'>c</a><a href='https://other.example/feed'>x</a>");
    ck_assert_uint_eq(discover_alternates(list, NULL, out), 3);
    discover_next(list); /* was none */
    ck_assert_uint_eq(discover_alternates(list, NULL, out), 3);
    ck_assert_uint_eq(discover_alternates(list, "https://site.example/b", out), 1);
    ck_assert(span_eq(out[0].url, span_str("https://site.example/c.rss")));
    teardown();
    look("https://site.example/", 8,
         LINK(RSS, "/a", "A &amp; a") LINK(
             RSS, "/b",
             "B") "<a href='/c.rss' title='C'>c</a><a href='https://other.example/feed'>x</a>");
    ck_assert_uint_eq(discover_alternates(list, "https://site.example/b", out), 2);
    ck_assert(span_eq(out[0].url, span_str("https://site.example/a")));
    ck_assert(span_eq(out[0].title, span_str("A & a")));
    ck_assert(span_eq(out[1].url, span_str("https://site.example/c.rss")));
}
END_TEST

/* Whatever the page names, a report can carry it. */
START_TEST(alternates_fit)
{
    struct msg_alternate out[DISCOVER_ALTERNATES];
    struct msg_report report = {0};
    struct buf head = {0};
    struct buf frame = {0};

    for (int i = 0; i < 100; i++) {
        buf_printf(&head, "<link rel=alternate type=" RSS " href='/%d/", i);
        for (int j = 0; j < i * 40 && j < 3000; j++)
            buf_addc(&head, 'x');
        buf_adds(&head, "' title='");
        for (int j = 0; j < 600; j++)
            buf_adds(&head, "ä");
        buf_adds(&head, "'>");
    }
    look("https://site.example/", 8, head.data);
    report.alternates.at = out;
    report.alternates.count = discover_alternates(list, NULL, out);
    ck_assert_uint_eq(report.alternates.count, DISCOVER_ALTERNATES);
    ck_assert_uint_le(out[0].title.n, 1024);
    ck_assert_int_eq(msg_report_write(&report, &frame), 0);
    buf_free(&head);
    buf_free(&frame);
}
END_TEST

/* Ways to name a feed that are not the usual one, and what only looks like it. */
START_TEST(odd_links)
{
    look("https://site.example/", 6,
         "<!-- " LINK(RSS, "/commented-out",
                      "") "-->"
                          "<link rel='feed' href='/f'><link rel='alternate' href='/news.atom'>"
                          "<link rel='alternate' hreflang='de' href='/de/'>"
                          "<link rel='alternate home' type='" RSS
                          "; charset=utf-8' href='feed://site.example/g'>"
                          "<link rel='alternates' type='" RSS "' href='/no'>");
    EXPECT("https://site.example/f", "https://site.example/news.atom", "http://site.example/g",
           "https://site.example/feed");
}
END_TEST

START_TEST(links_in_the_text)
{
    look("https://site.example/", 5,
         "<a href='/about'>About</a><a href='/sitemap.xml'>x</a><a href='/newsfeed-history'>x</a>"
         "<a href='https://reader.example/add?u=https://site.example/feed'>x</a>"
         "<a href='https://feeds.site.example/all.xml'>x</a><a HREF=/rss/>RSS</a>"
         "<a href='?format=atom'>Atom</a>");
    EXPECT("https://feeds.site.example/all.xml", "https://site.example/rss/",
           "https://site.example/?format=atom", "https://site.example/feed");
}
END_TEST

START_TEST(usual_paths)
{
    look("https://site.example", 100, "");
    EXPECT("https://site.example/feed", "https://site.example/rss.xml",
           "https://site.example/feed.xml", "https://site.example/atom.xml",
           "https://site.example/index.xml", "https://site.example/rss",
           "https://site.example/feed.json", "https://site.example/feeds/posts/default",
           "https://site.example/?feed=rss2");
    look("https://site.example/a/blog?page=2#x", 100, "");
    EXPECT("https://site.example/a/blog/feed", "https://site.example/feed",
           "https://site.example/a/blog/rss.xml", "https://site.example/rss.xml");
    look("https://site.example:8443/a/index.html", 100, "");
    EXPECT("https://site.example:8443/a/feed", "https://site.example:8443/feed");
    look("not an address", 100, LINK(RSS, "https://site.example/f", ""));
    ck_assert_ptr_null(discover_next(list));
    look("https://site.example/", 0, LINK(RSS, "/f", ""));
    ck_assert_ptr_null(discover_next(list));
}
END_TEST

/* A directory of feeds among the addresses. */
START_TEST(joined)
{
    struct discover *first = NULL;
    struct msg_alternate out[DISCOVER_ALTERNATES];

    look("https://site.example/", 5, LINK(RSS, "/rss", "All") LINK(RSS, "/b", "B"));
    first = list;
    list = NULL;
    ck_assert_str_eq(discover_next(first), "https://site.example/rss");
    look("https://site.example/rss", 5,
         "<a href='/rss/sport.xml'>x</a><a href='/rss/culture.xml'>x</a>" LINK(RSS, "/b", "B")
             LINK(RSS, "/rss/", "This"));
    discover_join(first, &list);
    ck_assert_ptr_null(list);
    list = first;
    EXPECT("https://site.example/rss/", "https://site.example/rss/sport.xml",
           "https://site.example/rss/culture.xml", "https://site.example/b");
    ck_assert_ptr_null(discover_next(list));
    ck_assert_uint_eq(discover_alternates(list, NULL, out), 5);
}
END_TEST

/* From one thread to another nothing is lost, and damage does no harm. */
START_TEST(written)
{
    struct buf text = {0};
    struct buf again = {0};
    struct discover *copy = NULL;

    look("https://site.example/blog/", 5,
         LINK(RSS, "/a", "One\ttwo\nthree") LINK(ATOM, "/b", "") LINK(RSS, "/comments/", "C"));
    discover_next(list);
    discover_write(list, &text);
    copy = discover_read(buf_span(&text));
    discover_write(copy, &again);
    ck_assert(span_eq(buf_span(&text), buf_span(&again)));
    ck_assert_uint_eq(discover_tried(copy), 1);
    ck_assert_str_eq(discover_next(copy), "https://site.example/b");
    for (size_t n = 0; n < text.len; n++) {
        struct discover *damaged = discover_read(span_of(text.data, n));

        while (discover_next(damaged))
            ;
        discover_destroy(&damaged);
    }
    discover_destroy(&copy);
    buf_free(&text);
    buf_free(&again);
}
END_TEST

/* A hostile page costs little: nothing here is more than linear. */
START_TEST(hostile)
{
    static const char *const pieces[] = {"<a ",   "<a href=feed>", "<!--",     "<link rel=feed ",
                                         "<link", "<base href=/>", "<a href='"};

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct buf head = {0};
        int64_t began_ms = clock_mono_ms();

        while (head.len < 4000000)
            buf_adds(&head, pieces[i]);
        look("https://site.example/", 8, head.data);
        ck_assert_int_lt(clock_mono_ms() - began_ms, 3000);
        buf_free(&head);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("discover");
    TCase *all = tcase_create("discover");

    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_add_test(all, named);
    tcase_add_test(all, alternates);
    tcase_add_test(all, alternates_fit);
    tcase_add_test(all, odd_links);
    tcase_add_test(all, links_in_the_text);
    tcase_add_test(all, usual_paths);
    tcase_add_test(all, joined);
    tcase_add_test(all, written);
    tcase_add_test(all, hostile);
    suite_add_tcase(suite, all);
    return world_run(suite);
}
