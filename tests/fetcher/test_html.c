#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "common/buf.h"
#include "fetcher/html.h"

#define BASE "http://e.org/a/b"

struct sample {
    const char *in, *want;
};

/* Each comes out as wanted, and comes out the same when it goes in again. */
static void check_samples(const struct sample *s, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf once = {0}, twice = {0};
        buf_adds(&once, "");
        buf_adds(&twice, "");
        html_sanitise(span_str(s[i].in), BASE, 0, &once, NULL);
        ck_assert_msg(strcmp(once.data, s[i].want) == 0, "%s\ngave   %s\nwanted %s", s[i].in,
                      once.data, s[i].want);
        html_sanitise(buf_span(&once), BASE, 0, &twice, NULL);
        ck_assert_str_eq(twice.data, once.data);
        buf_free(&once);
        buf_free(&twice);
    }
}

#define CHECK(samples) check_samples(samples, sizeof samples / sizeof *samples)

START_TEST(keeps_what_is_allowed)
{
    static const struct sample S[] = {
        {"<p>a <b>b</b> &amp; <i class=x id=y style='color:red'>c</i><br/></p>",
         "<p>a <b>b</b> &amp; <i>c</i><br></p>"},
        {"<a href='../c?x=1&y=2' target=_blank>l</a>",
         "<a href=\"http://e.org/c?x=1&amp;y=2\">l</a>"},
        {"<blink>x</blink><foo:bar>y", "xy"},
        {"1 < 2 > 0 & &lt;b&gt; &copy;&notit; &#150;&#x1F600;",
         "1 &lt; 2 &gt; 0 &amp; &lt;b&gt; ©¬it; –\xf0\x9f\x98\x80"},
        {"<img src=i.png alt='\"<x>' width=10 height=2em>",
         "<img src=\"http://e.org/a/i.png\" alt=\"&quot;&lt;x&gt;\" width=\"10\">"},
        {"<math><msup><mi>x</mi><mn>2</mn></msup></math>", "x2"},
    };

    CHECK(S);
}
END_TEST

START_TEST(drops_what_is_not)
{
    static const struct sample S[] = {
        {"a<script>x<b></script>b<style>y</style>c<iframe src=x>z</iframe>", "abc"},
        {"a<svg><text>x</text><a href=y>z</a></svg>b", "ab"},
        {"<form action=x>f<input name=y><textarea>t</textarea></form>", "f"},
        {"<p onclick=x() onmouseover='y()'>p</p>", "<p>p</p>"},
        {"<a href='java&#x0A;script:x()'>a</a>", "<a>a</a>"},
        {"<a href=' &#1;javascript:x()'>a</a>", "<a>a</a>"},
        {"<img src='data:image/svg+xml;base64,PHN2Zz4='>", ""},
        {"<div hidden>x<p>y</p></div>z", "z"},
        {"<!-- a --!>b<!--->c<![if IE]>d<?php x ?>e", "bcde"},
        {"<base href=//evil><meta http-equiv=refresh><link rel=stylesheet href=x>t", "t"},
    };

    CHECK(S);
}
END_TEST

START_TEST(drops_tracking_pixels)
{
    static const struct sample S[] = {
        {"<img src=p.gif width=1 height=1>", ""},
        {"<img src=p.gif width='1px' height='0'>", ""},
        {"<img src='http://feeds.feedburner.com/~r/x'>", ""},
        {"<img src=p.gif width=1 height=100>",
         "<img src=\"http://e.org/a/p.gif\" width=\"1\" height=\"100\">"},
    };

    CHECK(S);
}
END_TEST

START_TEST(restores_lazy_images)
{
    static const struct sample S[] = {
        {"<img src='data:image/gif;base64,R0lG' data-src='/x.png'>",
         "<img src=\"http://e.org/x.png\">"},
        {"<img data-original=x.png class=lazy>", "<img src=\"http://e.org/a/x.png\">"},
        {"<img src=s.png data-srcset='b.png 2x, c.png 640w'>",
         "<img srcset=\"http://e.org/a/b.png 2x, http://e.org/a/c.png 640w\""
         " src=\"http://e.org/a/s.png\">"},
        {"<img data-src='javascript:x()' src=s.png>", "<img src=\"http://e.org/a/s.png\">"},
        {"<img srcset='a.png 1x, javascript:x 2x, b.png nonsense'>",
         "<img srcset=\"http://e.org/a/a.png 1x\">"},
        {"<img class=lazy src='data:image/gif;base64,R0lG'><noscript><img src=r.png>x</noscript>",
         "<img src=\"data:image/gif;base64,R0lG\"><img src=\"http://e.org/a/r.png\">"},
        {"<img class=lazy><noscript><p><img src=r.png onload=x()></noscript>",
         "<img src=\"http://e.org/a/r.png\">"},
        {"<img src=r.png><noscript><img src=r.png></noscript>",
         "<img src=\"http://e.org/a/r.png\">"},
        {"<noscript><img src=r.png></noscript>", ""},
    };

    CHECK(S);
}
END_TEST

