#include "common/origin.h"

#include <ctype.h>
#include <strings.h>

static bool starts(struct span text, const char *with)
{
    return text.n >= strlen(with) && strncasecmp(text.p, with, strlen(with)) == 0;
}

/* host[:port], without user information; empty where the scheme is another one. */
static struct span authority_of(struct span url)
{
    const char *user = NULL;

    if (!starts(url, "http://") && !starts(url, "https://"))
        return span_of(NULL, 0);
    url = span_after(url, starts(url, "https://") ? 8 : 7);
    for (size_t i = 0; i < url.n; i++)
        if (strchr("/?#", url.p[i]))
            url.n = i;
    user = url.n ? memrchr(url.p, '@', url.n) : NULL;
    return user ? span_after(url, (size_t)(user + 1 - url.p)) : url;
}

/* 0: there is none; -1: that is none. */
static long port_of(struct span text)
{
    long port = 0;

    for (size_t i = 0; i < text.n; i++) {
        if (!isdigit((unsigned char)text.p[i]) || port > 65535)
            return -1;
        port = port * 10 + (text.p[i] - '0');
    }
    return port;
}

struct origin origin_of(struct span url)
{
    struct origin origin = {.secure = starts(url, "https://"), .host = authority_of(url)};
    struct span *host = &origin.host;
    const char *colon = host->n ? memrchr(host->p, ':', host->n) : NULL;

    if (colon && memchr(colon, ']', (size_t)(span_end(*host) - colon)))
        colon = NULL; /* of an IPv6 address */
    if (colon) {
        origin.port = port_of(span_after(*host, (size_t)(colon + 1 - host->p)));
        host->n = (size_t)(colon - host->p);
    }
    if (origin.port == 0)
        origin.port = origin.secure ? 443 : 80;
    return origin;
}

bool origin_is_same(struct span from, struct span to)
{
    struct origin a = origin_of(from);
    struct origin b = origin_of(to);

    if (a.host.n == 0 || a.host.n != b.host.n || strncasecmp(a.host.p, b.host.p, a.host.n) != 0)
        return false;
    if (a.secure == b.secure)
        return a.port == b.port;
    return !a.secure && a.port == 80 && b.port == 443;
}
