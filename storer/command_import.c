/* import: see import.h. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/mem.h"
#include "storer/command_inner.h"
#include "storer/db_fetch.h"
#include "storer/db_import.h"
#include "storer/import.h"
#include "storer/journal.h"
#include "storer/pack.h"
#include "storer/writer_inner.h"

enum { BUSY_MS = 200 };

static const char *const FEED_VERSION = "https://jsonfeed.org/version/1.1";

/* --- what was sent ---------------------------------------------------------------------------- */

static bool is_space(char c)
{
    return c == ' ';
}

/* The key is made of it here and by the fetcher, so it must come through as it is. */
static const char *guid_fault(const json_t *item)
{
    const json_t *id = json_object_get(item, "id");
    const char *text = json_string_value(id);
    size_t n = json_string_length(id);

    if (!json_is_object(item))
        return "it is no object";
    if (!text || n == 0)
        return "it has no id, or one that is no text";
    if (n > IMPORT_GUID)
        return "its id is too long";
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
            return "its id has a control character";
    if (is_space(text[0]) || is_space(text[n - 1]) || strstr(text, "  "))
        return "its id has white space at its ends, or twice in a row";
    return NULL;
}

static bool is_name(const char *name)
{
    size_t n = name ? strlen(name) : 0;

    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] <= ' ' || name[i] == 0x7f)
            return false;
    return n > 0 && n <= IMPORT_NAME;
}

/* NULL, or what is wrong; the caller's. */
static char *fault_of(const json_t *arguments)
{
    const json_t *items = json_object_get(arguments, "items"), *item = NULL;
    size_t i = 0;

    if (!is_name(json_string_value(json_object_get(arguments, "source"))))
        return mem_printf("source: a name of 1 to %d bytes without blanks is wanted", IMPORT_NAME);
    if (json_array_size(items) == 0 || json_array_size(items) > IMPORT_ITEMS)
        return mem_printf("items: a list of 1 to %d is wanted", IMPORT_ITEMS);
    json_array_foreach(items, i, item)
    {
        const char *why = guid_fault(item);

        if (why)
            return mem_printf("items: number %zu: %s", i, why);
    }
    return NULL;
}

/* --- taking ----------------------------------------------------------------------------------- */

static const char *busy(struct writer *writer, uint64_t open, size_t items)
{
    writer->window.under_way = journal_under_way(writer->journal);
    if (open)
        return "a batch of this import is on its way";
    if (quiesce_active(&writer->quiesce))
        return "the ring is running empty";
    if (!window_room(&writer->window, false, items))
        return "the window is full";
    return NULL;
}

static void add_keys(uint64_t source, const json_t *items, struct buf *keys)
{
    const json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(items, i, item)
    {
        const json_t *id = json_object_get(item, "id");
        struct hash_key key = hash_key(source, json_string_value(id), json_string_length(id));

        buf_add(keys, key.bytes, HASH_KEY_BYTES);
    }
}

static void write_body(struct writer *writer, struct journal_fetch *fetch, json_t *items)
{
    json_t *feed =
        json_pack("{s:s, s:s, s:O}", "version", FEED_VERSION, "title", "", "items", items);
    char *text = json_dumps(feed, JSON_COMPACT);
    struct buf packed = {0};

    fetch->bytes = strlen(text);
    pack_make(span_str(text), &packed);
    db_fetch_body(writer->db, fetch->id, fetch->bytes, buf_span(&packed));
    buf_free(&packed);
    free(text);
    json_decref(feed);
}

/* As of a report, but that nothing of it was sent yet.  How many there are. */
static size_t accept_items(struct writer *writer, uint64_t id, uint64_t source, json_t *items,
                           const struct buf *keys)
{
    struct journal_fetch *fetch =
        journal_add(writer->journal, id, source, keys->data, keys->len / HASH_KEY_BYTES, INT64_MIN,
                    writer_now(writer));

    fetch->revived = true;
    write_body(writer, fetch, items);
    for (size_t i = 0; i < fetch->count; i++) {
        fetch->items[i].tries = 0;
        db_fetch_keys(writer->db, id, fetch->items[i].key, 1);
        db_fetch_try(writer->db, id, fetch->items[i].key, 0, 0);
    }
    writer->meta.accepted += fetch->count;
    counters_add(writer->counters, COUNTER_imported, fetch->count);
    return fetch->count;
}

static void take(struct writer *writer, struct input *input, uint64_t source, json_t *items)
{
    struct buf keys = {0};
    uint64_t fetch = 0;
    size_t count = 0;

    add_keys(source, items, &keys);
    fetch = db_import_fetch(writer->db, source, clock_utc_ms());
    if (fetch) { /* else the transaction has failed */
        count = accept_items(writer, fetch, source, items, &keys);
        db_import_batch(writer->db, fetch, source, count, IMPORT_KEPT, clock_utc_ms());
        log_debug("import", "source=%" PRIu64 " fetch=%" PRIu64 " items=%zu", source, fetch, count);
        command_answer(input, json_pack("{s:I, s:I, s:I}", "fetch", (json_int_t)fetch, "source",
                                        (json_int_t)source, "items", (json_int_t)count));
    }
    buf_free(&keys);
}

void command_import(struct writer *writer, struct input *input, json_t *arguments)
{
    const char *name = json_string_value(json_object_get(arguments, "source")), *wait = NULL;
    json_t *items = json_object_get(arguments, "items");
    char *why = fault_of(arguments), *url = NULL;
    uint64_t source = 0, open = 0;

    if (why) {
        command_refuse(input, APP_USAGE, why);
        free(why);
        return;
    }
    url = mem_printf("import:%s", name);
    source = db_import_source(writer->db, span_str(url), span_str(name), clock_utc_ms(), &open);
    wait = busy(writer, open, json_array_size(items));
    if (source && wait)
        command_answer(input, json_pack("{s:s, s:i}", "busy", wait, "retry_after_ms", BUSY_MS));
    else if (source)
        take(writer, input, source, items);
    free(url);
}
