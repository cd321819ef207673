/* The main feed's answer. */
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/utf8.h"
#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/reads_feed_inner.h"
#include "storer/reads_inner.h"
#include "storer/reads_rerank.h"

enum { OUT_MOST = 1000, QUERY_TITLES = 8, PASSAGE_BYTES = 2000 };

/* --- one story -------------------------------------------------------------------------------- */

static void put_item(struct reads *reads, json_t *object, uint64_t item)
{
    struct db_rows *rows = db_rows_start(
        reads->db,
        "SELECT item.title, item.url, CASE WHEN source.own_title <> '' THEN source.own_title"
        " WHEN source.title <> '' THEN source.title ELSE coalesce (source.url, '') END"
        " FROM item LEFT JOIN source ON source.id = item.source WHERE item.id = ?1",
        "i", (int64_t)item);

    if (db_rows_next(rows)) {
        reads_put_text(object, "title", rows, 0);
        reads_put_text(object, "url", rows, 1);
        reads_put_text(object, "source_title", rows, 2);
    }
    db_rows_end(rows);
}

static json_t *title_of(struct reads *reads, uint64_t item)
{
    struct db_rows *rows =
        db_rows_start(reads->db, "SELECT title FROM item WHERE id = ?1", "i", (int64_t)item);
    json_t *title = db_rows_next(rows) ? reads_text(rows, 0) : json_string("");

    db_rows_end(rows);
    return title;
}

static void put_ranking(struct feed_run *run, json_t *object, const struct feed_entry *entry)
{
    json_object_set_new(object, "place", json_integer(entry->place));
    json_object_set_new(object, "score", json_real(entry->score));
    json_object_set_new(object, "fresh", json_real(entry->fresh));
    if (entry->by == 0)
        return;
    json_object_set_new(object, "cosine", json_real(entry->cosine));
    json_object_set_new(object, "weight", json_real(entry->weight));
    json_object_set_new(object, "like", json_integer((json_int_t)entry->by));
    json_object_set_new(object, "like_title", title_of(run->reads, entry->by));
    json_object_set_new(object, "like_starred", json_boolean(entry->starred));
}

static json_t *entry_json(struct feed_run *run, const struct feed_entry *entry)
{
    json_t *object =
        json_pack("{s:I, s:I, s:I, s:I, s:I}", "id", (json_int_t)entry->story, "item",
                  (json_int_t)entry->item, "source", (json_int_t)entry->source, "time_ms",
                  (json_int_t)entry->time_ms, "items", (json_int_t)entry->folded + 1);

    if (entry->sources > 0)
        json_object_set_new(object, "sources", json_integer(entry->sources));
    put_item(run->reads, object, entry->item);
    if (entry->out == FEED_IN || entry->out == FEED_INTEREST)
        put_ranking(run, object, entry);
    return object;
}

/* --- why the others are out ------------------------------------------------------------------- */

static json_t *out_json(struct feed_run *run, const struct feed_entry *entry)
{
    json_t *object = entry_json(run, entry);

    json_object_set_new(object, "filter", json_string(feed_filter_name(entry->out)));
    if (entry->out == FEED_MARKS)
        json_object_set_new(object, "mark",
                            json_string(idset_has(run->filter.marks[MARK_HIDDEN], entry->item)
                                            ? "hidden"
                                            : "read"));
    if (entry->out == FEED_COPIES)
        json_object_set_new(object, "by", json_integer((json_int_t)entry->by));
    if (entry->out == FEED_SOURCE)
        json_object_set_new(object, "place", json_integer(entry->place));
    return object;
}

/* Those that came farthest first. */
static int farthest(const void *a, const void *b)
{
    const struct feed_entry *one = *(struct feed_entry *const *)a;
    const struct feed_entry *other = *(struct feed_entry *const *)b;

    if (one->out != other->out)
        return one->out > other->out ? -1 : 1;
    if (one->out == FEED_INTEREST && one->place != other->place)
        return one->place < other->place ? -1 : 1;
    return (one->item < other->item) - (one->item > other->item);
}

static void put_out(struct feed_run *run, json_t *answer)
{
    struct feed *feed = &run->feed;
    const struct feed_entry **out = mem_calloc(feed->count + 1, sizeof(struct feed_entry *));
    json_t *list = json_array();
    size_t count = 0;

    for (size_t i = 0; i < feed->count; i++)
        if (feed->entries[i].out != FEED_IN)
            out[count++] = &feed->entries[i];
    qsort(out, count, sizeof(struct feed_entry *), farthest);
    for (size_t i = 0; i < count && i < OUT_MOST; i++) {
        json_t *object = out_json(run, out[i]);

        if (!reads_fits(run->reads, object)) {
            json_decref(object);
            break;
        }
        json_array_append_new(list, object);
    }
    json_object_set_new(answer, "out", list);
    json_object_set_new(answer, "out_total", json_integer((json_int_t)count));
    free(out);
}

/* --- the answer ------------------------------------------------------------------------------- */