START_TEST(balances)
{
    static const struct sample S[] = {
        {"<b><i>x</b>y</i>", "<b><i>x</i></b>y"},
        {"<p>a<p>b<div>c", "<p>a</p><p>b</p><div>c</div>"},
        {"<ul><li>a<li>b<ul><li>c</ul></ul>d", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>d"},
        {"<dl><dt>a<dd>b<dt>c</dl>", "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>"},
        {"<a href=x>a<a href=y>b",
         "<a href=\"http://e.org/a/x\">a</a><a href=\"http://e.org/a/y\">b</a>"},
        {"</div></p></b>x</table>", "x"},
        {"<td>x</td>", "x"},
        {"<table><td>x</b><tr><th>y</table>z",
         "<table><tr><td>x</td></tr><tr><th>y</th></tr></table>z"},
        {"<table>x<tr>y", "<table><tr><td>x</td></tr><tr><td>y</td></tr></table>"},
        {"<table><tr><td><p>a</div></table>", "<table><tr><td><p>a</p></td></tr></table>"},
        {"<pre>\n\n x\n</pre>", "<pre>\n\n x\n</pre>"},
        {"<pre>\nx</pre>", "<pre>x</pre>"},
        {"<ruby>a<rp>(<rt><p>b<rp>)", "<ruby>a<rp>(</rp><rt><p>b</p></rt><rp>)</rp></ruby>"},
        {"<h1>a<h2>b", "<h1>a</h1><h2>b</h2>"},
    };

    CHECK(S);
}
END_TEST

START_TEST(survives_mutation)
{
    static const struct sample S[] = {
        {"<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 "
         "onerror=alert(1)&gt;\">",
         "<table><tr><td></td></tr></table>"},
        {"<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">", ""},
        {"<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
         "<img src=\"http://e.org/a/x\">&quot;&gt;"},
        {"<img title=' src=x'>", ""},
        {"<p title='`onmouseover=x()'>y", "<p title=\"&#96;onmouseover=x()\">y</p>"},
        {"<p title=\"&quot;onclick=x()\">y", "<p title=\"&quot;onclick=x()\">y</p>"},
        {"&lt;script&gt;x&lt;/script&gt;", "&lt;script&gt;x&lt;/script&gt;"},
    };

    CHECK(S);
}
END_TEST

START_TEST(keeps_what_follows_unended_markup)
{
    static const struct sample S[] = {
        {"safe<iframe src=x /> text", "safe text"},
        {"safe<iframe src=x> text<noembed> more<noframes>", "safe text more"},
        {"a<iframe src=x /> b <iframe src=y>c</iframe>d", "a b d"},
        {"a<iframe><p>fallback</p></iframe>b", "ab"},
        {"a<script src=x />b", "ab"},
        {"a<script src=x />b</script>c", "ac"},
        {"a<script>b", "a"},
        {"a<style>b<p>c", "a"},
        {"a<!-- b > c <!-- d > e", "a c  e"},
        {"a<!-- b --> c <!-- d", "a c "},
        {"a <!-- -- x >fe", "a fe"},
        {"a</", "a&lt;/"},
        {"a</ b>c", "ac"},
    };

    CHECK(S);
}
END_TEST

/* What browsers read differently the second time, and addresses in disguise. */
START_TEST(survives_disguises)
{
    static const struct sample S[] = {
        {"<svg></p><style><a id=\"</style><img src=1 onerror=x()>\">", ""},
        {"<noscript><p title=\"</noscript><img src=x onerror=y()>\">",
         "<img src=\"http://e.org/a/x\">&quot;&gt;"},
        {"<form><math><mtext></form><form><mglyph><style></math><img src onerror=x()>", ""},
        {"<table><template><img src=x></template></table>", "<table></table>"},
        {"<img src=x`onerror=y()><img src=`x` onerror=y()>",
         "<img src=\"http://e.org/a/x%60onerror=y()\"><img src=\"http://e.org/a/%60x%60\">"},
        {"<a href='jav&Tab;ascript&colon;x()'>a</a><a href='&#x6A;avascript:x()'>b</a>",
         "<a>a</a><a>b</a>"},
        {"<a href='data:text/html,x'>a</a><a href='vbscript:x'>b</a><a href='file:///x'>c</a>",
         "<a>a</a><a>b</a><a>c</a>"},
        {"<a href='x'onclick=y()>z</a><a/ /href=x>w</a>",
         "<a href=\"http://e.org/a/x\">z</a><a href=\"http://e.org/a/x\">w</a>"},
        {"<a href=x title='\"><script>1</script>'>y</a>",
         "<a href=\"http://e.org/a/x\" title=\"&quot;&gt;&lt;script&gt;1&lt;/script&gt;\">y</a>"},
        {"<video src=x poster=javascript:y()></video>", "<video src=\"http://e.org/a/x\"></video>"},
        {"<![CDATA[<script>x()</script>]]><p>ok", "<p>ok</p>"},
        {"<base href='http://x/'><meta http-equiv=refresh content=0><link href=y>z", "z"},
        {"<blockquote cite='javascript:x()'>y</blockquote>", "<blockquote>y</blockquote>"},
    };

    CHECK(S);
}
END_TEST

START_TEST(writes_only_text)
{
    static const struct sample S[] = {
        {"a\x01\x1b[31mb\x7f\xc2\x9b", "a[31mb›"},
        {"a\xff\xed\xa0\x80z", "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz"},
        {"a&#0;&#27;&#xD800;&#x110000;b", "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
                                          "b"},
        {"<p title='a\x1b&#27;b'>c</p>", "<p title=\"ab\">c</p>"},
    };

    CHECK(S);
}
END_TEST

START_TEST(keeps_within_its_bound)
{
    const char *in = "<div><ul><li>One &amp; two<li>three \xe2\x82\xac four</ul><p>five</div>";

    for (size_t max = 1; max < 120; max++) {
        struct buf html = {0}, text = {0}, again = {0};
        buf_adds(&html, "kept");
        html_sanitise(span_str(in), BASE, max, &html, &text);
        ck_assert_uint_le(html.len, max + 4);
        ck_assert_uint_le(text.len, max);
        html_sanitise(span_of(html.data + 4, html.len - 4), BASE, 0, &again, NULL);
        ck_assert(span_eq(buf_span(&again), span_of(html.data + 4, html.len - 4)));
        buf_free(&html);
        buf_free(&text);
        buf_free(&again);
    }
}
END_TEST

/* The text ends where its memory ends, which the address sanitizer watches. */
START_TEST(reads_nothing_behind_its_end)
{
    static const char IN[] = {'\1', '\xff', '\2', 'i', ' ', 'a', '&', 'b', '\xc3'};

    for (size_t n = 0; n <= sizeof IN; n++)
        for (size_t bound = 0; bound < 12; bound++) {
            char *copy = malloc(n + !n);
            struct buf html = {0}, text = {0};
            memcpy(copy, IN, n);
            html_sanitise(span_of(copy, n), NULL, bound, &html, &text);
            ck_assert(!bound || (html.len <= bound && text.len <= bound));
            buf_free(&html);
            buf_free(&text);
            free(copy);
        }
}
END_TEST

START_TEST(gives_plain_text)
{
    struct buf text = {0}, title = {0};

    html_sanitise(
        span_str(" <h1>A  title</h1><p>One<br>two&nbsp; <b>thr</b>ee</p><script>x</script>"
                 "<ul><li>a</li><li>b</li></ul><svg><text>no</text></svg>"),
        NULL, 0, NULL, &text);
    ck_assert_str_eq(text.data, "A title\nOne\ntwo three\na\nb");
    html_text(span_str("  <b>AT&amp;T</b>\n &lt;b&gt; says<br>5 < 6 <cut"), &title);
    ck_assert_str_eq(title.data, "AT&T <b> says 5 < 6 <cut");
    buf_free(&text);
    buf_free(&title);
}
END_TEST

/* Inputs that make naive readers quadratic or deep; each is a megabyte. */
START_TEST(is_linear)
{
    static const struct sample S[] = {
        {"<b>", "</i>"},   {"<div>", "</span>"}, {"<table><tr><td>", ""}, {"<a x=\"", ""},
        {"<!--", "--!"},   {"<p><a>", "</p>"},   {"<svg>", "</math>"},    {"<![CDATA[", "]]>"},
        {"<ul><li>", "x"}, {"&a", "&#"},         {"<pre>\n", "\n"},       {"<a a=b c=d ", ">"},
    };

    for (size_t i = 0; i < sizeof S / sizeof *S; i++) {
        struct buf in = {0}, html = {0}, text = {0};
        for (int half = 0; half < 2; half++)
            while (in.len < (half ? 1048576u : 524288u) && *(half ? S[i].want : S[i].in))
                buf_adds(&in, half ? S[i].want : S[i].in);
        html_sanitise(buf_span(&in), BASE, 0, &html, &text);
        ck_assert_uint_lt(html.len, 8 * in.len);
        buf_free(&in);
        buf_free(&html);
        buf_free(&text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("html");
    TCase *tcase = tcase_create("html");
    SRunner *runner = srunner_create(suite);

    tcase_set_timeout(tcase, 20); /* a quadratic reader needs minutes */
    tcase_add_test(tcase, keeps_what_is_allowed);
    tcase_add_test(tcase, drops_what_is_not);
    tcase_add_test(tcase, drops_tracking_pixels);
    tcase_add_test(tcase, restores_lazy_images);
    tcase_add_test(tcase, balances);
    tcase_add_test(tcase, survives_mutation);
    tcase_add_test(tcase, keeps_what_follows_unended_markup);
    tcase_add_test(tcase, survives_disguises);
    tcase_add_test(tcase, writes_only_text);
    tcase_add_test(tcase, keeps_within_its_bound);
    tcase_add_test(tcase, reads_nothing_behind_its_end);
    tcase_add_test(tcase, gives_plain_text);
    tcase_add_test(tcase, is_linear);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
