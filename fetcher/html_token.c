#include "fetcher/html_token.h"
#include <ctype.h>
#include <strings.h>

/* What a byte is within a tag. */
enum { SPACE = 1, ENDS_TAG_NAME = 2, ENDS_NAME = 4, ENDS_VALUE = 8 };

static const unsigned char CLASSES[256] = {
    [' '] = SPACE | ENDS_TAG_NAME | ENDS_NAME | ENDS_VALUE,
    ['\t' ... '\n'] = SPACE | ENDS_TAG_NAME | ENDS_NAME | ENDS_VALUE,
    ['\f' ... '\r'] = SPACE | ENDS_TAG_NAME | ENDS_NAME | ENDS_VALUE,
    ['/'] = ENDS_TAG_NAME | ENDS_NAME,
    ['='] = ENDS_NAME,
    ['>'] = ENDS_TAG_NAME | ENDS_NAME | ENDS_VALUE,
};

static bool is(char c, unsigned char class)
{
    return CLASSES[(unsigned char)c] & class;
}

static bool is_space(char c)
{
    return is(c, SPACE);
}

static bool starts(const struct html_lexer *l, const char *with)
{
    size_t n = strlen(with);

    return (size_t)(l->end - l->p) >= n && strncasecmp(l->p, with, n) == 0;
}

/* Moves behind the next `what`, or to the end. */
static void pass(struct html_lexer *l, const char *what)
{
    const char *q = memmem(l->p, (size_t)(l->end - l->p), what, strlen(what));

    l->p = q ? q + strlen(what) : l->end;
}

/* A comment ends with --> or --!>, and <!--> and <!---> are whole ones.  One that never ends takes
 * no more than its first line of markup, up to a '>': what follows is more often text than not. */
static void pass_comment(struct html_lexer *l)
{
    const char *start = l->p += 4;

    if (l->endless || starts(l, ">") || starts(l, "->")) {
        pass(l, ">");
        return;
    }
    while (l->p < l->end) {
        pass(l, "--");
        if (starts(l, "!>"))
            l->p += 2;
        else if (starts(l, ">"))
            l->p += 1;
        else if (starts(l, "-"))
            l->p -= 1; /* three hyphens: the last two may begin the end */
        else
            continue;
        if (l->p[-1] == '>')
            return;
    }
    l->endless = true; /* nor does any other */
    l->p = start;
    pass(l, ">");
}

/* Whether p begins markup rather than being a '<' by itself. */
static bool is_markup(const char *p, const char *end)
{
    if (end - p < 2)
        return false;
    return isalpha((unsigned char)p[1]) || (p[1] == '/' && end - p > 2) || p[1] == '!' ||
           p[1] == '?';
}

static void take_name(struct html_lexer *l, struct html_token *t)
{
    size_t n = 0;

    while (l->p < l->end && !is(*l->p, ENDS_TAG_NAME)) {
        if (n < sizeof t->name)
            t->name[n] = (char)(*l->p >= 'A' && *l->p <= 'Z' ? *l->p | 0x20 : *l->p);
        n++;
        l->p++;
    }
    t->name[n < sizeof t->name ? n : 0] = '\0';
}

static struct span take_value(struct html_lexer *l)
{
    const char *start = l->p;

    if (l->p < l->end && (*l->p == '"' || *l->p == '\'')) {
        const char *q = memchr(l->p + 1, *l->p, (size_t)(l->end - l->p) - 1);
        l->p = q ? q + 1 : l->end;
        return span_of(start + 1, (size_t)((q ? q : l->end) - start) - 1);
    }
    while (l->p < l->end && !is(*l->p, ENDS_VALUE))
        l->p++;
    return span_of(start, (size_t)(l->p - start));
}

static void pass_space(struct html_lexer *l)
{
    while (l->p < l->end && is_space(*l->p))
        l->p++;
}

static void take_attribute(struct html_lexer *l, struct html_token *t)
{
    struct html_attribute a = {.name = span_of(l->p, 0), .value = span_of("", 0)};

    l->p++; /* even a '=' begins a name here */
    while (l->p < l->end && !is(*l->p, ENDS_NAME))
        l->p++;
    a.name.n = (size_t)(l->p - a.name.p);
    pass_space(l);
    if (l->p < l->end && *l->p == '=') {
        l->p++;
        pass_space(l);
        a.value = take_value(l);
    }
    if (t->count < HTML_ATTRIBUTES_MAX)
        t->attributes[t->count++] = a;
}

