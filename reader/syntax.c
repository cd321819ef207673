#include "reader/syntax.h"

#include <stdio.h>

#include "common/app.h"
#include "common/buf.h"
#include "reader/client.h"
#include "reader/print.h"
#include "reader/width.h"

enum { INDENT = 2, ROOM_LEAST = 20, LEAD = 3 /* of those before the place */ };

const char syntax_help[] =
    "  river flood            both words, in title, text, author or name of the source\n"
    "  \"river flood\"  flo*    the words in this order; words that begin so\n"
    "  a OR b   -a   (a b)    either; without; together\n"
    "  title:a  author:a  category:a     there alone; title:(a OR b) is both\n"
    "  source:12  source:bbc             a source's number, words of its name, part of its URL\n"
    "  lang:de  story:7  id:9  is:unread (read, starred, hidden, copy)\n"
    "  after:2d  before:2026-11-20T10:00 (UTC), an age (s m h d w y), today, yesterday";

/* Drops clusters from the beginning of *text until what is left before the place (*at bytes) takes
 * at most `most` columns. */
static void drop_lead(struct span *text, size_t *at, int most)
{
    int columns = 0;

    while (*at > 0 && width_columns(span_of(text->p, *at)) > most) {
        size_t n = width_cluster(*text, &columns);

        n = n > *at ? *at : n;
        *text = span_after(*text, n);
        *at -= n;
    }
}

static void add_carets(struct buf *out, int before, int marks)
{
    for (int i = 0; i < before; i++)
        buf_addc(out, ' ');
    do
        buf_addc(out, '^');
    while (--marks > 0);
    buf_addc(out, '\n');
}

/* Query and carets within room columns. */
static void add_place(struct buf *out, struct span text, size_t at, size_t length, int room)
{
    int columns = 0, before = 0, marks = 0;
    bool cut = false;

    if (width_columns(text) > room) {
        size_t all = at;

        drop_lead(&text, &at, room / LEAD);
        cut = at < all;
        text = width_clip(text, room - 2, &columns);
    }
    length = at + length > text.n ? text.n - at : length;
    before = width_columns(span_of(text.p, at)) + cut;
    marks = width_columns(span_of(text.p + at, length));
    buf_printf(out, "%*s%s", INDENT, "", cut ? "\xe2\x80\xa6" : "");
    width_add_safe(out, text, false);
    buf_printf(out, "\n%*s", INDENT, "");
    add_carets(out, before, marks);
}

void syntax_add(struct buf *out, const json_t *syntax, const char *query, int width,
                const char *then)
{
    struct span text = span_str(query);
    int64_t at = print_int(syntax, "at"), length = print_int(syntax, "length");
    int room = width > INDENT + ROOM_LEAST ? width - INDENT : width > 0 ? ROOM_LEAST : 1 << 20;

    at = at < 0 ? 0 : at > (int64_t)text.n ? (int64_t)text.n : at;
    length = length < 0 ? 0 : length > (int64_t)text.n - at ? (int64_t)text.n - at : length;
    buf_adds(out, "weir: the query cannot be read: ");
    width_add_safe(out, span_str(print_text(syntax, "words")), false);
    buf_printf(out, "%s%s\n", then ? "; " : "", then ? then : "");
    add_place(out, text, (size_t)at, (size_t)length, room);
}

void syntax_tell(const json_t *answer, const char *query)
{
    const json_t *syntax = json_object_get(answer, "syntax");
    struct buf out = {0};

    if (!syntax)
        return;
    syntax_add(&out, syntax, query, print_width(), "it is looked for as a phrase");
    fputs(out.data, stderr);
    buf_free(&out);
}

int syntax_check(const struct config *config, const char *query)
{
    json_t *answer = NULL;
    struct buf out = {0};
    int code = client_ask(config, "query.check", json_pack("{s:s}", "query", query), &answer);

    if (!code && json_object_get(answer, "syntax")) {
        syntax_add(&out, json_object_get(answer, "syntax"), query, print_width(), NULL);
        fputs(out.data, stderr);
        code = APP_USAGE;
    }
    buf_free(&out);
    json_decref(answer);
    return code;
}
