#include "fetcher/discover.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/mem.h"
#include "common/msg.h"
#include "common/utf8.h"
#include "fetcher/feed.h"
#include "fetcher/url.h"

enum { URL_LONGEST = 8192, TITLE_LONGEST = 1024 }; /* of an alternate in messages.def */

enum rank {
    RANK_OWN,   /* link alternates of the page's site */
    RANK_OTHER, /* ... of another one */
    RANK_LINK,  /* links in its text, of its site */
    RANK_VAGUE, /* any JSON or XML, mostly not feeds */
    RANK_COMMENTS,
    RANK_USUAL, /* not named by the page */
};

struct candidate {
    char *url;
    char *title;
    enum rank rank;
    size_t order;
};

struct discover {
    struct candidate *at;
    size_t count;
    size_t given;
    size_t most;
};

/* --- addresses -------------------------------------------------------------------------------- */

/* The host alone; empty where there is none. */
static struct span host_of(const char *url)
{
    const char *at = url ? strstr(url, "://") : NULL;
    size_t n = 0;

    if (!at)
        return span_str("");
    at += 3;
    n = strcspn(at, "/?#");
    if (n > 4 && strncasecmp(at, "www.", 4) == 0)
        return span_of(at + 4, n - 4);
    return span_of(at, n);
}

static bool ends_with(struct span text, struct span end)
{
    return text.n >= end.n && strncasecmp(text.p + text.n - end.n, end.p, end.n) == 0;
}

/* example.org, www.example.org and news.example.org are one site. */
static bool below(struct span host, struct span site)
{
    return site.n && ends_with(host, site) &&
           (host.n == site.n || host.p[host.n - site.n - 1] == '.');
}

static bool same_site(const char *a, const char *b)
{
    struct span x = host_of(a);
    struct span y = host_of(b);

    return below(x, y) || below(y, x);
}

static bool has_user(const char *url)
{
    struct span host = host_of(url);

    return host.n && memchr(host.p, '@', host.n) != NULL;
}

static struct span path_of(const char *url)
{
    const char *at = strstr(url, "://");

    at = at ? at + 3 : url;
    at += strcspn(at, "/?#");
    return span_of(at, strcspn(at, "?#"));
}

bool discover_looks_like_feed(const char *url)
{
    static const char *const ends[] = {".rss",  ".atom", ".rdf",   "/feed",      "/rss",
                                       "/atom", ".xml",  "/feeds", "/feed.json", "/rss2"};
    static const char *const queries[] = {"feed=rss", "feed=atom", "format=rss", "format=atom",
                                          "format=feed"};
    struct span path = path_of(url);
    const char *query = strchr(url, '?');

    while (path.n && path.p[path.n - 1] == '/')
        path.n--;
    if (ends_with(path, span_str("sitemap.xml")) || ends_with(path, span_str("opensearch.xml")))
        return false;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (ends_with(path, span_str(ends[i])))
            return true;
    for (size_t i = 0; query && i < sizeof(queries) / sizeof(queries[0]); i++)
        if (strcasestr(query, queries[i]))
            return true;
    return false;
}

/* --- the list --------------------------------------------------------------------------------- */

/* Its place; count where it is not there. */
static size_t find(const struct discover *d, struct span url)
{
    size_t i = 0;

    while (i < d->count && !span_eq(span_str(d->at[i].url), url))
        i++;
    return i;
}

/* On one line, without the signs that discover_write () puts between fields. */
static char *one_line(struct span text)
{
    char *copy = mem_dup(text.p, text.n);

    for (char *c = copy; *c; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    return copy;
}

static void append(struct discover *d, struct span url, struct span title, enum rank rank)
{
    d->at = mem_realloc(d->at, d->count + 1, sizeof(*d->at));
    d->at[d->count] = (struct candidate){
        .url = mem_dup(url.p, url.n), .title = one_line(title), .rank = rank, .order = d->count};
    d->count++;
}

/* Without its fragment, which no server sees. */
static void add(struct discover *d, const char *page, const char *url, const char *title,
                enum rank rank)
{
    struct span text = span_of(url, url ? strcspn(url, "#") : 0);
    struct span own = span_of(page, strcspn(page, "#"));

    if (!url_is_http(url) || text.n > URL_LONGEST || has_user(url) || span_eq(text, own) ||
        find(d, text) < d->count)
        return;
    append(d, text, span_str(title), rank);
}

static bool is_of_comments(const struct feed_alternate *one)
{
    return strcasestr(one->url, "comment") ||
           (one->title && (strcasestr(one->title, "comment") || strcasestr(one->title, "komment")));
}

/* A type that says no more than JSON or XML: a feed, or anything else that a program may read. */
static bool is_vague(const struct feed_alternate *one)
{
    static const char *const types[] = {"application/json", "application/xml", "text/xml"};

    if (discover_looks_like_feed(one->url))
        return false;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (one->type && strncasecmp(one->type, types[i], strlen(types[i])) == 0)
            return true;
    return false;
}

static void add_named(struct discover *d, const struct feed *page, const char *url)
{
    for (size_t i = 0; i < page->alternate_count; i++) {
        const struct feed_alternate *one = &page->alternates[i];

        if (one->url)
            add(d, url, one->url, one->title,
                is_of_comments(one)        ? RANK_COMMENTS
                : is_vague(one)            ? RANK_VAGUE
                : same_site(one->url, url) ? RANK_OWN
                                           : RANK_OTHER);
    }
    for (size_t i = 0; i < page->anchor_count; i++) {
        const struct feed_alternate *one = &page->anchors[i];

        /* Links to other sites' feeds are mostly recommendations, or services. */
        if (one->url && same_site(one->url, url))
            add(d, url, one->url, one->title, is_of_comments(one) ? RANK_COMMENTS : RANK_LINK);
    }
}

/* The page as a folder: /blog and /blog/ are /blog/, /blog/index.html is /blog/. */
static char *folder_of(const char *url)
{
    struct span path = path_of(url);
    size_t before = (size_t)(path.p - url);
    size_t n = path.n;
    bool file = false;

    while (n && path.p[n - 1] != '/')
        n--;
    file = path.n > n && memchr(path.p + n, '.', path.n - n);
    if (file || n == path.n)
        return mem_printf("%.*s%s", (int)(before + n), url, n ? "" : "/");
    return mem_printf("%.*s/", (int)(before + path.n), url);
}

static void add_usual(struct discover *d, const char *url)
{
    static const char *const paths[] = {"feed",       "rss.xml", "feed.xml",  "atom.xml",
                                        "index.xml",  "rss",     "feed.json", "feeds/posts/default",
                                        "?feed=rss2", "feed/",   "rss/",      "atom"};
    char *folder = folder_of(url);

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        char *below_page = mem_printf("%s%s", folder, paths[i]);
        char *path = mem_printf("/%s", paths[i]);
        char *at_root = url_resolve(url, span_str(path));

        add(d, url, below_page, NULL, RANK_USUAL);
        add(d, url, at_root, NULL, RANK_USUAL);
        free(below_page);
        free(path);
        free(at_root);
    }
    free(folder);
}

