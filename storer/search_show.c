/* The answer of a search. */
#include "common/clock.h"
#include "storer/db_read.h"
#include "storer/marked.h"
#include "storer/reads_inner.h"
#include "storer/search.h"

/* --- texts ------------------------------------------------------------------------------------ */

static void put_marked(json_t *object, const char *key, const char *marks, const struct buf *text)
{
    struct marked marked = {0};
    json_t *ranges = json_array();

    marked_read(buf_span(text), &marked);
    for (size_t i = 0; i < marked.count; i++)
        json_array_append_new(ranges, json_pack("[I, I]", (json_int_t)marked.ranges[i].at,
                                                (json_int_t)marked.ranges[i].length));
    json_object_set_new(object, key, reads_json(buf_span(&marked.text)));
    json_object_set_new(object, marks, ranges);
    marked_free(&marked);
}

static void put_texts(const struct search *search, json_t *object, struct span title,
                      struct span text)
{
    struct buf out = {0};

    excerpt_whole(title, search->words, search->word_count, &out);
    put_marked(object, "title", "title_marks", &out);
    buf_clear(&out);
    excerpt_piece(text, search->words, search->word_count, &out);
    put_marked(object, "snippet", "snippet_marks", &out);
    buf_free(&out);
}

/* --- hits ------------------------------------------------------------------------------------- */

static void put_row(struct search *search, json_t *object, uint64_t id)
{
    struct db_rows *rows =
        db_rows_start(search->reads->db,
                      "SELECT item.story, item.copy_of, item.time_ms, item.url, item.author,"
                      " item.language, item.source,"
                      " CASE WHEN source.own_title <> '' THEN source.own_title"
                      " WHEN source.title <> '' THEN source.title ELSE coalesce (source.url, '')"
                      " END, item.title, item.text"
                      " FROM item LEFT JOIN source ON source.id = item.source"
                      " WHERE item.id = ?1",
                      "i", (int64_t)id);

    if (db_rows_next(rows)) {
        reads_put_int(object, "story", rows, 0);
        reads_put_int(object, "copy_of", rows, 1);
        reads_put_int(object, "time_ms", rows, 2);
        reads_put_text(object, "url", rows, 3);
        reads_put_text(object, "author", rows, 4);
        reads_put_text(object, "language", rows, 5);
        reads_put_int(object, "source", rows, 6);
        reads_put_text(object, "source_title", rows, 7);
        put_texts(search, object, db_rows_text(rows, 8), db_rows_text(rows, 9));
    }
    db_rows_end(rows);
}

/* Scores are told with four digits: a float has no more to say. */
static json_t *rounded(float value)
{
    return json_real((double)(int64_t)((double)value * 10000 + (value < 0 ? -.5 : .5)) / 10000);
}

static void put_why(const struct search *search, json_t *object, const struct search_hit *hit)
{
    json_t *why = json_object();

    json_object_set_new(why, "place", json_integer((json_int_t)hit->place));
    json_object_set_new(why, "fused", rounded(hit->fused.score * 100));
    if (hit->fused.ranks[SEARCH_KEYWORD])
        json_object_set_new(why, "keyword",
                            json_pack("{s:I, s:o}", "rank",
                                      (json_int_t)hit->fused.ranks[SEARCH_KEYWORD], "bm25",
                                      rounded(hit->keyword)));
    if (hit->fused.ranks[SEARCH_VECTOR])
        json_object_set_new(why, "vector",
                            json_pack("{s:I, s:o}", "rank",
                                      (json_int_t)hit->fused.ranks[SEARCH_VECTOR], "cosine",
                                      rounded(hit->cosine)));
    if (search->reranked)
        json_object_set_new(why, "rerank", rounded(hit->rerank));
    json_object_set_new(object, "explain", why);
}

static json_t *show_hit(struct search *search, const struct search_hit *hit)
{
    json_t *object = json_object();
    uint64_t id = hit->fused.id;

    json_object_set_new(object, "id", json_integer((json_int_t)id));
    put_row(search, object, id);
    json_object_set_new(object, "folded", json_integer((json_int_t)hit->folded));
    if (search->explain)
        put_why(search, object, hit);
    return object;
}

static void show_hits(struct search *search, json_t *answer)
{
    json_t *hits = json_array();

    for (size_t i = 0; i < search->count && (int64_t)i < search->limit; i++) {
        json_t *hit = show_hit(search, &search->hits[i]);

        if (!reads_fits(search->reads, hit)) {
            json_decref(hit);
            break;
        }
        json_array_append_new(hits, hit);
    }
    json_object_set_new(answer, "hits", hits);
    search_lap(search, "show");
}

json_t *search_show(struct search *search)
{
    static const char *const modes[] = {"hybrid", "keyword", "vector"};
    json_t *answer = json_object();

    show_hits(search, answer);
    json_object_set_new(answer, "mode", json_string(modes[search->mode]));
    json_object_set_new(answer, "found", json_integer((json_int_t)search->count));
    if (search->match.len)
        json_object_set_new(answer, "words", json_string(search->any_used ? "any" : "all"));
    if (search->partial)
        json_object_set_new(answer, "partial", reads_json(span_str(search->partial)));
    if (search->told.capped)
        json_object_set_new(answer, "capped",
                            json_integer(search->reads->limits->search_candidates));
    if (search->rerank)
        json_object_set_new(answer, "reranked", json_boolean(search->reranked));
    if (search->rerank_failed)
        json_object_set_new(answer, "rerank_failed", reads_json(span_str(search->rerank_failed)));
    json_object_set_new(search->took, "total",
                        json_integer((json_int_t)(clock_mono_us() - search->began_us)));
    json_object_set(answer, "took_us", search->took);
    return answer;
}
