#include "storer/url_host.h"

#include <ctype.h>
#include <strings.h>

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

static bool is_clean(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] <= ' ' || text.p[i] == 0x7f)
            return false;
    return true;
}

/* The host of an authority: without user information and port. */
static struct span host_of(struct span authority)
{
    struct span host = authority;

    for (size_t i = 0; i < authority.n; i++)
        if (authority.p[i] == '@')
            host = span_of(authority.p + i + 1, authority.n - i - 1);
    if (host.n > 0 && host.p[0] == '[')
        host.n = until(host, 0, "]") + (until(host, 0, "]") < host.n);
    else
        host.n = until(host, 0, ":");
    return host;
}

int url_host(struct span text, struct buf *url, struct buf *host)
{
    size_t scheme = 0, end = 0;
    struct span authority;

    text = trim(text);
    if (text.n > 8 && strncasecmp(text.p, "https://", 8) == 0)
        scheme = 8;
    else if (text.n > 7 && strncasecmp(text.p, "http://", 7) == 0)
        scheme = 7;
    if (scheme == 0 || !is_clean(text))
        return -1;
    text.n = until(text, 0, "#");
    end = until(text, scheme, "/?");
    authority = span_of(text.p + scheme, end - scheme);
    if (host_of(authority).n == 0)
        return -1;
    buf_clear(url);
    buf_clear(host);
    add_lower(host, host_of(authority));
    add_lower(url, span_of(text.p, end));
    if (end == text.n || text.p[end] != '/')
        buf_addc(url, '/');
    buf_add(url, text.p + end, text.n - end);
    return 0;
}
