/* The readable part of made-up pages. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/buf.h"
#include "common/config.h"
#include "common/mem.h"
#include "common/msg.h"
#include "fetcher/article.h"
#include "fetcher/readable.h"

#define BASE "https://news.example/world/story"
#define SENTENCE                                                                                   \
    "The harbour was closed for most of the day, after the storm had moved three ships, and "      \
    "nobody could say when it would open, or who would pay. "
#define P     "<p>" SENTENCE SENTENCE "</p>"
#define LINK  "<li><a href=/t>Another topic of the day to click on</a></li>"
#define LINKS "<ul>" LINK LINK LINK LINK LINK LINK LINK LINK "</ul>"

static struct buf html, text;

static void setup(void)
{
    html = text = (struct buf){0};
    buf_adds(&html, "");
    buf_adds(&text, "");
}

static void teardown(void)
{
    buf_free(&html);
    buf_free(&text);
}

static bool extract(const char *page)
{
    return readable_extract(span_str(page), BASE, 140, 0, &html, &text);
}

/* How often the text has it. */
static size_t has(const char *words)
{
    size_t count = 0;

    for (const char *p = text.data; p && (p = strstr(p, words)); p += strlen(words))
        count++;
    return count;
}

START_TEST(keeps_the_article_and_drops_the_rest)
{
    ck_assert(extract("<!doctype html><html><head><title>T</title><style>p{}</style></head><body>"
                      "<header><h1>Paper</h1></header><nav>" LINKS "</nav>"
                      "<div id=content><h1>Storm</h1>" P P "<script>track(1)</script>" P
                      "<p>Photo: somebody</p></div>"
                      "<div class='sidebar'><h3>Most read</h3>" LINKS "</div>"
                      "<footer>" P "All rights, reserved.</footer></body></html>"));
    ck_assert_uint_eq(has("The harbour"), 6);
    ck_assert_uint_eq(has("Photo: somebody"), 1);
    ck_assert_uint_eq(has("Another topic"), 0);
    ck_assert_uint_eq(has("Most read"), 0);
    ck_assert_uint_eq(has("All rights"), 0);
    ck_assert_uint_eq(has("track"), 0);
    ck_assert_ptr_nonnull(strstr(html.data, "<h1>Storm</h1>"));
}
END_TEST

START_TEST(drops_comments_and_banners)
{
    ck_assert(
        extract("<body><div class='cookie-consent'>" P P P P P "<button>Accept</button></div>"
                "<div class=text>" P P "</div>"
                "<div role=dialog>Subscribe, now, or, never, please, do, it, today, or, so.</div>"
                "<section id=comments><p>First, I think, well, so, and, also, but, then, that "
                "is how comments go, on, and, on, and, on.</p></section></body>"));
    ck_assert_uint_eq(has("The harbour"), 4);
    ck_assert_uint_eq(has("Accept"), 0);
    ck_assert_uint_eq(has("Subscribe"), 0);
    ck_assert_uint_eq(has("comments go"), 0);
}
END_TEST

START_TEST(joins_an_article_that_is_split)
{
    ck_assert(extract("<div class=wrap><div class=part>" P P "</div><div class=ad-break>Buy</div>"
                      "<div class=part>" P P "</div><div class=part>" P "</div></div>"));
    ck_assert_uint_eq(has("The harbour"), 10);
    ck_assert_uint_eq(has("Buy"), 0);
    teardown();
    setup();
    /* No paragraphs at all, and line breaks in place of them. */
    ck_assert(extract("<div class=a><div>" SENTENCE "</div><div>" SENTENCE "</div><div>" SENTENCE
                      "</div></div>" LINKS));
    ck_assert_uint_eq(has("The harbour"), 3);
    teardown();
    setup();
    ck_assert(extract("<table><tr><td>" LINKS "<td>" SENTENCE "<br><br>" SENTENCE "<br>" SENTENCE
                      "</table>"));
    ck_assert_uint_eq(has("The harbour"), 3);
    ck_assert_uint_eq(has("Another topic"), 0);
}
END_TEST

START_TEST(drops_lists_of_links_within)
{
    ck_assert(extract("<article>" P P LINKS P "<div class=related>See also, perhaps</div>"
                      "<ul><li>A point of the article itself, with words</li><li>And another one"
                      "</li></ul><form><input name=q><p>Search, here, now</p></form></article>"));
    ck_assert_uint_eq(has("The harbour"), 6);
    ck_assert_uint_eq(has("Another topic"), 0);
    ck_assert_uint_eq(has("A point of the article"), 1);
    ck_assert_uint_eq(has("See also"), 0);
}
END_TEST

#define HAN "港口因风暴关闭一整天三艘船只移位无人知晓何时重新开放也无人知晓谁来支付费用"

START_TEST(reads_scripts_without_blanks_and_commas)
{
    ck_assert(extract("<body><ul><li><a href=/x>" HAN "</a></ul><div class=zw><p>" HAN HAN
                      "</p><p>" HAN "、" HAN "</p></div></body>"));
    ck_assert_uint_eq(has(HAN), 4);
}
END_TEST

