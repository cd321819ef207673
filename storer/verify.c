#include "storer/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/app.h"
#include "common/buf.h"
#include "common/clock.h"
#include "storer/db_read.h"
#include "storer/db_read_text.h"
#include "storer/verify_inner.h"

struct check {
    const char *name;
    void (*run)(struct verify *verify);
};

static void integrity(struct verify *verify)
{
    struct db_rows *rows = db_rows_start(verify->db, "PRAGMA integrity_check (20)", "");

    while (db_rows_next(rows)) {
        struct span line = db_rows_text(rows, 0);

        if (!span_eq(line, span_str("ok")))
            verify_problem(verify, "%.*s", (int)line.n, line.p);
    }
    db_rows_end(rows);
}

static void references(struct verify *verify)
{
    struct db_rows *rows = db_rows_start(verify->db, "PRAGMA foreign_key_check", "");

    while (db_rows_next(rows)) {
        struct span table = db_rows_text(rows, 0), parent = db_rows_text(rows, 2);

        verify_problem(verify, "%.*s row %lld points to no %.*s", (int)table.n, table.p,
                       (long long)db_rows_int(rows, 1), (int)parent.n, parent.p);
    }
    db_rows_end(rows);
}

static void text_problem(void *arg, int64_t item, const char *what)
{
    verify_problem(arg, "item %lld %s", (long long)item, what);
}

static void text(struct verify *verify)
{
    int64_t differ = db_read_text_check(verify->db, VERIFY_PROBLEMS, text_problem, verify);

    if (differ > VERIFY_PROBLEMS)
        verify->count = differ;
}

static const struct check checks[] = {
    {"integrity", integrity},    {"references", references},    {"text", text},
    {"stories", verify_stories}, {"keys", verify_keys},         {"vectors", verify_vectors},
    {"next", verify_next},       {"sum", verify_sum},           {"marks", verify_marks},
    {"brought", verify_brought}, {"walk", verify_walk},         {"facts", verify_facts},
    {"gone", verify_gone},       {"contents", verify_contents},
};

size_t verify_count(void)
{
    return sizeof(checks) / sizeof(checks[0]);
}

const char *verify_name(size_t check)
{
    return checks[check].name;
}

size_t verify_of(const char *name)
{
    size_t i = 0;

    while (i < verify_count() && strcmp(checks[i].name, name) != 0)
        i++;
    return i;
}

void verify_problem(struct verify *verify, const char *format, ...)
{
    char line[512];
    va_list args;
    json_t *value = NULL;

    if (verify->count++ >= VERIFY_PROBLEMS)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    value = json_string(line);
    json_array_append_new(verify->problems, value ? value : json_string("(no text)"));
}

void verify_rows(struct verify *verify, const char *sql)
{
    struct db_rows *rows = db_rows_start(verify->db, sql, "");

    while (db_rows_next(rows)) {
        struct span line = db_rows_text(rows, 0);

        verify_problem(verify, "%.*s", (int)line.n, line.p ? line.p : "");
    }
    db_rows_end(rows);
}

json_t *verify_check(struct db_read *db, size_t check)
{
    struct verify verify = {.db = db, .problems = json_array(), .answer = json_object()};
    int64_t started_ms = clock_mono_ms();

    if (db_read_begin(db) == DB_READ_OK)
        checks[check].run(&verify);
    db_read_end(db);
    if (db_read_status(db) == DB_READ_FAILED)
        verify_problem(&verify, "the check could not be made: %s", db_read_error(db));
    if (db_read_status(db) == DB_READ_STOPPED) {
        json_decref(verify.problems);
        json_decref(verify.answer);
        return NULL;
    }
    json_object_set_new(verify.answer, "name", json_string(checks[check].name));
    json_object_set_new(verify.answer, "ok", json_boolean(verify.count == 0));
    json_object_set_new(verify.answer, "ms", json_integer(clock_mono_ms() - started_ms));
    json_object_set_new(verify.answer, "count", json_integer(verify.count));
    json_object_set_new(verify.answer, "problems", verify.problems);
    return verify.answer;
}

/* --- at the command line ---------------------------------------------------------------------- */

static bool print_check(const json_t *check)
{
    bool ok = json_is_true(json_object_get(check, "ok"));
    json_t *problems = json_object_get(check, "problems");
    size_t i = 0;
    json_t *problem = NULL;

    printf("%-4s %-10s %lld ms\n", ok ? "ok" : "FAIL",
           json_string_value(json_object_get(check, "name")),
           (long long)json_integer_value(json_object_get(check, "ms")));
    json_array_foreach(problems, i, problem) printf("     %s\n", json_string_value(problem));
    return ok;
}

int verify_cli(const char *path)
{
    struct buf error = {0};
    struct db_read *db = db_read_open(path, 5000, &error);
    bool ok = true;

    if (!db) {
        fprintf(stderr, "weir-storer: %s\n", error.data);
        buf_free(&error);
        return APP_IO;
    }
    for (size_t i = 0; i < verify_count(); i++) {
        json_t *check = verify_check(db, i);

        ok = print_check(check) && ok;
        json_decref(check);
    }
    db_read_close(&db);
    return ok ? APP_OK : APP_DATA;
}