/* A tag from its name on; false where the text ends within it. */
static bool take_tag(struct html_lexer *l, struct html_token *t)
{
    t->count = 0;
    t->closed = false;
    take_name(l, t);
    while (l->p < l->end) {
        pass_space(l);
        if (l->p == l->end)
            break;
        if (*l->p == '>') {
            l->p++;
            return true;
        }
        t->closed = *l->p == '/';
        if (t->closed)
            l->p++;
        else
            take_attribute(l, t);
    }
    return false;
}

/* Marked sections are no HTML, but content is often wrapped twice: their content counts. */
static bool take_declaration(struct html_lexer *l)
{
    if (starts(l, "<!--")) {
        pass_comment(l);
    } else if (starts(l, "<![CDATA[")) {
        l->p += 9;
        l->cdata++;
    } else {
        pass(l, ">");
    }
    return false;
}

/* Markup at p.  False where it gives no token. */
static bool take_markup(struct html_lexer *l, struct html_token *t)
{
    const char *start = l->p;

    if (l->p[1] == '!' || l->p[1] == '?')
        return take_declaration(l);
    bool end_tag = l->p[1] == '/';
    l->p += 1 + end_tag;
    if (end_tag && !(l->p < l->end && isalpha((unsigned char)*l->p))) {
        pass(l, ">");
        return false;
    }
    t->type = end_tag ? HTML_END : HTML_START;
    if (take_tag(l, t))
        return true;
    if (!l->keep_broken)
        return false;
    t->type = HTML_TEXT;
    t->text = span_of(start, (size_t)(l->end - start));
    l->p = l->end;
    return true;
}

/* Where the next markup or the end of a marked section begins, from p on. */
static const char *text_end(const struct html_lexer *l, const char *p)
{
    const char *q = p;

    while (q < l->end) {
        const char *next = memchr(q, '<', (size_t)(l->end - q));
        if (l->cdata) {
            const char *close = memmem(q, (size_t)((next ? next : l->end) - q), "]]>", 3);
            if (close)
                return close;
        }
        if (!next || is_markup(next, l->end))
            return next ? next : l->end;
        q = next + 1;
    }
    return l->end;
}

void html_lexer_init(struct html_lexer *lexer, struct span in, bool keep_broken)
{
    *lexer = (struct html_lexer){.p = in.p ? in.p : "", .keep_broken = keep_broken};
    lexer->end = lexer->p + in.n;
}

bool html_lexer_next(struct html_lexer *lexer, struct html_token *token)
{
    while (lexer->p < lexer->end) {
        const char *start = lexer->p;
        if (*start == '<' && is_markup(start, lexer->end)) {
            if (take_markup(lexer, token))
                return true;
            continue;
        }
        if (lexer->cdata && starts(lexer, "]]>")) {
            lexer->cdata--;
            lexer->p += 3;
            continue;
        }
        lexer->p = text_end(lexer, start);
        token->type = HTML_TEXT;
        token->text = span_of(start, (size_t)(lexer->p - start));
        return true;
    }
    return false;
}

/* Behind the end tag of this name; NULL where there is none. */
static const char *raw_end(const struct html_lexer *lexer, const char *name)
{
    struct html_lexer l = *lexer;
    size_t n = strlen(name);

    while (l.p < l.end) {
        pass(&l, "</");
        if ((size_t)(l.end - l.p) < n || strncasecmp(l.p, name, n) != 0)
            continue;
        const char *q = l.p + n;
        if (q == l.end || is_space(*q) || *q == '/' || *q == '>') {
            pass(&l, ">");
            return l.p;
        }
    }
    return NULL;
}

bool html_lexer_skip_raw(struct html_lexer *lexer, const char *name)
{
    for (size_t i = 0; i < lexer->unended_count; i++)
        if (lexer->unended[i] == name)
            return false;
    const char *end = raw_end(lexer, name);
    if (end)
        lexer->p = end;
    else if (lexer->unended_count < HTML_UNENDED_MAX)
        lexer->unended[lexer->unended_count++] = name;
    return end != NULL;
}
