#include "fetcher/feed_xml_push.h"

#include <string.h>

#include "common/utf8.h"
#include "fetcher/charset.h"
#include "fetcher/feed_build.h"
#include "fetcher/feed_plain.h"

/* libxml2 looks at each byte of a text several times.  Long texts therefore go around it: once it
 * says that it stands in the content of an element, or behind "<![CDATA[", and has read all it was
 * given, the grammar leaves no choice about what comes up to the next "<", or "]]>".  What is not
 * of the plainest kind (other references than the five and numbers, a lone carriage return, "]]>"
 * in a text, characters that XML forbids) it gets to read itself. */
enum {
    CHUNK = 32 * 1024, /* bytes handed to the parser at once: its buffer stays in the cache */
    LONG_BYTES = 80,   /* of a text: two more calls of the parser cost less than its reading it */
    MISSES_MAX = 1000, /* places that looked like a text and were none; then no more are tried */
    REFERENCE_MAX = 10 /* bytes of a reference behind "&" */
};

static const char cdata_start[] = "<![CDATA[";

enum { CDATA_START = sizeof(cdata_start) - 1 };

struct pusher {
    xmlParserCtxtPtr parser;
    struct feed_builder *b;
    const char *start; /* what the parser has not been given begins here */
    const char *end;
    const char
        *cdata_end; /* the first "]]>" behind the last place it was looked for; NULL = none yet */
    bool no_cdata_end; /* there is none any more */
    unsigned misses;
    struct buf decoded;
};

static bool going(const struct pusher *p)
{
    return p->parser->errNo != XML_ERR_NO_MEMORY && p->parser->wellFormed && !p->parser->disableSAX;
}

static void push(struct pusher *p, const char *to)
{
    while (p->start < to && going(p)) {
        size_t n = (size_t)(to - p->start);
        n = n < CHUNK ? n : CHUNK;
        xmlParseChunk(p->parser, p->start, (int)n, 0);
        p->start += n;
    }
}

/* Whether the parser is in that state, with nothing left to read. */
static bool stands_in(struct pusher *p, int state)
{
    const xmlParserInput *input = p->parser->input;

    if (going(p) && input && (int)p->parser->instate == state && input->cur == input->end)
        return true;
    p->misses++;
    return false;
}

/* The place of "]]>" at or behind from; NULL where there is none.  Linear over all calls. */
static const char *find_cdata_end(struct pusher *p, const char *from)
{
    const char *q = from;

    if (p->cdata_end && p->cdata_end >= from)
        return p->cdata_end;
    if (p->no_cdata_end)
        return NULL;
    while ((q = memchr(q, ']', (size_t)(p->end - q))) && p->end - q > 2) {
        if (q[1] == ']' && q[2] == '>') {
            p->cdata_end = q;
            return q;
        }
        q++;
    }
    p->no_cdata_end = true;
    return NULL;
}

