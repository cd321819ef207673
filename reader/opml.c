#include "reader/opml.h"
#include <stdlib.h>
#include <strings.h>
#include "common/mem.h"
#include "reader/opml_scan.h"

enum { PATH_MAX_NAMES = 32 }; /* names of outlines deeper than this are left out of a path */

/* An outline that is open. */
struct level {
    char *name; /* owned; NULL where it has none, or is too deep to count */
    int line;
    bool feed, parent;
};

struct reading {
    struct opml *opml;
    struct level *levels;
    size_t depth, room;
};

static bool is(struct span name, const char *text)
{
    return name.n == strlen(text) && strncasecmp(name.p, text, name.n) == 0;
}

/* The value of the first attribute of this name that is not empty; NULL where there is none. */
static char *value(const struct opml_tag *tag, const char *name)
{
    for (size_t i = 0; i < tag->count; i++) {
        struct buf out = {0};
        if (!is(tag->attributes[i].name, name))
            continue;
        opml_scan_value(&out, tag->attributes[i].value);
        if (out.len)
            return buf_take(&out);
        buf_free(&out);
    }
    return NULL;
}

static char *or_empty(char *text)
{
    return text ? text : mem_strdup("");
}

static void skip(struct opml *opml, int line, const char *reason, const char *what)
{
    opml->skipped = mem_realloc(opml->skipped, opml->skip_count + 1, sizeof *opml->skipped);
    opml->skipped[opml->skip_count++] =
        (struct opml_skip){line, reason, mem_strdup(what ? what : "")};
}

static void copy_path(struct reading *r, struct opml_feed *feed)
{
    size_t count = 0;

    for (size_t i = 0; i < r->depth && i < PATH_MAX_NAMES; i++)
        count += r->levels[i].name != NULL;
    feed->path = count ? mem_calloc(count, sizeof *feed->path) : NULL;
    for (size_t i = 0; i < r->depth && feed->depth < count; i++)
        if (r->levels[i].name)
            feed->path[feed->depth++] = mem_strdup(r->levels[i].name);
}

/* Takes url over. */
static void add_feed(struct reading *r, const struct opml_tag *tag, char *url, const char *title)
{
    struct opml *opml = r->opml;
    struct opml_feed feed = {.url = url, .line = tag->line};

    feed.html_url = value(tag, "htmlUrl");
    if (!title)
        title = feed.html_url ? feed.html_url : url;
    feed.title = mem_strdup(title);
    feed.html_url = or_empty(feed.html_url);
    copy_path(r, &feed);
    opml->feeds = mem_realloc(opml->feeds, opml->feed_count + 1, sizeof *opml->feeds);
    opml->feeds[opml->feed_count++] = feed;
}

static void leave(struct reading *r)
{
    struct level *level = &r->levels[--r->depth];

    if (!level->feed && !level->parent)
        skip(r->opml, level->line, "it has no xmlUrl", level->name);
    free(level->name);
}

static void enter(struct reading *r, const struct opml_tag *tag, char *name, bool feed)
{
    if (r->depth == r->room) {
        r->room = r->room ? r->room * 2 : 16;
        r->levels = mem_realloc(r->levels, r->room, sizeof *r->levels);
    }
    r->levels[r->depth++] = (struct level){name, tag->line, feed, false};
    if (tag->closed)
        leave(r);
}

static void take_outline(struct reading *r, const struct opml_tag *tag)
{
    char *text = value(tag, "text"), *title = value(tag, "title"), *url = value(tag, "xmlUrl");
    char *name = text ? text : title;

    if (r->depth)
        r->levels[r->depth - 1].parent = true;
    if (url)
        add_feed(r, tag, url, title ? title : text);
    enter(r, tag, mem_strdup(name), url != NULL);
    free(text);
    free(title);
}

static void set_title(struct opml *opml, struct span text)
{
    struct buf out = {0};

    opml_scan_value(&out, text);
    free(opml->title);
    opml->title = buf_take(&out);
}

/* The title of the list: the text up to the next tag, or within a marked section. */
static void take_title(struct opml *opml, const struct opml_tag *tag, const char *end)
{
    static const char MARK[] = "<![CDATA[";
    struct span behind = span_of(tag->behind, (size_t)(end - tag->behind));
    const char *section = NULL;

    if (behind.n > sizeof MARK && memcmp(behind.p, MARK, sizeof MARK - 1) == 0) {
        behind = span_of(behind.p + sizeof MARK - 1, behind.n - (sizeof MARK - 1));
        section = memmem(behind.p, behind.n, "]]>", 3);
    }
    if (section) {
        set_title(opml, span_of(behind.p, (size_t)(section - behind.p)));
        return;
    }
    const char *stop = memchr(tag->behind, '<', (size_t)(end - tag->behind));
    set_title(opml, span_of(tag->behind, (size_t)((stop ? stop : end) - tag->behind)));
}

static void take_tag(struct reading *r, const struct opml_tag *tag, const char *end)
{
    bool outline = is(tag->name, "outline");

    if (tag->type == OPML_CUT) {
        if (outline)
            skip(r->opml, tag->line, "the list ends within it", "");
    } else if (outline && tag->type == OPML_START) {
        r->opml->seen = true;
        take_outline(r, tag);
    } else if (outline && r->depth) {
        leave(r);
    } else if (is(tag->name, "opml")) {
        r->opml->seen = true;
    } else if (is(tag->name, "title") && tag->type == OPML_START && !*r->opml->title) {
        take_title(r->opml, tag, end);
    }
}

struct opml *opml_parse(struct span in)
{
    struct opml *opml = mem_calloc(1, sizeof *opml);
    struct reading r = {.opml = opml};
    struct buf text = {0};
    struct opml_tag tag;

    opml_scan_decode(in, &text);
    opml->title = mem_strdup("");
    struct opml_scan scan = {text.data, text.data + text.len, 1};
    while (opml_scan_next(&scan, &tag))
        take_tag(&r, &tag, scan.end);
    while (r.depth)
        leave(&r);
    free(r.levels);
    buf_free(&text);
    return opml;
}

void opml_destroy(struct opml **opml)
{
    struct opml *o = *opml;

    *opml = NULL;
    if (!o)
        return;
    for (size_t i = 0; i < o->feed_count; i++) {
        struct opml_feed *f = &o->feeds[i];
        for (size_t k = 0; k < f->depth; k++)
            free(f->path[k]);
        free(f->path);
        free(f->url);
        free(f->title);
        free(f->html_url);
    }
    for (size_t i = 0; i < o->skip_count; i++)
        free(o->skipped[i].what);
    free(o->feeds);
    free(o->skipped);
    free(o->title);
    free(o);
}
