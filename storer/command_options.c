#include "storer/command_options.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/mem.h"

/* --- merging ---------------------------------------------------------------------------------- */

static void merge_into(json_t *object, const json_t *changes)
{
    const char *name = NULL;
    json_t *change = NULL;

    json_object_foreach((json_t *)(uintptr_t)changes, name, change)
    {
        json_t *old = json_object_get(object, name);

        if (json_is_null(change)) {
            json_object_del(object, name);
            continue;
        }
        if (json_is_object(change)) {
            if (!json_is_object(old))
                json_object_set_new(object, name, json_object());
            merge_into(json_object_get(object, name), change);
        } else {
            json_object_set(object, name, change);
        }
    }
}

json_t *options_merge(const json_t *options, const json_t *changes)
{
    json_t *merged = json_deep_copy(options);
    const json_t *wanted = json_object_get(changes, "credentials");
    json_t *credentials = json_object_get(merged, "credentials");

    if (json_is_string(json_object_get(wanted, "bearer")))
        json_object_del(credentials, "basic");
    else if (json_is_object(json_object_get(wanted, "basic")))
        json_object_del(credentials, "bearer");
    merge_into(merged, changes);
    return merged;
}

/* --- one form --------------------------------------------------------------------------------- */

static bool says_nothing(const json_t *value)
{
    return json_is_null(value) || (json_is_object(value) && json_object_size(value) == 0) ||
           (json_is_string(value) && json_string_length(value) == 0);
}

static void drop_member(json_t *object, const char *name, bool drop)
{
    if (drop)
        json_object_del(object, name);
}

static void drop_empty(json_t *object)
{
    const char *name = NULL;
    json_t *value = NULL;
    void *next = NULL;

    json_object_foreach_safe(object, next, name, value)
        drop_member(object, name, says_nothing(value));
}

/* A header may be empty on purpose, and so may a password. */
void options_settle(json_t *options)
{
    json_t *credentials = json_object_get(options, "credentials");
    json_t *basic = json_object_get(credentials, "basic");
    json_t *tls = json_object_get(options, "tls");

    drop_member(credentials, "basic", says_nothing(basic));
    drop_member(credentials, "bearer", says_nothing(json_object_get(credentials, "bearer")));
    basic = json_object_get(credentials, "basic");
    if (basic && json_object_get(basic, "user") && !json_object_get(basic, "password"))
        json_object_set_new(basic, "password", json_string(""));
    drop_member(tls, "verify", json_is_true(json_object_get(tls, "verify")));
    drop_empty(tls);
    drop_member(options, "downgrade", json_is_false(json_object_get(options, "downgrade")));
    drop_empty(options);
}

/* --- text ------------------------------------------------------------------------------------- */

char *options_text(const json_t *options)
{
    char *text = NULL;

    if (json_object_size(options) > 0)
        text = json_dumps(options, JSON_COMPACT | JSON_SORT_KEYS);
    return text ? text : mem_strdup("");
}

json_t *options_of_text(struct span text)
{
    json_t *options = text.n ? json_loadb(text.p, text.n, 0, NULL) : NULL;

    if (json_is_object(options))
        return options;
    json_decref(options);
    return json_object();
}