static int compare(const void *a, const void *b)
{
    const struct candidate *x = a;
    const struct candidate *y = b;

    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order ? 1 : 0;
}

struct discover *discover_create(const struct feed *page, const char *url, size_t most)
{
    struct discover *d = mem_calloc(1, sizeof(*d));

    d->most = most;
    if (!url_is_http(url))
        return d;
    add_named(d, page, url);
    add_usual(d, url);
    qsort(d->at, d->count, sizeof(*d->at), compare);
    return d;
}

void discover_destroy(struct discover **discover)
{
    struct discover *d = *discover;

    if (!d)
        return;
    for (size_t i = 0; i < d->count; i++) {
        free(d->at[i].url);
        free(d->at[i].title);
    }
    free(d->at);
    free(d);
    *discover = NULL;
}

void discover_write(const struct discover *d, struct buf *out)
{
    buf_printf(out, "%zu\t%zu\n", d->given, d->most);
    for (size_t i = 0; i < d->count; i++)
        buf_printf(out, "%d\t%s\t%s\n", (int)d->at[i].rank, d->at[i].url, d->at[i].title);
}

/* Takes what stands before the sign, and the sign. */
static struct span take_field(struct span *text, char sign)
{
    const char *end = text->n ? memchr(text->p, sign, text->n) : NULL;
    struct span field = span_of(text->p, end ? (size_t)(end - text->p) : text->n);

    *text = span_after(*text, end ? field.n + 1 : field.n);
    return field;
}

static size_t take_number(struct span *text, char sign)
{
    struct span field = take_field(text, sign);
    size_t number = 0;

    for (size_t i = 0; i < field.n && field.p[i] >= '0' && field.p[i] <= '9'; i++)
        number = number * 10 + (size_t)(field.p[i] - '0');
    return number;
}

struct discover *discover_read(struct span text)
{
    struct discover *d = mem_calloc(1, sizeof(*d));

    d->given = take_number(&text, '\t');
    d->most = take_number(&text, '\n');
    while (text.n) {
        size_t rank = take_number(&text, '\t');
        struct span url = take_field(&text, '\t');
        struct span title = take_field(&text, '\n');

        if (url.n && rank <= RANK_USUAL)
            append(d, url, title, (enum rank)rank);
    }
    return d;
}

const char *discover_next(struct discover *d)
{
    if (d->given >= d->count || d->given >= d->most)
        return NULL;
    return d->at[d->given++].url;
}

static void insert(struct discover *d, size_t at, struct candidate *one)
{
    d->at = mem_realloc(d->at, d->count + 1, sizeof(*d->at));
    memmove(d->at + at + 1, d->at + at, (d->count - at) * sizeof(*d->at));
    d->at[at] = *one;
    d->count++;
    *one = (struct candidate){0};
}

static void take_out(struct discover *d, size_t at)
{
    free(d->at[at].url);
    free(d->at[at].title);
    d->count--;
    memmove(d->at + at, d->at + at + 1, (d->count - at) * sizeof(*d->at));
}

void discover_join(struct discover *d, struct discover **more)
{
    size_t at = d->given;

    for (size_t i = 0; i < (*more)->count; i++) {
        struct candidate *one = &(*more)->at[i];
        size_t before = find(d, span_str(one->url));

        if (one->rank == RANK_USUAL)
            continue;
        /* A guess that has turned out to be named. */
        if (before < d->count && before >= at && d->at[before].rank == RANK_USUAL)
            take_out(d, before);
        else if (before < d->count)
            continue;
        insert(d, at++, one);
    }
    discover_destroy(more);
}

size_t discover_tried(const struct discover *d)
{
    return d->given;
}

size_t discover_alternates(const struct discover *d, const char *found, struct msg_alternate *out)
{
    size_t n = 0;

    for (size_t i = 0; i < d->count && n < DISCOVER_ALTERNATES; i++) {
        const struct candidate *one = &d->at[i];

        /* Those tried before one was found are none; those left may be. */
        if (one->rank == RANK_USUAL || (found && i < d->given) ||
            (found && strcmp(one->url, found) == 0))
            continue;
        out[n++] = (struct msg_alternate){.url = span_str(one->url),
                                          .title = utf8_clip(span_str(one->title), TITLE_LONGEST)};
    }
    return n;
}
