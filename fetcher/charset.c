#include "fetcher/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <uchardet/uchardet.h>

#include "common/utf8.h"
#include "fetcher/charset_label.h"
#include "fetcher/feed_plain.h"

enum {
    GUESS_BYTES = 256 * 1024, /* a guess needs no more; the rest of a document is alike */
    BLOCK = 64,               /* bytes looked at together */
    SURE_CHARACTERS = 8
};

/* Whether BLOCK bytes are ASCII text.  Without a branch inside: compilers make vector code of it.
 */
static bool block_is_plain(const char *p)
{
    unsigned char found = 0;

    for (size_t i = 0; i < BLOCK; i++) {
        unsigned char c = (unsigned char)p[i];
        found = (unsigned char)(found | (c & 0x80) |
                                ((c < 0x20) & (c != '\t') & (c != '\n') & (c != '\r')));
    }
    return !found;
}

static bool is_tail(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The length of the character at p where it is plainly one of two or three bytes; 0 otherwise. */
static size_t simple_length(const char *p, const char *end)
{
    unsigned char c = (unsigned char)*p;

    if (c >= 0xc2 && c <= 0xdf && end - p > 1 && is_tail(p[1]))
        return 2;
    if (c >= 0xe1 && c <= 0xec && end - p > 2 && is_tail(p[1]) && is_tail(p[2]))
        return 3;
    return 0;
}

/* Whether XML 1.0 has the character (production 2). */
static bool xml_char(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c != 0xfffe && c != 0xffff);
}

/* Counts characters beyond ASCII, bytes that are not UTF-8, and characters that XML forbids. */
struct census {
    size_t wide;
    size_t bad;
    size_t forbidden;
};

/* Counts the characters that begin before stop and returns where the next one does. */
static const char *count_each(const char *p, const char *stop, const char *end,
                              struct census *census)
{
    uint32_t c = 0;

    while (p < stop) {
        size_t n = simple_length(p, end);
        if ((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80) {
            p++;
        } else if (n) {
            census->wide++;
            p += n;
        } else {
            p += utf8_next(p, end, &c);
            census->bad += c == UTF8_BAD;
            census->forbidden += c != UTF8_BAD && !xml_char(c);
            census->wide += c >= 0x80 && c != UTF8_BAD;
        }
    }
    return p;
}

static struct census count(struct span text)
{
    const char *p = text.p;
    const char *end = span_end(text);
    struct census census = {0};

