/* The tree of a page's blocks, with what each has of text.  A tag costs at most READABLE_DEPTH
 * steps. */
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "fetcher/html_rules.h"
#include "fetcher/readable_inner.h"

struct block {
    const char *name;
    uint8_t kind;
    uint8_t bonus; /* points that a candidate begins with, and 5 */
};

/* In byte order of the names. */
static const struct block BLOCKS[] = {
    {"address", READABLE_BOX, 2},   {"article", READABLE_BOX, 15},
    {"aside", READABLE_SIDE, 5},    {"blockquote", READABLE_QUOTE, 8},
    {"body", READABLE_BOX, 5},      {"button", READABLE_FORM, 0},
    {"center", READABLE_BOX, 5},    {"dd", READABLE_ENTRY, 2},
    {"details", READABLE_BOX, 5},   {"dialog", READABLE_SIDE, 0},
    {"div", READABLE_BOX, 10},      {"dl", READABLE_LIST, 2},
    {"dt", READABLE_ENTRY, 2},      {"fieldset", READABLE_FORM, 0},
    {"figure", READABLE_FIGURE, 5}, {"footer", READABLE_SIDE, 0},
    {"form", READABLE_BOX, 2},      {"h1", READABLE_HEADING, 0},
    {"h2", READABLE_HEADING, 0},    {"h3", READABLE_HEADING, 0},
    {"h4", READABLE_HEADING, 0},    {"h5", READABLE_HEADING, 0},
    {"h6", READABLE_HEADING, 0},    {"header", READABLE_BOX, 2},
    {"li", READABLE_ENTRY, 2},      {"main", READABLE_BOX, 12},
    {"menu", READABLE_SIDE, 0},     {"nav", READABLE_SIDE, 0},
    {"ol", READABLE_LIST, 2},       {"p", READABLE_PARAGRAPH, 5},
    {"pre", READABLE_QUOTE, 8},     {"section", READABLE_BOX, 8},
    {"select", READABLE_FORM, 0},   {"table", READABLE_TABLE, 5},
    {"tbody", READABLE_TABLE, 5},   {"td", READABLE_CELL, 8},
    {"th", READABLE_CELL, 0},       {"thead", READABLE_TABLE, 5},
    {"tr", READABLE_TABLE, 5},      {"ul", READABLE_LIST, 2},
};

struct open {
    uint32_t node;
    const struct block *block;
};

struct reading {
    struct readable_page *page;
    struct html_lexer lexer;
    struct open open[READABLE_DEPTH];
    size_t depth;
    size_t beyond; /* blocks that are open and too deep, or too many, to have a node */
    size_t muted;  /* the depth of the outermost one whose text does not count; 0 = none */
    size_t link;   /* the depth at which a link was opened; 0 = none is */
};

static int compare(const void *name, const void *block)
{
    return strcmp(name, ((const struct block *)block)->name);
}

static const struct block *block_of(const char *name)
{
    return bsearch(name, BLOCKS, sizeof(BLOCKS) / sizeof(BLOCKS[0]), sizeof(BLOCKS[0]), compare);
}

static struct readable_node *top(const struct reading *r)
{
    return &r->page->nodes[r->open[r->depth - 1].node];
}

static uint32_t place(const struct reading *r, const char *p)
{
    return (uint32_t)(p - r->page->in.p);
}

/* --- nodes --- */

static struct readable_node *add(struct readable_page *page)
{
    if (page->count == page->cap) {
        page->cap = page->cap ? page->cap * 2 : 256;
        page->nodes = mem_realloc(page->nodes, page->cap, sizeof(*page->nodes));
    }
    page->nodes[page->count] = (struct readable_node){.parent = READABLE_NONE};
    return &page->nodes[page->count++];
}

static void enter(struct reading *r, const struct block *block, const struct html_token *token,
                  const char *start)
{
    struct readable_node *node = NULL;

    if (r->depth == READABLE_DEPTH || r->page->count >= READABLE_NODES) {
        r->beyond++;
        return;
    }
    if (block->kind != READABLE_FIGURE)
        top(r)->blocks = true;
    node = add(r->page);
    node->parent = (int32_t)r->open[r->depth - 1].node;
    node->start = place(r, start);
    node->kind = block->kind;
    node->bonus = block->bonus;
    if (block->kind == READABLE_SIDE)
        node->flags |= READABLE_ASIDE;
    readable_judge(node, token);
    r->open[r->depth++] = (struct open){.node = (uint32_t)(r->page->count - 1), .block = block};
}

static void leave(struct reading *r, const char *end)
{
    struct readable_node *node = top(r);

    node->end = place(r, end);
    node->last = (uint32_t)(r->page->count - 1);
    r->depth--;
    if (r->link > r->depth)
        r->link = 0;
    if (r->muted > r->depth)
        r->muted = 0;
}

/* --- which ends which --- */

static bool stops(uint8_t kind, const struct block *at)
{
    switch (kind) {
    case READABLE_ENTRY:
        return at->kind == READABLE_LIST || at->kind == READABLE_TABLE;
    case READABLE_PARAGRAPH:
        return true; /* it holds no block */
    case READABLE_CELL:
        return at->kind == READABLE_TABLE;
    default:
        return at->kind == READABLE_CELL; /* nothing reaches out of a cell but a table's parts */
    }
}

