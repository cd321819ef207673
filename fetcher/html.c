#include "fetcher/html.h"
#include <stdint.h>
#include "fetcher/html_attr.h"
#include "fetcher/html_token.h"
#include "fetcher/html_tree.h"

static bool is_blank(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!memchr(" \n\t\r\f", s.p[i], 5))
            return false;
    return true;
}

/* A newline directly behind <pre> is not part of its text. */
static struct span without_newline(struct span text)
{
    size_t n = text.n > 1 && text.p[0] == '\r' && text.p[1] == '\n' ? 2 : 1;

    return *text.p == '\n' || *text.p == '\r' ? span_of(text.p + n, text.n - n) : text;
}

/* So a newline that is part of the text, and comes first, is written twice. */
static void guard_newline(struct html_out *out, size_t at)
{
    if (out->buf->data[at] != '\n')
        return;
    if (!html_out_fits(out, 1)) {
        out->buf->len = at;
        return;
    }
    buf_addc(out->buf, '\n');
    memmove(out->buf->data + at + 1, out->buf->data + at, out->buf->len - at - 1);
}

static void take_text(struct html_tree *tree, struct span text)
{
    size_t at = tree->out.buf ? tree->out.buf->len : 0;

    if (html_tree_muted(tree))
        return;
    if (!is_blank(text))
        html_tree_prepare_text(tree);
    if (tree->behind_pre)
        text = without_newline(text);
    html_out_text(&tree->out, text, true);
    if (tree->line_start && tree->out.buf && tree->out.buf->len > at) {
        guard_newline(&tree->out, at);
        tree->line_start = false;
    }
    html_plain_text(&tree->plain, text);
}

/* Writes the start tag; false where the element is not written. */
static bool write_start(struct html_tree *tree, const struct html_element *e,
                        const struct html_token *token)
{
    struct buf *tag = &tree->scratch;
    size_t end_tag = e->flags & HTML_VOID ? 0 : strlen(e->name) + 3;

    buf_clear(tag);
    if (!tree->out.buf || tree->out.full || tree->depth >= HTML_DEPTH ||
        !html_attr_write(tag, e, token, tree->base) ||
        !html_out_fits(&tree->out, tag->len + end_tag))
        return false;
    buf_add(tree->out.buf, tag->data, tag->len);
    tree->line_start = false;
    return true;
}

static bool is_placeholder(struct span tag)
{
    return memmem(tag.p, tag.n, " src=\"data:", 11) && !memmem(tag.p, tag.n, " srcset=", 8);
}

static void take_kept(struct html_tree *tree, const struct html_element *e,
                      const struct html_token *token)
{
    bool hidden = html_attr_hidden(token);

    if (!html_tree_prepare(tree, e))
        return;
    if (e->flags & HTML_BLOCK || e->id == HTML_BR)
        html_plain_break(&tree->plain, '\n');
    bool written = !hidden && !html_tree_muted(tree) && write_start(tree, e, token);
    if (e->id == HTML_IMG)
        tree->waiting = !written || is_placeholder(buf_span(&tree->scratch));
    if (e->flags & HTML_VOID)
        return;
    html_tree_push(tree, e, hidden, written);
    tree->line_start = written && e->id == HTML_PRE;
    tree->behind_pre = e->id == HTML_PRE;
}

/* The images of a noscript element, which stand for one before it. */
static void take_images(struct html_tree *tree, struct span within)
{
    struct html_lexer lexer;
    struct html_token token;

    html_lexer_init(&lexer, within, false);
    while (tree->waiting && html_lexer_next(&lexer, &token)) {
        const struct html_element *e = token.type == HTML_START ? html_element(token.name) : NULL;
        if (e && e->id == HTML_IMG)
            take_kept(tree, e, &token);
    }
    tree->waiting = false;
}

/* An element whose text is no markup.  A frame written like an XML element is empty; so is anything
 * written like that, and a frame, where there is no end tag.  A script without one lasts to the
 * end. */
static void take_raw(struct html_tree *tree, struct html_lexer *lexer, const struct html_element *e,
                     const struct html_token *token)
{
    const char *start = lexer->p;
    bool empty = e->id == HTML_FRAME || token->closed;

    if (e->id == HTML_FRAME && token->closed)
        return;
    if (!html_lexer_skip_raw(lexer, e->name) && !empty)
        lexer->p = lexer->end;
    if (e->id == HTML_NOSCRIPT && tree->waiting)
        take_images(tree, span_of(start, (size_t)(lexer->p - start)));
}

static void take_start(struct html_tree *tree, struct html_lexer *lexer,
                       const struct html_token *token)
{
    const struct html_element *e = html_element(token->name);

    if (!e)
        return;
    if (e->flags & HTML_RAW)
        take_raw(tree, lexer, e, token);
    else if (e->flags & HTML_KEEP)
        take_kept(tree, e, token);
    else if (e->flags & HTML_MUTE && !token->closed)
        html_tree_push(tree, e, true, false);
    else if (e->flags & HTML_BLOCK && !html_tree_muted(tree))
        html_plain_break(&tree->plain, '\n');
}

static void take_end(struct html_tree *tree, const struct html_token *token)
{
    const struct html_element *e = html_element(token->name);

    if (!e)
        return;
    if (e->id == HTML_BR) /* </br> is <br>, says the standard */
        take_kept(tree, e, token);
    else if (!(e->flags & HTML_VOID))
        html_tree_end(tree, e);
    if (e->flags & HTML_BLOCK && !html_tree_muted(tree))
        html_plain_break(&tree->plain, '\n');
}

static void run(struct html_tree *tree, struct span in, bool keep_broken)
{
    struct html_lexer lexer;
    struct html_token token;

    html_lexer_init(&lexer, in, keep_broken);
    while (html_lexer_next(&lexer, &token)) {
        if (token.type == HTML_TEXT)
            take_text(tree, token.text);
        tree->behind_pre = false;
        if (token.type == HTML_START)
            take_start(tree, &lexer, &token);
        else if (token.type == HTML_END)
            take_end(tree, &token);
        if ((tree->out.full || !tree->out.buf) && (tree->plain.out.full || !tree->plain.out.buf))
            break;
    }
    html_tree_finish(tree);
    buf_free(&tree->scratch);
}

static struct html_out bounded(struct buf *buf, size_t max)
{
    struct html_out out = {.buf = buf, .limit = SIZE_MAX};

    if (buf && max && max < SIZE_MAX - buf->len)
        out.limit = buf->len + max;
    return out;
}

void html_sanitise(struct span in, const char *base_url, size_t max_out, struct buf *html,
                   struct buf *text)
{
    struct html_tree tree = {.base = base_url};

    tree.out = bounded(html, max_out);
    tree.plain.out = bounded(text, max_out);
    tree.plain.start = text ? text->len : 0;
    run(&tree, in, false);
}

void html_text(struct span in, struct buf *text)
{
    struct html_tree tree = {0};

    tree.plain.out = bounded(text, 0);
    tree.plain.start = text->len;
    tree.plain.one_line = true;
    run(&tree, in, true);
}
