#include "reader/import_line.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "reader/export_time.h"

enum { GUID_BYTES = 4096 };

static bool is_absolute(const char *guid)
{
    const char *p = guid;

    if (!isalpha((unsigned char)*p))
        return false;
    while (isalnum((unsigned char)*p) || (*p && strchr("+-.", *p)))
        p++;
    return *p == ':' && p - guid > 1 && p[1];
}

void import_guid(const char *source_url, const char *guid, struct buf *out)
{
    if (*source_url && !is_absolute(guid))
        buf_printf(out, "%s#", source_url);
    buf_adds(out, guid);
}

/* --- from the form of export ------------------------------------------------------------------ */

static const char *text_of(const json_t *line, const char *key)
{
    const char *text = json_string_value(json_object_get(line, key));

    return text ? text : "";
}

static void put_text(json_t *item, const char *key, const char *text)
{
    if (*text)
        json_object_set_new(item, key, json_string(text));
}

static void put_time(json_t *item, const char *key, const json_t *value)
{
    char text[EXPORT_TIME];

    if (export_time(json_integer_value(value), text))
        json_object_set_new(item, key, json_string(text));
}

static void put_attachments(json_t *item, const json_t *enclosures)
{
    json_t *list = json_array();
    const json_t *one = NULL;
    size_t i = 0;

    json_array_foreach(enclosures, i, one)
    {
        json_t *made = json_object();

        put_text(made, "url", text_of(one, "url"));
        put_text(made, "mime_type", text_of(one, "type"));
        if (json_integer_value(json_object_get(one, "length")) > 0)
            json_object_set(made, "size_in_bytes", json_object_get(one, "length"));
        json_array_append_new(list, made);
    }
    if (json_array_size(list) > 0)
        json_object_set(item, "attachments", list);
    json_decref(list);
}

static json_t *from_export(const json_t *line)
{
    json_t *item = json_object();
    const json_t *categories = json_object_get(line, "categories");

    put_text(item, "url", text_of(line, "url"));
    put_text(item, "title", text_of(line, "title"));
    if (*text_of(line, "content"))
        put_text(item, "content_html", text_of(line, "content"));
    else
        put_text(item, "content_text", text_of(line, "text"));
    if (*text_of(line, "author"))
        json_object_set_new(item, "authors", json_pack("[{s:s}]", "name", text_of(line, "author")));
    put_text(item, "language", text_of(line, "language"));
    put_text(item, "image", text_of(line, "thumbnail"));
    if (json_array_size(categories) > 0)
        json_object_set_new(item, "tags", json_deep_copy(categories));
    put_time(item, "date_published", json_object_get(line, "published_ms"));
    put_time(item, "date_modified", json_object_get(line, "updated_ms"));
    put_attachments(item, json_object_get(line, "enclosures"));
    return item;
}

/* --- a line ----------------------------------------------------------------------------------- */

static struct span trimmed(struct span line)
{
    while (line.n && (unsigned char)line.p[0] <= ' ')
        line = span_after(line, 1);
    while (line.n && ((unsigned char)line.p[line.n - 1] <= ' ' || line.p[line.n - 1] == ','))
        line.n--;
    return line;
}

/* `{"version": ..., "items": [` and `]}`. */
static bool is_frame(struct span line)
{
    return line.n == 0 || span_eq(line, span_str("]}")) || span_eq(line, span_str("]")) ||
           span_eq(line, span_str("[")) || (line.p[0] == '{' && line.p[line.n - 1] == '[');
}

static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return true;
    return false;
}

/* As the storer asks for it: see storer/import.h. */
static const char *set_guid(json_t *item, const char *source_url, const char *guid)
{
    struct buf whole = {0};
    const char *why = NULL;

    import_guid(source_url, guid, &whole);
    if (whole.len > GUID_BYTES)
        why = "its guid is too long";
    else if (has_control(guid) || whole.data[0] == ' ' || whole.data[whole.len - 1] == ' ' ||
             strstr(whole.data, "  "))
        why = "its guid has control characters, or blanks at its ends or in a row";
    else
        json_object_set_new(item, "id", json_string(whole.data));
    buf_free(&whole);
    return why;
}

static const char *read_object(json_t *line, json_t **item)
{
    const json_t *id = json_object_get(line, "id");
    const json_t *weir = json_object_get(line, "_weir");
    char number[32] = "";

    if (*text_of(line, "guid")) {
        *item = from_export(line);
        return set_guid(*item, text_of(line, "source_url"), text_of(line, "guid"));
    }
    if (json_is_integer(id))
        snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(id));
    if (!*number && !*text_of(line, "id"))
        return "it has neither a guid nor an id";
    *item = json_incref(line);
    return set_guid(*item, text_of(weir, "source_url"), *number ? number : text_of(line, "id"));
}

enum import_line_kind import_line(struct span line, json_t **item, const char **why)
{
    json_t *object = NULL;

    *item = NULL;
    *why = NULL;
    line = trimmed(line);
    if (is_frame(line))
        return IMPORT_LINE_BLANK;
    object = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, NULL);
    if (!object)
        *why = "it is no JSON";
    else if (!json_is_object(object))
        *why = "it is no JSON object";
    else
        *why = read_object(object, item);
    json_decref(object);
    if (*why) {
        json_decref(*item);
        *item = NULL;
    }
    return *why ? IMPORT_LINE_BAD : IMPORT_LINE_ITEM;
}
