#include "reader/hits.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/utf8.h"
#include "reader/print.h"

enum { INDENT = 6, TITLE_LEAST = 20, SOURCE_MOST = 24 };

/* --- marks ------------------------------------------------------------------------------------ */

/* The place behind so many characters. */
static const char *skip(const char *at, const char *end, json_int_t characters)
{
    uint32_t c = 0;

    while (characters-- > 0 && at < end)
        at += utf8_next(at, end, &c);
    return at;
}

/* Appends from .. to in a style; returns the columns that are left, 0 where it was cut. */
static int piece(struct buf *out, const char *from, const char *to, bool marked, int left)
{
    struct buf text = {0}, cut = {0};
    int columns = print_columns(span_of(from, (size_t)(to - from)));

    if (from == to)
        return left;
    buf_add(&text, from, (size_t)(to - from));
    print_cut(&cut, text.data, left);
    print_styled(out, marked ? PRINT_YELLOW : PRINT_PLAIN, cut.data ? cut.data : "");
    buf_free(&text);
    buf_free(&cut);
    return columns < left ? left - columns : 0;
}

void hits_marked(struct buf *out, const char *text, const json_t *marks, int width)
{
    const char *at = text, *end = text + strlen(text);
    json_int_t characters = 0;
    int left = width > 0 ? width : INT32_MAX;
    size_t i = 0;
    const json_t *range = NULL;

    json_array_foreach(marks, i, range)
    {
        json_int_t from = json_integer_value(json_array_get(range, 0));
        json_int_t length = json_integer_value(json_array_get(range, 1));
        const char *begin = skip(at, end, from - characters), *stop = skip(begin, end, length);

        if (from < characters || left == 0)
            return;
        left = piece(out, at, begin, false, left);
        if (left > 0)
            left = piece(out, begin, stop, true, left);
        at = stop;
        characters = from + length;
    }
    if (left > 0)
        piece(out, at, end, false, left);
}

/* --- hits ------------------------------------------------------------------------------------- */

static void add_explanation(struct buf *out, const json_t *why)
{
    const json_t *keyword = json_object_get(why, "keyword");
    const json_t *vector = json_object_get(why, "vector");
    const json_t *rerank = json_object_get(why, "rerank");

    buf_printf(out, "%*splace %lld by fusion (%.4f)", INDENT, "",
               (long long)print_int(why, "place"), json_real_value(json_object_get(why, "fused")));
    if (keyword)
        buf_printf(out, ", words: rank %lld, bm25 %.3f", (long long)print_int(keyword, "rank"),
                   json_real_value(json_object_get(keyword, "bm25")));
    if (vector)
        buf_printf(out, ", vector: rank %lld, cosine %.3f", (long long)print_int(vector, "rank"),
                   json_real_value(json_object_get(vector, "cosine")));
    if (rerank)
        buf_printf(out, ", reranker %.3f", json_real_value(rerank));
    buf_addc(out, '\n');
}

static void add_snippet(struct buf *out, const json_t *hit)
{
    const char *snippet = print_text(hit, "snippet");

    if (!*snippet)
        return;
    buf_printf(out, "%*s", INDENT, "");
    hits_marked(out, snippet, json_object_get(hit, "snippet_marks"),
                print_width() > INDENT ? print_width() - INDENT : 0);
    buf_addc(out, '\n');
}

void hits_show(struct buf *out, const json_t *hit, bool explain)
{
    long long folded = print_int(hit, "folded");
    int room = print_width() ? print_width() - 55 : 0;
    char copies[64] = "";

    print_time(out, print_int(hit, "time_ms"), print_terminal());
    buf_printf(out, " %7lld  ", (long long)print_int(hit, "id"));
    hits_marked(out, print_text(hit, "title"), json_object_get(hit, "title_marks"),
                print_width() && room < TITLE_LEAST ? TITLE_LEAST : room);
    buf_adds(out, "  ");
    print_cut(out, print_text(hit, "source_title"), print_width() ? SOURCE_MOST : 0);
    if (folded)
        snprintf(copies, sizeof(copies), "  (+%lld cop%s)", folded, folded == 1 ? "y" : "ies");
    print_styled(out, PRINT_DIM, copies);
    buf_addc(out, '\n');
    add_snippet(out, hit);
    if (explain)
        add_explanation(out, json_object_get(hit, "explain"));
}

/* --- the whole -------------------------------------------------------------------------------- */

void hits_remarks(struct buf *out, const json_t *answer)
{
    const char *partial = print_text(answer, "partial");
    const char *unranked = print_text(answer, "rerank_failed");
    long long capped = print_int(answer, "capped");

    if (*partial)
        buf_printf(out, "hits by words alone: %s\n", partial);
    if (capped)
        buf_printf(out,
                   "very common words: only the newest %lld items that have them were looked at\n",
                   capped);
    if (strcmp(print_text(answer, "words"), "any") == 0)
        buf_adds(out, "few items have all of the words: some of the words will do\n");
    if (*unranked)
        buf_printf(out, "not reranked: %s\n", unranked);
}
