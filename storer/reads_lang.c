/* Queries: the arguments, and whole trees as sets of items. */
#include "storer/reads_lang.h"

#include <string.h>

#include "common/app.h"
#include "common/clock.h"
#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/reads_facts.h"
#include "storer/reads_inner.h"
#include "storer/reads_lang_inner.h"

/* --- arguments -------------------------------------------------------------------------------- */

/* A text argument; "" where it was not given or is none (then after reads_fail). */
static struct span text_arg(struct reads *reads, const char *name)
{
    const json_t *value = json_object_get(reads->args, name);

    if (!value || json_is_null(value))
        return span_of("", 0);
    if (!json_is_string(value))
        reads_fail(reads, APP_USAGE, "%s must be a text", name);
    return span_of(json_string_value(value), json_string_length(value));
}

static bool names_hidden(const struct lang *lang)
{
    bool found = lang->kind == LANG_IS && lang->is == LANG_HIDDEN;

    for (size_t i = 0; i < lang->count && !found; i++)
        found = names_hidden(lang->parts[i]);
    return found;
}

/* The query of a view, or NULL after reads_fail. */
static struct lang *view_query(struct reads *reads, const char *name)
{
    struct lang_error error = {0};
    struct lang *lang = NULL;
    struct db_rows *rows =
        db_rows_start(reads->db, "SELECT query FROM view WHERE name = ?1", "t", name);

    if (!db_rows_next(rows)) {
        if (db_read_status(reads->db) == DB_READ_OK)
            reads_fail(reads, APP_DATA, "there is no view \"%s\": see `weir views`", name);
    } else {
        lang = lang_parse(db_rows_text(rows, 0), &error);
        if (!lang)
            reads_fail(reads, APP_DATA, "view \"%s\" cannot be read, at byte %zu: %s", name,
                       error.at, error.words);
    }
    db_rows_end(rows);
    return lang;
}

bool reads_query(struct reads *reads, struct reads_query *query)
{
    struct span text = text_arg(reads, "query"), view = text_arg(reads, "view");
    struct lang *of_view = NULL;

    *query = (struct reads_query){.given = text.n > 0 || view.n > 0};
    if (!reads_ok(reads))
        return false;
    query->lang = lang_parse(text, &query->error);
    query->phrase = query->lang == NULL;
    if (!query->lang)
        query->lang = lang_phrase(text);
    if (view.n > 0) {
        of_view = view_query(reads, view.p);
        if (!of_view)
            return false;
        query->lang = lang_both(of_view, query->lang);
    }
    query->hidden = names_hidden(query->lang);
    return true;
}

void reads_query_tell(const struct reads_query *query, json_t *answer)
{
    if (!query->phrase)
        return;
    json_object_set_new(answer, "phrase", json_true());
    json_object_set_new(answer, "syntax",
                        json_pack("{s:I, s:I, s:s}", "at", (json_int_t)query->error.at, "length",
                                  (json_int_t)query->error.length, "words", query->error.words));
}

void reads_query_free(struct reads_query *query)
{
    lang_destroy(&query->lang);
}

/* --- sets ------------------------------------------------------------------------------------- */

static struct idset *evaluate(struct eval *eval, const struct lang *lang);

static bool stopped(const struct eval *eval)
{
    return db_read_status(eval->reads->db) != DB_READ_OK;
}

/* set becomes what it has in common with part, which is consumed; NULL is everything. */
static void narrow(struct idset **set, struct idset *part)
{
    if (!*set) {
        *set = part;
        return;
    }
    idset_and(*set, part);
    idset_destroy(&part);
}

/* Whether a part is in the FTS expression of its AND. */
static bool is_in_text(const struct lang *part, bool any_text)
{
    return lang_is_text(part) ||
           (any_text && part->kind == LANG_NOT && lang_is_text(part->parts[0]));
}

/* First what costs little, then text within that. */
static struct idset *all_of(struct eval *eval, const struct lang *lang)
{
    struct buf expression = {0};
    bool any_text = lang_fts_part(lang, &expression);
    struct idset *set = NULL;

    for (size_t i = 0; i < lang->count && !stopped(eval); i++)
        if (!is_in_text(lang->parts[i], any_text))
            narrow(&set, evaluate(eval, lang->parts[i]));
    if (any_text && !stopped(eval))
        narrow(&set, eval_fts(eval, expression.data, set, eval->reads->limits->search_candidates));
    buf_free(&expression);
    return set;
}

static struct idset *any_of(struct eval *eval, const struct lang *lang)
{
    struct idset *set = idset_create();

    for (size_t i = 0; i < lang->count && !stopped(eval); i++) {
        struct idset *part = evaluate(eval, lang->parts[i]);

        idset_or(set, part);
        idset_destroy(&part);
    }
    return set;
}

static struct idset *none_of(struct eval *eval, const struct lang *lang)
{
    struct idset *set = NULL, *here = eval_here(eval);
    const struct lang *part = lang->parts[0];

    /* Without an end: an item that was not looked at would seem to be without the word. */
    if (lang_is_text(part)) {
        struct buf expression = {0};

        lang_fts(part, &expression);
        set = eval_fts(eval, expression.data, NULL, 0);
        buf_free(&expression);
    } else {
        set = evaluate(eval, part);
    }
    idset_not(set);
    idset_and(set, here);
    idset_destroy(&here);
    return set;
}

static struct idset *evaluate(struct eval *eval, const struct lang *lang)
{
    struct buf expression = {0};
    struct idset *set = NULL;

    if (lang_is_text(lang)) {
        lang_fts(lang, &expression);
        set = eval_fts(eval, expression.data, NULL, eval->reads->limits->search_candidates);
        buf_free(&expression);
        return set;
    }
    if (lang->kind == LANG_AND)
        return all_of(eval, lang);
    if (lang->kind == LANG_OR)
        return any_of(eval, lang);
    return lang->kind == LANG_NOT ? none_of(eval, lang) : eval_leaf(eval, lang);
}

struct idset *reads_lang_set(struct reads *reads, const struct lang *lang,
                             struct reads_lang_told *told)
{
    struct eval eval = {
        .reads = reads, .told = told, .facts = reads_facts_open(reads), .now_ms = clock_utc_ms()};
    struct idset *set = evaluate(&eval, lang);

    reads_facts_close(&eval.facts);
    if (db_read_status(reads->db) != DB_READ_OK)
        idset_destroy(&set);
    return set;
}
