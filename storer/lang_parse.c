/* Query text to a tree: recursive descent, OR below AND below NOT. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "storer/lang_inner.h"

struct parser {
    struct span text;
    size_t at;
    int depth, nodes;
    enum lang_name within; /* title: of title:(...) */
    size_t idle;           /* where a word without letters stands, + 1; 0 none */
    size_t idle_length;
    struct lang_error *error;
};

static struct lang *parse_or(struct parser *p);

/* --- errors ----------------------------------------------------------------------------------- */

__attribute__((format(printf, 4, 5))) static struct lang *
fail(struct parser *p, size_t at, size_t length, const char *format, ...)
{
    va_list args;

    p->error->at = at;
    p->error->length = length;
    va_start(args, format);
    vsnprintf(p->error->words, sizeof(p->error->words), format, args);
    va_end(args);
    return NULL;
}

static bool failed(const struct parser *p)
{
    return p->error->words[0] != '\0';
}

/* --- characters ------------------------------------------------------------------------------- */

size_t lang_space(struct span text)
{
    const unsigned char *p = (const unsigned char *)text.p;

    if (text.n >= 1 && (p[0] <= 0x20 || p[0] == 0x7f))
        return 1;
    if (text.n >= 2 && p[0] == 0xc2 && p[1] == 0xa0) /* no-break space */
        return 2;
    if (text.n >= 3 && p[0] == 0xe2 && p[1] == 0x80 && ((p[2] >= 0x80 && p[2] <= 0x8b)))
        return 3;
    if (text.n >= 3 && p[0] == 0xe3 && p[1] == 0x80 && p[2] == 0x80) /* ideographic space */
        return 3;
    return 0;
}

static struct span rest(const struct parser *p)
{
    return span_after(p->text, p->at);
}

static void skip_space(struct parser *p)
{
    for (size_t n = lang_space(rest(p)); n > 0; n = lang_space(rest(p)))
        p->at += n;
}

static bool at_end(const struct parser *p)
{
    return p->at >= p->text.n;
}

static bool is_at(const struct parser *p, char c)
{
    return !at_end(p) && p->text.p[p->at] == c;
}

/* The bytes of a word that begins here. */
static size_t word_bytes(const struct parser *p)
{
    size_t at = p->at;

    while (at < p->text.n && !strchr("()\"", p->text.p[at]) &&
           lang_space(span_after(p->text, at)) == 0)
        at++;
    return at - p->at;
}

/* Whether an operator stands here, alone. */
static bool is_operator(const struct parser *p, const char *name)
{
    return !at_end(p) && span_eq(span_of(p->text.p + p->at, word_bytes(p)), span_str(name));
}

/* --- values ----------------------------------------------------------------------------------- */

static struct lang *value(struct parser *p, enum lang_name name, struct span text, bool prefix,
                          size_t at)
{
    const char *why = NULL;
    struct lang *lang = NULL;

    if (++p->nodes > LANG_NODES)
        return fail(p, at, p->at - at, "a query has at most %d parts: leave some out", LANG_NODES);
    lang = lang_value(name, text, prefix, &why);
    if (why)
        return fail(p, at, p->at - at, "%s", why);
    if (!lang) {
        p->idle = at + 1;
        p->idle_length = p->at - at;
    }
    return lang;
}

static struct lang *quoted(struct parser *p, enum lang_name name, size_t from)
{
    size_t open = p->at++;
    const char *close = memchr(p->text.p + p->at, '"', p->text.n - p->at);
    struct span text = {0};
    bool prefix = false;

    if (!close)
        return fail(p, open, 1,
                    "this quotation mark is not closed: put another one behind the phrase");
    text = span_of(p->text.p + p->at, (size_t)(close - p->text.p) - p->at);
    p->at += text.n + 1;
    prefix = is_at(p, '*');
    p->at += prefix;
    return value(p, name, text, prefix, from);
}

static struct lang *word(struct parser *p, enum lang_name name, size_t from)
{
    struct span text = span_of(p->text.p + p->at, word_bytes(p));
    bool prefix = false;
    const char *star = NULL;

    if (text.n == 0)
        return fail(p, from, p->at - from,
                    "%s: wants something right behind the colon; to look for the word itself, put"
                    " it in quotation marks",
                    lang_name_text(name));
    while (text.n > 1 && text.p[text.n - 1] == '*') {
        text.n--;
        prefix = true;
    }
    star = memchr(text.p, '*', text.n);
    if (star)
        return fail(p, (size_t)(star - p->text.p), 1,
                    "a * can only stand at the end of a word, for whatever follows: river*");
    p->at += word_bytes(p);
    return value(p, name, text, prefix, from);
}

static struct lang *group(struct parser *p, enum lang_name name)
{
    size_t open = p->at++;
    enum lang_name before = p->within;
    struct lang *lang = NULL;

    if (name)
        p->within = name;
    lang = parse_or(p);
    p->within = before;
    if (!lang && !failed(p)) {
        if (p->idle)
            return fail(p, p->idle - 1, p->idle_length,
                        "there is no letter or digit in this to look for");
        return fail(p, open, p->at - open + is_at(p, ')'),
                    "there is nothing between these parentheses");
    }
    if (lang && !is_at(p, ')')) {
        lang_destroy(&lang);
        return fail(p, open, 1, "this parenthesis is not closed: put a ) behind what it holds");
    }
    p->at++;
    return lang;
}

