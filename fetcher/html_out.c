#include "fetcher/html_out.h"
#include "common/utf8.h"
#include "fetcher/html_entity.h"

bool html_out_fits(struct html_out *out, size_t n)
{
    if (!out->buf || out->full)
        return false;
    size_t used = out->buf->len + out->reserved;
    if (used > out->limit || n > out->limit - used)
        out->full = true;
    return !out->full;
}

/* What a byte begins: WORD, a printable character other than blank that stands for itself in HTML;
 * MARK, one that does so in plain text only; BLANK and LINE; PAIR and TRIPLE, a character of two or
 * three bytes that is text whatever its tails are; 0, what needs a closer look. */
enum { WORD = 1, MARK = 2, BLANK = 4, LINE = 8, PAIR = 16, TRIPLE = 32 };

static const unsigned char CLASSES[256] = {
    ['\n'] = LINE,          [' '] = BLANK,
    ['!'] = WORD,           ['"'] = MARK,
    ['#' ... '%'] = WORD,   ['\'' ... ';'] = WORD,
    ['<'] = MARK,           ['='] = WORD,
    ['>'] = MARK,           ['?' ... '_'] = WORD,
    ['`'] = MARK,           ['a' ... '~'] = WORD,
    [0xc3 ... 0xdf] = PAIR, [0xe1 ... 0xec] = TRIPLE,
};

static bool is_tail(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The length of the character at p where it is plainly one of two or three bytes; 0 otherwise. */
static size_t wide(const char *p, const char *end)
{
    unsigned char class = CLASSES[(unsigned char)*p];

    if (class & PAIR && end - p > 1 && is_tail(p[1]))
        return 2;
    if (class & TRIPLE && end - p > 2 && is_tail(p[1]) && is_tail(p[2]))
        return 3;
    return 0;
}

/* Where the bytes that go into HTML as they are end. */
static const char *pass_plain(const char *p, const char *end)
{
    for (;;) {
        while (p < end && CLASSES[(unsigned char)*p] & (WORD | BLANK | LINE))
            p++;
        size_t n = p < end ? wide(p, end) : 0;
        if (n == 0)
            return p;
        p += n;
    }
}

/* Where the bytes that go into plain text as they are end.  Single blanks between words are among
 * them if so asked. */
static const char *pass_words(const char *p, const char *end, bool blanks)
{
    const char *start = p;

    for (;;) {
        while (p < end && CLASSES[(unsigned char)*p] & (WORD | MARK))
            p++;
        if (p == end)
            return p;
        /* Some characters of three bytes are blanks: U+2000 to U+205F, U+3000. */
        size_t n = *p == '\xe2' || *p == '\xe3' ? 0 : wide(p, end);
        if (n == 0 && *p == ' ' && blanks && p > start && end - p > 1 &&
            CLASSES[(unsigned char)p[1]] & (WORD | MARK))
            n = 1;
        if (n == 0)
            return p;
        p += n;
    }
}

/* Reads one character, or one reference, at p.  Returns the bytes taken. */
static size_t take(const char *p, const char *end, uint32_t code[2])
{
    size_t n = *p == '&' ? html_entity(p, end, false, code) : 0;

    if (n)
        return n;
    code[1] = 0;
    n = utf8_next(p, end, &code[0]);
    if (code[0] == UTF8_BAD)
        code[0] = 0xfffd;
    code[0] = html_entity_mend(code[0]);
    return n;
}

static void add_string(struct html_out *out, const char *text)
{
    if (html_out_fits(out, strlen(text)))
        buf_adds(out->buf, text);
}

static void add_code(struct html_out *out, uint32_t c, bool escape)
{
    if (c == '\r' || c == '\f' || c == '\v')
        c = '\n';
    if (!utf8_is_text(c))
        return;
    if (escape && (c == '&' || c == '<' || c == '>' || c == '"' || c == '`'))
        add_string(out, c == '&'   ? "&amp;"
                        : c == '<' ? "&lt;"
                        : c == '>' ? "&gt;"
                        : c == '"' ? "&quot;"
                                   : "&#96;");
    else if (html_out_fits(out, c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4))
        utf8_add(out->buf, c);
}

/* Appends a run of bytes that stand for themselves. */
static void add_run(struct html_out *out, const char *p, size_t n)
{
    if (out->full)
        return;
    if (!html_out_fits(out, n)) {
        if (!out->buf || out->buf->len + out->reserved >= out->limit)
            return;
        n = out->limit - out->buf->len - out->reserved;
        while (n && is_tail(p[n]))
            n--;
    }
    buf_add(out->buf, p, n);
}

void html_out_text(struct html_out *out, struct span raw, bool escape)
{
    const char *p = raw.p, *end = raw.p + raw.n;

    while (p < end && out->buf && !out->full) {
        const char *q = pass_plain(p, end);
        if (q > p) {
            add_run(out, p, (size_t)(q - p));
            p = q;
            continue;
        }
        uint32_t code[2];
        if (*p == '\r' && p + 1 < end && p[1] == '\n')
            p++;
        p += take(p, end, code);
        add_code(out, code[0], escape);
        if (code[1])
            add_code(out, code[1], escape);
    }
}

static bool is_blank(uint32_t c)
{
    return c <= ' ' || c == 0xa0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
           c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x85;
}

void html_plain_break(struct html_plain *plain, char gap)
{
    if (gap == '\n' && plain->one_line)
        gap = ' ';
    if (plain->gap != '\n')
        plain->gap = gap;
}

static void write_gap(struct html_plain *plain)
{
    if (plain->gap && plain->out.buf->len > plain->start && html_out_fits(&plain->out, 2))
        buf_addc(plain->out.buf, plain->gap);
    plain->gap = 0;
}

static void plain_code(struct html_plain *plain, uint32_t c)
{
    if (is_blank(c)) {
        html_plain_break(plain, ' ');
    } else if (utf8_is_text(c) && !(c == 0xad && !plain->one_line)) {
        write_gap(plain);
        add_code(&plain->out, c, false);
    }
}

/* Appends the words at the beginning; returns where they end. */
static const char *add_words(struct html_plain *plain, const char *p, const char *end)
{
    const struct html_out *out = &plain->out;
    const char *q = pass_words(p, end, true);

    if (q == p)
        return p;
    /* Near the limit word by word, so that it does not end with a blank. */
    if (out->limit - out->buf->len <= (size_t)(q - p) + 2)
        q = pass_words(p, end, false);
    if (q > p) {
        write_gap(plain);
        add_run(&plain->out, p, (size_t)(q - p));
    }
    return q;
}

void html_plain_text(struct html_plain *plain, struct span raw)
{
    const char *p = raw.p, *end = raw.p + raw.n;

    while (p < end && plain->out.buf && !plain->out.full) {
        const char *q = add_words(plain, p, end);
        if (q > p) {
            p = q;
            continue;
        }
        uint32_t code[2];
        p += take(p, end, code);
        plain_code(plain, code[0]);
        if (code[1])
            plain_code(plain, code[1]);
    }
}
