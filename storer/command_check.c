/* Faults of options; see command_options.h. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "storer/command_options.h"

enum { HEADERS_MAX = 64 };

/* --- what can be sent ------------------------------------------------------------------------- */

/* A field's value: no control characters but the tab (RFC 9110 section 5.5). */
static bool is_value(const json_t *value)
{
    const char *text = json_string_value(value);

    for (const char *c = text; c && *c; c++)
        if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f)
            return false;
    return text && strlen(text) == json_string_length(value);
}

static bool is_token(const char *text)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c >= 0x7f ||
            (!isalnum((unsigned char)*c) && !strchr("!#$%&'*+-.^_`|~", *c)))
            return false;
    return *text != '\0';
}

/* What frames a message or belongs to the connection. */
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
    for (const char *c = json_string_value(value); c && *c; c++)
        if (*c <= ' ' || *c >= 0x7f)
            return false;
    return json_string_length(value) > 0;
}

static bool is_proxy(const json_t *value)
{
    static const char *const schemes[] = {"http://", "https://", "socks5://", "socks5h://"};
    const char *text = json_string_value(value);

    for (size_t i = 0; is_value(value) && i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
            return text[strlen(schemes[i])] != '\0' && !strpbrk(text, " \t\\?#");
    return false;
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

/* --- faults ----------------------------------------------------------------------------------- */

struct member {
    const char *name;
    bool (*fits)(const json_t *value); /* NULL: looked at on its own */
    const char *words;
};

static const struct member at_top[] = {
    {"credentials", NULL, NULL},
    {"headers", NULL, NULL},
    {"cookies", is_value, "cookies: text without control characters is wanted"},
    {"proxy", is_proxy,
     "proxy: http://, https://, socks5:// or socks5h://[user:password@]host:port is wanted"},
    {"user_agent", is_value, "user_agent: text without control characters is wanted"},
    {"tls", NULL, NULL},
    {"downgrade", is_flag, "downgrade: true or false is wanted"},
    {NULL, NULL,
     "options: credentials, headers, cookies, proxy, user_agent, tls and downgrade are"
     " what there is"},
};
static const struct member in_credentials[] = {
    {"basic", NULL, NULL},
    {"bearer", is_bearer, "credentials.bearer: a token of visible ASCII is wanted"},
    {NULL, NULL, "credentials: basic or bearer is wanted"},
};
static const struct member in_basic[] = {
    {"user", is_name, "credentials.basic.user: text without a colon is wanted (RFC 7617)"},
    {"password", is_value, "credentials.basic.password: text without control characters is wanted"},
    {NULL, NULL, "credentials.basic: user and password are what there is"},
};
static const struct member in_tls[] = {
    {"verify", is_flag, "tls.verify: true or false is wanted"},
    {"ca", is_path, "tls.ca: the whole path of a file is wanted"},
    {"pin", is_pin, "tls.pin: sha256//BASE64 is wanted"},
    {NULL, NULL, "tls: verify, ca and pin are what there is"},
};

/* The first fault among the members of an object; no object at all is the caller's. */
static const char *faults_of(const json_t *object, const struct member *members)
{
    const char *name = NULL;
    json_t *value = NULL;

    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        const struct member *m = members;

        while (m->name && strcmp(m->name, name) != 0)
            m++;
        if (!m->name || (m->fits && !m->fits(value)))
            return m->words;
    }
    return NULL;
}

static const char *credentials_fault(const json_t *credentials)
{
    const json_t *basic = json_object_get(credentials, "basic");
    const char *why = NULL;

    if (!credentials)
        return NULL;
    if (!json_is_object(credentials) || json_object_size(credentials) > 1)
        return "credentials: an object with basic or bearer is wanted";
    why = faults_of(credentials, in_credentials);
    if (why || !basic)
        return why;
    if (!json_is_object(basic) || !json_object_get(basic, "user"))
        return "credentials.basic: an object with user and password is wanted";
    return faults_of(basic, in_basic);
}

static const char *headers_fault(const json_t *headers)
{
    const char *name = NULL;
    json_t *value = NULL;

    if (!headers)
        return NULL;
    if (!json_is_object(headers) || json_object_size(headers) > HEADERS_MAX)
        return "headers: an object of at most 64 names with text is wanted";
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

static bool is_too_long(const json_t *options)
{
    char *text = options_text(options);
    bool too_long = strlen(text) > OPTIONS_BYTES_MAX;

    free(text);
    return too_long;
}

const char *options_fault(const json_t *options)
{
    const json_t *tls = json_object_get(options, "tls");
    const char *why = json_is_object(options) ? NULL : "options: an object is wanted";

    why = why ? why : faults_of(options, at_top);
    why = why ? why : credentials_fault(json_object_get(options, "credentials"));
    why = why ? why : headers_fault(json_object_get(options, "headers"));
    why = why ? why : tls && !json_is_object(tls) ? "tls: an object is wanted" : NULL;
    why = why ? why : faults_of(tls, in_tls);
    return why || !is_too_long(options) ? why : "options: more than 64 KiB of them";
}
