/* Subscriptions as OPML 2.0: the text.  Pure. */
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "reader/export.h"
#include "reader/print.h"

enum { INDENT = 2 };

struct row {
    const char *path; /* "a/b", "" = at the top */
    const json_t *source;
    size_t order;
};

/* --- rows ------------------------------------------------------------------------------------- */

/* A category before what begins like it, so that outlines nest: '/' counts as the least character.
 */
static int compare_paths(const char *a, const char *b)
{
    for (; *a && *a == *b; a++)
        b++;
    return (*a == '/' ? 1 : (unsigned char)*a * 2) - (*b == '/' ? 1 : (unsigned char)*b * 2);
}

static int compare(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    int order = compare_paths(a->path, b->path);

    if (order == 0)
        order = a->order < b->order ? -1 : a->order > b->order;
    return order;
}

bool export_is_subscription(const json_t *source)
{
    const char *state = print_text(source, "state");

    return strcmp(state, "retired") != 0 && strcmp(state, "import") != 0;
}

/* One for each category of each source. */
static struct row *rows_of(const json_t *sources, size_t *count)
{
    struct row *rows = NULL;
    const json_t *source = NULL;
    size_t i = 0, cap = 0;

    *count = 0;
    json_array_foreach(sources, i, source)
    {
        const json_t *categories = json_object_get(source, "categories");
        size_t n = json_array_size(categories), k = 0;

        if (!export_is_subscription(source))
            continue;
        do {
            const char *path = json_string_value(json_array_get(categories, k));

            if (*count == cap) {
                cap = cap ? cap * 2 : 64;
                rows = mem_realloc(rows, cap, sizeof(*rows));
            }
            rows[*count] = (struct row){.path = path ? path : "", .source = source, .order = i};
            ++*count;
        } while (++k < n);
    }
    if (*count)
        qsort(rows, *count, sizeof(*rows), compare);
    return rows;
}

/* --- writing ---------------------------------------------------------------------------------- */

static void put_attribute(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, " %s=\"", name);
    for (const char *p = value; *p; p++) {
        unsigned char c = (unsigned char)*p;

        if (c == '&')
            buf_adds(out, "&amp;");
        else if (c == '<')
            buf_adds(out, "&lt;");
        else if (c == '>')
            buf_adds(out, "&gt;");
        else if (c == '"')
            buf_adds(out, "&quot;");
        else
            buf_addc(out, c < ' ' || c == 0x7f ? ' ' : (char)c);
    }
    buf_addc(out, '"');
}

static void indent(struct buf *out, size_t depth)
{
    for (size_t i = 0; i < (depth + 2) * INDENT; i++)
        buf_addc(out, ' ');
}

static void put_source(struct buf *out, const json_t *source, size_t depth)
{
    const char *title = print_text(source, "title");

    indent(out, depth);
    buf_adds(out, "<outline type=\"rss\"");
    put_attribute(out, "text", *title ? title : print_text(source, "url"));
    if (*title)
        put_attribute(out, "title", title);
    put_attribute(out, "xmlUrl", print_text(source, "url"));
    if (*print_text(source, "link"))
        put_attribute(out, "htmlUrl", print_text(source, "link"));
    buf_adds(out, "/>\n");
}

/* Bytes that two paths have in common, in whole names. */
static size_t shared(const char *a, const char *b)
{
    size_t whole = 0, i = 0;

    for (; a[i] && a[i] == b[i]; i++)
        if (a[i] == '/')
            whole = i + 1;
    if ((!a[i] || a[i] == '/') && (!b[i] || b[i] == '/'))
        whole = a[i] == '/' || b[i] == '/' ? i + 1 : i;
    return whole;
}

static size_t names(const char *path, size_t n)
{
    size_t count = 0;

    for (size_t i = 0; i < n && path[i]; i++)
        count += i == 0 || path[i - 1] == '/';
    return count;
}

static void close_to(struct buf *out, size_t *depth, size_t to)
{
    while (*depth > to) {
        --*depth;
        indent(out, *depth);
        buf_adds(out, "</outline>\n");
    }
}

/* Leaves the outlines of one path for those of the next. */
static void move(struct buf *out, const char *from, const char *to, size_t *depth)
{
    size_t same = shared(from, to);
    const char *p = to + (same < strlen(to) ? same : strlen(to));

    close_to(out, depth, names(to, same));
    while (*p) {
        size_t n = strcspn(p, "/");
        char *name = mem_dup(p, n);

        indent(out, *depth);
        buf_adds(out, "<outline");
        put_attribute(out, "text", name);
        put_attribute(out, "title", name);
        buf_adds(out, ">\n");
        ++*depth;
        free(name);
        p += p[n] ? n + 1 : n;
    }
}

void export_opml_text(const json_t *sources, struct buf *out)
{
    size_t count = 0, depth = 0;
    struct row *rows = rows_of(sources, &count);
    const char *path = "";

    buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n"
                  "  <head>\n    <title>Weir</title>\n  </head>\n  <body>\n");
    for (size_t i = 0; i < count; i++) {
        move(out, path, rows[i].path, &depth);
        path = rows[i].path;
        put_source(out, rows[i].source, depth);
    }
    close_to(out, &depth, 0);
    buf_adds(out, "  </body>\n</opml>\n");
    free(rows);
}
