/* What FTS5 is asked for each match (https://sqlite.org/fts5.html, section 7: custom auxiliary
 * functions). */
#include <math.h>
#include <sqlite3.h>
#include <string.h>

#include "storer/db_rank.h"
#include "storer/db_rank_inner.h"

static const float weights[] = {10, 5, 3, 1, 1}; /* title, text, author, source_title, categories */

enum { COUNTED = 4000 }; /* documents of a phrase; how many there are is estimated beyond them */

struct counting {
    size_t count;
    sqlite3_int64 last; /* its rowid, where counting ended early */
};

static int count_one(const Fts5ExtensionApi *api, Fts5Context *fts, void *arg)
{
    struct counting *counting = arg;

    if (++counting->count < COUNTED)
        return SQLITE_OK;
    counting->last = api->xRowid(fts);
    return SQLITE_DONE;
}

/* Documents come in the order of their ids, which are dense: what the first ids have the others
 * will have, too. */
static double estimate(const struct counting *counting, double documents)
{
    double count = (double)counting->count;

    if (counting->last > 0 && (double)counting->last < documents)
        count *= documents / (double)counting->last;
    return count;
}

/* As bm25 () has it: never negative, so that the word of most documents still counts a little. */
static double idf_of(double documents, double with)
{
    double idf = log((documents - with + 0.5) / (with + 0.5));

    return idf > 1e-6 ? idf : 1e-6;
}

/* With a single phrase its weight changes no order, and is not asked for. */
static int begin(const Fts5ExtensionApi *api, Fts5Context *fts, struct rank_row *row)
{
    int phrases = api->xPhraseCount(fts);
    sqlite3_int64 documents = 0, tokens = 0;
    int code = api->xRowCount(fts, &documents);

    row->phrases = phrases < RANK_PHRASES ? phrases : RANK_PHRASES;
    if (code == SQLITE_OK)
        code = api->xColumnTotalSize(fts, -1, &tokens);
    row->mean = documents > 0 ? (double)tokens / (double)documents : 0;
    for (int i = 0; i < row->phrases; i++) {
        struct counting counting = {0};

        if (code == SQLITE_OK && row->phrases > 1)
            code = api->xQueryPhrase(fts, i, &counting, count_one);
        row->idf[i] = row->phrases > 1
                          ? idf_of((double)documents, estimate(&counting, (double)documents))
                          : 1;
    }
    return code;
}

static void on_row(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *context,
                   int count, sqlite3_value **values)
{
    struct rank_row *row = count == 1 ? sqlite3_value_pointer(values[0], "weir") : NULL;
    int code = SQLITE_OK, phrases = 0;

    if (!row) {
        sqlite3_result_error_code(context, SQLITE_MISUSE);
        return;
    }
    if (row->phrases == 0)
        code = begin(api, fts, row);
    memset(row->hits, 0, sizeof(row->hits));
    phrases = api->xPhraseCount(fts);
    for (int i = 0; i < phrases && code == SQLITE_OK; i++) {
        Fts5PhraseIter iter;
        int column = 0, offset = 0, at = i < RANK_PHRASES ? i : RANK_PHRASES - 1;

        code = api->xPhraseFirst(fts, i, &iter, &column, &offset);
        for (; code == SQLITE_OK && column >= 0; api->xPhraseNext(fts, &iter, &column, &offset))
            if ((size_t)column < sizeof(weights) / sizeof(weights[0]))
                row->hits[at] += weights[column];
    }
    if (code != SQLITE_OK)
        sqlite3_result_error_code(context, code);
}

int db_rank_register(struct sqlite3 *handle)
{
    fts5_api *api = NULL;
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(handle, "SELECT fts5 (?1)", -1, &stmt, NULL);

    if (code != SQLITE_OK)
        return code;
    sqlite3_bind_pointer(stmt, 1, &api, "fts5_api_ptr", NULL);
    sqlite3_step(stmt);
    sqlite3_finalize(stmt);
    return api ? api->xCreateFunction(api, "weir_hits", NULL, on_row, NULL) : SQLITE_ERROR;
}
