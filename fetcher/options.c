#include "fetcher/options.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/source_options.h"

/* Empty text is none. */
static char *text_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_string_length(value) > 0 ? mem_strdup(json_string_value(value)) : NULL;
}

static void take_credentials(struct options *options, const json_t *credentials)
{
    const json_t *basic = json_object_get(credentials, "basic");

    if (basic) {
        options->user = mem_strdup(json_string_value(json_object_get(basic, "user")));
        options->password = text_of(basic, "password");
        if (!options->password)
            options->password = mem_strdup("");
    }
    options->bearer = text_of(credentials, "bearer");
}

/* "Name:" with nothing behind it would take a header out. */
static void take_headers(struct options *options, json_t *headers)
{
    const char *name = NULL;
    json_t *value = NULL;

    options->headers = mem_calloc(json_object_size(headers), sizeof(*options->headers));
    json_object_foreach(headers, name, value)
    {
        const char *text = json_string_value(value);

        text += strspn(text, " \t");
        options->headers[options->header_count++] =
            *text ? mem_printf("%s: %s", name, text) : mem_printf("%s;", name);
    }
}

static void take_proxy(struct options *options, const json_t *value)
{
    struct source_proxy proxy;

    if (json_string_length(value) == 0 || !source_proxy_read(json_string_value(value), &proxy))
        return;
    options->proxy = proxy.address;
    options->proxy_user = proxy.user;
    options->proxy_password = proxy.password;
}

/* Only of what source_options_fault () has let through. */
static void take_all(struct options *options, const json_t *root)
{
    const json_t *tls = json_object_get(root, "tls");

    take_credentials(options, json_object_get(root, "credentials"));
    take_headers(options, json_object_get(root, "headers"));
    options->cookies = text_of(root, "cookies");
    take_proxy(options, json_object_get(root, "proxy"));
    options->user_agent = text_of(root, "user_agent");
    options->ca = text_of(tls, "ca");
    options->pin = text_of(tls, "pin");
    options->unverified = json_is_false(json_object_get(tls, "verify"));
    options->downgrade = json_is_true(json_object_get(root, "downgrade"));
}

struct options *options_read(struct span json, const char **why)
{
    struct options *options = NULL;
    json_t *root = NULL;

    *why = NULL;
    if (json.n == 0)
        return NULL;
    root = json_loadb(json.p, json.n, 0, NULL);
    *why = source_options_fault(root, SOURCE_UNKNOWN_PASSED);
    if (!*why) {
        options = mem_calloc(1, sizeof(*options));
        take_all(options, root);
    }
    json_decref(root);
    return options;
}

void options_destroy(struct options **options)
{
    struct options *gone = *options;

    if (!gone)
        return;
    for (size_t i = 0; i < gone->header_count; i++)
        mem_forget(&gone->headers[i]);
    free(gone->headers);
    mem_forget(&gone->user);
    mem_forget(&gone->password);
    mem_forget(&gone->bearer);
    mem_forget(&gone->cookies);
    mem_forget(&gone->proxy);
    mem_forget(&gone->proxy_user);
    mem_forget(&gone->proxy_password);
    free(gone->user_agent);
    free(gone->ca);
    free(gone->pin);
    free(gone);
    *options = NULL;
}
