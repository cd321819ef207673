/* source.add. */
#include <stdlib.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/source_options.h"
#include "storer/command_options.h"
#include "storer/command_source.h"
#include "storer/db_source.h"
#include "storer/db_source_set.h"
#include "storer/url_host.h"
#include "storer/writer_inner.h"

enum { URL_BYTES_MAX = 8192, HOST_BYTES_MAX = 253 };

struct adding {
    bool now;             /* somebody waits for the first answer */
    struct buf url, host; /* of the source at hand */
    json_t *options;
    json_t *ids, *fresh;
    size_t added, existing;
};

static struct span text_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return span_of(json_string_value(value), json_string_length(value));
}

/* --- credentials ------------------------------------------------------------------------------ */

/* {"basic": {user, password}}; NULL where that is no UTF-8. */
static json_t *basic_of(struct span user, struct span password)
{
    return json_pack("{s:{s:s%, s:s%}}", "basic", "user", user.n ? user.p : "", user.n, "password",
                     password.n ? password.p : "", password.n);
}

/* "user:password", as command lines have it. */
static json_t *basic_of_text(const json_t *text)
{
    struct span all = span_of(json_string_value(text), json_string_length(text));
    const char *colon = all.n ? memchr(all.p, ':', all.n) : NULL;
    size_t n = colon ? (size_t)(colon - all.p) : all.n;

    return basic_of(span_of(all.p, n), colon ? span_after(all, n + 1) : (struct span){0});
}

/* Where the password is given apart, the address may name the user: https://me@site.example/ */
static bool take_password(json_t *basic, const struct buf *password, const json_t *given)
{
    json_t *apart = json_object_get(json_object_get(given, "basic"), "password");

    if (json_object_size(given) != 1 || json_object_size(json_object_get(given, "basic")) != 1 ||
        !apart || password->len > 0)
        return false;
    json_object_set(json_object_get(basic, "basic"), "password", apart);
    return true;
}

/* The user information of an address must not stay in it: it would stand in every list and log. */
static const char *take_user(struct span url, json_t *options)
{
    const json_t *given = json_object_get(options, "credentials");
    struct buf user = {0}, password = {0};
    const char *why = NULL;

    if (url_user(url, &user, &password)) {
        json_t *basic = basic_of(buf_span(&user), buf_span(&password));

        if (!basic)
            why = "url: its user or password is no UTF-8";
        else if (given && !take_password(basic, &password, given))
            why = "url: it has a user, and there are credentials too";
        else
            json_object_set(options, "credentials", basic);
        json_decref(basic);
    }
    buf_free(&user);
    buf_free(&password);
    return why;
}

/* Options, credentials and what stands in the address make the options that are kept. */
static const char *read_options(const json_t *source, json_t **options)
{
    const json_t *given = json_object_get(source, "options");
    json_t *credentials = json_object_get(source, "credentials");
    json_t *all = json_is_object(given) ? json_deep_copy(given) : json_object();
    json_t *none = json_object();
    const char *why = NULL;

    if (given && !json_is_object(given) && !json_is_null(given))
        why = "options: an object is wanted";
    if (json_is_string(credentials) && json_string_length(credentials) > 0)
        json_object_set_new(all, "credentials", basic_of_text(credentials));
    else if (credentials && !json_is_string(credentials) && !json_is_null(credentials))
        json_object_set(all, "credentials", credentials);
    why = why ? why : take_user(text_of(source, "url"), all);
    *options = options_merge(none, all);
    options_settle(*options);
    json_decref(all);
    json_decref(none);
    return why ? why : source_options_fault(*options, SOURCE_UNKNOWN_FAULT);
}

/* --- one source ------------------------------------------------------------------------------- */

/* Reads a source into adding; NULL, or what is wrong with it. */
static const char *read_source(const json_t *source, struct adding *adding)
{
    struct span url = text_of(source, "url");
    const char *why = NULL;

    json_decref(adding->options);
    adding->options = NULL;
    if (!json_is_object(source))
        return "an object is wanted";
    if (url.n == 0 || url.n > URL_BYTES_MAX || url_host(url, &adding->url, &adding->host) != 0)
        return "url: no http or https address";
    if (adding->host.len > HOST_BYTES_MAX)
        return "url: its host name is too long";
    why = read_options(source, &adding->options);
    return why ? why : command_set_fault(source);
}

