#include "storer/db_read_text.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "common/mem.h"

enum {
    GROUPS = 65536,
    COLUMNS = 5,           /* title, text, author, source_title, categories */
    TOKEN_LONGEST = 32768, /* FTS5 cuts longer ones (FTS5_MAX_TOKEN_SIZE) */
};

/* What is hashed of one occurrence; no padding. */
struct occurrence {
    uint64_t term;
    int64_t item;
    int64_t column;
    int64_t place;
};

struct check {
    struct db_read *db;
    uint64_t *sums;   /* GROUPS; index minus items: 0 where they agree */
    uint64_t *groups; /* of the item in hand */
    int64_t item;
    int64_t column;
    int64_t places[COLUMNS];
    fts5_tokenizer tokenizer;
    Fts5Tokenizer *tokens;
    int most;
    int64_t differ;
    db_read_text_fn *fn;
    void *arg;
};

static uint64_t *group_of(struct check *check, int64_t item)
{
    return &check->sums[(uint64_t)item % GROUPS];
}

static uint64_t hash_of(struct span term, int64_t item, int64_t column, int64_t place)
{
    struct occurrence occurrence = {hash_64(term.p, term.n), item, column, place};

    return hash_64(&occurrence, sizeof(occurrence));
}

/* --- the index -------------------------------------------------------------------------------- */

static int64_t column_of(struct span name)
{
    static const char *const names[COLUMNS] = {"title", "text", "author", "source_title",
                                               "categories"};

    for (int64_t i = 0; i < COLUMNS; i++)
        if (span_eq(name, span_str(names[i])))
            return i;
    return COLUMNS;
}

static void add_index(struct check *check)
{
    struct db_rows *rows =
        db_rows_start(check->db, "SELECT term, doc, col, \"offset\" FROM temp.item_fts_terms", "");

    while (db_rows_next(rows)) {
        int64_t item = db_rows_int(rows, 1);

        *group_of(check, item) += hash_of(db_rows_text(rows, 0), item,
                                          column_of(db_rows_text(rows, 2)), db_rows_int(rows, 3));
    }
    db_rows_end(rows);
}

/* --- the items -------------------------------------------------------------------------------- */

static int token(void *arg, int flags, const char *p, int n, int start, int end)
{
    struct check *check = arg;
    int64_t *place = &check->places[check->column];

    (void)start;
    (void)end;
    if (!(flags & FTS5_TOKEN_COLOCATED))
        ++*place;
    if (n > TOKEN_LONGEST)
        n = TOKEN_LONGEST;
    *check->groups -= hash_of(span_of(p, (size_t)n), check->item, check->column, *place - 1);
    return SQLITE_OK;
}

static void tokenise(struct check *check, struct db_rows *rows)
{
    check->item = db_rows_int(rows, 0);
    check->groups = group_of(check, check->item);
    for (int i = 0; i < COLUMNS; i++) {
        struct span text = db_rows_text(rows, 1 + i);

        check->column = i;
        check->places[i] = 0;
        check->tokenizer.xTokenize(check->tokens, check, FTS5_TOKENIZE_DOCUMENT, text.p,
                                   (int)text.n, token);
    }
}

/* Whether a docsize row (a varint a column, as SQLite's file format has them) gives these counts.
 */
static bool sizes_match(const struct check *check, struct span sizes)
{
    size_t at = 0;

    for (int i = 0; i < COLUMNS; i++) {
        int64_t value = 0;
        unsigned char c = 0x80;

        while (at < sizes.n && (c & 0x80)) {
            c = (unsigned char)sizes.p[at++];
            value = value << 7 | (c & 0x7f);
        }
        if ((c & 0x80) || value != check->places[i])
            return false;
    }
    return at == sizes.n;
}

static void tell(struct check *check, int64_t item, const char *what)
{
    if (check->differ++ < check->most)
        check->fn(check->arg, item, what);
}

