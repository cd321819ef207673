/* Stories: the list, newest first, and one with its items. */
#include "common/app.h"
#include "storer/db_read.h"
#include "storer/reads_inner.h"

/* The name of a source for people: their own, else the feed's, else the address. */
#define SOURCE_NAME                                                                                \
    "CASE WHEN source.own_title <> '' THEN source.own_title"                                       \
    " WHEN source.title <> '' THEN source.title ELSE coalesce (source.url, '') END"

#define STORY                                                                                      \
    "SELECT story.id, story.last_ms, story.first_ms, item.title, story.items, story.copies,"       \
    " story.sources, story.lead, item.url, item.source, " SOURCE_NAME                              \
    " FROM story LEFT JOIN item ON item.id = story.lead"                                           \
    " LEFT JOIN source ON source.id = item.source"

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
    json_object_set_new(story, "lead", lead);
    return story;
}

/* Where the next page begins: stories are not in the order of their ids. */
static json_t *next_of(const json_t *stories)
{
    const json_t *last = json_array_get(stories, json_array_size(stories) - 1);

    return json_pack("{s:O, s:O}", "before_ms", json_object_get(last, "time_ms"), "before_id",
                     json_object_get(last, "id"));
}

json_t *reads_stories(struct reads *reads)
{
    int64_t limit = reads_limit(reads, 50);
    int64_t since_ms = reads_arg(reads, "since_ms", INT64_MIN, INT64_MIN, INT64_MAX);
    int64_t before_ms = reads_arg(reads, "before_ms", INT64_MAX, INT64_MIN, INT64_MAX);
    int64_t before_id = reads_arg(reads, "before_id", 0, 0, INT64_MAX);
    struct db_rows *rows = NULL;
    json_t *answer = NULL;

    if (!reads_ok(reads))
        return NULL;
    rows = db_rows_start(reads->db,
                         STORY " WHERE story.last_ms >= ?1 AND story.last_ms <= ?2"
                               " AND (story.last_ms < ?2 OR story.id < ?3)"
                               " ORDER BY story.last_ms DESC, story.id DESC LIMIT ?4",
                         "iiii", since_ms, before_ms, before_id, limit + 1);
    answer = json_object();
    reads_list(reads, rows, limit, story_of, answer, "stories");
    if (json_object_get(answer, "next"))
        json_object_set_new(answer, "next", next_of(json_object_get(answer, "stories")));
    return answer;
}

/* --- one story -------------------------------------------------------------------------------- */

static json_t *member_of(struct db_rows *rows)
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
    return item;
}

static void add_members(struct reads *reads, json_t *story, int64_t id)
{
    int64_t after = reads_arg(reads, "after", 0, 0, INT64_MAX);
    int64_t limit = reads_limit(reads, 1000);
    struct db_rows *rows =
        db_rows_start(reads->db,
                      "SELECT item.id, item.copy_of, item.time_ms, item.title, item.url,"
                      " item.author, item.language, item.source, " SOURCE_NAME
                      " FROM item LEFT JOIN source ON source.id = item.source"
                      " WHERE item.story = ?1 AND item.id > ?2 ORDER BY item.id LIMIT ?3",
                      "iii", id, after, limit + 1);

    reads_list(reads, rows, limit, member_of, story, "members");
}

json_t *reads_story(struct reads *reads)
{
    int64_t id = reads_id(reads);
    struct db_rows *rows = NULL;
    json_t *story = NULL;

    if (!reads_ok(reads))
        return NULL;
    rows = db_rows_start(reads->db, STORY " WHERE story.id = ?1", "i", id);
    if (db_rows_next(rows))
        story = story_of(rows);
    db_rows_end(rows);
    if (story)
        add_members(reads, story, id);
    else if (db_read_status(reads->db) == DB_READ_OK)
        reads_fail(reads, APP_DATA, "there is no story %lld", (long long)id);
    return story;
}
