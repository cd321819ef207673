#include "fetcher/html_attr.h"
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <strings.h>
#include "fetcher/html_entity.h"
#include "fetcher/html_image.h"
#include "fetcher/html_out.h"
#include "fetcher/url.h"
#include "common/utf8.h"

enum { VALUE_MAX = 65536 };

/* A value with its references read. */
static void read_value(struct buf *out, struct span raw)
{
    const char *p = raw.p, *end = raw.p + raw.n;

    buf_adds(out, "");
    while (p < end) {
        uint32_t code[2];
        const char *q = memchr(p, '&', (size_t)(end - p));
        size_t n = q ? html_entity(q, end, true, code) : 0;
        if (!q)
            q = end;
        buf_add(out, p, (size_t)(q - p));
        p = q;
        if (n) {
            utf8_add(out, code[0]);
            if (code[1])
                utf8_add(out, code[1]);
            p += n;
        } else if (p < end) {
            buf_addc(out, *p++);
        }
    }
}

/* The value, read into *own only where it has references. */
static struct span value_of(struct buf *own, struct span raw)
{
    if (raw.n == 0 || !memchr(raw.p, '&', raw.n))
        return raw;
    buf_clear(own);
    read_value(own, raw);
    return buf_span(own);
}

/* Whether a byte stands for itself within quotes. */
static const unsigned char PLAIN[256] = {
    [' ' ... '!'] = 1, ['#' ... '%'] = 1, ['\'' ... ';'] = 1,
    ['='] = 1,         ['?' ... '_'] = 1, ['a' ... '~'] = 1,
};

/* Appends characters as they are, escaped and without controls; '&' stands for itself here. */
static void write_escaped(struct buf *out, struct span value)
{
    const char *p = value.p, *end = value.p + value.n;

    while (p < end) {
        uint32_t c;
        const char *q = p;
        while (q < end && PLAIN[(unsigned char)*q])
            q++;
        if (q > p) {
            buf_add(out, p, (size_t)(q - p));
            p = q;
            continue;
        }
        size_t n = utf8_next(p, end, &c);
        if (c == '&')
            buf_adds(out, "&amp;");
        else if (c == '<')
            buf_adds(out, "&lt;");
        else if (c == '>')
            buf_adds(out, "&gt;");
        else if (c == '"')
            buf_adds(out, "&quot;");
        else if (c == '`')
            buf_adds(out, "&#96;");
        else if (c == '\r' || c == '\f')
            buf_addc(out, '\n');
        else if (utf8_is_text(c == UTF8_BAD ? 0xfffd : html_entity_mend(c)))
            utf8_add(out, c == UTF8_BAD ? 0xfffd : html_entity_mend(c));
        p += n;
    }
}

static void write_attribute(struct buf *out, const char *name, struct span value)
{
    buf_addc(out, ' ');
    buf_adds(out, name);
    buf_adds(out, "=\"");
    write_escaped(out, value);
    buf_addc(out, '"');
}

static bool is_number(struct span v)
{
    size_t i = 0;

    while (i < v.n && isdigit((unsigned char)v.p[i]))
        i++;
    return i > 0 && i < 6 && (i == v.n || (i + 1 == v.n && v.p[i] == '%'));
}

static bool is_word(struct span v)
{
    for (size_t i = 0; i < v.n; i++)
        if (!isalnum((unsigned char)v.p[i]) && !memchr("-_./:+,() ;=", v.p[i], 12))
            return false;
    return v.n > 0 && v.n < 1024;
}

static struct span trim(struct span v)
{
    while (v.n && isspace((unsigned char)*v.p))
        v = span_of(v.p + 1, v.n - 1);
    while (v.n && isspace((unsigned char)v.p[v.n - 1]))
        v.n--;
    return v;
}

static void write_address(struct buf *out, const char *name, char *url)
{
    if (url && *url)
        write_attribute(out, name, span_str(url));
    free(url);
}

