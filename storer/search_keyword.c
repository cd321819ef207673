/* The half that looks for words. */
#include "storer/db_rank.h"
#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/reads_inner.h"
#include "storer/search.h"

enum { FEW = 10 }; /* hits with all words; with fewer, some of the words will do */

bool search_admits(const struct search *search, uint64_t id)
{
    return id != search->except && (!search->filter || idset_has(search->filter, id)) &&
           !(search->hidden && idset_has(search->hidden, id));
}

bool search_admits_any(const struct search *search, uint64_t id)
{
    return search_admits(search, id) && (!search->wording || idset_has(search->wording, id));
}

static bool admits(void *arg, uint64_t id)
{
    return search_admits(arg, id);
}

static bool admits_any(void *arg, uint64_t id)
{
    return search_admits_any(arg, id);
}

static size_t rank(struct search *search, const struct buf *match,
                   bool (*accept)(void *arg, uint64_t id), struct rank_hit *out,
                   struct rank_told *told)
{
    struct rank_query query = {.candidates = (size_t)search->reads->limits->search_candidates,
                               .accept = accept,
                               .arg = search};

    query.match = match->data;
    return db_rank(search->reads->db, &query, out, SEARCH_LIST, told);
}

static bool has(const struct search *search, uint64_t id)
{
    for (size_t i = 0; i < search->keyword_count; i++)
        if (search->keyword[i].id == id)
            return true;
    return false;
}

/* Behind those that have all words. */
static void add_any(struct search *search)
{
    struct rank_hit hits[SEARCH_LIST];
    struct rank_told told = {0};
    size_t all = search->keyword_count, n = 0;

    search_any(search);
    if (search->any.len == 0 || db_read_status(search->reads->db) != DB_READ_OK)
        return;
    n = rank(search, &search->any, admits_any, hits, &told);
    for (size_t i = 0; i < n && search->keyword_count < SEARCH_LIST; i++)
        if (!has(search, hits[i].id))
            search->keyword[search->keyword_count++] = hits[i];
    search->any_used = search->keyword_count > all;
    search->told.candidates += told.candidates;
    search->told.capped = search->told.capped || told.capped;
}

/* A query of filters alone, or one that says `word or filter`: those with its words, then the
 * newest that it leaves. */
static void list_newest(struct search *search, struct rank_told *told)
{
    uint64_t id = INT64_MAX;

    if (search->filter && search->marks.len > 0)
        search->keyword_count = rank(search, &search->marks, admits, search->keyword, told);
    while (search->filter && search->keyword_count < SEARCH_LIST &&
           (id = idset_below(search->filter, id)) > 0)
        if (search_admits(search, id) && !has(search, id))
            search->keyword[search->keyword_count++] = (struct rank_hit){.id = id};
}

void search_keyword(struct search *search)
{
    struct rank_told told = {0};

    if (search->match.len == 0)
        list_newest(search, &told);
    else
        search->keyword_count = rank(search, &search->match, admits, search->keyword, &told);
    search->told.candidates = told.candidates;
    search->told.capped = search->told.capped || told.capped;
    if (search->keyword_count < FEW && search->word_count > 1 && search->match.len > 0)
        add_any(search);
    search_lap(search, "keyword");
}
