/* The query language: normal forms, FTS5's, errors, limits. */
#include <check.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "storer/lang.h"

/* fts "" : there is no part that is text. */
static const struct {
    const char *text, *normal, *fts;
} forms[] = {
    {"", "", ""},
    {" \t ", "", ""},
    {"river", "river", "{title text author source_title} : \"river\""},
    {"river flood", "river flood",
     "{title text author source_title} : \"river\" AND"
     " {title text author source_title} : \"flood\""},
    {"\"river flood\"", "\"river flood\"", "{title text author source_title} : \"river flood\""},
    {"flo*", "flo*", "{title text author source_title} : \"flo\" *"},
    {"\"river flo\"*", "\"river flo\"*", "{title text author source_title} : \"river flo\" *"},
    {"title:a OR author:b", "title:a OR author:b", "{title} : \"a\" OR {author} : \"b\""},
    {"title:(a OR b) -c", "(title:a OR title:b) -c",
     "(({title} : \"a\" OR {title} : \"b\")) NOT ({title text author source_title} : \"c\")"},
    {"(a b) (c (d))", "a b c d", NULL},
    {"a AND b", "a b", NULL},
    {"a or and not", "a or and not", NULL},
    {"a OR b c", "a OR b c", NULL},
    {"(a OR b) OR c", "a OR b OR c", NULL},
    {"-(a b)", "-(a b)", ""},
    {"--a", "a", NULL},
    {"NOT NOT a", "a", NULL},
    {"NOT a", "-a", ""},
    {"a NOT b", "a -b", NULL},
    {"a & b - c", "a b c", NULL},
    {"http://a.test/x", "\"http://a.test/x\"", NULL},
    {"12:30", "\"12:30\"", NULL},
    {"x: y", "\"x:\" y", NULL},
    {"\"OR\"", "\"OR\"", NULL},
    {"a\xe3\x80\x80"
     "b",
     "a b", NULL}, /* ideographic space */
    {"source:12", "source:12", ""},
    {"source:http://a.test/feed", "source:\"http://a.test/feed\"", ""},
    {"source:\"BBC News\"", "source:\"BBC News\"", ""},
    {"category:tech/x", "category:tech/x", ""},
    {"lang:pt_BR", "lang:pt-br", ""},
    {"LANG:de IS:Unread", "lang:de is:unread", ""},
    {"is:(read OR starred)", "is:read OR is:starred", ""},
    {"story:7 -id:9", "story:7 -id:9", ""},
    {"after:2d", "after:2d", ""},
    {"after:48h", "after:2d", ""},
    {"after:90m before:yesterday", "after:90m before:yesterday", ""},
    {"after:0d", "after:0s", ""},
    {"before:999999y", "before:999999y", ""},
    {"before:2026-11-20", "before:2026-11-20", ""},
    {"before:2026-11-20T10:00", "before:2026-11-20T10:00", ""},
    {"before:2026-11-20T10:00:30Z", "before:2026-11-20T10:00:30", ""},
    {"before:0001-01-01", "before:0001-01-01", ""},
    {"before:1900-03-01", "before:1900-03-01", ""},
    {"before:2024-02-29T00:00", "before:2024-02-29", ""},
    {"before:9999-12-31", "before:9999-12-31", ""},
    {"river source:5 -flood is:unread", "river source:5 -flood is:unread",
     "({title text author source_title} : \"river\") NOT"
     " ({title text author source_title} : \"flood\")"},
    {"river OR source:5", "river OR source:5", ""},
};

static struct lang *parsed(const char *text)
{
    struct lang_error error = {0};
    struct lang *lang = lang_parse(span_str(text), &error);

    ck_assert_msg(lang != NULL, "%s: %s at %zu", text, error.words, error.at);
    return lang;
}

START_TEST(normal_forms)
{
    struct lang *lang = NULL, *again = NULL;
    struct buf normal = {0}, twice = {0}, fts = {0};

    lang = parsed(forms[_i].text);
    lang_write(lang, &normal);
    ck_assert_str_eq(normal.data ? normal.data : "", forms[_i].normal);
    again = parsed(forms[_i].normal);
    lang_write(again, &twice);
    ck_assert_str_eq(twice.data ? twice.data : "", forms[_i].normal);
    ck_assert(lang_fts_part(lang, &fts) == (fts.len > 0));
    if (forms[_i].fts)
        ck_assert_str_eq(fts.data ? fts.data : "", forms[_i].fts);
    lang_destroy(&lang);
    lang_destroy(&again);
    buf_free(&normal);
    buf_free(&twice);
    buf_free(&fts);
}
END_TEST

