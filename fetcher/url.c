#include "fetcher/url.h"
#include <ctype.h>
#include <stdint.h>
#include <strings.h>
#include "common/mem.h"
#include "common/utf8.h"

/* Schemes a reader may follow.  None of them runs a script or opens a local file. */
static const char *const SCHEMES[] = {
    "http",   "https", "mailto", "tel",  "ftp",       "ftps",   "sftp",  "feed",    "geo",
    "gemini", "git",   "gopher", "irc",  "ircs",      "itms",   "apt",   "bitcoin", "magnet",
    "news",   "nntp",  "rtsp",   "sip",  "sips",      "sms",    "skype", "spotify", "svn",
    "ssh",    "steam", "webcal", "xmpp", "itms-apps", "matrix", "mms",   "podcast",
};

/* What a byte may be part of as it stands. */
enum { IN_NAME = 1, IN_HOST = 2, IN_REST = 4 };

static const unsigned char CLASSES[256] = {
    ['!'] = IN_REST,         ['#' ... ','] = IN_REST,           ['-' ... '.'] = IN_HOST | IN_REST,
    ['/'] = IN_REST,         ['0' ... '9'] = IN_NAME | IN_REST, [':' ... ';'] = IN_REST,
    ['='] = IN_REST,         ['?' ... '@'] = IN_REST,           ['A' ... 'Z'] = IN_NAME | IN_REST,
    ['['] = IN_REST,         [']' ... '_'] = IN_REST,           ['a' ... 'z'] = IN_NAME | IN_REST,
    ['{' ... '~'] = IN_REST,
};

/* The parts of a reference, RFC 3986 appendix B.  p is NULL where a part is undefined. */
struct parts {
    struct span scheme, authority, path, query, fragment;
};

static bool scheme_char(char c)
{
    return isalnum((unsigned char)c) || c == '+' || c == '-' || c == '.';
}

/* Length of the scheme in front of ':', 0 where there is none. */
static size_t scheme_length(const char *p, size_t n)
{
    if (n == 0 || !isalpha((unsigned char)p[0]))
        return 0;
    size_t i = 1;
    while (i < n && scheme_char(p[i]))
        i++;
    return i < n && p[i] == ':' ? i : 0;
}

static bool scheme_allowed(struct span scheme)
{
    for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++)
        if (strlen(SCHEMES[i]) == scheme.n && strncasecmp(SCHEMES[i], scheme.p, scheme.n) == 0)
            return true;
    return false;
}

static bool scheme_is_http(struct span scheme)
{
    return scheme.p && (scheme.n == 4 || scheme.n == 5) &&
           strncasecmp(scheme.p, "https", scheme.n) == 0;
}

/* A NUL ends it as well. */
static size_t length_until(const char *p, size_t n, const char *stops)
{
    size_t i = 0;

    for (; i < n && p[i]; i++)
        for (const char *stop = stops; *stop; stop++)
            if (p[i] == *stop)
                return i;
    return i;
}

static struct parts split(struct span s)
{
    struct parts out = {0};
    size_t n = scheme_length(s.p, s.n);
    if (n) {
        out.scheme = span_of(s.p, n);
        s = span_of(s.p + n + 1, s.n - n - 1);
    }
    if (s.n >= 2 && s.p[0] == '/' && s.p[1] == '/') {
        n = length_until(s.p + 2, s.n - 2, "/?#");
        out.authority = span_of(s.p + 2, n);
        s = span_of(s.p + 2 + n, s.n - 2 - n);
    }
    n = length_until(s.p, s.n, "?#");
    out.path = span_of(s.p, n);
    s = span_after(s, n);
    if (s.n && s.p[0] == '?') {
        n = length_until(s.p + 1, s.n - 1, "#");
        out.query = span_of(s.p + 1, n);
        s = span_of(s.p + 1 + n, s.n - 1 - n);
    }
    if (s.n)
        out.fragment = span_of(s.p + 1, s.n - 1);
    return out;
}