    while (end - p >= BLOCK) {
        if (block_is_plain(p))
            p += BLOCK;
        else
            p = count_each(p, p + BLOCK, end, &census);
    }
    count_each(p, end, end, &census);
    return census;
}

bool charset_clean(struct span text)
{
    struct census census = count(text);

    return census.bad == 0 && census.forbidden == 0;
}

/* What windows-1252 has at 0x80-0x9f; 0 = nothing. */
static const uint16_t cp1252[32] = {0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
                                    0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

uint32_t charset_c1(uint32_t c)
{
    if (c < 0x80 || c >= 0xa0)
        return c;
    return cp1252[c - 0x80] ? cp1252[c - 0x80] : 0xfffd;
}

/* Takes out what XML forbids.  A stray byte among UTF-8 is in practice windows-1252, pasted in. */
static void scrub(struct span text, struct buf *out)
{
    const char *p = text.p;
    const char *end = span_end(text);
    uint32_t c = 0;

    while (p < end) {
        size_t n = utf8_next(p, end, &c);
        if (c == UTF8_BAD) {
            utf8_add(out, charset_c1((unsigned char)*p));
        } else if (xml_char(c)) {
            buf_add(out, p, n);
        } else if (c == '\v' || c == '\f') {
            buf_addc(out, ' ');
        }
        p += n;
    }
}

/* The commonest by far: ISO-8859-1 is read as this, too. */
static void convert_1252(struct span in, struct buf *out, size_t *bad)
{
    const char *end = span_end(in);

    for (const char *p = in.p; p < end;) {
        const char *q = feed_plain_words(p, end);
        while (q < end && (unsigned char)*q < 0x80)
            q = feed_plain_words(q + 1, end);
        buf_add(out, p, (size_t)(q - p));
        if (q < end) {
            uint32_t c = charset_c1((unsigned char)*q++);
            *bad += c == 0xfffd;
            utf8_add(out, c);
        }
        p = q;
    }
}

/* Converts; bytes that mean nothing become U+FFFD and are counted.  False: no such encoding. */
static bool convert(struct span in, const char *from, struct buf *out, size_t *bad)
{
    if (strcmp(from, "CP1252") == 0) {
        convert_1252(in, out, bad);
        return true;
    }
    iconv_t cd = iconv_open("UTF-8", from);
    char *p = (char *)(uintptr_t)in.p;
    size_t left = in.n;
    size_t unit = strncmp(from, "UTF-16", 6) == 0 ? 2 : strncmp(from, "UTF-32", 6) == 0 ? 4 : 1;
    char chunk[16384];

    if (cd == (iconv_t)-1)
        return false;
    while (left) {
        char *q = chunk;
        size_t room = sizeof(chunk);
        size_t rc = iconv(cd, &p, &left, &q, &room);
        int error = errno;
        buf_add(out, chunk, sizeof(chunk) - room);
        if (rc != (size_t)-1 || error == E2BIG)
            continue;
        utf8_add(out, 0xfffd);
        ++*bad;
        if (error != EILSEQ)
            break; /* the last character is cut */
        size_t skip = unit < left ? unit : left;
        p += skip;
        left -= skip;
    }
    iconv_close(cd);
    return true;
}

static void set_name(struct charset_text *out, const char *name)
{
    snprintf(out->name, sizeof(out->name), "%s", name);
}

/* The text is UTF-8 but for what census counted. */
static void take_utf8(struct span body, struct census census, struct charset_text *out)
{
    set_name(out, "utf-8");
    out->text = body;
    if (census.bad == 0 && census.forbidden == 0)
        return;
    out->lied = true;
    scrub(body, &out->own);
    out->text = buf_span(&out->own);
}

/* Tries one encoding.  Refuses it where more than one byte in 50 beyond ASCII means nothing. */
static bool take_other(struct span body, const struct charset_label *label, bool insist,
                       struct charset_text *out)
{
    struct buf text = {0};
    size_t bad = 0;
    struct census census = {0};

    if (!convert(body, label->iconv, &text, &bad))
        return false;
    census = count(buf_span(&text));
    if (!insist && bad * 50 > census.wide) {
        buf_free(&text);
        return false;
    }
    set_name(out, label->name);
    out->lied |= bad || census.forbidden;
    if (census.forbidden) {
        scrub(buf_span(&text), &out->own);
        buf_free(&text);
    } else {
        out->own = text;
    }
    out->text = buf_span(&out->own);
    return true;
}

static bool starts(struct span body, const char *bytes, size_t n)
{
    return body.n >= n && memcmp(body.p, bytes, n) == 0;
}

/* Byte order marks, and encodings that "<" gives away (XML 1.0, appendix F). */
static bool by_first_bytes(struct span body, struct charset_text *out)
{
    static const struct {
        const char *bytes;
        size_t n;
        size_t skip;
        struct charset_label label;
    } table[] = {
        {"\xff\xfe\0\0", 4, 4, {"utf-32le", "UTF-32LE"}},
        {"\0\0\xfe\xff", 4, 4, {"utf-32be", "UTF-32BE"}},
        {"\xff\xfe", 2, 2, {"utf-16le", "UTF-16LE"}},
        {"\xfe\xff", 2, 2, {"utf-16be", "UTF-16BE"}},
        {"<\0\0\0", 4, 0, {"utf-32le", "UTF-32LE"}},
        {"\0\0\0<", 4, 0, {"utf-32be", "UTF-32BE"}},
        {"<\0", 2, 0, {"utf-16le", "UTF-16LE"}},
        {"\0<", 2, 0, {"utf-16be", "UTF-16BE"}},
        {"{\0", 2, 0, {"utf-16le", "UTF-16LE"}},
        {"\0{", 2, 0, {"utf-16be", "UTF-16BE"}},
        {"\x4c\x6f\xa7\x94", 4, 0, {"ibm037", "IBM037"}},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (starts(body, table[i].bytes, table[i].n))
            return take_other(span_of(body.p + table[i].skip, body.n - table[i].skip),
                              &table[i].label, true, out);
    return false;
}

/* Almost all UTF-8: a cut end, or a few bytes pasted in from elsewhere. */
static bool mostly_utf8(struct census census)
{
    return census.bad == 0 || census.wide > 4 * census.bad;
}

/* Bytes that begin with an ASCII "<" are none of these, whatever is said. */
static bool is_wide(const char *name)
{
    static const char *const BEGINNINGS[] = {"utf-16", "utf-32",    "utf16",     "utf32",
                                             "ucs",    "iso-10646", "csunicode", "csucs4"};

    for (size_t i = 0; i < sizeof(BEGINNINGS) / sizeof(BEGINNINGS[0]); i++)
        if (strncmp(name, BEGINNINGS[i], strlen(BEGINNINGS[i])) == 0)
            return true;
    return strcmp(name, "unicode") == 0;
}

/* No text in another encoding is valid UTF-8 by chance so often. */
static bool surely_utf8(struct census census)
{
    return census.bad == 0 && census.wide >= SURE_CHARACTERS;
}

/* Whether ASCII is itself in it. */
static bool extends_ascii(const char *name)
{
    return strncmp(name, "windows-", 8) == 0 || strncmp(name, "iso-8859-", 9) == 0;
}

/* Tries what the document and its header declare.  census is that of the bytes as UTF-8. */
static bool by_declaration(struct span body, const char *content_type, struct census census,
                           struct charset_text *out)
{
    struct span found[] = {charset_label_http(content_type), charset_label_xml(body),
                           charset_label_meta(body)};
    struct charset_label label = {0};

    for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
        if (found[i].n == 0)
            continue;
        if (!charset_label_read(found[i], &label)) {
            out->lied = true;
            continue;
        }
        bool utf8 = strcmp(label.name, "utf-8") == 0;
        if (census.bad == 0 && (utf8 || (census.wide == 0 && extends_ascii(label.name)))) {
            take_utf8(body, census, out);
            set_name(out, label.name);
            return true;
        }
        if (!utf8 && !is_wide(label.name) && !surely_utf8(census) &&
            take_other(body, &label, false, out))
            return true;
        out->lied = true;
    }
    return false;
}

static bool is_western(const char *name)
{
    return strcmp(name, "windows-1252") == 0 || strcmp(name, "iso-8859-15") == 0;
}

static void by_guess(struct span body, struct census census, struct charset_text *out)
{
    static const struct charset_label western = {"windows-1252", "CP1252"};
    struct charset_label label = {0};
    uchardet_t guess = uchardet_new();
    bool taken = false;

    out->lied = true; /* XML without a declaration is UTF-8, which this is not */
    uchardet_handle_data(guess, body.p, body.n < GUESS_BYTES ? body.n : GUESS_BYTES);
    uchardet_data_end(guess);
    if (charset_label_read(span_str(uchardet_get_charset(guess)), &label) &&
        strcmp(label.name, "utf-8") != 0 && !(census.wide && is_western(label.name)))
        taken = take_other(body, &label, false, out);
    uchardet_delete(guess);
    if (!taken && census.wide) /* both, mixed */
        take_utf8(body, census, out);
    else if (!taken)
        take_other(body, &western, true, out);
}

static bool claims(struct span label)
{
    struct charset_label read = {0};

    return label.n == 0 || (charset_label_read(label, &read) && strcmp(read.name, "utf-8") == 0);
}

bool charset_claims_utf8(struct span body, const char *content_type)
{
    if (body.n < 4 || (unsigned char)body.p[0] >= 0x80 || memchr(body.p, '\0', 4))
        return false;
    return claims(charset_label_http(content_type)) && claims(charset_label_xml(body));
}

void charset_decode(struct span body, const char *content_type, struct charset_text *out)
{
    struct census census = {0};

    *out = (struct charset_text){0};
    if (starts(body, "\xef\xbb\xbf", 3)) {
        body = span_of(body.p + 3, body.n - 3);
        take_utf8(body, count(body), out);
        return;
    }
    if (by_first_bytes(body, out))
        return;
    census = count(body);
    if (by_declaration(body, content_type, census, out))
        return;
    if (mostly_utf8(census))
        take_utf8(body, census, out);
    else
        by_guess(body, census, out);
}

void charset_free(struct charset_text *text)
{
    buf_free(&text->own);
    text->text = (struct span){0};
}