START_TEST(survives_broken_markup)
{
    ck_assert(extract("</div></p><div><p>" SENTENCE "<p>" SENTENCE "</div></div><td>x<p>" SENTENCE
                      "<a href=/y>open link<div class=q><li>" SENTENCE "<p <b>" SENTENCE
                      "</table>"));
    ck_assert_uint_ge(has("The harbour"), 2);
    ck_assert(!extract("<p"));
    ck_assert(!extract("<!-- never ends " SENTENCE SENTENCE));
}
END_TEST

START_TEST(is_clean_and_resolved)
{
    ck_assert(extract("<article onclick=x()>" P P "<p>" SENTENCE "<a href='/next'>next</a> "
                      "<a href='javascript:x()'>bad</a><img src=pic.jpg></p></article>"));
    ck_assert_ptr_nonnull(strstr(html.data, "href=\"https://news.example/next\""));
    ck_assert_ptr_nonnull(strstr(html.data, "src=\"https://news.example/world/pic.jpg\""));
    ck_assert_ptr_null(strstr(html.data, "javascript"));
    ck_assert_ptr_null(strstr(html.data, "onclick"));
}
END_TEST

START_TEST(says_where_there_is_none)
{
    buf_adds(&html, "before");
    buf_adds(&text, "before");
    ck_assert(!extract("<body><nav>" LINKS "</nav><p>Please enable scripts.</p></body>") ||
              has("Another topic"));
    teardown();
    setup();
    buf_adds(&html, "before");
    ck_assert(!extract("<p>Please enable scripts.</p>"));
    ck_assert_uint_eq(html.len, 6);
    ck_assert_uint_eq(text.len, 0);
    ck_assert(!extract(""));
}
END_TEST

START_TEST(tries_again_with_fewer_rules)
{
    /* The site calls its article what others call their comments. */
    ck_assert(extract("<div class=comment>" P P P "</div>"));
    ck_assert_uint_eq(has("The harbour"), 6);
}
END_TEST

static double seconds_for(int depth, const char *open, const char *close)
{
    struct buf page = {0};
    clock_t began = 0;

    for (int i = 0; i < depth; i++)
        buf_adds(&page, open);
    buf_adds(&page, P P);
    for (int i = 0; i < depth; i++)
        buf_adds(&page, close);
    began = clock();
    readable_extract(buf_span(&page), BASE, 140, 0, &html, &text);
    buf_free(&page);
    return (double)(clock() - began) / CLOCKS_PER_SEC;
}

START_TEST(takes_linear_time)
{
    static const char *const kinds[][2] = {{"<div>", "</div>"},
                                           {"<div class=a><p>x, y", "</section></li></td>"},
                                           {"<table><tr><td>", "</td>"},
                                           {"<ul><li>", "</div>"},
                                           {"<a href=x><b>", "</p>"}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        double few = seconds_for(10000, kinds[i][0], kinds[i][1]);
        double many = seconds_for(80000, kinds[i][0], kinds[i][1]);

        /* Eight times as much; a quadratic one takes 64 times as long. */
        ck_assert_msg(many < 0.05 || many < 24 * (few > 0.002 ? few : 0.002),
                      "%s: %.3f s, and %.3f s for eight times as many", kinds[i][0], few, many);
    }
}
END_TEST

START_TEST(reads_an_article)
{
    struct config *config = config_create();
    struct msg_report report = {.outcome = MSG_OUTCOME_READ};
    struct buf out = {0};

    article_read(config, span_str("<p>" SENTENCE "caf\xe9 " SENTENCE "</p>"),
                 "text/html; charset=iso-8859-1", BASE, &report, &out);
    ck_assert_uint_eq(report.outcome, MSG_OUTCOME_READ);
    ck_assert_ptr_nonnull(strstr(out.data, "café"));
    ck_assert_uint_lt(strlen(out.data), out.len);
    ck_assert_ptr_nonnull(memmem(out.data + strlen(out.data) + 1, out.len - strlen(out.data) - 1,
                                 "café", strlen("café")));

    article_read(config, span_str(P P), "image/png", BASE, &report, &out);
    ck_assert_uint_eq(report.outcome, MSG_OUTCOME_FAILED);
    ck_assert_uint_eq(out.len, 0);
    buf_free(&out);
    config_destroy(&config);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("readable");
    TCase *tcase = tcase_create("pages");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, keeps_the_article_and_drops_the_rest);
    tcase_add_test(tcase, drops_comments_and_banners);
    tcase_add_test(tcase, joins_an_article_that_is_split);
    tcase_add_test(tcase, drops_lists_of_links_within);
    tcase_add_test(tcase, reads_scripts_without_blanks_and_commas);
    tcase_add_test(tcase, survives_broken_markup);
    tcase_add_test(tcase, is_clean_and_resolved);
    tcase_add_test(tcase, says_where_there_is_none);
    tcase_add_test(tcase, tries_again_with_fewer_rules);
    tcase_add_test(tcase, takes_linear_time);
    tcase_add_test(tcase, reads_an_article);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
