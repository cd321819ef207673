#include "embedder/traits.h"

#include "common/hash.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { URL_MAX = 2048, PARAMETERS_MAX = 32, AMP_NESTING = 2 };

/* The parts of a URL, borrowed from it. */
struct parts {
    struct span host, path, query;
};

/* A buffer of fixed size; what does not fit is cut. */
struct sink {
    char *out;
    size_t n, cap;
};

static void put(struct sink *sink, struct span s)
{
    size_t n = s.n < sink->cap - sink->n ? s.n : sink->cap - sink->n;

    if (n)
        memcpy(sink->out + sink->n, s.p, n);
    sink->n += n;
}

static bool cut_front(struct span *s, const char *front)
{
    size_t n = strlen(front);

    if (s->n < n || strncasecmp(s->p, front, n) != 0)
        return false;
    *s = span_of(s->p + n, s->n - n);
    return true;
}

static bool cut_back(struct span *s, const char *back)
{
    size_t n = strlen(back);

    if (s->n < n || strncasecmp(s->p + s->n - n, back, n) != 0)
        return false;
    s->n -= n;
    return true;
}

/* The bytes before the first of the stop characters; s keeps what follows, with the stop. */
static struct span take_until(struct span *s, const char *stops)
{
    size_t n = 0;

    while (n < s->n && !(s->p[n] && strchr(stops, s->p[n])))
        n++;
    struct span taken = span_of(s->p, n);
    *s = span_of(s->p + n, s->n - n);
    return taken;
}

static bool split(struct span url, struct parts *parts)
{
    struct span rest = url;

    if (!cut_front(&rest, "https://") && !cut_front(&rest, "http://") && !cut_front(&rest, "//"))
        return false;
    struct span authority = take_until(&rest, "/?#");
    for (size_t i = authority.n; i-- > 0;)
        if (authority.p[i] == '@') {
            authority = span_of(authority.p + i + 1, authority.n - i - 1);
            break;
        }
    if (!cut_back(&authority, ":80"))
        cut_back(&authority, ":443");
    cut_back(&authority, ".");
    parts->host = authority;
    parts->path = take_until(&rest, "?#");
    cut_front(&rest, "?");
    parts->query = take_until(&rest, "#");
    return authority.n > 0;
}

/* An AMP cache wraps the page's own address: https://www.google.com/amp/s/HOST/PATH and
 * https://HOST.cdn.ampproject.org/c/s/HOST/PATH.  True where parts were replaced. */
static bool unwrap_amp(struct parts *parts)
{
    struct span host = parts->host, path = parts->path;
    bool google = cut_front(&host, "www.google.") && cut_front(&path, "/amp/");
    bool cache = !google && cut_back(&host, ".cdn.ampproject.org") &&
                 (cut_front(&path, "/c/") || cut_front(&path, "/v/"));

    if (!google && !cache)
        return false;
    cut_front(&path, "s/");
    struct span inner = take_until(&path, "/");
    if (!memchr(inner.p, '.', inner.n))
        return false;
    parts->host = inner;
    parts->path = path;
    return true;
}

