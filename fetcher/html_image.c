#include "fetcher/html_image.h"
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>
#include "fetcher/html_rules.h"
#include "common/mem.h"
#include "fetcher/url.h"

enum { DATA_URL_MAX = 32768 };

static bool starts(struct span s, const char *with)
{
    size_t n = strlen(with);

    return s.n >= n && strncasecmp(s.p, with, n) == 0;
}

/* A raster picture in base64, and nothing but its characters. */
static char *data_picture(struct span value)
{
    static const char *const TYPES[] = {"png", "gif", "jpeg", "jpg", "webp", "avif", "bmp"};
    struct span rest = span_of(value.p + 11, value.n - 11);

    if (value.n > DATA_URL_MAX)
        return NULL;
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
        size_t n = strlen(TYPES[i]);
        if (!starts(rest, TYPES[i]) || !starts(span_of(rest.p + n, rest.n - n), ";base64,"))
            continue;
        for (size_t k = n + 8; k < rest.n; k++)
            if (!isalnum((unsigned char)rest.p[k]) && !memchr("+/=", rest.p[k], 3))
                return NULL;
        return mem_dup(value.p, value.n);
    }
    return NULL;
}

char *html_image_url(const char *base, struct span value)
{
    while (value.n && isspace((unsigned char)*value.p))
        value = span_of(value.p + 1, value.n - 1);
    while (value.n && isspace((unsigned char)value.p[value.n - 1]))
        value.n--;
    if (value.n == 0)
        return NULL;
    if (starts(value, "data:image/"))
        return data_picture(value);
    char *url = url_resolve(base, value);
    if (!url)
        return NULL;
    bool relative = !strchr(url, ':') || strchr(url, ':') > url + strcspn(url, "/?#");
    if ((!relative && !url_is_http(url)) || html_is_tracker(url) || *url == '\0' || *url == '#') {
        free(url);
        return NULL;
    }
    return url;
}

/* One or more descriptors: a number and w, x or h each. */
static bool descriptors(struct span s)
{
    size_t i = 0;

    while (i < s.n) {
        size_t digits = i;
        while (i < s.n && (isdigit((unsigned char)s.p[i]) || s.p[i] == '.'))
            i++;
        if (i == digits || i == s.n || !memchr("wxh", s.p[i++], 3))
            return false;
        if (i < s.n && !isspace((unsigned char)s.p[i]))
            return false;
        while (i < s.n && isspace((unsigned char)s.p[i]))
            i++;
    }
    return true;
}

static void add_candidate(struct buf *out, const char *base, struct span address, struct span size)
{
    while (size.n && isspace((unsigned char)*size.p))
        size = span_of(size.p + 1, size.n - 1);
    while (size.n && isspace((unsigned char)size.p[size.n - 1]))
        size.n--;
    if (!descriptors(size) || starts(address, "data:"))
        return;
    char *url = html_image_url(base, address);
    if (!url)
        return;
    size_t n = strlen(url);
    if (url[n - 1] != ',' && url[0] != ',') { /* would be read as another candidate */
        if (out->len)
            buf_adds(out, ", ");
        buf_add(out, url, n);
        if (size.n)
            buf_addc(out, ' ');
        buf_add(out, size.p, size.n);
    }
    free(url);
}

void html_image_srcset(struct buf *out, const char *base, struct span value)
{
    const char *p = value.p, *end = value.p + value.n;

    while (p < end) {
        while (p < end && (isspace((unsigned char)*p) || *p == ','))
            p++;
        const char *address = p;
        while (p < end && !isspace((unsigned char)*p))
            p++;
        const char *stop = p;
        while (stop > address && stop[-1] == ',')
            stop--;
        const char *size = p;
        if (stop == p)
            while (p < end && *p != ',')
                p++;
        if (stop > address)
            add_candidate(out, base, span_of(address, (size_t)(stop - address)),
                          span_of(size, (size_t)(p - size)));
    }
}

/* 0, 1, 0px, 1px */
static bool tiny(struct span v)
{
    while (v.n && isspace((unsigned char)*v.p))
        v = span_of(v.p + 1, v.n - 1);
    return v.n && (*v.p == '0' || *v.p == '1') &&
           (v.n == 1 || !(isdigit((unsigned char)v.p[1]) || v.p[1] == '%' || v.p[1] == '.'));
}

bool html_image_invisible(const struct html_token *token)
{
    bool width = false, height = false;

    for (size_t i = 0; i < token->count; i++) {
        const struct html_attribute *a = &token->attributes[i];
        if (a->name.n == 5 && strncasecmp(a->name.p, "width", 5) == 0)
            width = width || tiny(a->value);
        if (a->name.n == 6 && strncasecmp(a->name.p, "height", 6) == 0)
            height = height || tiny(a->value);
    }
    return width && height;
}
