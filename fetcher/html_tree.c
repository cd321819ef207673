#include "fetcher/html_tree.h"

bool html_tree_muted(const struct html_tree *tree)
{
    return tree->depth && tree->open[tree->depth - 1].mute;
}

static const struct html_element *current(const struct html_tree *tree)
{
    return tree->depth ? tree->open[tree->depth - 1].element : NULL;
}

static void pop(struct html_tree *tree)
{
    const struct html_open *top = &tree->open[--tree->depth];
    size_t n = strlen(top->element->name) + 3;

    if (top->element->flags & HTML_BLOCK)
        html_plain_break(&tree->plain, '\n');
    if (!top->written)
        return;
    tree->out.reserved -= n;
    if (tree->out.buf) { /* room was reserved when the start tag was written */
        buf_adds(tree->out.buf, "</");
        buf_adds(tree->out.buf, top->element->name);
        buf_addc(tree->out.buf, '>');
    }
    tree->line_start = false;
}

static void pop_to(struct html_tree *tree, size_t depth)
{
    while (tree->depth > depth)
        pop(tree);
}

void html_tree_push(struct html_tree *tree, const struct html_element *element, bool mute,
                    bool written)
{
    mute = mute || html_tree_muted(tree);
    if (tree->depth >= (mute ? HTML_DEPTH_MUTE : HTML_DEPTH))
        return;
    tree->open[tree->depth++] = (struct html_open){element, mute, written};
    if (written)
        tree->out.reserved += strlen(element->name) + 3;
}

/* Depth (from 1) of the innermost open element with this id, 0 where an element with one of the
 * `stop` flags lies in front of it. */
static size_t find(const struct html_tree *tree, enum html_id id, uint32_t stop)
{
    for (size_t i = tree->depth; i > 0; i--) {
        const struct html_element *e = tree->open[i - 1].element;
        if (e->id == id)
            return i;
        if (e->flags & stop)
            return 0;
    }
    return 0;
}

static void end_if_open(struct html_tree *tree, enum html_id id, uint32_t stop)
{
    size_t at = find(tree, id, stop);

    if (at)
        pop_to(tree, at - 1);
}

static bool in_table_itself(const struct html_element *e)
{
    return e && (e->id == HTML_TABLE || e->id == HTML_SECTION || e->id == HTML_ROW ||
                 e->id == HTML_COLGROUP);
}

static void open_implied(struct html_tree *tree, const char *name)
{
    const struct html_element *e = html_element(name);
    bool written = tree->depth < HTML_DEPTH && !html_tree_muted(tree) &&
                   html_out_fits(&tree->out, 2 * strlen(name) + 5);

    if (written)
        buf_printf(tree->out.buf, "<%s>", name);
    html_tree_push(tree, e, false, written);
}

/* Pops until the current element may hold a table part of this kind. */
static bool prepare_table_part(struct html_tree *tree, enum html_id id)
{
    size_t table = find(tree, HTML_TABLE, 0);

    if (!table)
        return false;
    while (tree->depth > table) {
        enum html_id top = current(tree)->id;
        if (id == HTML_CELL && (top == HTML_ROW || top == HTML_SECTION))
            break;
        if (id == HTML_ROW && top == HTML_SECTION)
            break;
        if (id == HTML_COL && top == HTML_COLGROUP)
            break;
        pop(tree);
    }
    if (id == HTML_CELL && current(tree)->id != HTML_ROW)
        open_implied(tree, "tr");
    return true;
}

void html_tree_prepare_text(struct html_tree *tree)
{
    const struct html_element *e = current(tree);

    if (!in_table_itself(e) || html_tree_muted(tree))
        return;
    if (e->id == HTML_COLGROUP)
        pop(tree);
    if (current(tree)->id != HTML_ROW)
        open_implied(tree, "tr");
    open_implied(tree, "td");
}

/* li, dd and dt end their like, unless a list of its own lies between. */
static void end_list_item(struct html_tree *tree, enum html_id id)
{
    for (size_t i = tree->depth; i > 0; i--) {
        const struct html_element *e = tree->open[i - 1].element;
        bool same = id == HTML_LI ? e->id == HTML_LI : e->id == HTML_DD || e->id == HTML_DT;
        if (same) {
            pop_to(tree, i - 1);
            return;
        }
        if (e->flags & HTML_SPECIAL && e->id != HTML_P)
            return;
    }
}

/* "Generate implied end tags", 13.2.6.3. */
static void end_implied(struct html_tree *tree)
{
    for (const struct html_element *e = current(tree); e; e = current(tree)) {
        if (e->id != HTML_P && e->id != HTML_LI && e->id != HTML_DD && e->id != HTML_DT &&
            e->id != HTML_RUBY_PART)
            return;
        pop(tree);
    }
}

bool html_tree_prepare(struct html_tree *tree, const struct html_element *element)
{
    if (element->flags & HTML_TABLE_PART)
        return prepare_table_part(tree, element->id);
    html_tree_prepare_text(tree);
    if (element->id == HTML_LI || element->id == HTML_DD || element->id == HTML_DT)
        end_list_item(tree, element->id);
    if (element->flags & HTML_ENDS_P)
        end_if_open(tree, HTML_P, HTML_SCOPE);
    if (element->id == HTML_HEADING && current(tree) && current(tree)->id == HTML_HEADING)
        pop(tree);
    if (element->id == HTML_A)
        end_if_open(tree, HTML_A, HTML_SCOPE);
    if (element->id == HTML_RUBY_PART && find(tree, HTML_RUBY, HTML_SCOPE))
        end_implied(tree);
    return true;
}

void html_tree_end(struct html_tree *tree, const struct html_element *element)
{
    bool part = element->flags & (HTML_TABLE_PART | HTML_SCOPE);
    bool heading = element->id == HTML_HEADING;

    for (size_t i = tree->depth; i > 0; i--) {
        const struct html_element *e = tree->open[i - 1].element;
        if (e == element || (heading && e->id == HTML_HEADING)) {
            pop_to(tree, i - 1);
            return;
        }
        if (part ? e->id == HTML_TABLE : (e->flags & HTML_SCOPE) != 0)
            return;
    }
}

void html_tree_finish(struct html_tree *tree)
{
    pop_to(tree, 0);
}
