#include "fetcher/options.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/mem.h"

enum { HEADERS_MAX = 64 };

/* --- what can be sent ------------------------------------------------------------------------- */

/* A field's value: no control characters but the tab (RFC 9110 section 5.5). */
static bool is_value(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if ((*c < ' ' && *c != '\t') || *c == 0x7f)
            return false;
    return true;
}

/* RFC 9110 section 5.6.2. */
static bool is_token(const char *text)
{
    if (!*text)
        return false;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c >= 0x7f || (!isalnum(*c) && !strchr("!#$%&'*+-.^_`|~", *c)))
            return false;
    return true;
}

/* Visible ASCII: anything else would end the token. */
static bool is_bearer(const char *text)
{
    for (const char *c = text; *c; c++)
        if (*c <= ' ' || *c >= 0x7f)
            return false;
    return *text != '\0';
}

/* What frames a message or belongs to the connection is libcurl's own. */
static bool is_refused(const char *name)
{
    static const char *const refused[] = {
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive",
        "TE",   "Trailer",        "Upgrade",           "Expect",     "Proxy-Authorization"};

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (strcasecmp(name, refused[i]) == 0)
            return true;
    return false;
}

/* One or more "sha256//" with the 44 characters of a hash, joined by semicolons. */
static bool is_pin(const char *text)
{
    static const char prefix[] = "sha256//";

    for (;;) {
        if (strncmp(text, prefix, sizeof(prefix) - 1) != 0)
            return false;
        text += sizeof(prefix) - 1;
        for (int i = 0; i < 43; i++, text++)
            if (!*text || (!isalnum((unsigned char)*text) && *text != '+' && *text != '/'))
                return false;
        if (*text++ != '=')
            return false;
        if (!*text)
            return true;
        if (*text++ != ';')
            return false;
    }
}

/* --- members ---------------------------------------------------------------------------------- */

/* A member that is text: false with *why where it is something else. */
static bool take_text(const json_t *from, const char *name, bool (*valid)(const char *text),
                      const char *words, char **to, const char **why)
{
    const json_t *value = json_object_get(from, name);

    if (!value)
        return true;
    if (!json_is_string(value) || !valid(json_string_value(value))) {
        *why = words;
        return false;
    }
    *to = *json_string_value(value) ? mem_strdup(json_string_value(value)) : NULL;
    return true;
}

static bool take_flag(const json_t *from, const char *name, const char *words, bool *to,
                      const char **why)
{
    const json_t *value = json_object_get(from, name);

    if (!value)
        return true;
    if (!json_is_boolean(value)) {
        *why = words;
        return false;
    }
    *to = json_is_true(value);
    return true;
}

static bool read_basic(struct options *options, const json_t *basic, const char **why)
{
    *why = "options: credentials.basic must be an object with user and password";
    if (!json_is_object(basic) ||
        !take_text(basic, "user", is_value, "options: credentials.basic.user must be text",
                   &options->user, why) ||
        !take_text(basic, "password", is_value, "options: credentials.basic.password must be text",
                   &options->password, why))
        return false;
    if (!options->user)
        options->user = mem_strdup("");
    if (!options->password)
        options->password = mem_strdup("");
    *why = "options: a user's name cannot have a colon (RFC 7617)";
    return !strchr(options->user, ':');
}

static bool read_credentials(struct options *options, const json_t *root, const char **why)
{
    const json_t *credentials = json_object_get(root, "credentials");
    const json_t *basic = json_object_get(credentials, "basic");

    if (!credentials)
        return true;
    *why = "options: credentials must be an object with either basic or bearer";
    if (!json_is_object(credentials) || (basic && json_object_get(credentials, "bearer")))
        return false;
    if (basic)
        return read_basic(options, basic, why);
    return take_text(credentials, "bearer", is_bearer,
                     "options: credentials.bearer must be text of visible ASCII", &options->bearer,
                     why);
}

static bool read_header(struct options *options, const char *name, const json_t *value,
                        const char **why)
{
    const char *text = json_string_value(value);

    *why = "options: a header's name must be a token (RFC 9110)";
    if (!is_token(name))
        return false;
    *why = "options: headers that frame the message cannot be set (Host, Content-Length, ...)";
    if (is_refused(name))
        return false;
    *why = "options: a header's value must be text without control characters";
    if (!text || !is_value(text))
        return false;
    text += strspn(text, " \t");
    options->headers =
        mem_realloc(options->headers, options->header_count + 1, sizeof(*options->headers));
    /* "Name:" with nothing behind it would take a header out. */
    options->headers[options->header_count++] =
        *text ? mem_printf("%s: %s", name, text) : mem_printf("%s;", name);
    return true;
}

static bool read_headers(struct options *options, const json_t *root, const char **why)
{
    json_t *headers = json_object_get(root, "headers");
    const char *name = NULL;
    json_t *value = NULL;

    if (!headers)
        return true;
    *why = "options: headers must be an object of at most 64 names with text";
    if (!json_is_object(headers) || json_object_size(headers) > HEADERS_MAX)
        return false;
    json_object_foreach(headers, name, value)
    {
        if (!read_header(options, name, value, why))
            return false;
    }
    return true;
}

/* --- the proxy -------------------------------------------------------------------------------- */

static int hex(char c)
{
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                : -1;
}