static json_t *step_json(const char *name, size_t in, size_t out, int64_t us)
{
    return json_pack("{s:s, s:I, s:I, s:I}", "name", name, "in", (json_int_t)in, "out",
                     (json_int_t)out, "us", (json_int_t)us);
}

static json_t *steps_json(const struct feed_run *run)
{
    json_t *list = json_array();

    json_array_append_new(list, step_json("load", run->feed.count, run->feed.count, run->load_us));
    json_array_append_new(
        list, step_json("interests", run->taste.count, run->taste.count, run->interests_us));
    for (size_t i = 0; i < run->step_count; i++) {
        const struct feed_step *step = &run->steps[i];

        json_array_append_new(
            list, step_json(feed_filter_name(step->filter), step->in, step->out, step->us));
    }
    return list;
}

json_t *reads_feed_told(struct feed_run *run, bool explain)
{
    size_t count = 0;
    struct feed_entry **ranked = feed_ranked(&run->feed, &count);
    json_t *answer = json_object(), *list = json_array();

    if (run->filter.notes)
        json_object_update(answer, run->filter.notes);
    for (size_t i = 0; i < count; i++) {
        json_t *object = entry_json(run, ranked[i]);

        if (!reads_fits(run->reads, object)) {
            json_decref(object);
            break;
        }
        json_array_append_new(list, object);
    }
    free(ranked);
    json_object_set_new(answer, "stories", list);
    json_object_set_new(
        answer, "basis",
        json_string(run->taste.count > 0 ? "interest" : "recency and number of sources"));
    json_object_set_new(answer, "interests", json_integer((json_int_t)run->taste.count));
    if (run->capped) /* else as the query says */
        json_object_set_new(answer, "capped", json_true());
    json_object_set_new(answer, "filters", steps_json(run));
    if (explain)
        put_out(run, answer);
    return answer;
}

/* --- reranking -------------------------------------------------------------------------------- */

/* What the reader likes, in words: the titles that the best stories are like. */
static void write_query(const json_t *stories, struct buf *query)
{
    const json_t *story = NULL;
    json_int_t said[QUERY_TITLES];
    size_t i = 0, count = 0;

    json_array_foreach((json_t *)stories, i, story)
    {
        json_int_t like = json_integer_value(json_object_get(story, "like"));
        bool known = like == 0 || count == QUERY_TITLES;

        for (size_t n = 0; n < count && !known; n++)
            known = said[n] == like;
        if (known)
            continue;
        said[count++] = like;
        buf_adds(query, count > 1 ? "\n" : "");
        buf_adds(query, json_string_value(json_object_get(story, "like_title")));
    }
}

/* Title and the beginning of the text; where each ends in ends. */
static void read_texts(struct reads *reads, const json_t *stories, size_t n, struct buf *text,
                       size_t *ends)
{
    for (size_t i = 0; i < n; i++) {
        json_t *item = json_object_get(json_array_get(stories, i), "item");
        struct db_rows *rows =
            db_rows_start(reads->db, "SELECT title, substr (text, 1, 2000) FROM item WHERE id = ?1",
                          "i", (int64_t)json_integer_value(item));

        if (db_rows_next(rows)) {
            struct span title = db_rows_text(rows, 0);

            buf_add(text, title.p, title.n);
            buf_addc(text, '\n');
            title = utf8_clip(db_rows_text(rows, 1), PASSAGE_BYTES);
            buf_add(text, title.p, title.n);
        }
        db_rows_end(rows);
        ends[i] = text->len;
    }
}

static const char *rank(struct reads *reads, json_t *stories, size_t n)
{
    size_t ends[RERANK_MOST], order[RERANK_MOST];
    struct span texts[RERANK_MOST];
    float scores[RERANK_MOST];
    struct buf query = {0}, text = {0};
    json_t *before = json_copy(stories);
    const char *why = "there is nothing starred or read to rank by";

    write_query(stories, &query);
    read_texts(reads, stories, n, &text, ends);
    for (size_t i = 0; i < n; i++)
        texts[i] =
            span_of(text.data + (i > 0 ? ends[i - 1] : 0), ends[i] - (i > 0 ? ends[i - 1] : 0));
    if (query.len > 0)
        why = reads_rerank(reads, buf_span(&query), texts, n, order, scores);
    for (size_t i = 0; !why && i < n; i++) {
        json_t *story = json_array_get(before, order[i]);

        json_object_set_new(story, "rerank", json_real(scores[order[i]]));
        json_array_set(stories, i, story);
    }
    json_decref(before);
    buf_free(&query);
    buf_free(&text);
    return why;
}

void reads_feed_rerank(struct reads *reads, json_t *answer)
{
    json_t *stories = json_object_get(answer, "stories");
    size_t n = json_array_size(stories);
    const char *why = n > 0 ? rank(reads, stories, n < RERANK_MOST ? n : RERANK_MOST)
                            : "there is nothing to rank";

    json_object_set_new(answer, "reranked", json_boolean(!why));
    if (why)
        json_object_set_new(answer, "rerank_failed", json_string(why));
}
