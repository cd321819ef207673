/* What holds of everything that is handed on, written without the code that it is about: a target
 * aborts where it does not.  Each target includes this once. */
#ifndef WEIR_FUZZ_HOLDS_H
#define WEIR_FUZZ_HOLDS_H

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/buf.h"
#include "common/utf8.h"

/* Valid UTF-8 without control characters other than tab and newline. */
static inline void holds_text_n(struct span text)
{
    const char *p = text.p, *end = span_end(text);

    while (p < end) {
        uint32_t c = 0;
        p += utf8_next(p, end, &c);
        if (c == UTF8_BAD || !utf8_is_text(c) || c == 0x7f || (c < ' ' && c != '\n' && c != '\t') ||
            (c >= 0x80 && c < 0xa0))
            abort();
    }
}

static inline void holds_text(const char *text)
{
    holds_text_n(span_str(text));
}

/* "" or http or https, in printable characters. */
static inline void holds_address(const char *text)
{
    holds_text(text);
    if (!text || !*text)
        return;
    if (strncmp(text, "http://", 7) != 0 && strncmp(text, "https://", 8) != 0)
        abort();
    if (strpbrk(text, " \t\n\"<>"))
        abort();
}

static inline bool holds_listed(const char *list, struct span word)
{
    char key[40];

    if (word.n == 0 || word.n > 36)
        return false;
    key[0] = ' ';
    memcpy(key + 1, word.p, word.n);
    key[word.n + 1] = ' ';
    key[word.n + 2] = '\0';
    return strstr(list, key) != NULL;
}

/* A data: address of a raster picture. */
static inline bool holds_picture(struct span value)
{
    static const char *const TYPES[] = {"png", "gif", "jpeg", "jpg", "webp", "avif", "bmp"};

    if (value.n < 12 || strncasecmp(value.p, "data:image/", 11) != 0)
        return false;
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
        size_t n = strlen(TYPES[i]);
        if (value.n >= n + 19 && strncasecmp(value.p + 11, TYPES[i], n) == 0 &&
            strncasecmp(value.p + 11 + n, ";base64,", 8) == 0)
            return true;
    }
    return false;
}

/* The address of an attribute: no scheme that runs anything or reads files. */
static inline void holds_harmless(struct span value)
{
    static const char *const SCHEMES[] = {"javascript", "vbscript", "livescript",
                                          "mocha",      "file",     "about",
                                          "blob",       "jar",      "view-source"};

    for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++) {
        size_t n = strlen(SCHEMES[i]);
        if (value.n > n && strncasecmp(value.p, SCHEMES[i], n) == 0 && value.p[n] == ':')
            abort();
    }
    if (value.n > 5 && strncasecmp(value.p, "data:", 5) == 0 && !holds_picture(value))
        abort();
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < ' ')
            abort();
}

/* One attribute at p, as the sanitiser writes it: name, or name="value"; returns what follows. */
static inline const char *holds_attribute(const char *p, const char *end)
{
    static const char LIST[] =
        " href src srcset poster alt title lang dir width height sizes media type hreflang cite "
        "datetime colspan rowspan span scope abbr align valign start value reversed open controls "
        "loop muted kind srclang label decoding fetchpriority loading ";
    const char *name = p;

    while (p < end && *p >= 'a' && *p <= 'z')
        p++;
    struct span word = span_of(name, (size_t)(p - name));
    if (!holds_listed(LIST, word) || p == end)
        abort();
    if (*p != '=')
        return p;
    if (end - p < 3 || p[1] != '"')
        abort();
    const char *value = p + 2, *close = memchr(value, '"', (size_t)(end - value));
    if (!close || memchr(value, '<', (size_t)(close - value)))
        abort();
    if (holds_listed(" href src poster cite ", word))
        holds_harmless(span_of(value, (size_t)(close - value)));
    return close + 1;
}

/* HTML as the sanitiser writes it: elements and attributes of the list, values within quotes, and
 * no other '<'.  Elements that are no void are closed, innermost first. */
static inline void holds_html(struct span html)
{
    static const char LIST[] = " a abbr acronym address article aside audio b bdi bdo big "
                               "blockquote br caption center cite "
                               "code col colgroup dd del details dfn dir div dl dt em figcaption "
                               "figure font footer h1 h2 h3 "
                               "h4 h5 h6 header hgroup hr i img ins kbd li main mark menu nav ol p "
                               "picture pre q rb rp rtc rt ruby "
                               "s samp section small source span strike strong sub summary sup "
                               "table tbody td tfoot th thead "
                               "time tr track tt u ul var video wbr ";
    static const char VOID[] = " br col hr img source track wbr ";
    struct span *open = calloc(html.n / 3 + 1, sizeof *open);
    const char *p = html.p, *end = span_end(html);
    size_t depth = 0;

    holds_text_n(html);
    while (open && p < end && (p = memchr(p, '<', (size_t)(end - p)))) {
        bool closing = ++p < end && *p == '/';
        const char *name = p += closing;
        while (p < end && ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9')))
            p++;
        struct span word = span_of(name, (size_t)(p - name));
        if (!holds_listed(LIST, word))
            abort();
        while (p < end && *p == ' ' && !closing)
            p = holds_attribute(p + 1, end);
        if (p == end || *p++ != '>')
            abort();
        if (closing && (depth == 0 || !span_eq(open[--depth], word)))
            abort();
        if (!closing && !holds_listed(VOID, word))
            open[depth++] = word;
    }
    if (depth)
        abort();
    free(open);
}

#endif
