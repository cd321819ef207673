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

/* Bytes that stand for themselves everywhere: printable ASCII but for & < > " and blank. */
static bool plain_byte(unsigned char c)
{
    return c > 0x20 && c < 0x7f && c != '&' && c != '<' && c != '>' && c != '"' && c != '`';
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
    if (!html_out_fits(out, n)) {
        if (!out->buf || out->buf->len + out->reserved >= out->limit)
            return;
        n = out->limit - out->buf->len - out->reserved;
    }
    buf_add(out->buf, p, n);
}

void html_out_text(struct html_out *out, struct span raw, bool escape)
{
    const char *p = raw.p, *end = raw.p + raw.n;

    while (p < end && out->buf && !out->full) {
        const char *q = p;
        while (q < end && (plain_byte((unsigned char)*q) || *q == ' ' || *q == '\n'))
            q++;
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

void html_plain_text(struct html_plain *plain, struct span raw)
{
    const char *p = raw.p, *end = raw.p + raw.n;

    while (p < end && plain->out.buf && !plain->out.full) {
        const char *q = p;
        while (q<end && * q> 0x20 && *q < 0x7f && *q != '&')
            q++;
        if (q > p) {
            write_gap(plain);
            add_run(&plain->out, p, (size_t)(q - p));
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
