/* search: by words and by vectors. */
#include <stdlib.h>
#include <string.h>

#include "common/app.h"
#include "common/clock.h"
#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/reads_inner.h"
#include "storer/search.h"

enum { LIMIT = 20 };

void search_lap(struct search *search, const char *name)
{
    int64_t now_us = clock_mono_us();

    json_object_set_new(search->took, name, json_integer((json_int_t)(now_us - search->lap_us)));
    search->lap_us = now_us;
}

void search_end(struct search *search)
{
    for (size_t i = 0; i < search->word_count; i++)
        free(search->words[i].text);
    buf_free(&search->title);
    buf_free(&search->plain);
    buf_free(&search->match);
    buf_free(&search->any);
    buf_free(&search->marks);
    buf_free(&search->why);
    idset_destroy(&search->filter);
    idset_destroy(&search->wording);
    idset_destroy(&search->hidden);
    free(search->sought);
    reads_query_free(&search->query);
    json_decref(search->took);
}

/* --- arguments -------------------------------------------------------------------------------- */

static void read_mode(struct search *search)
{
    const json_t *mode = json_object_get(search->reads->args, "mode");
    const char *name = mode ? json_string_value(mode) : "hybrid";

    if (name && strcmp(name, "hybrid") == 0)
        search->mode = SEARCH_HYBRID;
    else if (name && strcmp(name, "keyword") == 0)
        search->mode = SEARCH_KEYWORDS;
    else if (name && strcmp(name, "vector") == 0)
        search->mode = SEARCH_VECTORS;
    else
        reads_fail(search->reads, APP_USAGE, "mode: hybrid, keyword or vector is expected");
}

static bool read_switch(struct search *search, const char *name)
{
    const json_t *value = json_object_get(search->reads->args, name);

    if (value && !json_is_boolean(value))
        reads_fail(search->reads, APP_USAGE, "%s: true or false is expected", name);
    return json_is_true(value);
}

static void read_arguments(struct search *search)
{
    search->limit = reads_arg(search->reads, "limit", LIMIT, 1, SEARCH_LIST);
    read_mode(search);
    search->mmr = read_switch(search, "mmr");
    search->rerank = read_switch(search, "rerank");
    search->explain = read_switch(search, "explain");
}

/* --- the verb --------------------------------------------------------------------------------- */

static json_t *find(struct search *search)
{
    json_t *answer = NULL;

    search_ask(search); /* others work on it while words are looked up here */
    search_lap(search, "parse");
    search_sets(search);
    if (db_read_status(search->reads->db) == DB_READ_OK &&
        (search->mode != SEARCH_VECTORS || search->plain.len == 0))
        search_keyword(search);
    search_vector(search);
    search_fuse(search);
    search_rerank(search);
    search_mmr(search);
    if (db_read_status(search->reads->db) != DB_READ_OK)
        return NULL;
    answer = search_show(search);
    reads_query_tell(&search->query, answer);
    return answer;
}

json_t *reads_search(struct reads *reads)
{
    struct search search = {.reads = reads, .took = json_object()};
    json_t *answer = NULL;

    search.began_us = search.lap_us = clock_mono_us();
    read_arguments(&search);
    if (reads_ok(reads) && db_read_begin(reads->db) == DB_READ_OK && search_read(&search))
        answer = find(&search);
    if (answer && db_read_status(reads->db) != DB_READ_OK) {
        json_decref(answer);
        answer = NULL;
    }
    search_end(&search);
    return answer;
}
