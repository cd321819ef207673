/* The proxy of a source; see source_options.h. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/buf.h"
#include "common/mem.h"
#include "common/percent.h"
#include "common/source_options.h"

/* Bytes of "scheme://"; 0 where it is none of ours. */
static size_t scheme_of(const char *text)
{
    static const char *const schemes[] = {"http://", "https://", "socks5://", "socks5h://"};

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
        if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
            return strlen(schemes[i]);
    return 0;
}

/* NULL where undoing the percent-encoding gives what cannot be sent.  Caller owns the result. */
static char *decoded(struct span text)
{
    struct buf out = {0};
    char *whole = NULL;
    size_t n = 0;

    percent_decode(text, &out);
    n = out.len;
    whole = buf_take(&out);
    if (strlen(whole) == n && source_is_sendable(whole))
        return whole;
    mem_forget(&whole);
    return NULL;
}

/* user[:password] in front of an @ goes into fields of its own. */
static bool take_user(struct source_proxy *proxy, struct span text)
{
    const char *colon = text.n ? memchr(text.p, ':', text.n) : NULL;
    size_t n = colon ? (size_t)(colon - text.p) : text.n;

    proxy->user = decoded(span_of(text.p, n));
    proxy->password = colon ? decoded(span_after(text, n + 1)) : mem_strdup("");
    return proxy->user && proxy->password;
}

/* The number of a port, and nothing behind it. */
static bool is_port(const char *text)
{
    size_t n = strspn(text, "0123456789");

    return n > 0 && n <= 5 && !text[n] && atol(text) > 0 && atol(text) < 65536;
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
        n = strcspn(text, ":/[]@");
        if (n == 0)
            return false;
        text += n;
    }
    return *text == '\0' || (*text == ':' && is_port(text + 1));
}

bool source_proxy_read(const char *text, struct source_proxy *proxy)
{
    size_t scheme = scheme_of(text), n = 0;
    const char *host = text + scheme, *at = strrchr(host, '@');

    *proxy = (struct source_proxy){0};
    if (!scheme || !source_is_sendable(text) || strpbrk(text, " \t\\?#"))
        return false;
    if (at && !take_user(proxy, span_of(host, (size_t)(at - host))))
        goto out;
    host = at ? at + 1 : host;
    n = strlen(host);
    n -= n > 0 && host[n - 1] == '/';
    proxy->address = mem_printf("%.*s%.*s", (int)scheme, text, (int)n, host);
    if (is_authority(proxy->address + scheme))
        return true;
out:
    source_proxy_clear(proxy);
    return false;
}

void source_proxy_clear(struct source_proxy *proxy)
{
    mem_forget(&proxy->address);
    mem_forget(&proxy->user);
    mem_forget(&proxy->password);
}