static bool is_invisible(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

static bool is_blank(uint32_t c)
{
    return c == ' ' || c == 0xa0 || c == 0x3000 || is_invisible(c);
}

/* Appends one character, cleaned. */
static void add_clean(struct buf *out, const char *p, size_t n, uint32_t c, bool slashes)
{
    if (c == UTF8_BAD)
        buf_printf(out, "%%%02X", (unsigned char)*p);
    else if (is_invisible(c))
        return;
    else if (c == ' ' || c == '"' || c == '<' || c == '>' || c == '`')
        buf_printf(out, "%%%02X", (unsigned)c);
    else
        buf_add(out, slashes && c == '\\' ? "/" : p, n);
}

static void clean(struct span in, struct buf *out)
{
    const char *p = in.p, *end = in.n ? in.p + in.n : in.p, *last = in.p;
    bool started = false, slashes = true;

    if (in.n == 0)
        return;
    for (const char *q = p; q < end;) { /* find where the trailing blanks begin */
        uint32_t c;
        q += utf8_next(q, end, &c);
        if (!is_blank(c))
            last = q;
    }
    while (p < last) {
        uint32_t c;
        const char *run = p;
        while (p < last && CLASSES[(unsigned char)*p] & IN_REST && *p != '?' && *p != '#')
            p++;
        if (p > run) {
            buf_add(out, run, (size_t)(p - run));
            started = true;
            continue;
        }
        size_t n = utf8_next(p, last, &c);
        started = started || !is_blank(c);
        if (c == '?' || c == '#')
            slashes = false;
        if (started)
            add_clean(out, p, n, c, slashes);
        p += n;
    }
}

/* RFC 3986 section 5.2.4, in one pass: out gets path without its dot segments. */
static void add_without_dots(struct buf *out, struct span path)
{
    size_t start = out->len, i = 0;
    while (i < path.n) {
        size_t from = i;
        i += path.p[i] == '/';
        size_t name = i;
        i += length_until(path.p + i, path.n - i, "/");
        size_t n = i - name;
        bool one = n == 1 && path.p[name] == '.';
        bool two = n == 2 && path.p[name] == '.' && path.p[name + 1] == '.';
        if (!one && !two) {
            buf_add(out, path.p + from, i - from);
            continue;
        }
        if (two) {
            while (out->len > start && out->data[out->len - 1] != '/')
                out->len--;
            if (out->len > start)
                out->len--;
        }
        if (i == path.n && path.p[from] == '/')
            buf_addc(out, '/');
    }
}

/* RFC 3986 section 5.2.3. */
static void merge(struct buf *out, const struct parts *base, struct span path)
{
    size_t keep = base->path.n;
    while (keep && base->path.p[keep - 1] != '/')
        keep--;
    if (base->authority.p && base->path.n == 0)
        buf_addc(out, '/');
    buf_add(out, base->path.p, keep);
    buf_add(out, path.p, path.n);
}

/* Without the user in front of it. */
static struct span host_and_port(struct span authority)
{
    const char *at = authority.n ? memrchr(authority.p, '@', authority.n) : NULL;

    return at ? span_of(at + 1, authority.n - (size_t)(at + 1 - authority.p)) : authority;
}

static size_t length_of(const char *p, size_t n, const char *of)
{
    size_t i = 0;

    while (i < n && p[i] && strchr(of, p[i]))
        i++;
    return i;
}

static bool host_sensible(struct span authority)
{
    struct span host = host_and_port(authority);
    size_t n = 0;

    if (host.n && host.p[0] == '[') { /* an IPv6 address */
        n = 1 + length_of(host.p + 1, host.n - 1, "0123456789abcdefABCDEF:.");
        if (n < 3 || n == host.n || host.p[n] != ']')
            return false;
        n++;
    } else {
        n = length_until(host.p, host.n, "[]%\\^{}|'()*,;&=!$:");
    }
    if (n == 0 || (n < host.n && host.p[n] != ':'))
        return false;
    return n == host.n || n + 1 + length_of(host.p + n + 1, host.n - n - 1, "0123456789") == host.n;
}

static char *compose(const struct parts *t)
{
    struct buf out = {0};
    if (t->scheme.p) {
        for (size_t i = 0; i < t->scheme.n; i++)
            buf_addc(&out, (char)tolower((unsigned char)t->scheme.p[i]));
        buf_addc(&out, ':');
    }
    if (t->authority.p) {
        buf_adds(&out, "//");
        buf_add(&out, t->authority.p, t->authority.n);
    }
    buf_add(&out, t->path.p, t->path.n);
    if (t->query.p) {
        buf_addc(&out, '?');
        buf_add(&out, t->query.p, t->query.n);
    }
    if (t->fragment.p) {
        buf_addc(&out, '#');
        buf_add(&out, t->fragment.p, t->fragment.n);
    }
    return buf_take(&out);
}

/* http:host, http:/host and http:///host all mean http://host (browsers); but http:g under an http
 * base is relative (RFC 3986 section 5.2.2, the loophole for old parsers). */
static void mend_http(struct parts *ref, const struct parts *base)
{
    bool same = base->scheme.p && base->scheme.n == ref->scheme.n &&
                strncasecmp(base->scheme.p, ref->scheme.p, ref->scheme.n) == 0;
    if (ref->authority.n)
        return;
    if (!ref->authority.p && same && (ref->path.n == 0 || ref->path.p[0] != '/')) {
        ref->scheme = (struct span){0};
        return;
    }
    struct span rest = ref->path;
    while (rest.n && rest.p[0] == '/')
        rest = span_of(rest.p + 1, rest.n - 1);
    size_t n = length_until(rest.p, rest.n, "/");
    ref->authority = span_of(rest.p, n);
    ref->path = span_of(rest.p + n, rest.n - n);
}

/* RFC 3986 section 5.2.2. */
static struct parts transform(const struct parts *base, const struct parts *ref, struct buf *path)
{
    struct parts t = *ref;
    struct buf merged = {0};
    if (ref->scheme.p || ref->authority.p) {
        buf_add(&merged, ref->path.p, ref->path.n);
    } else if (ref->path.n == 0) {
        buf_add(&merged, base->path.p, base->path.n);
        if (!ref->query.p)
            t.query = base->query;
    } else if (ref->path.p[0] == '/') {
        buf_add(&merged, ref->path.p, ref->path.n);
    } else {
        merge(&merged, base, ref->path);
    }
    if (!ref->scheme.p) {
        t.scheme = base->scheme;
        if (!ref->authority.p)
            t.authority = base->authority;
    }
    if (t.authority.p || (t.scheme.p && merged.len && merged.data[0] == '/'))
        add_without_dots(path, buf_span(&merged));
    else
        buf_add(path, merged.data, merged.len);
    t.path = buf_span(path);
    buf_free(&merged);
    return t;
}

/* "a&b:c" or "javascript%3Ax" begins with no scheme by the rules, but nobody means a path by it. */
static bool resembles_scheme(struct span path)
{
    size_t n = length_until(path.p, path.n, "/:"), i = 0;

    if (n < path.n && path.p[n] == ':')
        return true;
    while (i < n && scheme_char(path.p[i]))
        i++;
    return n - i >= 3 &&
           (strncasecmp(path.p + i, "%3a", 3) == 0 || strncasecmp(path.p + i, "%26", 3) == 0);
}

/* Whether the outcome is something a reader may follow. */
static bool acceptable(const struct parts *t)
{
    if (t->scheme.p && !scheme_allowed(t->scheme))
        return false;
    if (t->scheme.p && scheme_is_http(t->scheme) &&
        !(t->authority.p && host_sensible(t->authority)))
        return false;
    return t->scheme.p || t->authority.p || !resembles_scheme(t->path);
}

/* The length of the part of an absolute address up to the path; 0 where host or scheme are not of
 * the plainest kind. */
static size_t plain_host(struct span ref)
{
    const char *p = ref.p;
    size_t i = ref.n > 8 && memcmp(p, "https://", 8) == 0  ? 8
               : ref.n > 7 && memcmp(p, "http://", 7) == 0 ? 7
                                                           : 0;

    if (i == 0 || !(CLASSES[(unsigned char)p[i]] & IN_NAME))
        return 0;
    while (i < ref.n && CLASSES[(unsigned char)p[i]] & (IN_NAME | IN_HOST))
        i++;
    return i == ref.n || p[i] == '/' ? i : 0;
}

/* The usual case: an absolute address that needs neither cleaning nor moving about. */
static bool is_plain(struct span ref)
{
    const char *p = ref.p;
    size_t i = plain_host(ref);

    if (i == 0)
        return false;
    for (; i < ref.n; i++)
        if (!(CLASSES[(unsigned char)p[i]] & IN_REST) || (p[i] == '.' && p[i - 1] == '/'))
            return false;
    return true;
}

char *url_resolve(const char *base_url, struct span ref_text)
{
    struct buf cleaned = {0}, base_clean = {0}, path = {0};
    char *out = NULL;
    if (ref_text.n > URL_MAX)
        return NULL;
    if (is_plain(ref_text))
        return mem_dup(ref_text.p, ref_text.n);
    buf_adds(&cleaned, "");
    buf_adds(&base_clean, "");
    clean(ref_text, &cleaned);
    clean(span_str(base_url), &base_clean);
    struct parts ref = split(buf_span(&cleaned)), base = split(buf_span(&base_clean));
    if (base.scheme.p && !base.authority.p && (base.path.n == 0 || base.path.p[0] != '/'))
        base = (struct parts){0}; /* mailto:, urn: and the like: nothing is relative to them */
    if (scheme_is_http(ref.scheme))
        mend_http(&ref, &base);
    struct parts t = transform(&base, &ref, &path);
    if (acceptable(&t))
        out = compose(&t);
    buf_free(&cleaned);
    buf_free(&base_clean);
    buf_free(&path);
    return out;
}

bool url_is_http(const char *url)
{
    if (!url)
        return false;
    if (plain_host(span_str(url)))
        return true;
    struct parts p = split(span_str(url));
    return scheme_is_http(p.scheme) && p.authority.p && host_sensible(p.authority);
}

char *url_host(const char *url)
{
    struct span a = host_and_port(split(span_str(url)).authority);

    if (a.n && a.p[0] == '[')
        a = span_of(a.p + 1, length_until(a.p + 1, a.n - 1, "]"));
    else
        a.n = length_until(a.p, a.n, ":");
    if (a.n == 0)
        return NULL;
    char *out = mem_dup(a.p, a.n);
    for (char *p = out; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    return out;
}
