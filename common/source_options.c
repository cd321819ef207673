#include "common/source_options.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* --- what can be sent ------------------------------------------------------------------------- */

bool source_is_sendable(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if ((*c < ' ' && *c != '\t') || *c == 0x7f)
            return false;
    return true;
}

static bool is_value(const json_t *value)
{
    const char *text = json_string_value(value);

    return text && strlen(text) == json_string_length(value) && source_is_sendable(text);
}

/* RFC 9110 section 5.6.2. */
static bool is_token(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c >= 0x7f || (!isalnum(*c) && !strchr("!#$%&'*+-.^_`|~", *c)))
            return false;
    return *text != '\0';
}

/* What frames a message or belongs to the connection is libcurl's own. */
static bool is_framing(const char *name)
{
    static const char *const names[] = {
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive",
        "TE",   "Trailer",        "Upgrade",           "Expect",     "Proxy-Authorization"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool is_name(const json_t *value)
{
    return is_value(value) && !strchr(json_string_value(value), ':');
}

/* Visible ASCII: anything else would end the token (RFC 6750). */
static bool is_bearer(const json_t *value)
{
    if (!is_value(value))
        return false;
    for (const char *c = json_string_value(value); *c; c++)
        if (*c <= ' ' || *c >= 0x7f)
            return false;
    return json_string_length(value) > 0;
}

/* Empty text: none. */
static bool is_proxy(const json_t *value)
{
    struct source_proxy proxy = {0};
    bool fits = is_value(value) && (json_string_length(value) == 0 ||
                                    source_proxy_read(json_string_value(value), &proxy));

    source_proxy_clear(&proxy);
    return fits;
}

static bool is_path(const json_t *value)
{
    return is_value(value) && json_string_value(value)[0] == '/';
}

/* One or more "sha256//" with the 44 characters of a hash, joined by semicolons. */
static bool is_pin(const json_t *value)
{
    const char *text = is_value(value) ? json_string_value(value) : "";

    while (strncmp(text, "sha256//", 8) == 0) {
        text += 8;
        for (int i = 0; i < 43; i++, text++)
            if (!isalnum((unsigned char)*text) && *text != '+' && *text != '/')
                return false;
        if (*text++ != '=')
            return false;
        if (!*text)
            return true;
        if (*text++ != ';')
            return false;
    }
    return false;
}

static bool is_flag(const json_t *value)
{
    return json_is_boolean(value);
}

static bool is_object(const json_t *value)
{
    return json_is_object(value);
}

static bool is_one_kind(const json_t *value)
{
    return json_is_object(value) &&
           !(json_object_get(value, "basic") && json_object_get(value, "bearer"));
}

static bool has_user(const json_t *value)
{
    return json_is_object(value) && json_object_get(value, "user");
}

static bool are_headers(const json_t *value)
{
    return json_is_object(value) && json_object_size(value) <= SOURCE_HEADERS_MAX;
}

/* --- the members ------------------------------------------------------------------------------ */

/* A NULL name ends an object: the words are for a member that is not known. */
struct member {
    const char *name;
    bool (*fits)(const json_t *value);
    const char *words;
    const struct member *inside; /* NULL: no object, or one of any names */
};

static const struct member in_basic[] = {
    {"user", is_name, "credentials.basic.user: text without a colon is wanted (RFC 7617)", NULL},
    {"password", is_value, "credentials.basic.password: text without control characters is wanted",
     NULL},
    {NULL, NULL, "credentials.basic: user and password are what there is", NULL},
};
static const struct member in_credentials[] = {
    {"basic", has_user, "credentials.basic: an object with user and password is wanted", in_basic},
    {"bearer", is_bearer, "credentials.bearer: a token of visible ASCII is wanted", NULL},
    {NULL, NULL, "credentials: basic or bearer is wanted", NULL},
};
static const struct member in_tls[] = {
    {"verify", is_flag, "tls.verify: true or false is wanted", NULL},
    {"ca", is_path, "tls.ca: the whole path of a file is wanted", NULL},
    {"pin", is_pin, "tls.pin: sha256//BASE64 is wanted", NULL},
    {NULL, NULL, "tls: verify, ca and pin are what there is", NULL},
};
static const struct member at_top[] = {
    {"credentials", is_one_kind, "credentials: an object with either basic or bearer is wanted",
     in_credentials},
    {"headers", are_headers, "headers: an object of at most 64 names with text is wanted", NULL},
    {"cookies", is_value, "cookies: text without control characters is wanted", NULL},
    {"proxy", is_proxy,
     "proxy: http://, https://, socks5:// or socks5h://[user:password@]host:port is wanted", NULL},
    {"user_agent", is_value, "user_agent: text without control characters is wanted", NULL},
    {"tls", is_object, "tls: an object is wanted", in_tls},
    {"downgrade", is_flag, "downgrade: true or false is wanted", NULL},
    {NULL, NULL,
     "options: credentials, headers, cookies, proxy, user_agent, tls and downgrade are"
     " what there is",
     NULL},
};

/* --- faults ----------------------------------------------------------------------------------- */

/* As deep as the table is. */
static const char *fault_in(const json_t *object, const struct member *members,
                            enum source_unknown unknown)
{
    const char *name = NULL, *why = NULL;
    json_t *value = NULL;

    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        const struct member *m = members;

        while (m->name && strcmp(m->name, name) != 0)
            m++;
        if (m->name ? !m->fits(value) : unknown == SOURCE_UNKNOWN_FAULT)
            return m->words;
        why = m->inside ? fault_in(value, m->inside, unknown) : NULL;
        if (why)
            return why;
    }
    return NULL;
}

static const char *headers_fault(const json_t *headers)
{
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach((json_t *)(uintptr_t)headers, name, value)
    {
        if (!is_token(name))
            return "headers: a name is no token (RFC 9110)";
        if (is_framing(name))
            return "headers: Host, Content-Length and others that frame a message cannot be set";
        if (!is_value(value))
            return "headers: a value is no text, or has control characters";
    }
    return NULL;
}

const char *source_options_fault(const json_t *options, enum source_unknown unknown)
{
    const char *why = json_is_object(options) ? NULL : "options: an object is wanted";

    why = why ? why : fault_in(options, at_top, unknown);
    why = why ? why : headers_fault(json_object_get(options, "headers"));
    if (!why && json_dumpb(options, NULL, 0, JSON_COMPACT) > SOURCE_OPTIONS_BYTES_MAX)
        why = "options: more than 64 KiB of them";
    return why;
}