static bool has_ended(enum db_source_state state)
{
    return state != DB_SOURCE_ACTIVE && state != DB_SOURCE_QUARANTINED;
}

/* Added again after it had ended: what is said now counts. */
static void revive(struct writer *writer, uint64_t id, const json_t *source,
                   const char *credentials, const struct adding *adding)
{
    char *options = options_text(adding->options);

    db_source_revive(writer->db, id, clock_utc_ms());
    if (*options)
        db_source_set_options(writer->db, id, span_str(options), span_str(credentials),
                              clock_utc_ms());
    command_set_apply(writer, id, source);
    free(options);
}

static uint64_t insert(struct writer *writer, const json_t *source, const char *credentials,
                       const struct adding *adding)
{
    char *options = options_text(adding->options);
    uint64_t id = db_source_add(
        writer->db, &(struct db_source_new){
                        .url = buf_span(&adding->url),
                        .credentials = span_str(credentials),
                        .options = span_str(options),
                        .host = buf_span(&adding->host),
                        .title = text_of(source, "title"),
                        .interval_ms = json_integer_value(json_object_get(source, "interval_ms")),
                        .now_ms = clock_utc_ms(),
                    });

    free(options);
    return id;
}

/* One that is there stays as it is, but for a further category. */
static void add_one(struct writer *writer, const json_t *source, struct adding *adding)
{
    char *credentials = options_text(json_object_get(adding->options, "credentials"));
    enum db_source_state state = DB_SOURCE_ACTIVE;
    uint64_t id = db_source_find(writer->db, buf_span(&adding->url), span_str(credentials), &state);
    bool fresh = id == 0 || has_ended(state);

    if (id != 0 && fresh)
        revive(writer, id, source, credentials, adding);
    else if (id == 0)
        id = insert(writer, source, credentials, adding);
    command_set_categories(writer, id, source);
    command_source_changed(writer, id, fresh && adding->now);
    adding->added += fresh;
    adding->existing += !fresh;
    json_array_append_new(adding->ids, json_integer((json_int_t)id));
    if (fresh)
        json_array_append_new(adding->fresh, json_integer((json_int_t)id));
    free(credentials);
}

/* --- all of them ------------------------------------------------------------------------------ */

/* Words on the first source that is wrong, or NULL.  The caller's. */
static char *fault_of(const json_t *sources, struct adding *adding)
{
    size_t count = json_array_size(sources);

    if (count == 0)
        return mem_strdup("sources: a list of objects is wanted");
    for (size_t i = 0; i < count; i++) {
        const char *why = read_source(json_array_get(sources, i), adding);

        if (why)
            return count == 1 ? mem_strdup(why) : mem_printf("source %zu: %s", i + 1, why);
    }
    return NULL;
}

/* All or none. */
void command_source_add(struct writer *writer, struct input *input, json_t *arguments)
{
    json_t *sources = json_object_get(arguments, "sources"), *source = NULL;
    struct adding adding = {.ids = json_array(),
                            .fresh = json_array(),
                            .now = json_integer_value(json_object_get(arguments, "hi")) == 1};
    char *why = fault_of(sources, &adding);
    size_t i = 0;

    if (why) {
        command_refuse(input, APP_USAGE, why);
    } else {
        json_array_foreach(sources, i, source)
        {
            read_source(source, &adding);
            add_one(writer, source, &adding);
        }
        log_info("sources-added", "added=%zu existing=%zu", adding.added, adding.existing);
        command_answer(input,
                       json_pack("{s:I, s:I, s:O, s:O, s:I}", "added", (json_int_t)adding.added,
                                 "existing", (json_int_t)adding.existing, "ids", adding.ids, "new",
                                 adding.fresh, "now_ms", (json_int_t)clock_utc_ms()));
    }
    json_decref(adding.ids);
    json_decref(adding.fresh);
    json_decref(adding.options);
    buf_free(&adding.url);
    buf_free(&adding.host);
    free(why);
}
