#include "fetcher/charset_label.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Labels whose meaning differs from the name, after the table of WHATWG Encoding (section 4.2).
 * Everything else is handed to iconv as it stands. */
static const struct {
    const char *label;
    const char *name;
    const char *iconv;
} known[] = {
    {"utf8", "utf-8", "UTF-8"},
    {"utf-8", "utf-8", "UTF-8"},
    {"unicode-1-1-utf-8", "utf-8", "UTF-8"},
    {"ascii", "windows-1252", "CP1252"},
    {"us-ascii", "windows-1252", "CP1252"},
    {"ansi_x3.4-1968", "windows-1252", "CP1252"},
    {"iso-8859-1", "windows-1252", "CP1252"},
    {"iso8859-1", "windows-1252", "CP1252"},
    {"iso_8859-1", "windows-1252", "CP1252"},
    {"iso88591", "windows-1252", "CP1252"},
    {"latin1", "windows-1252", "CP1252"},
    {"latin-1", "windows-1252", "CP1252"},
    {"l1", "windows-1252", "CP1252"},
    {"l9", "iso-8859-15", "ISO-8859-15"},
    {"latin9", "iso-8859-15", "ISO-8859-15"},
    {"latin-9", "iso-8859-15", "ISO-8859-15"},
    {"cp1252", "windows-1252", "CP1252"},
    {"cp-1252", "windows-1252", "CP1252"},
    {"x-cp1252", "windows-1252", "CP1252"},
    {"windows1252", "windows-1252", "CP1252"},
    {"windows-1250", "windows-1250", "CP1250"},
    {"windows-1251", "windows-1251", "CP1251"},
    {"windows1251", "windows-1251", "CP1251"},
    {"win-1251", "windows-1251", "CP1251"},
    {"x-cp1251", "windows-1251", "CP1251"},
    {"iso-8859-9", "windows-1254", "CP1254"},
    {"iso8859-9", "windows-1254", "CP1254"},
    {"latin5", "windows-1254", "CP1254"},
    {"iso-8859-11", "windows-874", "CP874"},
    {"tis-620", "windows-874", "CP874"},
    {"windows-874", "windows-874", "CP874"},
    {"dos-874", "windows-874", "CP874"},
    {"iso-8859-8-i", "iso-8859-8-i", "ISO-8859-8"},
    {"gb2312", "gb18030", "GB18030"},
    {"gb_2312-80", "gb18030", "GB18030"},
    {"csgb2312", "gb18030", "GB18030"},
    {"chinese", "gb18030", "GB18030"},
    {"gbk", "gb18030", "GB18030"},
    {"x-gbk", "gb18030", "GB18030"},
    {"gb18030", "gb18030", "GB18030"},
    {"shift_jis", "shift_jis", "CP932"},
    {"shift-jis", "shift_jis", "CP932"},
    {"sjis", "shift_jis", "CP932"},
    {"x-sjis", "shift_jis", "CP932"},
    {"ms_kanji", "shift_jis", "CP932"},
    {"windows-31j", "shift_jis", "CP932"},
    {"x-euc-jp", "euc-jp", "EUC-JP-MS"},
    {"euc-jp", "euc-jp", "EUC-JP-MS"},
    {"euc-kr", "euc-kr", "UHC"},
    {"ks_c_5601-1987", "euc-kr", "UHC"},
    {"korean", "euc-kr", "UHC"},
    {"windows-949", "euc-kr", "UHC"},
    {"big5", "big5", "BIG5-HKSCS"},
    {"big5-hkscs", "big5", "BIG5-HKSCS"},
    {"cn-big5", "big5", "BIG5-HKSCS"},
    {"macintosh", "macintosh", "MACINTOSH"},
    {"x-mac-roman", "macintosh", "MACINTOSH"},
    {"macroman", "macintosh", "MACINTOSH"},
    {"x-mac-cyrillic", "x-mac-cyrillic", "MAC-CYRILLIC"},
};

/* White space and quotes around a label, as in charset='gb2312', do not count. */
static struct span trimmed(struct span text)
{
    while (text.n && (isspace((unsigned char)*text.p) || strchr("\"'", *text.p)))
        text = span_of(text.p + 1, text.n - 1);
    while (text.n &&
           (isspace((unsigned char)text.p[text.n - 1]) || strchr("\"';", text.p[text.n - 1])))
        text.n--;
    return text;
}

bool charset_label_read(struct span text, struct charset_label *out)
{
    text = trimmed(text);
    if (text.n == 0 || text.n >= CHARSET_NAME_BYTES)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        /* Nothing that iconv_open () would take for more than a name, as "//" is. */
        if (!isalnum((unsigned char)text.p[i]) && !strchr("-_.:", text.p[i]))
            return false;
        out->name[i] = (char)tolower((unsigned char)text.p[i]);
    }
    out->name[text.n] = '\0';
    memcpy(out->iconv, out->name, text.n + 1);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i].label, out->name) != 0)
            continue;
        strcpy(out->name, known[i].name);
        strcpy(out->iconv, known[i].iconv);
        break;
    }
    return true;
}

struct span charset_label_http(const char *content_type)
{
    const char *at = content_type ? strcasestr(content_type, "charset=") : NULL;

    if (!at)
        return (struct span){0};
    at += strlen("charset=");
    return span_of(at, strcspn(at, ";,"));
}

/* The value after key and "=" in text, quoted; empty where there is none. */
static struct span quoted(struct span text, const char *key)
{
    const char *end = span_end(text);
    const char *p = memmem(text.p, text.n, key, strlen(key));
    const char *close = NULL;

    if (!p)
        return (struct span){0};
    for (p += strlen(key); p < end && isspace((unsigned char)*p); p++)
        ;
    if (p == end || *p++ != '=')
        return (struct span){0};
    while (p < end && isspace((unsigned char)*p))
        p++;
    if (p == end || (*p != '"' && *p != '\''))
        return (struct span){0};
    close = memchr(p + 1, *p, (size_t)(end - p - 1));
    return close ? span_of(p + 1, (size_t)(close - p - 1)) : (struct span){0};
}

struct span charset_label_xml(struct span body)
{
    const char *end = NULL;

    while (body.n && isspace((unsigned char)*body.p))
        body = span_of(body.p + 1, body.n - 1);
    if (!body.p || body.n < 6 || memcmp(body.p, "<?xml", 5) != 0 ||
        !isspace((unsigned char)body.p[5]))
        return (struct span){0};
    end = memmem(body.p, body.n < 1024 ? body.n : 1024, "?>", 2);
    return end ? quoted(span_of(body.p, (size_t)(end - body.p)), "encoding") : (struct span){0};
}

struct span charset_label_meta(struct span body)
{
    enum { LOOK_BYTES = 2048 };
    const char *p = body.p;
    const char *end = span_end(span_of(p, body.n < LOOK_BYTES ? body.n : LOOK_BYTES));
    const char *value = NULL;

    for (; p && end - p > 5 && (p = memchr(p, '<', (size_t)(end - p))); p++) {
        const char *close = memchr(p, '>', (size_t)(end - p));
        if (!close || close - p < 6 || strncasecmp(p, "<meta", 5) != 0)
            continue;
        for (value = p + 5; close - value > 8; value++)
            if (strncasecmp(value, "charset=", 8) == 0)
                break;
        if (close - value <= 8)
            continue;
        value += 8;
        if (*value == '"' || *value == '\'')
            value++;
        size_t n = 0;
        while (value + n < close && !strchr("\"'/; \t\r\n", value[n]))
            n++;
        return span_of(value, n);
    }
    return (struct span){0};
}