static const struct {
    const char *text;
    size_t at, length;
    const char *words;
} errors[] = {
    {"river \"flood", 6, 1, "not closed"},
    {"(river", 0, 1, "put a )"},
    {"river) x", 5, 1, "never opened"},
    {"a ()", 2, 2, "nothing between"},
    {"a (", 2, 1, "nothing between"},
    {"OR a", 0, 2, "both sides"},
    {"a OR", 2, 2, "both sides"},
    {"a OR OR b", 2, 2, "both sides"},
    {"(a OR) b", 3, 2, "both sides"},
    {"a NOT", 2, 3, "left out"},
    {"a NOT OR b", 2, 3, "left out"},
    {"titel:x", 0, 6, "no field"},
    {"a -titel:x", 3, 6, "no field"},
    {"title: x", 0, 6, "right behind the colon"},
    {"title:", 0, 6, "right behind the colon"},
    {"title:++", 0, 8, "no letter"},
    {"+++", 0, 3, "no letter"},
    {"a OR +", 5, 1, "no letter"},
    {"(&)", 1, 1, "no letter"},
    {"ri*er", 2, 1, "end of a word"},
    {"*er", 0, 1, "end of a word"},
    {"source:bb*", 0, 10, "goes with words"},
    {"is:good", 0, 7, "unread, read"},
    {"before:noon", 0, 11, "2026-11-20"},
    {"before:2026-02-29", 0, 17, "2026-11-20"},
    {"before:2026-13-01", 0, 17, "2026-11-20"},
    {"before:2026-11-20T25:00", 0, 23, "2026-11-20"},
    {"after:2x", 0, 8, "today"},
    {"after:12345678d", 0, 15, "today"},
    {"story:x", 0, 7, "number of a story"},
    {"id:0", 0, 4, "number of an item"},
    {"lang:d", 0, 6, "write a language"},
    {"lang:d\xc3\xa9", 0, 8, "write a language"},
    {"title:(a author:b)", 9, 7, "within title:"},
};

START_TEST(wrong_queries)
{
    struct lang_error error = {0};
    struct lang *lang = lang_parse(span_str(errors[_i].text), &error);

    ck_assert_msg(lang == NULL, "%s", errors[_i].text);
    ck_assert_msg(strstr(error.words, errors[_i].words), "%s: %s", errors[_i].text, error.words);
    ck_assert_msg(error.at == errors[_i].at && error.length == errors[_i].length,
                  "%s: at %zu, %zu bytes", errors[_i].text, error.at, error.length);
}
END_TEST

static struct lang *repeated(const char *begin, const char *piece, int times, const char *end,
                             const char *end_piece)
{
    struct buf text = {0};
    struct lang_error error = {0};
    struct lang *lang = NULL;

    buf_adds(&text, begin);
    for (int i = 0; i < times; i++)
        buf_adds(&text, piece);
    buf_adds(&text, end);
    for (int i = 0; i < times; i++)
        buf_adds(&text, end_piece);
    lang = lang_parse(buf_span(&text), &error);
    ck_assert(lang || error.words[0]);
    ck_assert(error.at + error.length <= text.len);
    buf_free(&text);
    return lang;
}

/* Whether FTS5 takes it; it may find nothing. */
static void fts_takes(const struct lang *lang)
{
    struct buf fts = {0};
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;

    if (!lang_fts_part(lang, &fts))
        return;
    ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    sqlite3_exec(db,
                 "CREATE VIRTUAL TABLE t USING fts5 (title, text, author, source_title,"
                 " categories, tokenize = 'unicode61 remove_diacritics 2')",
                 NULL, NULL, NULL);
    sqlite3_prepare_v2(db, "SELECT rowid FROM t WHERE t MATCH ?1", -1, &s, NULL);
    sqlite3_bind_text(s, 1, fts.data, (int)fts.len, SQLITE_STATIC);
    ck_assert_msg(sqlite3_step(s) == SQLITE_DONE, "%s: %.300s", sqlite3_errmsg(db), fts.data);
    sqlite3_finalize(s);
    sqlite3_close(db);
    buf_free(&fts);
}

