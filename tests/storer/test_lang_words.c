/* Words, against FTS5 itself. */
#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"
#include "storer/lang_words.h"

static sqlite3 *db;

static void run(const char *sql)
{
    char *why = NULL;

    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK, "%s", why);
}

static void open_db(void)
{
    ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    run("CREATE VIRTUAL TABLE t USING fts5 (x, tokenize = 'unicode61 remove_diacritics 2');"
        "CREATE VIRTUAL TABLE v USING fts5vocab (t, 'instance');");
}

static void close_db(void)
{
    sqlite3_close(db);
}

static void put(sqlite3_stmt *s, int64_t id, struct span text)
{
    sqlite3_bind_int64(s, 1, id);
    sqlite3_bind_text(s, 2, text.p, (int)text.n, SQLITE_STATIC);
    ck_assert_int_eq(sqlite3_step(s), SQLITE_DONE);
    sqlite3_reset(s);
}

/* FTS5's words of each row, behind each other with a NUL each, compared with ours. */
static int compare(const struct buf *texts, size_t count)
{
    struct buf *theirs = calloc(count, sizeof(*theirs));
    sqlite3_stmt *s = NULL;
    int wrong = 0;

    sqlite3_prepare_v2(db, "SELECT doc, term FROM v ORDER BY doc, offset", -1, &s, NULL);
    while (sqlite3_step(s) == SQLITE_ROW)
        buf_add(&theirs[sqlite3_column_int64(s, 0) - 1], sqlite3_column_text(s, 1),
                (size_t)sqlite3_column_bytes(s, 1) + 1);
    sqlite3_finalize(s);
    for (size_t i = 0; i < count; i++) {
        struct lang_words ours = {0};

        lang_words_add(&ours, buf_span(&texts[i]));
        if (!span_eq(buf_span(&ours.bytes), buf_span(&theirs[i])) && wrong++ < 5)
            printf("row %zu: \"%s\", FTS5 has \"%s\"\n", i + 1,
                   ours.bytes.data ? ours.bytes.data : "", theirs[i].data ? theirs[i].data : "");
        lang_words_free(&ours);
        buf_free(&theirs[i]);
    }
    free(theirs);
    return wrong;
}

static void check_texts(struct buf *texts, size_t count)
{
    sqlite3_stmt *s = NULL;

    open_db();
    run("BEGIN");
    sqlite3_prepare_v2(db, "INSERT INTO t (rowid, x) VALUES (?1, ?2)", -1, &s, NULL);
    for (size_t i = 0; i < count; i++)
        put(s, (int64_t)i + 1, buf_span(&texts[i]));
    sqlite3_finalize(s);
    run("COMMIT");
    ck_assert_int_eq(compare(texts, count), 0);
    for (size_t i = 0; i < count; i++)
        buf_free(&texts[i]);
    close_db();
}

static const char *const samples[] = {
    "The quick-brown fox, 2nd edition (v1.5): it's naïve",
    "Größe ÀÉÎÕÜ ŁÓDŹ İstanbul ıI ŒUVRE",
    "Ελληνικά ΟΔΥΣΣΕΥΣ ά ὀδός",
    "Москва Ёлка ЙОД украї́нська",
    "日本語のニュース 東京、大阪。한국어 뉴스",
    "العَرَبِيَّة אָלֶף हिन्दी भाषा ไทย ภาษา",
    "e\xcc\x81"
    "a \xcc\x81"
    "b o\xcc\x88\xcc\x81 \xcc\x80",
    "soft\xc2\xadhyphen zero\xe2\x80\x8bwidth 😀 a😀b \xef\xac\x81",
    "\xff\xfe ab\200c \xc3 \xe2\x82 x\xed\xa0\x80y \xf4\x90\x80\x80 \xc0\xaf",
    "",
    " \t\n--- *** \"\"",
};

START_TEST(samples_agree)
{
    enum { COUNT = sizeof(samples) / sizeof(samples[0]) };
    struct buf texts[COUNT] = {0};

    for (size_t i = 0; i < COUNT; i++)
        buf_adds(&texts[i], samples[i]);
    check_texts(texts, COUNT);
}
END_TEST

/* Every code point, alone and within a word; some hundreds a row. */
START_TEST(every_code_point)
{
    enum { ROW = 128, COUNT = 0x110000 / ROW };
    struct buf *texts = calloc(COUNT, sizeof(*texts));

    for (uint32_t c = 1; c < 0x110000; c++) {
        struct buf *text = &texts[c / ROW];

        /* Most of the upper planes are alike: a choice of them. */
        if (c > 0x20000 && c % 61 != 0 && (c & 0xffff) < 0xfff0)
            continue;
        utf8_add(text, c);
        buf_adds(text, " q");
        utf8_add(text, c);
        buf_adds(text, "z ");
    }
    check_texts(texts, COUNT);
    free(texts);
}
END_TEST

static uint64_t seed = 5;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(seed >> 33) % below;
}

/* Texts of letters, marks and bytes in any order. */
START_TEST(random_texts)
{
    enum { COUNT = 3000 };
    static const uint32_t blocks[] = {0x20,  0x41,   0xc0,   0x300,  0x370,  0x400,  0x590,
                                      0x900, 0x1e00, 0x2000, 0x3040, 0xac00, 0xff00, 0x1f600};
    struct buf *texts = calloc(COUNT, sizeof(*texts));

    for (size_t i = 0; i < COUNT; i++)
        for (uint32_t n = draw(60); n > 0; n--)
            if (draw(12) == 0)
                buf_addc(&texts[i], (char)(1 + draw(255)));
            else
                utf8_add(&texts[i], blocks[draw(14)] + draw(0x60));
    check_texts(texts, COUNT);
    free(texts);
}
END_TEST

static bool have(const char *text, const char *phrase, bool prefix)
{
    struct lang_words words = {0}, wanted = {0};
    bool found = false;

    lang_words_add(&words, span_str(text));
    lang_words_cut(&words);
    lang_words_add(&words, span_str("last part"));
    lang_words_add(&wanted, span_str(phrase));
    found = lang_words_have(&words, &wanted, prefix);
    lang_words_free(&words);
    lang_words_free(&wanted);
    return found;
}

START_TEST(phrases)
{
    ck_assert(have("The River, flooded", "river FLOODED", false));
    ck_assert(!have("The River, flooded", "river flood", false));
    ck_assert(have("The River, flooded", "river flood", true));
    ck_assert(!have("The River, flooded", "riv flooded", true));
    ck_assert(!have("The River, flooded", "flooded last", false)); /* another text */
    ck_assert(have("The River, flooded", "last part", false));
    ck_assert(!have("The River", "part more", true));
    ck_assert(!have("The River", "", true));
    ck_assert(!have("", "river", true));
    ck_assert(have("a a b", "a b", false));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lang_words");
    TCase *words = tcase_create("words");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_set_timeout(words, 60);
    tcase_add_test(words, samples_agree);
    tcase_add_test(words, every_code_point);
    tcase_add_test(words, random_texts);
    tcase_add_test(words, phrases);
    suite_add_tcase(suite, words);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
