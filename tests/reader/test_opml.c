#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "common/buf.h"
#include "reader/opml.h"

static struct opml *parse(const char *text)
{
    return opml_parse(span_str(text));
}

START_TEST(reads_nested_lists)
{
    struct opml *o = parse("<?xml version='1.0'?><opml version='2.0'><head><title>My &amp; list"
                           "</title></head><body><outline text='News'><outline text='Wire'>\n"
                           "<outline type='rss' text='t' title='The T' xmlUrl='http://e.org/t'"
                           " htmlUrl='http://e.org/'/></outline></outline>"
                           "<outline xmlUrl='http://e.org/u'></outline></body></opml>");

    ck_assert(o->seen);
    ck_assert_str_eq(o->title, "My & list");
    ck_assert_uint_eq(o->feed_count, 2);
    ck_assert_uint_eq(o->skip_count, 0);
    ck_assert_str_eq(o->feeds[0].title, "The T");
    ck_assert_str_eq(o->feeds[0].html_url, "http://e.org/");
    ck_assert_int_eq(o->feeds[0].line, 2);
    ck_assert_uint_eq(o->feeds[0].depth, 2);
    ck_assert_str_eq(o->feeds[0].path[0], "News");
    ck_assert_str_eq(o->feeds[0].path[1], "Wire");
    ck_assert_uint_eq(o->feeds[1].depth, 0);
    ck_assert_str_eq(o->feeds[1].title, "http://e.org/u");
    opml_destroy(&o);
    ck_assert_ptr_null(o);
    opml_destroy(&o);
}
END_TEST

START_TEST(reads_what_is_not_well_formed)
{
    struct opml *o = parse(
        "<opml><body>\n<outline text=\"A & B &nbsp;< C\" XMLURL=\"http://e.org/?a&b\">"
        "\n<outline title=\"of <a href=\"http://x\" rel=\"y\">X</a>.\" xmlUrl=http://e.org/2 />"
        "\n<outline text=\"say \"hello\" now\" xmlUrl='http://e.org/3'/>"
        "\n<outline text=\"forgotten xmlUrl='http://e.org/4'/>"
        "\n<outline xmlUrl='http://e.org/5'/>");

    ck_assert_uint_eq(o->feed_count, 4);
    ck_assert_str_eq(o->feeds[0].title, "A & B \xc2\xa0< C");
    ck_assert_str_eq(o->feeds[0].url, "http://e.org/?a&b");
    ck_assert_str_eq(o->feeds[1].url, "http://e.org/2");
    ck_assert_str_eq(o->feeds[2].title, "say \"hello\" now");
    ck_assert_str_eq(o->feeds[3].url, "http://e.org/5");
    opml_destroy(&o);
}
END_TEST

START_TEST(says_what_it_skipped)
{
    struct opml *o = parse("<opml><body>\n<outline text='note'/>\n<outline text='n2' xmlUrl=''/>"
                           "<!-- <outline xmlUrl='http://e.org/'/> -->\n<outline text='cut' xmlU");

    ck_assert_uint_eq(o->feed_count, 0);
    ck_assert_uint_eq(o->skip_count, 3);
    ck_assert_str_eq(o->skipped[0].what, "note");
    ck_assert_int_eq(o->skipped[0].line, 2);
    ck_assert_str_eq(o->skipped[0].reason, "it has no xmlUrl");
    ck_assert_int_eq(o->skipped[1].line, 3);
    ck_assert_str_eq(o->skipped[2].reason, "the list ends within it");
    opml_destroy(&o);
}
END_TEST

START_TEST(reads_other_encodings)
{
    static const char LATIN[] = "<?xml version='1.0' encoding='ISO-8859-1'?><opml><outline "
                                "text='\xe9t\xe9' xmlUrl='http://e.org/'/></opml>";
    const char *text = "<opml><outline text='x' xmlUrl='http://e.org/'/></opml>";
    struct buf wide = {0};
    struct opml *o = parse(LATIN);

    ck_assert_uint_eq(o->feed_count, 1);
    ck_assert_str_eq(o->feeds[0].title, "\xc3\xa9t\xc3\xa9");
    opml_destroy(&o);
    buf_add(&wide, "\xff\xfe", 2);
    for (const char *p = text; *p; p++)
        buf_add(&wide, (char[]){*p, '\0'}, 2);
    o = opml_parse(buf_span(&wide));
    ck_assert_uint_eq(o->feed_count, 1);
    ck_assert_str_eq(o->feeds[0].url, "http://e.org/");
    opml_destroy(&o);
    buf_free(&wide);
}
END_TEST

static void expect_title(const char *list, const char *title)
{
    struct opml *o = parse(list);

    ck_assert_uint_eq(o->feed_count, 1);
    ck_assert_str_eq(o->feeds[0].title, title);
    opml_destroy(&o);
}

/* A declaration counts where it can be true. */
START_TEST(sees_through_wrong_declarations)
{
    expect_title("<?xml version='1.0' encoding='utf-8'?><opml><outline text='\xe9\x92 \xc3\xa9' "
                 "xmlUrl='http://e.org/'/></opml>",
                 "é’ é");
    expect_title(
        "<?xml version='1.0' encoding='utf-16'?><outline text='é' xmlUrl='http://e.org/'/>", "é");
    expect_title("<?xml version='1.0' encoding='ascii'?><outline text='\x93x\x94' xmlUrl='u'/>",
                 "“x”");
    expect_title("<?xml version='1.0' encoding='iso-8859-1'?><outline text='éàüößéàü' xmlUrl='u'/>",
                 "éàüößéàü");
    expect_title("<?xml version='1.0' encoding='none'?><outline text='é' xmlUrl='u'/>", "é");
}
END_TEST

START_TEST(reads_a_title_in_a_marked_section)
{
    struct opml *o = parse("<opml><head><title><![CDATA[A & <b>]]></title></head></opml>");

    ck_assert_str_eq(o->title, "A & <b>");
    opml_destroy(&o);
    o = parse("<opml><head><title><![CDATA[A");
    ck_assert_str_eq(o->title, "");
    opml_destroy(&o);
}
END_TEST

START_TEST(sees_no_list_where_there_is_none)
{
    struct opml *o = parse("<html><body>hello</body></html>");

    ck_assert(!o->seen);
    opml_destroy(&o);
    o = opml_parse(span_of(NULL, 0));
    ck_assert(!o->seen);
    opml_destroy(&o);
}
END_TEST

START_TEST(bears_deep_nesting)
{
    struct buf text = {0};

    for (int i = 0; i < 50000; i++)
        buf_adds(&text, "<outline text='x'>");
    buf_adds(&text, "<outline xmlUrl='http://e.org/'/>");
    struct opml *o = opml_parse(buf_span(&text));
    ck_assert_uint_eq(o->feed_count, 1);
    ck_assert_uint_eq(o->feeds[0].depth, 32);
    opml_destroy(&o);
    buf_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("opml");
    TCase *tcase = tcase_create("opml");
    SRunner *runner = srunner_create(suite);

    tcase_add_test(tcase, reads_nested_lists);
    tcase_add_test(tcase, reads_what_is_not_well_formed);
    tcase_add_test(tcase, says_what_it_skipped);
    tcase_add_test(tcase, reads_other_encodings);
    tcase_add_test(tcase, sees_through_wrong_declarations);
    tcase_add_test(tcase, reads_a_title_in_a_marked_section);
    tcase_add_test(tcase, sees_no_list_where_there_is_none);
    tcase_add_test(tcase, bears_deep_nesting);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
