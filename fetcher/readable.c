#include "fetcher/readable.h"

#include "fetcher/html.h"
#include "fetcher/readable_inner.h"

enum {
    TRIES = 3,
    SHORT_LETTERS = 80, /* a paragraph beside the article that is longer belongs to it */
    LISTED = 25,        /* percent of the article that a block full of links may hold and be cut */
};

/* What is dropped in each try. */
static const unsigned DROPS[TRIES] = {READABLE_HIDDEN | READABLE_ASIDE | READABLE_UNLIKELY,
                                      READABLE_HIDDEN | READABLE_ASIDE, READABLE_HIDDEN};

/* --- what goes ------------------------------------------------------------------------------- */

static bool may_be_cut(const struct readable_node *node)
{
    return node->kind != READABLE_PARAGRAPH && node->kind != READABLE_QUOTE &&
           node->kind != READABLE_FIGURE && node->kind != READABLE_HEADING &&
           node->kind != READABLE_ENTRY;
}

/* A block within the article that is none of it. */
static bool is_clutter(const struct readable_node *node, const struct readable_node *article)
{
    bool small = (uint64_t)node->all.letters * 100 < (uint64_t)article->all.letters * LISTED;

    if (node->dropped || node->kind == READABLE_FORM)
        return true;
    if (!may_be_cut(node) || !small)
        return false;
    return readable_link_share(node) > 0.5 || (node->weight < 0 && node->all.commas < 10) ||
           node->inputs > 0;
}

/* --- what stays ------------------------------------------------------------------------------ */

static void cut_out(const struct readable_page *page, size_t article, size_t from, bool clean,
                    struct buf *out)
{
    const struct readable_node *node = &page->nodes[from];
    uint32_t done = node->start;

    for (size_t i = from + 1; i <= node->last; i++) {
        const struct readable_node *inner = &page->nodes[i];
        bool goes = clean ? is_clutter(inner, &page->nodes[article]) : inner->dropped;

        if (!goes)
            continue;
        if (inner->start > done)
            buf_add(out, page->in.p + done, inner->start - done);
        done = inner->end > done ? inner->end : done;
        i = inner->last;
    }
    if (node->end > done)
        buf_add(out, page->in.p + done, node->end - done);
    buf_addc(out, '\n');
}

static bool belongs(const struct readable_node *node, const struct readable_node *best)
{
    double share = readable_link_share(node), enough = best->score / 5;

    if (node->dropped || node->all.letters == 0)
        return false;
    if (node->candidate && node->score >= (enough > 10 ? enough : 10))
        return true;
    if (node->kind != READABLE_PARAGRAPH)
        return false;
    return node->all.letters > SHORT_LETTERS ? share < 0.25 : share <= 0 && node->all.commas > 0;
}

/* An element whose only text is the best one's stands for it, so that its neighbours are seen. */
static size_t widen(const struct readable_page *page, size_t best)
{
    while (page->nodes[best].parent > 0) {
        const struct readable_node *parent = &page->nodes[page->nodes[best].parent];

        if (parent->all.letters != page->nodes[best].all.letters)
            break;
        best = (size_t)page->nodes[best].parent;
    }
    return best;
}

static void collect(struct readable_page *page, size_t best, bool clean, struct buf *out)
{
    size_t at = widen(page, best);
    int32_t parent = page->nodes[at].parent;

    page->nodes[at].score = page->nodes[best].score;
    if (parent < 0) {
        cut_out(page, at, at, clean, out);
        return;
    }
    for (size_t i = (size_t)parent + 1; i <= page->nodes[parent].last; i = page->nodes[i].last + 1)
        if (i == at || belongs(&page->nodes[i], &page->nodes[at]))
            cut_out(page, at, i, clean, out);
}

/* --- the whole ------------------------------------------------------------------------------- */

static size_t letters_of(struct span text)
{
    size_t letters = 0;

    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];

        if (c > ' ' && (c & 0xc0) != 0x80)
            letters += c >= 0xe3 && c != 0xef ? 2 : 1;
    }
    return letters;
}

bool readable_extract(struct span in, const char *base_url, size_t least, size_t max_out,
                      struct buf *html, struct buf *text)
{
    size_t html_was = html->len, text_was = text->len;
    struct readable_page page;
    struct buf part = {0};
    bool found = false;

    readable_page_read(&page, in);
    for (int i = 0; i < TRIES && !found; i++) {
        html->len = html_was;
        text->len = text_was;
        buf_clear(&part);
        collect(&page, readable_score(&page, DROPS[i]), i < TRIES - 1, &part);
        html_sanitise(buf_span(&part), base_url, max_out, html, text);
        found = letters_of(span_of(text->data + text_was, text->len - text_was)) >= least;
    }
    if (!found) {
        html->len = html_was;
        text->len = text_was;
    }
    readable_page_free(&page);
    buf_free(&part);
    return found;
}
