#include "fetcher/feed_build.h"

#include <jansson.h>
#include <string.h>

#include "common/mem.h"

enum { VALUES_MAX = 1000000 };

static struct span text_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return json_is_string(value) ? span_of(json_string_value(value), json_string_length(value))
                                 : (struct span){0};
}

static void put(struct feed_builder *b, enum feed_field field, uint8_t rank, const json_t *object,
                const char *key)
{
    feed_put(b, field, rank, text_of(object, key));
}

/* Plain text becomes HTML, as everywhere in a feed. */
static void put_plain(struct feed_builder *b, enum feed_field field, uint8_t rank,
                      const json_t *object, const char *key)
{
    struct buf html = {0};

    feed_markup_escape(&html, text_of(object, key));
    feed_put(b, field, rank, buf_span(&html));
    buf_free(&html);
}

/* An id ought to be a string; numbers are common. */
static void put_id(struct feed_builder *b, const json_t *item)
{
    const json_t *id = json_object_get(item, "id");
    char *number = NULL;

    put(b, FIELD_ID, 5, item, "id");
    if (json_is_number(id)) {
        number = json_dumps(id, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
        feed_put(b, FIELD_ID, 5, span_str(number));
        free(number);
    }
}

/* A date ought to be a string; numbers count from 1970. */
static void put_date(struct feed_builder *b, enum feed_field field, const json_t *item,
                     const char *key)
{
    const json_t *date = json_object_get(item, key);
    char text[32] = "";

    put(b, field, 5, item, key);
    if (json_is_integer(date))
        snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(date));
    feed_put(b, field, 5, span_str(text));
}

static void add_author(struct buf *names, const json_t *author)
{
    struct span name = text_of(author, "name");

    if (json_is_string(author))
        name = span_of(json_string_value(author), json_string_length(author));
    if (name.n == 0 || (names->len && memmem(names->data, names->len, name.p, name.n)))
        return;
    if (names->len)
        buf_adds(names, ", ");
    buf_add(names, name.p, name.n);
}

/* JSON Feed 1.1 has a list of authors, 1.0 had one; some give a name only. */
static void put_authors(struct feed_builder *b, const json_t *object)
{
    const json_t *list = json_object_get(object, "authors");
    const json_t *author = NULL;
    struct buf names = {0};
    size_t i = 0;

    if (!json_is_array(list))
        add_author(&names, list);
    json_array_foreach(list, i, author) add_author(&names, author);
    add_author(&names, json_object_get(object, "author"));
    feed_put(b, FIELD_AUTHOR, 5, buf_span(&names));
    buf_free(&names);
}

static void put_attachments(struct feed_builder *b, const json_t *item)
{
    const json_t *list = json_object_get(item, "attachments");
    const json_t *one = NULL;
    size_t i = 0;

    json_array_foreach(list, i, one)
    {
        const json_t *size = json_object_get(one, "size_in_bytes");
        struct span written = text_of(one, "size_in_bytes");
        char length[32] = "";
        if (json_is_number(size) && json_number_value(size) >= 0 && json_number_value(size) < 1e15)
            snprintf(length, sizeof(length), "%lld", (long long)json_number_value(size));
        feed_put_enclosure(b,
                           &(struct feed_attached){.url = text_of(one, "url"),
                                                   .type = text_of(one, "mime_type"),
                                                   .length = *length ? span_str(length) : written});
    }
}

static void read_item(struct feed_builder *b, const json_t *item)
{
    const json_t *tags = json_object_get(item, "tags");
    const json_t *tag = NULL;
    size_t i = 0;

    if (!json_is_object(item) || !feed_put_entry(b))
        return;
    put_id(b, item);
    put(b, FIELD_LINK, 5, item, "url");
    put(b, FIELD_LINK, 4, item, "external_url");
    put_plain(b, FIELD_TITLE, 5, item, "title");
    put(b, FIELD_CONTENT, 5, item, "content_html");
    put_plain(b, FIELD_CONTENT, 4, item, "content_text");
    put_plain(b, FIELD_SUMMARY, 5, item, "summary");
    put(b, FIELD_IMAGE, 5, item, "image");
    put(b, FIELD_IMAGE, 4, item, "banner_image");
    put_date(b, FIELD_PUBLISHED, item, "date_published");
    put_date(b, FIELD_UPDATED, item, "date_modified");
    put(b, FIELD_LANGUAGE, 5, item, "language");
    put_authors(b, item);
    put_attachments(b, item);
    json_array_foreach(tags, i, tag) if (json_is_string(tag))
        feed_put_category(b, span_of(json_string_value(tag), json_string_length(tag)));
    b->entry = NULL;
}

static void read_feed(struct feed_builder *b, const json_t *root)
{
    const json_t *hubs = json_object_get(root, "hubs");

    put_plain(b, FIELD_TITLE, 5, root, "title");
    put_plain(b, FIELD_SUMMARY, 5, root, "description");
    put(b, FIELD_LINK, 5, root, "home_page_url");
    put(b, FIELD_LINK, 2, root, "feed_url");
    feed_put(b, FIELD_LINK, 1, span_str(b->ctx->url));
    put(b, FIELD_SELF, 5, root, "feed_url");
    put(b, FIELD_NEXT, 5, root, "next_url");
    put(b, FIELD_IMAGE, 5, root, "icon");
    put(b, FIELD_IMAGE, 4, root, "favicon");
    put(b, FIELD_LANGUAGE, 5, root, "language");
    put(b, FIELD_HUB, 5, json_array_get(hubs, 0), "url");
    put_authors(b, root);
    b->feed->expired = json_is_true(json_object_get(root, "expired"));
}

/* Each value takes up to a hundred times its text in memory, so that a small bomb of a document
 * would take all there is. */
static bool is_modest(struct span text)
{
    size_t values = 0;
    bool quoted = false;

    for (size_t i = 0; i < text.n && values <= VALUES_MAX; i++) {
        char c = text.p[i];

        if (c == '"')
            quoted = !quoted;
        else if (quoted)
            i += c == '\\';
        else
            values += c == ',' || c == '{' || c == '[';
    }
    return values <= VALUES_MAX;
}

static json_t *load_modest(struct span text)
{
    return text.n && is_modest(text) ? json_loadb(text.p, text.n, JSON_ALLOW_NUL, NULL) : NULL;
}

/* Line ends inside strings, halves of surrogates, trailing commas, and documents that were cut, are
 * met: they get a second try. */
static json_t *load(struct span text, bool *wellformed)
{
    json_t *root = load_modest(text);
    struct buf repaired = {0};

    *wellformed = root != NULL;
    if (root)
        return root;
    feed_json_repair(text, &repaired);
    root = load_modest(buf_span(&repaired));
    buf_free(&repaired);
    return root;
}

static bool has(struct span text, const char *word)
{
    return text.n && memmem(text.p, text.n, word, strlen(word));
}

bool feed_json_read(struct feed_builder *b, struct span text)
{
    bool wellformed = false;
    json_t *root = load(text, &wellformed);
    const json_t *items = json_object_get(root, "items");
    struct span version = text_of(root, "version");
    const json_t *item = NULL;
    size_t i = 0;

    /* A feed has a version that names the format, or at least items. */
    bool good = json_is_array(items) || has(version, "jsonfeed");
    if (good) {
        b->feed->version = has(version, "1.1") ? FEED_JSON11 : FEED_JSON10;
        b->feed->wellformed = wellformed;
        read_feed(b, root);
        json_array_foreach(items, i, item) read_item(b, item);
    }
    json_decref(root);
    return good;
}
