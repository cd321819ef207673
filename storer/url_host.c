#include "storer/url_host.h"

#include <ctype.h>
#include <strings.h>

#include "common/percent.h"

struct parts {
    const char *scheme;         /* "http" or "https" */
    struct span user, password; /* as written */
    bool has_user;
    struct span host, port, path; /* path: all that follows, without the fragment */
};

static void add_lower(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        buf_addc(out, (char)tolower((unsigned char)text.p[i]));
}

static struct span trim(struct span text)
{
    while (text.n > 0 && isspace((unsigned char)text.p[0])) {
        text.p++;
        text.n--;
    }
    while (text.n > 0 && isspace((unsigned char)text.p[text.n - 1]))
        text.n--;
    return text;
}

static size_t until(struct span text, size_t at, const char *stops)
{
    while (at < text.n && !strchr(stops, text.p[at]))
        at++;
    return at;
}

/* Reads stop at "\\" too: some take it for a slash, and the two would see different hosts. */
static bool is_clean(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] <= ' ' || text.p[i] == 0x7f || text.p[i] == '\\')
            return false;
    return true;
}

static bool take(struct span *text, const char *start)
{
    size_t n = strlen(start);

    if (text->n < n || strncasecmp(text->p, start, n) != 0)
        return false;
    *text = span_after(*text, n);
    return true;
}

/* The scheme, and what follows its slashes; NULL where it is another one. */
static const char *take_scheme(struct span *text)
{
    bool feed = take(text, "feed:");

    if (take(text, "https://"))
        return "https";
    if (take(text, "http://") || (feed && take(text, "//")))
        return "http";
    return NULL;
}

/* The last @ ends the user information, as passwords with an unescaped one are common. */
static struct span take_user(struct span authority, struct parts *parts)
{
    size_t at = authority.n, colon = 0;
    struct span user;

    while (at > 0 && authority.p[at - 1] != '@')
        at--;
    if (at == 0)
        return authority;
    user = span_of(authority.p, at - 1);
    colon = until(user, 0, ":");
    parts->has_user = user.n > 0;
    parts->user = span_of(user.p, colon);
    if (colon < user.n)
        parts->password = span_after(user, colon + 1);
    return span_after(authority, at);
}

static bool is_port(struct span port)
{
    long number = 0;

    for (size_t i = 0; i < port.n; i++) {
        if (!isdigit((unsigned char)port.p[i]) || number > 65535)
            return false;
        number = number * 10 + (port.p[i] - '0');
    }
    return number <= 65535;
}

static bool take_host(struct span authority, struct parts *parts)
{
    size_t end = until(authority, 0, ":");

    if (authority.n > 0 && authority.p[0] == '[') {
        end = until(authority, 0, "]");
        if (end == authority.n)
            return false;
        end++;
    }
    parts->host = span_of(authority.p, end);
    if (end < authority.n && authority.p[end] != ':')
        return false;
    parts->port = end < authority.n ? span_after(authority, end + 1) : (struct span){0};
    return parts->host.n > 0 && is_port(parts->port);
}

static bool split(struct span text, struct parts *parts)
{
    size_t end = 0;

    *parts = (struct parts){0};
    text = trim(text);
    text.n = until(text, 0, "#");
    parts->scheme = take_scheme(&text);
    if (!parts->scheme || !is_clean(text))
        return false;
    end = until(text, 0, "/?");
    parts->path = span_after(text, end);
    return take_host(take_user(span_of(text.p, end), parts), parts);
}

int url_host(struct span text, struct buf *url, struct buf *host)
{
    struct parts parts;
    bool own_port = false;

    if (!split(text, &parts))
        return -1;
    own_port = span_eq(parts.port, span_str(parts.scheme[4] ? "443" : "80"));
    buf_clear(url);
    buf_clear(host);
    add_lower(host, parts.host);
    buf_adds(url, parts.scheme);
    buf_adds(url, "://");
    buf_add(url, host->data, host->len);
    if (parts.port.n > 0 && !own_port) {
        buf_addc(url, ':');
        buf_add(url, parts.port.p, parts.port.n);
    }
    if (parts.path.n == 0 || parts.path.p[0] != '/')
        buf_addc(url, '/');
    buf_add(url, parts.path.p, parts.path.n);
    return 0;
}

bool url_user(struct span text, struct buf *user, struct buf *password)
{
    struct parts parts;

    if (!split(text, &parts) || !parts.has_user)
        return false;
    buf_clear(user);
    buf_clear(password);
    percent_decode(parts.user, user);
    percent_decode(parts.password, password);
    return true;
}
