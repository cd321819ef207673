/* Long texts go around the XML parser: what comes of them is what comes of short ones. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "fetcher/feed.h"

enum { LONG = 400 }; /* bytes: more than the parser is given to read */

static const char *const forms[] = {
    "<rss><channel><item><title>%s%s</title><link>http://e.org/</link></item></channel></rss>",
    "<rss><channel><item><title><![CDATA[%s%s]]></title></item></channel></rss>",
    ("<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><title type='xhtml'>"
     "<div xmlns='http://www.w3.org/1999/xhtml'><b>%s%s</b></div></title></entry></feed>"),
};

static const char *const texts[] = {
    "plain",
    "a &lt;b&gt; &amp;amp; &quot;c&quot; &apos;d&apos;",
    "&#65;&#228;&#x41;&#8212;&#128512;",
    "&#1;",
    "&#0;",
    "&#99999999999;",
    "&#xfffe;",
    "&#133;",
    "&nbsp;&eacute;",
    "&unknown; & &",
    "&lt",
    "one\r\ntwo\rthree\nfour\tfive",
    "]]>",
    "]] > ]>",
    "é “quoted” 漢字 😀",
    "\xe0\xa4\xa8 \xed\x95\x9c \xef\xbf\xbd",
    "\x01\x1f",
    "\x7f\xc2\x85",
    "\xe9 and \xff",
    "\xed\xa0\x80",
    "\xc0\xaf",
    "\xf0\x9f\x98",
    "<b>bold</b> <i class='x>y'>it</i>",
    "<!-- a > b <![CDATA[ c --> d",
    "<![CDATA[e]]>f<![CDATA[g]]>",
    "<?pi > ?>h",
    "<br",
    "<",
    "",
};

static const char *lead(size_t n)
{
    static char text[LONG + 1];

    memset(text, 'x', sizeof(text) - 1);
    text[n] = '\0';
    return text;
}

static struct feed *read_form(const char *form, const char *front, const char *text)
{
    struct feed_context ctx = {.url = "http://example.org/feed"};
    const char *first = strstr(form, "%s%s");
    struct buf body = {0};
    struct feed *feed = NULL;

    buf_add(&body, form, (size_t)(first - form));
    buf_adds(&body, front);
    buf_adds(&body, text[0] ? "ééééééééééééééééééééé" : ""); /* enough to be UTF-8 */
    buf_adds(&body, text);
    buf_adds(&body, first + 4);
    feed_parse(buf_span(&body), &ctx, &feed);
    buf_free(&body);
    return feed;
}

/* The title behind the x's in front of it. */
static const char *title_of(const struct feed *feed)
{
    const char *title = feed->count ? feed->entries[0].title : NULL;

    if (!title)
        return "(none)";
    if (strncmp(title, "<b>", 3) == 0)
        title += 3;
    while (*title == 'x')
        title++;
    return title;
}

START_TEST(long_as_short)
{
    const char *form = forms[(size_t)_i / (sizeof(texts) / sizeof(texts[0]))];
    const char *text = texts[(size_t)_i % (sizeof(texts) / sizeof(texts[0]))];
    struct feed *small = read_form(form, lead(1), text);
    struct feed *large = read_form(form, lead(LONG), text);

    ck_assert_uint_eq(small->count, large->count);
    ck_assert_int_eq(small->wellformed, large->wellformed);
    ck_assert_str_eq(title_of(small), title_of(large));
    feed_destroy(&small);
    feed_destroy(&large);
}
END_TEST

/* Comments, instructions and attributes that look like a place where a text begins. */
START_TEST(no_texts)
{
    static const char *const traps[] = {
        "<!-- %s> %s <![CDATA[ %s --> <title>t</title>",
        "<?x %s> %s ?><title>t</title>",
        "<y z='%s> %s'/><title>t</title>",
        "<title>t</title><!-- <a> %s %s",
    };

    for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
        struct buf body = {0};
        struct feed *feed = NULL;
        buf_adds(&body, "<rss><channel><item>");
        buf_printf(&body, traps[i], lead(LONG), lead(LONG), lead(LONG));
        buf_adds(&body, "</item></channel></rss>");
        feed_parse(buf_span(&body), &(struct feed_context){0}, &feed);
        ck_assert_uint_eq(feed->count, 1);
        ck_assert_str_eq(feed->entries[0].title, "t");
        feed_destroy(&feed);
        buf_free(&body);
    }
}
END_TEST

/* What is in front of a tag that is too long is read. */
START_TEST(endless_tag)
{
    struct buf body = {0};
    struct feed *feed = NULL;

    buf_adds(&body, "<rss><channel><title>before</title><item><title>one</title></item><");
    for (int i = 0; i < 200; i++)
        buf_adds(&body, lead(LONG));
    buf_adds(&body, "/><item><title>two</title></item></channel></rss>");
    ck_assert_int_eq(feed_parse(buf_span(&body), &(struct feed_context){0}, &feed), FEED_OK);
    ck_assert(!feed->wellformed);
    ck_assert_str_eq(feed->title, "before");
    ck_assert_uint_eq(feed->count, 1);
    feed_destroy(&feed);
    buf_free(&body);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("feed_xml_push");
    TCase *tests = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_loop_test(tests, long_as_short, 0,
                        (int)(sizeof(texts) / sizeof(texts[0]) * sizeof(forms) / sizeof(forms[0])));
    tcase_add_test(tests, no_texts);
    tcase_add_test(tests, endless_tag);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
