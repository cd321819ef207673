/* Stories: the list, newest first, and one with its items. */
#include <stdlib.h>

#include "common/app.h"
#include "common/mem.h"
#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/reads_filter.h"
#include "storer/reads_inner.h"
#include "storer/reads_pick.h"

/* The name of a source for people: their own, else the feed's, else the address. */
#define SOURCE_NAME                                                                                \
    "CASE WHEN source.own_title <> '' THEN source.own_title"                                       \
    " WHEN source.title <> '' THEN source.title ELSE coalesce (source.url, '') END"

#define STORY                                                                                      \
    "SELECT story.id, story.last_ms, story.first_ms, item.title, story.items, story.copies,"       \
    " story.sources, story.lead, item.url, item.source, " SOURCE_NAME ", item.thumbnail"           \
    " FROM story LEFT JOIN item ON item.id = story.lead"                                           \
    " LEFT JOIN source ON source.id = item.source WHERE story.id = ?1"

static json_t *story_of(struct db_rows *rows)
{
    json_t *story = json_object();
    json_t *lead = json_object();

    reads_put_int(story, "id", rows, 0);
    reads_put_int(story, "time_ms", rows, 1);
    reads_put_int(story, "first_ms", rows, 2);
    reads_put_text(story, "title", rows, 3);
    reads_put_int(story, "items", rows, 4);
    reads_put_int(story, "copies", rows, 5);
    reads_put_int(story, "sources", rows, 6);
    reads_put_int(lead, "id", rows, 7);
    reads_put_text(lead, "url", rows, 8);
    reads_put_int(lead, "source", rows, 9);
    reads_put_text(lead, "source_title", rows, 10);
    reads_put_text(lead, "thumbnail", rows, 11);
    json_object_set_new(story, "lead", lead);
    return story;
}

/* How many of its items are unread (neither read nor hidden), starred, hidden. */
static void put_figures(struct reads *reads, const struct reads_filter *filter, json_t *story,
                        int64_t id)
{
    struct db_rows *rows = db_rows_start(
        reads->db, "SELECT id FROM item INDEXED BY item_story WHERE story = ?1", "i", id);
    int64_t unread = 0, starred = 0, hidden = 0;

    while (db_rows_next(rows)) {
        uint64_t item = (uint64_t)db_rows_int(rows, 0);
        bool is_hidden = idset_has(filter->marks[MARK_HIDDEN], item);

        unread += !is_hidden && !idset_has(filter->marks[MARK_READ], item);
        starred += idset_has(filter->marks[MARK_STARRED], item);
        hidden += is_hidden;
    }
    db_rows_end(rows);
    json_object_set_new(story, "unread", json_integer(unread));
    json_object_set_new(story, "starred", json_integer(starred));
    json_object_set_new(story, "hidden", json_integer(hidden));
}

json_t *reads_story_of(struct reads *reads, const struct reads_filter *filter, uint64_t id)
{
    struct db_rows *rows = db_rows_start(reads->db, STORY, "i", (int64_t)id);
    json_t *story = db_rows_next(rows) ? story_of(rows) : NULL;

    db_rows_end(rows);
    if (story)
        put_figures(reads, filter, story, (int64_t)id);
    return story;
}

/* --- the list --------------------------------------------------------------------------------- */

static void put_next(json_t *answer, const struct picked *last)
{
    json_object_set_new(answer, "next",
                        json_pack("{s:I, s:I}", "before_ms", (json_int_t)last->last_ms, "before_id",
                                  (json_int_t)last->id));
}

/* Stories are not in the order of their ids, so a page begins before a time and an id. */
static bool pick_of(struct reads *reads, struct pick *pick)
{
    *pick = (struct pick){
        .limit = (size_t)reads_limit(reads, 50),
        .since_ms = reads_arg(reads, "since_ms", INT64_MIN, INT64_MIN, INT64_MAX),
        .before_ms = reads_arg(reads, "before_ms", INT64_MAX, INT64_MIN, INT64_MAX),
        .before_id = (uint64_t)reads_arg(reads, "before_id", 0, 0, INT64_MAX),
    };
    return reads_ok(reads);
}

