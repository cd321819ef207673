/* traits: canonical URLs, titles, figures. */
#include "common/buf.h"
#include "embedder/tokens.h"
#include "embedder/traits.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *url, *canonical;
} urls[] = {
    {"http://example.com/a/b", "example.com/a/b"},
    {"https://WWW.Example.COM:443/a/b/", "example.com/a/b"},
    {"http://user:pw@example.com:80/a#top", "example.com/a"},
    {"https://m.example.com/a", "example.com/a"},
    {"https://mobile.example.com/a", "example.com/a"},
    {"https://amp.example.com/a", "example.com/a"},
    {"https://example.com/a/amp/", "example.com/a"},
    {"https://example.com/amp/a", "example.com/a"},
    {"https://example.com/a?amp=1", "example.com/a"},
    {"https://www.google.com/amp/s/www.example.com/a", "example.com/a"},
    {"https://www-example-com.cdn.ampproject.org/c/s/www.example.com/a/amp/", "example.com/a"},
    {"https://example.com/a?utm_source=x&id=3&fbclid=y", "example.com/a?id=3"},
    {"https://example.com/a?b=2&a=1", "example.com/a?a=1&b=2"},
    {"https://example.com//a//b", "example.com/a/b"},
    {"https://example.com/%7euser/%2f%C3%a9", "example.com/~user/%2F%C3%A9"},
    {"https://example.com/A", "example.com/A"},
    {"//example.com/a", "example.com/a"},
    {"  https://example.com/a\n", "example.com/a"},
    {"https://m.example/a", "m.example/a"},
    {"https://example.com/?p=12", "example.com?p=12"},
    {"https://example.com/", ""},
    {"https://example.com", ""},
    {"https://example.com/?utm_source=x", ""},
    {"urn:uuid:1", ""},
    {"https:///a", ""},
    {"", ""},
};

START_TEST(urls_are_made_canonical)
{
    char out[256];

    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        size_t n = traits_url_canonical(span_str(urls[i].url), out, sizeof out - 1);
        out[n] = 0;
        ck_assert_msg(strcmp(out, urls[i].canonical) == 0, "%s: %s, not %s", urls[i].url, out,
                      urls[i].canonical);
        ck_assert(!traits_url_key(span_str(urls[i].url)) == !*urls[i].canonical);
    }
}
END_TEST

START_TEST(a_long_url_is_cut)
{
    char url[5000] = "https://example.com/", out[100];

    memset(url + 20, 'a', sizeof url - 21);
    ck_assert_uint_eq(traits_url_canonical(span_str(url), out, sizeof out), sizeof out);
    ck_assert_uint_ne(traits_url_key(span_str(url)), 0);
}
END_TEST

static const struct {
    const char *title, *core;
} titles[] = {
    {"Dam fails in the north", "Dam fails in the north"},
    {"BREAKING: Dam fails in the north", "Dam fails in the north"},
    {"Breaking News - Live: Dam fails in the north", "Dam fails in the north"},
    {"[Updated] Dam fails in the north", "Dam fails in the north"},
    {"Dam fails in the north - The Daily", "Dam fails in the north"},
    {"Dam fails in the north | Site", "Dam fails in the north"},
    {"Dam fails in the north — Site", "Dam fails in the north"},
    {"Dam fails in the north - 12 dead", "Dam fails in the north - 12 dead"},
    {"СРОЧНО: прорвало плотину", "прорвало плотину"},
    {"Última hora: se rompe la presa", "se rompe la presa"},
    {"Live music returns", "Live music returns"},
    {"Dam fails - officials", "Dam fails - officials"},
    {"Well-known dam", "Well-known dam"},
    {"  ", ""},
    {"", ""},
};

START_TEST(titles_lose_what_tells_nothing)
{
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        struct span core = traits_title_core(span_str(titles[i].title));
        ck_assert_msg(span_eq(core, span_str(titles[i].core)), "%s: %.*s", titles[i].title,
                      (int)core.n, core.p ? core.p : "");
    }
}
END_TEST

static uint64_t title_key(const char *title)
{
    struct tokens tokens = {0};

    tokens_read(&tokens, traits_title_core(span_str(title)));
    uint64_t key = traits_title_key(&tokens);
    tokens_free(&tokens);
    return key;
}

START_TEST(title_keys_fold_case_and_punctuation)
{
    ck_assert_uint_eq(title_key("Live: “Dam” fails, in the north - Site"),
                      title_key("Dam FAILS in the north!"));
    ck_assert_uint_ne(title_key("dam fails north"), title_key("north dam fails"));
    ck_assert_uint_ne(title_key("dam fails 1"), title_key("dam fails 2"));
    ck_assert_uint_eq(title_key("…"), 0);
}
END_TEST

START_TEST(figures_are_distinct_and_ascending)
{
    struct tokens tokens = {0};
    uint32_t figures[TRAITS_FIGURES_MAX], again[TRAITS_FIGURES_MAX];
    char text[4096];
    size_t at = 0;

    tokens_read(&tokens, span_str("1,200 of 12.5 and 1200 more, q3"));
    ck_assert_uint_eq(traits_figures(&tokens, figures), 2);
    for (int i = 0; i < 300; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%d ", i * 7 % 300 + 1000);
    tokens_read(&tokens, span_str(text));
    ck_assert_uint_eq(traits_figures(&tokens, figures), TRAITS_FIGURES_MAX);
    for (int i = 1; i < TRAITS_FIGURES_MAX; i++)
        ck_assert_uint_lt(figures[i - 1], figures[i]);
    /* Of many, the same are kept, in whatever order they come. */
    at = 0;
    for (int i = 0; i < 300; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%d ", 1299 - i);
    tokens_read(&tokens, span_str(text));
    ck_assert_uint_eq(traits_figures(&tokens, again), TRAITS_FIGURES_MAX);
    ck_assert_mem_eq(figures, again, sizeof figures);
    tokens_free(&tokens);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("traits");
    TCase *tests = tcase_create("all");
    SRunner *runner = srunner_create(suite);

    tcase_add_test(tests, urls_are_made_canonical);
    tcase_add_test(tests, a_long_url_is_cut);
    tcase_add_test(tests, titles_lose_what_tells_nothing);
    tcase_add_test(tests, title_keys_fold_case_and_punctuation);
    tcase_add_test(tests, figures_are_distinct_and_ascending);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