static bool is_tail(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The length of the character at p where it is plainly one that XML allows; 0 otherwise. */
static size_t simple_length(const char *p, const char *end)
{
    unsigned char c = (unsigned char)*p;

    if ((c >= 0x20 && c < 0x80) || c == '\n' || c == '\t' || c == '\r')
        return 1;
    if (c >= 0xc2 && c <= 0xdf && end - p > 1 && is_tail(p[1]))
        return 2;
    if (c >= 0xe1 && c <= 0xec && end - p > 2 && is_tail(p[1]) && is_tail(p[2]))
        return 3;
    return 0;
}

/* Whether XML allows all of it, and it is UTF-8. */
static bool is_clean(struct span text)
{
    const char *end = span_end(text);
    const char *p = feed_plain_words(text.p, end);

    while (p < end) {
        size_t n = simple_length(p, end);
        if (n == 0)
            return charset_clean(span_of(p, (size_t)(end - p)));
        p = feed_plain_words(p + n, end);
    }
    return true;
}

/* A marked section at tag.  Returns where to go on. */
static const char *take_cdata(struct pusher *p, const char *tag)
{
    const char *inside = tag + CDATA_START;
    const char *close = find_cdata_end(p, inside);
    struct span text = {0};

    if (!close)
        return inside;
    text = span_of(inside, (size_t)(close - inside));
    if (text.n < LONG_BYTES)
        return close;
    push(p, inside);
    if (!stands_in(p, XML_PARSER_CDATA_SECTION))
        return inside;
    if (is_clean(text)) {
        feed_build_text(p->b, text.p, text.n);
        p->start = close;
    }
    return close;
}

/* The character that a reference stands for, and its length with "&" and ";"; 0 where the parser is
 * to see it. */
static size_t reference(const char *p, const char *end, uint32_t *c)
{
    static const struct {
        const char *text;
        size_t n;
        char c;
    } known[] = {{"&lt;", 4, '<'},
                 {"&gt;", 4, '>'},
                 {"&amp;", 5, '&'},
                 {"&quot;", 6, '"'},
                 {"&apos;", 6, '\''}};
    size_t room = (size_t)(end - p), i = 2;

    for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
        if (room >= known[k].n && memcmp(p, known[k].text, known[k].n) == 0) {
            *c = (unsigned char)known[k].c;
            return known[k].n;
        }
    *c = 0;
    if (room < 4 || p[1] != '#')
        return 0;
    for (; i < room && i < REFERENCE_MAX && p[i] >= '0' && p[i] <= '9'; i++)
        *c = *c * 10 + (uint32_t)(p[i] - '0');
    /* utf8_is_text () is narrower than XML's characters: what is between them is the parser's. */
    return i < room && p[i] == ';' && *c && utf8_is_text(*c) ? i + 1 : 0;
}

/* Appends a text with its references read; false where it is not of the plainest kind. */
static bool decode(struct span text, struct buf *out)
{
    const char *p = text.p, *end = span_end(text);
    uint32_t c = 0;

    while (p < end) {
        const char *q = memchr(p, '&', (size_t)(end - p));
        buf_add(out, p, (size_t)((q ? q : end) - p));
        if (!q)
            break;
        size_t n = reference(q, end, &c);
        if (n == 0)
            return false;
        if (c < 0x80)
            buf_addc(out, (char)c);
        else
            utf8_add(out, c);
        p = q + n;
    }
    return true;
}

/* Whether a text has nothing that the parser would change or refuse, references apart. */
static bool is_simple(struct pusher *p, struct span text)
{
    const char *close = find_cdata_end(p, text.p);

    return (!close || close >= span_end(text)) && !memchr(text.p, '\r', text.n) && is_clean(text);
}

/* A long text between the tag and next, where it is one. */
static void take_text(struct pusher *p, const char *tag, const char *next)
{
    const char *close = memchr(tag, '>', (size_t)(next - tag));
    struct span text = {0};

    if (!close || next - close <= LONG_BYTES)
        return;
    text = span_of(close + 1, (size_t)(next - close - 1));
    push(p, text.p);
    if (!stands_in(p, XML_PARSER_CONTENT) || !is_simple(p, text))
        return;
    buf_clear(&p->decoded);
    if (decode(text, &p->decoded)) {
        feed_build_text(p->b, p->decoded.data, p->decoded.len);
        p->start = next;
    }
}

/* The length of the tag at the start of text, where quotes and ">" put its end. */
static size_t tag_length(struct span text)
{
    char quote = 0;

    for (size_t i = 1; i < text.n; i++) {
        char c = text.p[i];
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '>')
            return i;
    }
    return text.n;
}

/* What begins at tag and goes on to next.  Returns where to look for the next one; NULL where it is
 * too long a tag. */
static const char *take(struct pusher *p, const char *tag, const char *next)
{
    size_t gap = (size_t)(next - tag);

    if (gap > FEED_XML_TAG_BYTES && tag[1] != '!' && tag[1] != '?' &&
        tag_length(span_of(tag, gap)) > FEED_XML_TAG_BYTES)
        return NULL;
    if (p->misses > MISSES_MAX)
        return next;
    if (gap >= CDATA_START && memcmp(tag, cdata_start, CDATA_START) == 0)
        return take_cdata(p, tag);
    if (gap > LONG_BYTES)
        take_text(p, tag, next);
    return next;
}

static const char *next_tag(const struct pusher *p, const char *from)
{
    return from < p->end ? memchr(from, '<', (size_t)(p->end - from)) : NULL;
}

bool feed_xml_push(xmlParserCtxtPtr parser, struct feed_builder *b, struct span text)
{
    struct pusher p = {.parser = parser, .b = b, .start = text.p, .end = span_end(text)};
    const char *tag = next_tag(&p, text.p);
    bool good = true;

    while (tag && going(&p)) {
        const char *next = next_tag(&p, tag + 1);
        const char *at = take(&p, tag, next ? next : p.end);
        good = at != NULL;
        if (!good || at - p.start > CHUNK)
            push(&p, good ? at : tag);
        tag = !good ? NULL : at == next ? next : next_tag(&p, at);
    }
    if (good)
        push(&p, p.end);
    buf_free(&p.decoded);
    return good;
}
