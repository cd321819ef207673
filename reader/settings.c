#include "reader/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/app.h"
#include "common/buf.h"
#include "common/mem.h"
#include "reader/call.h"
#include "reader/print.h"
#include "reader/value.h"

const char settings_help[] =
    "Keys:\n"
    "  title         your own name for it\n"
    "  category      a/b is b in a; in place of those it is in\n"
    "  interval      between polls: 15m, 2h, 1d, or none\n"
    "  keep-days, keep-items   what is kept of it: a number, none (all), or empty: as for all\n"
    "  user, password   basic credentials\n"
    "  bearer        a bearer token\n"
    "  header.NAME   a header of your own\n"
    "  cookies       a=1; b=2\n"
    "  proxy         http://, https://, socks5:// or socks5h://[user:password@]host:port\n"
    "  user-agent    in place of Weir's own\n"
    "  tls-verify    no: the certificate is not looked at\n"
    "  tls-ca        a file of certificates to trust for it\n"
    "  tls-pin       sha256//BASE64 of the key it must have\n"
    "  downgrade     yes: a redirect from https to http is followed\n"
    "An empty VALUE removes.  KEY=@FILE takes the value from a file, KEY=@- a line of standard\n"
    "input: so passwords stay out of the list of processes.  KEY=@@X is @X.";

enum kind { TEXT, YES_NO, INTERVAL, FILE_NAME, LIMIT };
enum { DEEPEST = 4 };

struct setting {
    const char *key;
    const char *path[DEEPEST]; /* of the member; the last of `header.` is the header's name */
    enum kind kind;
    bool secret;
    bool plain; /* empty text stands for none; null removes a member of the options */
};

static const struct setting settings[] = {
    {"title", {"title"}, TEXT, false, true},
    {"category", {"category"}, TEXT, false, true},
    {"interval", {"interval_ms"}, INTERVAL, false, true},
    {"keep-days", {"keep_days"}, LIMIT, false, true},
    {"keep-items", {"keep_items"}, LIMIT, false, true},
    {"user", {"options", "credentials", "basic", "user"}, TEXT, false, false},
    {"password", {"options", "credentials", "basic", "password"}, TEXT, true, false},
    {"bearer", {"options", "credentials", "bearer"}, TEXT, true, false},
    {"header.", {"options", "headers"}, TEXT, true, false},
    {"cookies", {"options", "cookies"}, TEXT, true, false},
    {"proxy", {"options", "proxy"}, TEXT, false, false},
    {"user-agent", {"options", "user_agent"}, TEXT, false, false},
    {"tls-verify", {"options", "tls", "verify"}, YES_NO, false, false},
    {"tls-ca", {"options", "tls", "ca"}, FILE_NAME, false, false},
    {"tls-pin", {"options", "tls", "pin"}, TEXT, false, false},
    {"downgrade", {"options", "downgrade"}, YES_NO, false, false},
};

/* By key; n: its bytes. */
static const struct setting *find(const char *key, size_t n)
{
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        const struct setting *s = &settings[i];
        size_t length = strlen(s->key);
        bool whole = s->key[length - 1] != '.';

        if (strncmp(s->key, key, length) == 0 && (whole ? n == length : n > length))
            return s;
    }
    return NULL;
}

bool settings_is(const char *word)
{
    const char *equals = strchr(word, '=');

    return equals && find(word, (size_t)(equals - word));
}

/* --- values ----------------------------------------------------------------------------------- */

static json_t *yes_or_no(const char *text)
{
    if (strcmp(text, "yes") == 0 || strcmp(text, "true") == 0)
        return json_true();
    return strcmp(text, "no") == 0 || strcmp(text, "false") == 0 ? json_false() : NULL;
}

static json_t *interval_of(const char *text)
{
    int64_t ms = strcmp(text, "none") == 0 ? 0 : print_parse_span(text);

    return ms < 0 ? NULL : json_integer(ms);
}

static json_t *limit_of(const char *text)
{
    int64_t number = 0;

    if (strcmp(text, "none") == 0)
        return json_integer(0);
    return call_id(text, &number) ? json_integer(number) : NULL;
}