START_TEST(bounds)
{
    struct lang *lang = repeated("", "(", LANG_DEPTH - 1, "a", ")");

    ck_assert_ptr_nonnull(lang);
    lang_destroy(&lang);
    ck_assert_ptr_null(repeated("", "(", LANG_DEPTH, "a", ")"));
    ck_assert_ptr_null(repeated("", "(", LANG_BYTES / 2 - 2, "a", ")"));
    ck_assert_ptr_null(repeated("", "-", LANG_BYTES - 1, "a", ""));
    ck_assert_ptr_null(repeated("", "a ", LANG_NODES + 1, "", ""));
    ck_assert_ptr_null(repeated("", "a", LANG_BYTES + 1, "", ""));
    lang = repeated("", "a ", LANG_NODES, "", "");
    ck_assert_uint_eq(lang->count, LANG_NODES);
    fts_takes(lang);
    lang_destroy(&lang);
    lang = repeated("", "a OR ", LANG_NODES - 1, "b", "");
    fts_takes(lang);
    lang_destroy(&lang);
    lang = repeated("", "b (c OR ", LANG_DEPTH - 1, "a", ")"); /* as deep as can be */
    ck_assert_ptr_nonnull(lang);
    fts_takes(lang);
    lang_destroy(&lang);
    lang = repeated("", "b -(c ", LANG_DEPTH / 2 - 1, "a", ")");
    ck_assert_ptr_nonnull(lang);
    fts_takes(lang);
    lang_destroy(&lang);
    lang = repeated("\"", "a", LANG_BYTES - 2, "\"", "");
    fts_takes(lang);
    lang_destroy(&lang);
}
END_TEST

/* Nothing of a user's text is FTS5's syntax. */
START_TEST(no_injection)
{
    static const char *const texts[] = {
        "\"a\" OR \"b\"",
        "a\" OR title : \"b",
        "NEAR(a b)",
        "^a",
        "a + b",
        "{text} : b",
        "'; DROP TABLE t; --",
        "a\"\"b",
        "- a : b",
        "a*b\"*",
        "\\\"a",
        "\"",
        "(\"",
    };
    struct lang *lang = NULL;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct lang_error error = {0};

        lang = lang_phrase(span_str(texts[i]));
        fts_takes(lang);
        lang_destroy(&lang);
        lang = lang_parse(span_str(texts[i]), &error);
        if (lang)
            fts_takes(lang);
        lang_destroy(&lang);
    }
    lang = lang_phrase(span_str("say \"river\" * OR (x"));
    ck_assert_int_eq(lang->kind, LANG_TEXT);
    ck_assert_str_eq(lang->text, "say  river  * OR (x");
    lang_destroy(&lang);
    lang = lang_phrase(span_of("a\0b", 3));
    ck_assert_str_eq(lang->text, "a b");
    lang_destroy(&lang);
}
END_TEST

START_TEST(points_in_time)
{
    static const struct {
        const char *text;
        int64_t ms;
    } times[] = {
        {"after:1970-01-01", 0},
        {"after:2026-11-20", INT64_C(1795132800000)},
        {"after:2026-11-20T10:00:30", INT64_C(1795168830000)},
        {"after:1969-12-31T23:59:59", -1000},
        {"after:2d", INT64_C(1795250096000) - INT64_C(172800000)},
        {"after:today", INT64_C(1795219200000)},
        {"after:yesterday", INT64_C(1795132800000)},
    };

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        struct lang *lang = parsed(times[i].text);

        ck_assert_int_eq(lang_time(lang, INT64_C(1795250096789)), times[i].ms);
        lang_destroy(&lang);
    }
}
END_TEST

START_TEST(joined)
{
    struct lang *lang = lang_both(parsed("a OR b"), parsed("c d"));
    struct buf text = {0};

    lang_write(lang, &text);
    ck_assert_str_eq(text.data, "(a OR b) c d");
    lang = lang_both(lang, parsed(""));
    lang = lang_both(parsed(""), lang);
    buf_clear(&text);
    lang_write(lang, &text);
    ck_assert_str_eq(text.data, "(a OR b) c d");
    lang_destroy(&lang);
    buf_clear(&text);
    lang = parsed("river (title:flood OR \"a b\") -no is:read -(x y)");
    lang_plain(lang, &text);
    ck_assert_str_eq(text.data, "river flood a b");
    lang_destroy(&lang);
    buf_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lang");
    TCase *lang = tcase_create("lang");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_loop_test(lang, normal_forms, 0, sizeof(forms) / sizeof(forms[0]));
    tcase_add_loop_test(lang, wrong_queries, 0, sizeof(errors) / sizeof(errors[0]));
    tcase_add_test(lang, bounds);
    tcase_add_test(lang, no_injection);
    tcase_add_test(lang, points_in_time);
    tcase_add_test(lang, joined);
    suite_add_tcase(suite, lang);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