/* The depth that an end tag goes back to; 0: it ends nothing. */
static size_t find(const struct reading *r, const struct block *block)
{
    for (size_t depth = r->depth; depth > 1; depth--) {
        const struct open *open = &r->open[depth - 1];

        if (open->block == block)
            return depth;
        if (block->kind != READABLE_TABLE && stops(block->kind, open->block))
            return 0;
    }
    return 0;
}

static void end(struct reading *r, const struct block *block, const char *at)
{
    size_t depth = 0;

    if (r->beyond > 0) {
        r->beyond--;
        return;
    }
    depth = find(r, block);
    while (depth > 0 && r->depth >= depth)
        leave(r, at);
}

/* What cannot hold this one ends where it begins. */
static void make_way(struct reading *r, const struct block *block, const char *at)
{
    bool same = block->kind == READABLE_ENTRY || block->kind == READABLE_CELL;

    if (r->beyond > 0)
        return;
    if (r->depth > 1 && r->open[r->depth - 1].block->kind == READABLE_PARAGRAPH)
        leave(r, at);
    if (r->depth > 1 && block->kind == READABLE_HEADING &&
        r->open[r->depth - 1].block->kind == READABLE_HEADING)
        leave(r, at);
    if (same)
        end(r, block, at);
}

/* --- text --- */

static bool is_comma(const unsigned char *p, size_t left)
{
    static const char *const marks[] = {"\xd8\x8c",     "\xe3\x80\x81", "\xe3\x80\x82",
                                        "\xef\xbc\x8c", "\xef\xbc\x9b", "\xef\xbc\x81",
                                        "\xef\xbc\x9f", "\xe0\xa5\xa4"};

    if (*p == ',')
        return true;
    for (size_t i = 0; *p >= 0xc0 && i < sizeof(marks) / sizeof(marks[0]); i++)
        if (left >= strlen(marks[i]) && memcmp(p, marks[i], strlen(marks[i])) == 0)
            return true;
    return false;
}

static void count_text(struct reading *r, struct span text)
{
    struct readable_counts *own = &top(r)->own;
    const unsigned char *p = (const unsigned char *)text.p;
    uint32_t letters = 0;

    if (r->muted)
        return;
    for (size_t i = 0; i < text.n; i++) {
        if (p[i] <= ' ' || (p[i] & 0xc0) == 0x80)
            continue;
        letters += p[i] >= 0xe3 && p[i] != 0xef ? 2 : 1;
        own->commas += is_comma(p + i, text.n - i);
    }
    own->letters += letters;
    own->linked += r->link ? letters : 0;
}

/* --- tokens --- */

static bool has_address(const struct html_token *token)
{
    for (size_t i = 0; i < token->count; i++)
        if (token->attributes[i].name.n == 4 && memcmp(token->attributes[i].name.p, "href", 4) == 0)
            return token->attributes[i].value.n > 0 && token->attributes[i].value.p[0] != '#';
    return false;
}

static void take_inline(struct reading *r, const struct html_token *token,
                        const struct html_element *element)
{
    if (strcmp(token->name, "a") == 0)
        r->link = has_address(token) ? r->depth : 0;
    else if (strcmp(token->name, "input") == 0)
        top(r)->inputs++;
    else if (element->id == HTML_IMG || element->id == HTML_VIDEO || element->id == HTML_AUDIO)
        top(r)->images++;
    else if ((element->flags & HTML_MUTE) && !token->closed && !r->muted)
        r->muted = r->depth;
}

static void take_start(struct reading *r, const struct html_token *token, const char *start)
{
    const struct html_element *element = html_element(token->name);
    const struct block *block = block_of(token->name);

    if (element && (element->flags & HTML_RAW)) {
        if (!html_lexer_skip_raw(&r->lexer, element->name) && !token->closed &&
            element->id != HTML_FRAME)
            r->lexer.p = r->lexer.end;
    } else if (block) {
        make_way(r, block, start);
        enter(r, block, token, start);
    } else if (element) {
        take_inline(r, token, element);
    }
}

static void take_end(struct reading *r, const struct html_token *token)
{
    const struct html_element *element = html_element(token->name);
    const struct block *block = block_of(token->name);

    if (block)
        end(r, block, r->lexer.p);
    else if (strcmp(token->name, "a") == 0)
        r->link = 0;
    else if (element && (element->flags & HTML_MUTE))
        r->muted = 0;
}

void readable_page_read(struct readable_page *page, struct span in)
{
    static const struct block whole = {"", READABLE_BOX, 5};
    struct reading *r = mem_calloc(1, sizeof(*r));
    struct html_token token;
    const char *start = NULL;

    *page =
        (struct readable_page){.in = in.n > UINT32_MAX / 2 ? span_of(in.p, UINT32_MAX / 2) : in};
    r->page = page;
    add(page);
    r->open[r->depth++] = (struct open){.block = &whole};
    html_lexer_init(&r->lexer, page->in, false);
    if (!page->in.p)
        page->in.p = r->lexer.p;
    for (start = r->lexer.p; html_lexer_next(&r->lexer, &token); start = r->lexer.p) {
        if (token.type == HTML_TEXT)
            count_text(r, token.text);
        else if (token.type == HTML_START)
            take_start(r, &token, start);
        else
            take_end(r, &token);
    }
    while (r->depth > 0)
        leave(r, r->lexer.end);
    free(r);
}

void readable_page_free(struct readable_page *page)
{
    free(page->nodes);
    *page = (struct readable_page){0};
}
