/* Items of a JSON Feed 1.1 (jsonfeed.org/version/1.1).  Pure. */
#include "reader/export.h"
#include "reader/export_time.h"
#include "reader/import_line.h"
#include "reader/print.h"

static void put(json_t *to, const char *key, const json_t *from, const char *name)
{
    if (*print_text(from, name))
        json_object_set(to, key, json_object_get(from, name));
}

static void put_time(json_t *to, const char *key, int64_t utc_ms)
{
    char text[EXPORT_TIME];

    if (export_time(utc_ms, text))
        json_object_set_new(to, key, json_string(text));
}

/* JSON Feed 1.1: url and mime_type are required. */
static json_t *attachments_of(const json_t *enclosures)
{
    json_t *list = json_array();
    const json_t *one = NULL;
    size_t i = 0;

    json_array_foreach(enclosures, i, one)
    {
        const char *type = print_text(one, "type");
        json_t *made = json_pack("{s:s, s:s}", "url", print_text(one, "url"), "mime_type",
                                 *type ? type : "application/octet-stream");

        if (print_int(one, "length") > 0)
            json_object_set(made, "size_in_bytes", json_object_get(one, "length"));
        json_array_append_new(list, made);
    }
    return list;
}

static void put_list(json_t *to, const char *key, json_t *list)
{
    if (json_array_size(list) > 0)
        json_object_set(to, key, list);
    json_decref(list);
}

json_t *export_feed_item(const json_t *item)
{
    static const char *const ours[] = {"id",      "source_url", "source_title", "story",
                                       "copy_of", "read",       "starred",      "hidden"};
    json_t *out = json_object(), *weir = json_object();
    struct buf guid = {0};

    import_guid(print_text(item, "source_url"), print_text(item, "guid"), &guid);
    json_object_set_new(out, "id", json_string(guid.data));
    buf_free(&guid);
    put(out, "url", item, "url");
    put(out, "title", item, "title");
    json_object_set(out, "content_html", json_object_get(item, "content"));
    put(out, "image", item, "thumbnail");
    put_time(out, "date_published", print_int(item, "published_ms"));
    put_time(out, "date_modified", print_int(item, "updated_ms"));
    if (*print_text(item, "author"))
        json_object_set_new(out, "authors",
                            json_pack("[{s:s}]", "name", print_text(item, "author")));
    put(out, "language", item, "language");
    put_list(out, "tags", json_incref(json_object_get(item, "categories")));
    put_list(out, "attachments", attachments_of(json_object_get(item, "enclosures")));
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        if (json_object_get(item, ours[i]))
            json_object_set(weir, ours[i], json_object_get(item, ours[i]));
    json_object_set_new(out, "_weir", weir);
    return out;
}