static void fill(struct reads *reads, const struct reads_filter *filter, const struct pick *pick,
                 json_t *answer)
{
    struct picked *picked = mem_calloc(pick->limit + 1, sizeof(*picked));
    struct picked last = {0};
    bool more = false;
    size_t n = reads_pick(reads, filter, pick, picked, &more, &last);
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        json_t *story = i < pick->limit ? reads_story_of(reads, filter, picked[i].id) : NULL;

        if (!story || !reads_fits(reads, story)) {
            json_decref(story);
            more = true;
            last = picked[i > 0 ? i - 1 : 0];
            break;
        }
        json_array_append_new(list, story);
    }
    if (more)
        put_next(answer, &last);
    json_object_set_new(answer, "stories", list);
    free(picked);
}

json_t *reads_stories(struct reads *reads)
{
    struct reads_filter filter;
    struct pick pick;
    json_t *answer = NULL;

    if (!pick_of(reads, &pick))
        return NULL;
    if (reads_filter(reads, &filter)) {
        answer = filter.notes ? json_incref(filter.notes) : json_object();
        fill(reads, &filter, &pick, answer);
    }
    reads_filter_free(&filter);
    return answer;
}

/* --- one story -------------------------------------------------------------------------------- */

static json_t *member_of(struct db_rows *rows, const struct reads_filter *filter)
{
    json_t *item = json_object();

    reads_put_int(item, "id", rows, 0);
    reads_put_int(item, "copy_of", rows, 1);
    reads_put_int(item, "time_ms", rows, 2);
    reads_put_text(item, "title", rows, 3);
    reads_put_text(item, "url", rows, 4);
    reads_put_text(item, "author", rows, 5);
    reads_put_text(item, "language", rows, 6);
    reads_put_int(item, "source", rows, 7);
    reads_put_text(item, "source_title", rows, 8);
    reads_put_text(item, "thumbnail", rows, 9);
    reads_filter_put(filter, item, (uint64_t)db_rows_int(rows, 0));
    return item;
}

static void add_members(struct reads *reads, const struct reads_filter *filter, json_t *story,
                        int64_t id)
{
    int64_t after = reads_arg(reads, "after", 0, 0, INT64_MAX);
    int64_t limit = reads_limit(reads, 1000);
    json_t *list = json_array();
    struct db_rows *rows =
        db_rows_start(reads->db,
                      "SELECT item.id, item.copy_of, item.time_ms, item.title, item.url,"
                      " item.author, item.language, item.source, " SOURCE_NAME ", item.thumbnail"
                      " FROM item LEFT JOIN source ON source.id = item.source"
                      " WHERE item.story = ?1 AND item.id > ?2 ORDER BY item.id LIMIT ?3",
                      "iii", id, after, limit + 1);

    while (db_rows_next(rows)) {
        json_t *item = member_of(rows, filter);

        if ((int64_t)json_array_size(list) == limit || !reads_fits(reads, item)) {
            json_object_set_new(story, "next", json_integer(after));
            json_decref(item);
            break;
        }
        after = db_rows_int(rows, 0);
        json_array_append_new(list, item);
    }
    json_object_set_new(story, "members", list);
    db_rows_end(rows);
}

json_t *reads_story(struct reads *reads)
{
    int64_t id = reads_id(reads);
    struct reads_filter filter;
    json_t *story = NULL;

    if (!reads_ok(reads))
        return NULL;
    if (reads_filter_marks(reads, &filter))
        story = reads_story_of(reads, &filter, (uint64_t)id);
    if (story)
        add_members(reads, &filter, story, id);
    else if (db_read_status(reads->db) == DB_READ_OK)
        reads_fail(reads, APP_DATA, "there is no story %lld", (long long)id);
    reads_filter_free(&filter);
    return story;
}
