#include "storer/command_source.h"

#include <inttypes.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/log.h"
#include "storer/db_fetch.h"
#include "storer/db_source.h"
#include "storer/held.h"
#include "storer/journal.h"
#include "storer/lease.h"
#include "storer/url_host.h"
#include "storer/writer_inner.h"

struct adding {
    struct buf url, host;
    char *credentials, *options; /* as JSON; jansson's memory */
    json_t *ids;
    size_t added, existing;
};

static struct span text_of(json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);

    return span_of(json_string_value(value), json_string_length(value));
}

/* Text stands as it is; an object is written in one way only, so that equal ones are equal. */
static char *as_text(json_t *value)
{
    if (json_is_string(value))
        return strdup(json_string_value(value));
    return value && !json_is_null(value) ? json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS)
                                         : strdup("");
}

static const char *fault(json_t *source, struct adding *adding)
{
    struct span url = text_of(source, "url");

    if (!json_is_object(source))
        return "a source is no object";
    if (url.n == 0 || url.n > 8192 || url_host(url, &adding->url, &adding->host) != 0)
        return "a source's url is no http or https address";
    if (adding->host.len > 253)
        return "a source's host name is too long";
    return NULL;
}

/* Credentials go to the fetcher in the options, which are the only part of a job that carries them.
 */
static char *options_of(json_t *source)
{
    json_t *credentials = json_object_get(source, "credentials");
    json_t *given = json_object_get(source, "options");
    json_t *options = json_is_object(given) ? json_copy(given) : json_object();
    char *text = NULL;

    if (credentials && !json_is_null(credentials))
        json_object_set(options, "credentials", credentials);
    text =
        json_object_size(options) ? json_dumps(options, JSON_COMPACT | JSON_SORT_KEYS) : strdup("");
    json_decref(options);
    return text;
}

static void add_one(struct writer *writer, json_t *source, struct adding *adding)
{
    struct span category = text_of(source, "category");
    enum db_source_state state = DB_SOURCE_ACTIVE;
    uint64_t id = 0;

    adding->credentials = as_text(json_object_get(source, "credentials"));
    adding->options = options_of(source);
    id = db_source_find(writer->db, buf_span(&adding->url), span_str(adding->credentials), &state);
    adding->existing += id != 0 && state != DB_SOURCE_RETIRED;
    adding->added += id == 0 || state == DB_SOURCE_RETIRED;
    if (id != 0 && state == DB_SOURCE_RETIRED)
        db_source_revive(writer->db, id, clock_utc_ms());
    if (id == 0)
        id = db_source_add(writer->db, &(struct db_source_new){
                                           .url = buf_span(&adding->url),
                                           .credentials = span_str(adding->credentials),
                                           .options = span_str(adding->options),
                                           .host = buf_span(&adding->host),
                                           .title = text_of(source, "title"),
                                           .interval_ms = json_integer_value(
                                               json_object_get(source, "interval_ms")),
                                           .now_ms = clock_utc_ms(),
                                       });
    if (category.n > 0 && category.n <= 1024)
        db_source_category(writer->db, id, category);
    batch_touched(writer, id);
    json_array_append_new(adding->ids, json_integer((json_int_t)id));
    free(adding->credentials);
    free(adding->options);
}

void command_source_add(struct writer *writer, struct input *input, json_t *arguments)
{
    json_t *sources = json_object_get(arguments, "sources"), *source = NULL;
    struct adding adding = {.ids = json_array()};
    const char *why = json_array_size(sources) ? NULL : "sources: a list of objects is wanted";
    size_t i = 0;

    /* All or none. */
    json_array_foreach(sources, i, source) why = why ? why : fault(source, &adding);
    if (why) {
        command_refuse(input, APP_USAGE, why);
        json_decref(adding.ids);
    } else {
        json_array_foreach(sources, i, source)
        {
            fault(source, &adding);
            add_one(writer, source, &adding);
        }
        log_info("sources-added", "added=%zu existing=%zu", adding.added, adding.existing);
        command_answer(input,
                       json_pack("{s:I, s:I, s:o}", "added", (json_int_t)adding.added, "existing",
                                 (json_int_t)adding.existing, "ids", adding.ids));
    }
    buf_free(&adding.url);
    buf_free(&adding.host);
}

static uint64_t id_of(json_t *arguments)
{
    json_int_t id = json_integer_value(json_object_get(arguments, "id"));

    return id > 0 ? (uint64_t)id : 0;
}

/* Items that are under way still end as they would; a lease is simply given up. */
static void give_up_lease(struct writer *writer, uint64_t id)
{
    struct schedule_source *source = schedule_find(writer->schedule, id);
    uint64_t fetch = source ? source->fetch : 0;

    if (!fetch || !leases_find(writer->leases, fetch))
        return;
    leases_remove(writer->leases, fetch);
    counters_add(writer->counters, COUNTER_strays, held_drop(writer->held, fetch));
    db_fetch_end(writer->db, fetch);
    schedule_closed(writer->schedule, source);
}

void command_source_remove(struct writer *writer, struct input *input, json_t *arguments)
{
    uint64_t id = id_of(arguments);

    if (id == 0 || !db_source_retire(writer->db, id)) {
        command_refuse(input, APP_DATA, "there is no such source");
        return;
    }
    give_up_lease(writer, id);
    batch_touched(writer, id);
    log_info("source-removed", "source=%" PRIu64, id);
    command_answer(input, json_pack("{s:i}", "removed", 1));
}

void command_source_refresh(struct writer *writer, struct input *input, json_t *arguments)
{
    uint64_t id = id_of(arguments);
    size_t asked = schedule_refresh(writer->schedule, id);

    if (id != 0 && asked == 0)
        command_refuse(input, APP_DATA, "there is no such source");
    else
        command_answer(input, json_pack("{s:I}", "asked", (json_int_t)asked));
}
