/* Trees as text: the normal form, and FTS5's. */
#include <string.h>

#include "storer/lang_inner.h"

/* --- normal form ------------------------------------------------------------------------------ */

/* Whether a text needs no quotation marks. */
static bool is_plain(const char *text)
{
    static const char *const operators[] = {"OR", "AND", "NOT"};
    struct span span = span_str(text);

    if (span.n == 0 || *text == '-')
        return false;
    for (size_t i = 0; i < span.n; i++)
        if (strchr("()\":*", text[i]) || lang_space(span_after(span, i)) > 0)
            return false;
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
        if (strcmp(text, operators[i]) == 0)
            return false;
    return true;
}

static void write_text(const char *name, const struct lang *lang, struct buf *out)
{
    if (*name)
        buf_printf(out, "%s:", name);
    if (is_plain(lang->text))
        buf_adds(out, lang->text);
    else
        buf_printf(out, "\"%s\"", lang->text);
    if (lang->prefix)
        buf_addc(out, '*');
}

static void write_parts(const struct lang *lang, const char *between, struct buf *out)
{
    for (size_t i = 0; i < lang->count; i++) {
        bool bracket = lang->kind == LANG_AND && lang->parts[i]->kind == LANG_OR;

        buf_adds(out, i > 0 ? between : "");
        buf_adds(out, bracket ? "(" : "");
        lang_write(lang->parts[i], out);
        buf_adds(out, bracket ? ")" : "");
    }
}

static void write_not(const struct lang *lang, struct buf *out)
{
    bool bracket = lang->parts[0]->count > 1;

    buf_adds(out, bracket ? "-(" : "-");
    lang_write(lang->parts[0], out);
    buf_adds(out, bracket ? ")" : "");
}

static void write_leaf(const struct lang *lang, struct buf *out)
{
    static const char *const fields[] = {
        [LANG_ANYWHERE] = "", [LANG_TITLE] = "title", [LANG_AUTHOR] = "author"};

    if (lang->kind == LANG_TEXT) {
        write_text(fields[lang->field], lang, out);
    } else if (lang->kind == LANG_CATEGORY) {
        write_text("category", lang, out);
    } else if (lang->kind == LANG_SOURCE) {
        write_text("source", lang, out);
    } else if (lang->kind == LANG_LANGUAGE) {
        write_text("lang", lang, out);
    } else if (lang->kind == LANG_IS) {
        buf_printf(out, "is:%s", lang_is_name(lang->is));
    } else if (lang->kind == LANG_TIME) {
        buf_adds(out, lang->before ? "before:" : "after:");
        lang_write_time(lang, out);
    } else if (lang->kind != LANG_ALL) {
        buf_printf(out, "%s:%llu", lang->kind == LANG_STORY ? "story" : "id",
                   (unsigned long long)lang->number);
    }
}

void lang_write(const struct lang *lang, struct buf *out)
{
    if (lang->kind == LANG_AND)
        write_parts(lang, " ", out);
    else if (lang->kind == LANG_OR)
        write_parts(lang, " OR ", out);
    else if (lang->kind == LANG_NOT)
        write_not(lang, out);
    else
        write_leaf(lang, out);
}

/* --- FTS5 ------------------------------------------------------------------------------------- */

static bool is_negated_text(const struct lang *lang)
{
    return lang->kind == LANG_NOT && lang_is_text(lang->parts[0]);
}

bool lang_is_text(const struct lang *lang)
{
    size_t text = 0, negated = 0;

    if (lang->kind == LANG_TEXT)
        return true;
    for (size_t i = 0; i < lang->count; i++) {
        text += lang_is_text(lang->parts[i]);
        negated += is_negated_text(lang->parts[i]);
    }
    return (lang->kind == LANG_AND && text > 0 && text + negated == lang->count) ||
           (lang->kind == LANG_OR && text == lang->count);
}

/* Text is quoted and has no quotation mark: lang_set_text (). */
static void fts_string(const char *columns, const struct lang *lang, struct buf *out)
{
    buf_printf(out, "{%s} : \"%s\"%s", columns, lang->text, lang->prefix ? " *" : "");
}

static void fts_node(const struct lang *lang, bool within_and, struct buf *out);

/* The parts that are text (negated: under a NOT), with a word between them; how many.  Few
 * parentheses: FTS5's parser has a stack of 100. */
static size_t fts_parts(const struct lang *lang, bool negated, const char *between, struct buf *out)
{
    size_t count = 0;

    for (size_t i = 0; i < lang->count; i++) {
        const struct lang *part = lang->parts[i];

        if (negated ? !is_negated_text(part) : !lang_is_text(part))
            continue;
        buf_adds(out, count++ > 0 ? between : "");
        fts_node(negated ? part->parts[0] : part, !negated && lang->kind == LANG_AND, out);
    }
    return count;
}

/* a AND b, or (a AND b) NOT (c OR d); false where there is no a. */
static bool fts_and(const struct lang *lang, struct buf *out)
{
    struct buf text = {0}, negated = {0};
    size_t count = fts_parts(lang, false, " AND ", &text);

    if (count > 0 && fts_parts(lang, true, " OR ", &negated) > 0)
        buf_printf(out, "(%s) NOT (%s)", text.data, negated.data);
    else if (count > 0)
        buf_adds(out, text.data);
    buf_free(&text);
    buf_free(&negated);
    return count > 0;
}

static void fts_node(const struct lang *lang, bool within_and, struct buf *out)
{
    static const char *const columns[] = {[LANG_ANYWHERE] = "title text author source_title",
                                          [LANG_TITLE] = "title",
                                          [LANG_AUTHOR] = "author"};

    if (lang->kind == LANG_TEXT) {
        fts_string(columns[lang->field], lang, out);
    } else if (lang->kind == LANG_AND) {
        fts_and(lang, out);
    } else {
        buf_adds(out, within_and ? "(" : "");
        fts_parts(lang, false, " OR ", out);
        buf_adds(out, within_and ? ")" : "");
    }
}

void lang_fts(const struct lang *lang, struct buf *out)
{
    fts_node(lang, false, out);
}

bool lang_fts_part(const struct lang *lang, struct buf *out)
{
    if (lang_is_text(lang)) {
        lang_fts(lang, out);
        return true;
    }
    return lang->kind == LANG_AND && fts_and(lang, out);
}

void lang_fts_category(const struct lang *lang, struct buf *out)
{
    fts_string("categories", lang, out);
}
