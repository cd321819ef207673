/* The query language: what is before the first NUL is a query; title, text, author and name of the
 * source of an item follow, a NUL between them.
 *
 * A query that is refused says where, within its bytes, and why.  One that is taken is written so
 * that it means the same when it is read again; FTS5 takes what is said to it; and an item in
 * memory is matched by text just when FTS5 finds it. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storer/lang.h"
#include "storer/lang_match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static const int64_t now_ms = INT64_C(1795250096789);
static sqlite3 *db;
static sqlite3_stmt *add, *find, *drop;

static void prepare(const char *sql, sqlite3_stmt **s)
{
    if (sqlite3_prepare_v2(db, sql, -1, s, NULL) != SQLITE_OK)
        abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
        sqlite3_exec(db,
                     "CREATE VIRTUAL TABLE t USING fts5 (title, text, author, source_title,"
                     " categories, tokenize = 'unicode61 remove_diacritics 2')",
                     NULL, NULL, NULL) != SQLITE_OK)
        abort();
    prepare("INSERT INTO t (rowid, title, text, author, source_title, categories)"
            " VALUES (1, ?1, ?2, ?3, ?4, '')",
            &add);
    prepare("SELECT rowid FROM t WHERE t MATCH ?1", &find);
    prepare("DELETE FROM t", &drop);
    return 0;
}

static struct span next_piece(struct span *rest)
{
    const char *end = rest->n ? memchr(rest->p, '\0', rest->n) : NULL;
    struct span piece = span_of(rest->p, end ? (size_t)(end - rest->p) : rest->n);

    *rest = span_after(*rest, end ? piece.n + 1 : piece.n);
    return piece;
}

/* --- what must hold --------------------------------------------------------------------------- */

static void same_again(const struct lang *lang, const struct buf *normal)
{
    struct lang_error error = {0};
    struct lang *again = NULL;
    struct buf twice = {0};

    (void)lang;
    if (normal->len > LANG_BYTES) /* fields of a group were written out */
        return;
    again = lang_parse(buf_span(normal), &error);
    if (!again)
        abort();
    lang_write(again, &twice);
    if (!span_eq(buf_span(normal), buf_span(&twice)))
        abort();
    lang_destroy(&again);
    buf_free(&twice);
}

static void bind(sqlite3_stmt *s, int place, struct span text)
{
    sqlite3_bind_text(s, place, text.p ? text.p : "", (int)text.n, SQLITE_STATIC);
}

static bool fts_finds(const struct buf *expression)
{
    int code = 0;

    bind(find, 1, buf_span(expression));
    code = sqlite3_step(find);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        fprintf(stderr, "%s: %s\n", sqlite3_errmsg(db), expression->data);
        abort();
    }
    sqlite3_reset(find);
    return code == SQLITE_ROW;
}

static void as_fts_finds(const struct lang *lang, const struct lang_item *item)
{
    struct buf expression = {0};
    struct lang_seen *seen = lang_seen_create(item);
    bool matches = lang_match(lang, seen, now_ms), found = false;

    if (lang_fts_part(lang, &expression)) {
        bind(add, 1, item->title);
        bind(add, 2, item->text);
        bind(add, 3, item->author);
        bind(add, 4, item->source_title);
        if (sqlite3_step(add) != SQLITE_DONE)
            abort();
        sqlite3_reset(add);
        found = fts_finds(&expression);
        if (lang_is_text(lang) ? found != matches : matches && !found) {
            fprintf(stderr, "%s: %d, FTS5 %d\n", expression.data, matches, found);
            abort();
        }
        sqlite3_step(drop);
        sqlite3_reset(drop);
    }
    lang_seen_destroy(&seen);
    buf_free(&expression);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = span_of(data, size), text = next_piece(&rest);
    struct lang_error error = {0};
    struct lang *lang = lang_parse(text, &error), *phrase = lang_phrase(text);
    struct lang_item item = {.id = 9, .story = 7, .source = 12, .time_ms = now_ms - 86400000};
    struct buf normal = {0}, plain = {0};

    item.title = next_piece(&rest);
    item.text = next_piece(&rest);
    item.author = next_piece(&rest);
    item.source_title = next_piece(&rest);
    if (!lang && (!error.words[0] || error.at + error.length > text.n))
        abort();
    if (lang) {
        lang_write(lang, &normal);
        same_again(lang, &normal);
        lang_plain(lang, &plain);
        as_fts_finds(lang, &item);
    }
    as_fts_finds(phrase, &item);
    lang_destroy(&lang);
    lang_destroy(&phrase);
    buf_free(&normal);
    buf_free(&plain);
    return 0;
}