/* A fetcher has another working folder. */
static json_t *file_of(const char *text)
{
    char *path = realpath(text, NULL);
    json_t *value = path ? json_string(path) : NULL;

    free(path);
    return value;
}

/* NULL: it is none of its kind. */
static json_t *read_value(const struct setting *setting, const struct buf *text)
{
    const char *data = text->data ? text->data : "";

    if (text->len == 0 && setting->kind == INTERVAL)
        return json_integer(0);
    if (text->len == 0 && setting->kind == LIMIT)
        return json_integer(-1);
    if (text->len == 0)
        return setting->plain ? json_string("") : json_null();
    switch (setting->kind) {
    case TEXT:
        return json_stringn(text->data, text->len);
    case YES_NO:
        return yes_or_no(data);
    case INTERVAL:
        return interval_of(data);
    case FILE_NAME:
        return file_of(data);
    case LIMIT:
        return limit_of(data);
    }
    return NULL;
}

static int refuse(const struct setting *setting, const char *key, const char *text)
{
    switch (setting->kind) {
    case YES_NO:
        return call_fail(APP_USAGE, "%s is yes or no, not '%s'", key, text);
    case INTERVAL:
        return call_fail(APP_USAGE, "%s is a time such as 15m, 2h or 1d, or none, not '%s'", key,
                         text);
    case FILE_NAME:
        return call_fail(APP_IO, "%s: %s: %s", key, text, strerror(errno));
    case LIMIT:
        return call_fail(APP_USAGE, "%s is a number, or none, not '%s'", key, text);
    case TEXT:
        break;
    }
    return call_fail(APP_USAGE, "%s is no UTF-8", key);
}

/* --- taking ----------------------------------------------------------------------------------- */

static json_t *member(json_t *object, const char *name)
{
    if (!json_is_object(json_object_get(object, name)))
        json_object_set_new(object, name, json_object());
    return json_object_get(object, name);
}

/* Without a user there are no basic credentials. */
static void put(json_t *wishes, const struct setting *setting, const char *key, json_t *value)
{
    json_t *at = wishes;
    bool header = setting->key[strlen(setting->key) - 1] == '.';
    int last = 0;

    if (strcmp(setting->key, "user") == 0 && json_is_null(value)) {
        json_object_set_new(member(member(wishes, "options"), "credentials"), "basic", value);
        return;
    }
    while (last + 1 < DEEPEST && setting->path[last + 1])
        last++;
    for (int i = 0; i < last + header; i++)
        at = member(at, setting->path[i]);
    json_object_set_new(at, header ? key + strlen(setting->key) : setting->path[last], value);
}

static void warn(const char *key)
{
    fprintf(
        stderr,
        "weir: warning: %s stands on the command line, where whoever uses this machine can see it;"
        " %s=@- asks for it, %s=@FILE reads it\n",
        key, key, key);
}

int settings_take(json_t *wishes, const char *key, const char *value)
{
    const struct setting *setting = find(key, strlen(key));
    struct buf text = {0};
    json_t *json = NULL;
    int code = 0;

    if (!setting)
        return call_fail(APP_USAGE, "there is no setting '%s' (weir set --help lists them)", key);
    code = value_read(key, value, &text);
    if (!code && value_is_open(value) &&
        (setting->secret || (strcmp(key, "proxy") == 0 && strchr(value, '@'))))
        warn(key);
    if (!code) {
        json = read_value(setting, &text);
        if (json)
            put(wishes, setting, key, json);
        else
            code = refuse(setting, key, text.data);
    }
    if (text.data)
        explicit_bzero(text.data, text.len);
    buf_free(&text);
    return code;
}

int settings_word(json_t *wishes, const char *word)
{
    const char *equals = strchr(word, '=');
    char *key = NULL;
    int code = 0;

    if (!equals)
        return call_fail(APP_USAGE, "KEY=VALUE is expected, not '%s'", word);
    key = mem_dup(word, (size_t)(equals - word));
    code = settings_take(wishes, key, equals + 1);
    free(key);
    return code;
}