/* One attribute, if its value is what its kind allows. */
static void write_kind(struct buf *out, const struct html_attribute_rule *rule, struct span value,
                       const char *base)
{
    struct buf set = {0};

    switch (rule->kind) {
    case HTML_ATTR_URL:
        if (trim(value).n)
            write_address(out, rule->name, url_resolve(base, value));
        break;
    case HTML_ATTR_MEDIA:
        write_address(out, rule->name, html_image_url(base, value));
        break;
    case HTML_ATTR_SRCSET:
        html_image_srcset(&set, base, value);
        if (set.len)
            write_attribute(out, rule->name, buf_span(&set));
        break;
    case HTML_ATTR_NUMBER:
        if (is_number(trim(value)))
            write_attribute(out, rule->name, trim(value));
        break;
    case HTML_ATTR_WORD:
        if (is_word(trim(value)))
            write_attribute(out, rule->name, trim(value));
        break;
    case HTML_ATTR_TEXT:
        write_attribute(out, rule->name, value);
        break;
    case HTML_ATTR_FLAG:
        write_attribute(out, rule->name, span_str(""));
        break;
    }
    buf_free(&set);
}

static bool same_name(struct span a, struct span b)
{
    return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

/* The first of two attributes of one name counts. */
static bool is_repeated(const struct html_token *t, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (same_name(t->attributes[i].name, t->attributes[at].name))
            return true;
    return false;
}

/* The attribute that holds the real address of a lazy image, or its candidates; NULL for none. */
static const struct html_attribute *find_lazy(const struct html_token *t, bool srcset)
{
    const struct html_attribute *best = NULL;
    unsigned best_rank = UINT32_MAX;

    for (size_t i = 0; i < t->count; i++) {
        unsigned rank = html_lazy_rank(t->attributes[i].name, srcset);
        if (rank && rank < best_rank && trim(t->attributes[i].value).n) {
            best = &t->attributes[i];
            best_rank = rank;
        }
    }
    return best;
}

/* Writes src or srcset from a lazy attribute; false where it holds no address. */
static bool write_lazy(struct buf *out, const struct html_element *e, const struct html_token *t,
                       const char *base, bool srcset)
{
    const struct html_attribute *lazy = find_lazy(t, srcset);
    const struct html_attribute_rule *rule =
        lazy ? html_attribute_rule(e, span_str(srcset ? "srcset" : "src")) : NULL;
    size_t before = out->len;
    struct buf value = {0};

    if (!rule)
        return false;
    read_value(&value, lazy->value);
    /* Some of these attributes hold JSON or a name in place of an address. */
    if (srcset || (!memchr(value.data, '{', value.len) && value.len > 3))
        write_kind(out, rule, buf_span(&value), base);
    buf_free(&value);
    return out->len > before;
}

static void write_attributes(struct buf *out, const struct html_element *e,
                             const struct html_token *t, const char *base)
{
    bool media = e->id == HTML_IMG || e->id == HTML_SOURCE;
    bool has_src = media && write_lazy(out, e, t, base, false);
    bool has_set = media && write_lazy(out, e, t, base, true);
    struct buf value = {0};

    for (size_t i = 0; i < t->count; i++) {
        const struct html_attribute *a = &t->attributes[i];
        const struct html_attribute_rule *rule = html_attribute_rule(e, a->name);
        if (!rule || a->value.n > VALUE_MAX || is_repeated(t, i))
            continue;
        if ((has_src && rule->kind == HTML_ATTR_MEDIA) ||
            (has_set && rule->kind == HTML_ATTR_SRCSET))
            continue;
        write_kind(out, rule, value_of(&value, a->value), base);
    }
    buf_free(&value);
}

/* Quotes within values are escaped, so that this can only be the attribute. */
static bool has_source(struct span tag)
{
    return memmem(tag.p, tag.n, " src=\"", 6) || memmem(tag.p, tag.n, " srcset=\"", 9);
}

bool html_attr_write(struct buf *out, const struct html_element *element,
                     const struct html_token *token, const char *base)
{
    size_t start = out->len;

    if (element->id == HTML_IMG && html_image_invisible(token))
        return false;
    buf_addc(out, '<');
    buf_adds(out, element->id == HTML_IMG ? "img" : element->name);
    write_attributes(out, element, token, base);
    if (element->id == HTML_IMG && !has_source(span_of(out->data + start, out->len - start))) {
        out->len = start;
        return false;
    }
    buf_addc(out, '>');
    return true;
}

bool html_attr_hidden(const struct html_token *token)
{
    for (size_t i = 0; i < token->count; i++)
        if (same_name(token->attributes[i].name, span_str("hidden")))
            return true;
    return false;
}