static void subtract_items(struct check *check)
{
    struct db_rows *rows = db_rows_start(check->db,
                                         "SELECT item.id, item.title, item.text, item.author,"
                                         " item.source_title, item.categories, size.sz FROM item"
                                         " LEFT JOIN item_fts_docsize AS size ON size.id = item.id",
                                         "");

    while (db_rows_next(rows)) {
        struct span sizes = db_rows_blob(rows, 1 + COLUMNS);

        tokenise(check, rows);
        /* An item that is not there at all shows in its group, too; it is told once, here. */
        if (!sizes.p)
            tell(check, check->item, "is not in the text index");
        else if (!sizes_match(check, sizes))
            tell(check, check->item, "has another length in the text index");
    }
    db_rows_end(rows);
}

static void tell_strangers(struct check *check)
{
    struct db_rows *rows = db_rows_start(
        check->db, "SELECT id FROM item_fts_docsize WHERE id NOT IN (SELECT id FROM item)", "");

    while (db_rows_next(rows))
        tell(check, db_rows_int(rows, 0), "is in the text index and is no item");
    db_rows_end(rows);
}

/* A group that does not agree is told once, by the first of its items; items share a group only
 * where their ids are a multiple of GROUPS apart. */
static void tell_groups(struct check *check)
{
    struct db_rows *rows = db_rows_start(check->db, "SELECT id FROM item ORDER BY id", "");

    while (db_rows_next(rows)) {
        int64_t item = db_rows_int(rows, 0);

        if (*group_of(check, item))
            tell(check, item, "(or one 65,536 further on) has other words in the text index");
        *group_of(check, item) = 0;
    }
    db_rows_end(rows);
    for (int64_t i = 0; i < GROUPS; i++)
        if (check->sums[i])
            tell(check, i, "(or one 65,536 further on) has words in the text index and is no item");
}

/* What makes a sum differ without being told yet is found by its words. */
static void tell_rest(struct check *check)
{
    tell_strangers(check);
    if (check->differ == 0 && db_read_status(check->db) == DB_READ_OK)
        tell_groups(check);
}

/* --- setting up ------------------------------------------------------------------------------- */

static int find_api(sqlite3 *handle, fts5_api **api)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(handle, "SELECT fts5(?1)", -1, &stmt, NULL);

    if (code == SQLITE_OK) {
        sqlite3_bind_pointer(stmt, 1, api, "fts5_api_ptr", NULL);
        sqlite3_step(stmt);
    }
    sqlite3_finalize(stmt);
    return *api ? SQLITE_OK : SQLITE_ERROR;
}

/* The tokenizer of item_fts, as the schema names it. */
static int find_tokenizer(struct check *check, sqlite3 *handle)
{
    const char *arguments[] = {"remove_diacritics", "2"};
    fts5_api *api = NULL;
    void *user = NULL;
    int code = find_api(handle, &api);

    if (code == SQLITE_OK)
        code = api->xFindTokenizer(api, "unicode61", &user, &check->tokenizer);
    if (code == SQLITE_OK)
        code = check->tokenizer.xCreate(user, arguments, 2, &check->tokens);
    return code;
}

int64_t db_read_text_check(struct db_read *db, int most, db_read_text_fn *fn, void *arg)
{
    static const char view[] = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.item_fts_terms"
                               " USING fts5vocab ('main', 'item_fts', 'instance')";
    struct check check = {.db = db, .most = most, .fn = fn, .arg = arg};
    sqlite3 *handle = db_read_handle(db);
    int code = sqlite3_exec(handle, view, NULL, NULL, NULL);

    if (code == SQLITE_OK)
        code = find_tokenizer(&check, handle);
    if (code != SQLITE_OK) {
        db_read_fail(db, code);
        return -1;
    }
    check.sums = mem_calloc(GROUPS, sizeof(*check.sums));
    add_index(&check);
    if (db_read_status(db) == DB_READ_OK)
        subtract_items(&check);
    if (db_read_status(db) == DB_READ_OK)
        tell_rest(&check);
    check.tokenizer.xDelete(check.tokens);
    free(check.sums);
    return db_read_status(db) == DB_READ_OK ? check.differ : -1;
}