/* Percent-encoding undone; NULL where that gives what cannot be sent.  Caller owns the result. */
static char *decode(const char *text, size_t n)
{
    char *out = mem_alloc(n + 1);
    size_t to = 0;

    for (size_t i = 0; i < n; i++) {
        if (text[i] == '%' && i + 2 < n && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
            out[to++] = (char)(hex(text[i + 1]) * 16 + hex(text[i + 2]));
            i += 2;
        } else {
            out[to++] = text[i];
        }
    }
    out[to] = '\0';
    if (strlen(out) == to && is_value(out))
        return out;
    free(out);
    return NULL;
}

/* [user[:password]@] in front of the host goes into fields of its own. */
static bool take_proxy_user(struct options *options, const char *from, const char *at)
{
    const char *colon = memchr(from, ':', (size_t)(at - from));

    options->proxy_user = decode(from, (size_t)((colon ? colon : at) - from));
    options->proxy_password = colon ? decode(colon + 1, (size_t)(at - colon - 1)) : mem_strdup("");
    return options->proxy_user && options->proxy_password;
}

/* host, host:port, [v6] or [v6]:port. */
static bool is_authority(const char *text)
{
    size_t n = 0;

    if (*text == '[') {
        n = strspn(text + 1, "0123456789abcdefABCDEF:.");
        if (n < 2 || text[n + 1] != ']')
            return false;
        text += n + 2;
    } else {
        n = strcspn(text, ":/?#[]@\\ ");
        if (n == 0)
            return false;
        text += n;
    }
    if (*text == '\0')
        return true;
    return *text == ':' && text[1] && strspn(text + 1, "0123456789") == strlen(text + 1) &&
           strlen(text + 1) <= 5 && atol(text + 1) > 0 && atol(text + 1) < 65536;
}

static bool read_proxy(struct options *options, const json_t *root, const char **why)
{
    static const char *const schemes[] = {"http://", "https://", "socks5://", "socks5h://"};
    const json_t *value = json_object_get(root, "proxy");
    const char *text = json_string_value(value);
    const char *at = NULL;
    size_t scheme = 0;

    if (!value || (text && !*text))
        return true;
    *why = "options: proxy must be http, https, socks5 or socks5h://[user:password@]host:port";
    for (size_t i = 0; text && i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
            scheme = strlen(schemes[i]);
    if (!scheme || !is_value(text))
        return false;
    at = strrchr(text, '@');
    if (at && !take_proxy_user(options, text + scheme, at))
        return false;
    options->proxy = mem_printf("%.*s%s", (int)scheme, text, at ? at + 1 : text + scheme);
    if (options->proxy[strlen(options->proxy) - 1] == '/')
        options->proxy[strlen(options->proxy) - 1] = '\0';
    return strlen(options->proxy) > scheme && is_authority(options->proxy + scheme);
}

/* --- all of it -------------------------------------------------------------------------------- */

static bool is_path(const char *text)
{
    return *text == '/';
}

static bool read_tls(struct options *options, const json_t *root, const char **why)
{
    const json_t *tls = json_object_get(root, "tls");
    bool verify = true;

    if (!tls)
        return true;
    *why = "options: tls must be an object";
    if (!json_is_object(tls) ||
        !take_flag(tls, "verify", "options: tls.verify must be true or false", &verify, why) ||
        !take_text(tls, "ca", is_path, "options: tls.ca must be the whole path of a file",
                   &options->ca, why) ||
        !take_text(tls, "pin", is_pin, "options: tls.pin must be sha256//BASE64", &options->pin,
                   why))
        return false;
    options->unverified = !verify;
    return true;
}

static bool read_all(struct options *options, const json_t *root, const char **why)
{
    *why = "options: not a JSON object";
    return json_is_object(root) && read_credentials(options, root, why) &&
           read_headers(options, root, why) &&
           take_text(root, "cookies", is_value,
                     "options: cookies must be text without control characters", &options->cookies,
                     why) &&
           read_proxy(options, root, why) &&
           take_text(root, "user_agent", is_value,
                     "options: user_agent must be text without control characters",
                     &options->user_agent, why) &&
           read_tls(options, root, why) &&
           take_flag(root, "downgrade", "options: downgrade must be true or false",
                     &options->downgrade, why);
}

struct options *options_read(struct span json, const char **why)
{
    struct options *options = NULL;
    json_t *root = NULL;

    *why = NULL;
    if (json.n == 0)
        return NULL;
    options = mem_calloc(1, sizeof(*options));
    root = json_loadb(json.p, json.n, 0, NULL);
    if (read_all(options, root, why))
        *why = NULL;
    else
        options_destroy(&options);
    json_decref(root);
    return options;
}

static void forget(char **secret)
{
    if (*secret)
        explicit_bzero(*secret, strlen(*secret));
    free(*secret);
    *secret = NULL;
}

void options_destroy(struct options **options)
{
    struct options *gone = *options;

    if (!gone)
        return;
    for (size_t i = 0; i < gone->header_count; i++)
        forget(&gone->headers[i]);
    free(gone->headers);
    forget(&gone->user);
    forget(&gone->password);
    forget(&gone->bearer);
    forget(&gone->cookies);
    forget(&gone->proxy);
    forget(&gone->proxy_user);
    forget(&gone->proxy_password);
    free(gone->user_agent);
    free(gone->ca);
    free(gone->pin);
    free(gone);
    *options = NULL;
}