/* --- fields ----------------------------------------------------------------------------------- */

/* The bytes of a name and its colon that stand here; 0 where there is none.  What is followed by a
 * slash, or by nothing, is no name unless it is known: "http://". */
static size_t name_bytes(const struct parser *p, enum lang_name *name)
{
    struct span text = rest(p);
    size_t n = 0;

    while (n < text.n &&
           ((text.p[n] >= 'a' && text.p[n] <= 'z') || (text.p[n] >= 'A' && text.p[n] <= 'Z')))
        n++;
    if (n == 0 || n == text.n || text.p[n] != ':')
        return 0;
    *name = lang_name_of(span_of(text.p, n));
    if (!*name && (n + 1 == text.n || text.p[n + 1] == '/' || lang_space(span_after(text, n + 1))))
        return 0;
    return n + 1;
}

static struct lang *primary(struct parser *p)
{
    enum lang_name name = LANG_NO_NAME;
    size_t from = p->at, n = name_bytes(p, &name);

    if (n > 0 && name == LANG_NO_NAME)
        return fail(p, from, n,
                    "there is no field of this name, only title:, author:, category:, source:,"
                    " lang:, before:, after:, is:, story: and id:; to look for the text, put it in"
                    " quotation marks");
    if (n > 0 && p->within)
        return fail(p, from, n, "this cannot stand within %s:( )", lang_name_text(p->within));
    p->at += n;
    if (n == 0)
        name = p->within;
    if (is_at(p, '('))
        return group(p, name);
    return is_at(p, '"') ? quoted(p, name, from) : word(p, name, from);
}

/* --- operators -------------------------------------------------------------------------------- */

/* A minus that something follows. */
static bool is_minus(const struct parser *p)
{
    return is_at(p, '-') && p->at + 1 < p->text.n &&
           lang_space(span_after(p->text, p->at + 1)) == 0 && p->text.p[p->at + 1] != ')';
}

static struct lang *unary(struct parser *p)
{
    size_t from = p->at;
    bool minus = is_minus(p), not = !minus && is_operator(p, "NOT");
    struct lang *lang = NULL;

    if (++p->depth > LANG_DEPTH)
        return fail(p, from, 1, "this is nested too deeply: %d levels are the most", LANG_DEPTH);
    if (not ) {
        p->at += 3;
        skip_space(p);
        if (at_end(p) || is_at(p, ')') || is_operator(p, "OR") || is_operator(p, "AND"))
            return fail(p, from, 3, "NOT wants something behind it that is to be left out");
    } else if (minus) {
        p->at++;
    }
    lang = minus || not ? unary(p) : primary(p);
    p->depth--;
    return lang && (minus || not ) ? lang_negate(lang) : lang;
}

/* NULL, too, where there is nothing to look for. */
static struct lang *parse_and(struct parser *p)
{
    struct lang *lang = NULL;

    for (;;) {
        skip_space(p);
        if (at_end(p) || is_at(p, ')') || is_operator(p, "OR"))
            return lang;
        if (is_operator(p, "AND"))
            p->at += 3;
        else
            lang = lang_join(LANG_AND, lang, unary(p));
        if (failed(p)) {
            lang_destroy(&lang);
            return NULL;
        }
    }
}

static struct lang *no_side(struct parser *p, struct lang *lang, size_t or)
{
    lang_destroy(&lang);
    if (failed(p))
        return NULL;
    if (p->idle)
        return fail(p, p->idle - 1, p->idle_length,
                    "there is no letter or digit in this to look for");
    return fail(p, or, 2, "OR wants something on both sides; the word itself is written \"or\"");
}

static struct lang *parse_or(struct parser *p)
{
    struct lang *lang = NULL, *side = NULL;
    size_t idle = p->idle;

    p->idle = 0;
    lang = parse_and(p);
    while (!failed(p) && is_operator(p, "OR")) {
        size_t at = p->at;

        if (!lang)
            return no_side(p, lang, at);
        p->at += 2;
        p->idle = 0;
        side = parse_and(p);
        if (!side)
            return no_side(p, lang, at);
        lang = lang_join(LANG_OR, lang, side);
    }
    if (lang)
        p->idle = idle;
    return lang;
}

struct lang *lang_parse(struct span text, struct lang_error *error)
{
    struct parser p = {.text = text, .error = error};
    struct lang *lang = NULL;

    *error = (struct lang_error){0};
    if (text.n > LANG_BYTES)
        return fail(&p, LANG_BYTES, text.n - LANG_BYTES, "a query has at most %d bytes",
                    LANG_BYTES);
    lang = parse_or(&p);
    if (!failed(&p) && is_at(&p, ')'))
        fail(&p, p.at, 1, "this parenthesis was never opened");
    else if (!failed(&p) && !lang && p.idle)
        fail(&p, p.idle - 1, p.idle_length, "there is no letter or digit in this to look for");
    if (failed(&p)) {
        lang_destroy(&lang);
        return NULL;
    }
    return lang ? lang : lang_leaf(LANG_ALL);
}
