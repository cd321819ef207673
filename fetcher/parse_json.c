#include "fetcher/parse_cli.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fetcher/html.h"

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text)
        json_object_set_new(object, key, json_string(text));
}

static void set_buf(json_t *object, const char *key, struct buf *text)
{
    json_object_set_new(object, key, json_stringn(text->data ? text->data : "", text->len));
    buf_free(text);
}

/* A line of plain text, out of HTML. */
static void set_line(json_t *object, const char *key, const char *html)
{
    struct buf text = {0};

    if (!html)
        return;
    html_text(span_str(html), &text);
    set_buf(object, key, &text);
}

static void set_html(json_t *object, const char *key, const char *html, const char *base)
{
    struct buf clean = {0};

    if (!html)
        return;
    html_sanitise(span_str(html), base, 0, &clean, NULL);
    set_buf(object, key, &clean);
}

static void set_time(json_t *object, const char *key, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
    struct tm tm = {0};
    char text[64];

    if (ms == FEED_NO_TIME || !gmtime_r(&seconds, &tm))
        return;
    snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
             tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    set_text(object, key, text);
}

static void set_list(json_t *object, const char *key, const char *const *list, size_t count)
{
    json_t *array = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(list[i]));
    json_object_set_new(object, key, array);
}

static json_t *enclosures(const struct feed_entry *entry)
{
    json_t *array = json_array();

    for (size_t i = 0; i < entry->enclosure_count; i++) {
        const struct feed_enclosure *enclosure = &entry->enclosures[i];
        json_t *one = json_object();
        set_text(one, "url", enclosure->url);
        set_text(one, "type", enclosure->type);
        if (enclosure->length >= 0)
            json_object_set_new(one, "length", json_integer(enclosure->length));
        json_array_append_new(array, one);
    }
    return array;
}

static json_t *entry_object(const struct feed_entry *entry, const char *base)
{
    json_t *object = json_object();

    set_text(object, "id", entry->guid);
    set_line(object, "title", entry->title);
    set_text(object, "link", entry->link);
    set_html(object, "summary", entry->summary, entry->summary_base ? entry->summary_base : base);
    set_html(object, "content", entry->content, entry->content_base ? entry->content_base : base);
    set_text(object, "author", entry->author);
    set_text(object, "language", entry->language);
    set_text(object, "thumbnail", entry->thumbnail);
    set_text(object, "comments", entry->comments);
    set_time(object, "published", entry->published_ms);
    set_time(object, "updated", entry->updated_ms);
    set_list(object, "categories", entry->categories, entry->category_count);
    json_object_set_new(object, "enclosures", enclosures(entry));
    return object;
}

static json_t *feed_object(const struct feed *feed, const char *base)
{
    json_t *object = json_object();

    set_text(object, "version", feed_version_name(feed->version));
    set_line(object, "title", feed->title);
    set_text(object, "link", feed->link);
    set_html(object, "description", feed->description,
             feed->description_base ? feed->description_base : base);
    set_text(object, "language", feed->language);
    set_text(object, "id", feed->id);
    set_text(object, "author", feed->author);
    set_text(object, "image", feed->image);
    set_text(object, "self", feed->self);
    set_text(object, "hub", feed->hub);
    set_text(object, "next", feed->next);
    set_text(object, "new_url", feed->new_url);
    set_time(object, "published", feed->published_ms);
    set_time(object, "updated", feed->updated_ms);
    set_list(object, "categories", feed->categories, feed->category_count);
    if (feed->ttl_minutes >= 0)
        json_object_set_new(object, "ttl_minutes", json_integer(feed->ttl_minutes));
    if (feed->update_every_s >= 0)
        json_object_set_new(object, "update_every_s", json_integer(feed->update_every_s));
    return object;
}

static json_t *alternates(const struct feed *feed)
{
    json_t *array = json_array();

    for (size_t i = 0; i < feed->alternate_count; i++) {
        json_t *one = json_object();
        set_text(one, "url", feed->alternates[i].url);
        set_text(one, "type", feed->alternates[i].type);
        set_text(one, "title", feed->alternates[i].title);
        json_array_append_new(array, one);
    }
    return array;
}

struct json_t *parse_json(struct span body, const struct feed_context *ctx,
                          enum feed_status *status)
{
    struct feed *feed = NULL;
    json_t *root = NULL;
    json_t *entries = NULL;

    *status = feed_parse(body, ctx, &feed);
    if (*status == FEED_HTML) {
        root = json_object();
        json_object_set_new(root, "alternates", alternates(feed));
    } else if (*status == FEED_OK) {
        root = json_object();
        entries = json_array();
        json_object_set_new(root, "wellformed", json_boolean(feed->wellformed));
        set_text(root, "encoding", feed->encoding);
        json_object_set_new(root, "feed", feed_object(feed, ctx->url));
        for (size_t i = 0; i < feed->count; i++)
            json_array_append_new(entries, entry_object(&feed->entries[i], ctx->url));
        json_object_set_new(root, "entries", entries);
    }
    feed_destroy(&feed);
    return root;
}