static bool is_tracking(struct span name)
{
    static const char *const prefixes[] = {"utm_",  "at_",  "mc_", "pk_", "mtm_", "hsa_", "oly_",
                                           "vero_", "__hs", "_hs", "ga_", "wt_",  "ns_"};
    static const char *const names[] = {
        "fbclid",   "gclid",    "dclid",    "msclkid",   "yclid",      "twclid",     "igshid",
        "gbraid",   "wbraid",   "ttclid",   "li_fat_id", "cmpid",      "cmp",        "ref",
        "ref_src",  "ref_url",  "referrer", "source",    "src",        "smid",       "sref",
        "ftag",     "ocid",     "ncid",     "icid",      "cid",        "spm",        "xtor",
        "rss",      "feed",     "partner",  "campaign",  "amp",        "outputtype", "mobile",
        "share",    "sh",       "mkt_tok",  "trk",       "guccounter", "taid",       "via",
        "feedtype", "feedname", "ito",      "_ga",       "soc_src",    "soc_trk"};

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (name.n >= strlen(prefixes[i]) &&
            strncasecmp(name.p, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (name.n == strlen(names[i]) && strncasecmp(name.p, names[i], name.n) == 0)
            return true;
    return false;
}

static int compare_spans(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

    return order ? order : (x->n > y->n) - (x->n < y->n);
}

/* Writes the parameters that count, sorted; returns how many. */
static size_t put_query(struct sink *sink, struct span query)
{
    struct span kept[PARAMETERS_MAX];
    size_t n = 0;

    while (query.n && n < PARAMETERS_MAX) {
        struct span parameter = take_until(&query, "&;"), rest = parameter;
        if (query.n)
            query = span_of(query.p + 1, query.n - 1);
        if (parameter.n && !is_tracking(take_until(&rest, "=")))
            kept[n++] = parameter;
    }
    qsort(kept, n, sizeof *kept, compare_spans);
    for (size_t i = 0; i < n; i++) {
        put(sink, span_str(i ? "&" : "?"));
        put(sink, kept[i]);
    }
    return n;
}

static void put_host(struct sink *sink, struct span host)
{
    static const char *const fronts[] = {"www.", "m.", "mobile.", "amp.", "touch.", "edition."};

    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++) {
        struct span shorter = host;
        /* Only where a whole name remains: m.example is a name of its own. */
        if (cut_front(&shorter, fronts[i]) && memchr(shorter.p, '.', shorter.n)) {
            host = shorter;
            i = (size_t)-1;
        }
    }
    for (size_t i = 0; i < host.n; i++) {
        char c = (char)tolower((unsigned char)host.p[i]);
        put(sink, span_of(&c, 1));
    }
}

/* Writes the path without repeated slashes and with plain characters unescaped. */
static void put_path(struct sink *sink, struct span path)
{
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i], digits[3] = {0};
        if (c == '/' && i + 1 < path.n && path.p[i + 1] == '/')
            continue;
        if (c == '%' && i + 2 < path.n && isxdigit((unsigned char)path.p[i + 1]) &&
            isxdigit((unsigned char)path.p[i + 2])) {
            memcpy(digits, path.p + i + 1, 2);
            int code = (int)strtol(digits, NULL, 16);
            char escaped[3] = {'%', (char)toupper(digits[0]), (char)toupper(digits[1])};
            char plain = (char)code;
            bool unreserved = code < 0x80 && (isalnum(code) || (code && strchr("-._~", code)));
            put(sink, unreserved ? span_of(&plain, 1) : span_of(escaped, 3));
            i += 2;
            continue;
        }
        put(sink, span_of(&c, 1));
    }
}

static struct span page_path(struct span path)
{
    struct span inner = path;

    if (cut_front(&inner, "/amp/"))
        path = span_of(inner.p - 1, inner.n + 1);
    while (cut_back(&path, "/"))
        ;
    if (cut_back(&path, "/amp") || cut_back(&path, ".amp") || cut_back(&path, "/index.html") ||
        cut_back(&path, "/index.php"))
        while (cut_back(&path, "/"))
            ;
    return path;
}

size_t traits_url_canonical(struct span url, char *out, size_t cap)
{
    struct sink sink = {.out = out, .cap = cap};
    struct parts parts = {0};

    while (url.n && isspace((unsigned char)url.p[0]))
        url = span_of(url.p + 1, url.n - 1);
    while (url.n && isspace((unsigned char)url.p[url.n - 1]))
        url.n--;
    if (!split(url, &parts))
        return 0;
    for (int i = 0; i < AMP_NESTING && unwrap_amp(&parts); i++)
        ;
    put_host(&sink, parts.host);
    struct span path = page_path(parts.path);
    put_path(&sink, path);
    size_t parameters = put_query(&sink, parts.query);
    return path.n || parameters ? sink.n : 0;
}

uint64_t traits_url_key(struct span url)
{
    char canonical[URL_MAX];
    size_t n = traits_url_canonical(url, canonical, sizeof canonical);

    return n ? hash_64(canonical, n) : 0;
}
