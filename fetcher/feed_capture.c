#include "fetcher/feed_build.h"

#include <string.h>

#include "fetcher/charset.h"

/* RFC 4648, white space passed over; returns false where it is not base64. */
static bool decode_base64(struct span in, struct buf *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    unsigned have = 0;

    for (size_t i = 0; i < in.n && in.p[i] != '='; i++) {
        const char *digit = in.p[i] ? strchr(digits, in.p[i]) : NULL;
        if (strchr(" \t\r\n", in.p[i]))
            continue;
        if (!digit)
            return false;
        bits = bits << 6 | (uint32_t)(digit - digits);
        have += 6;
        if (have >= 8) {
            have -= 8;
            buf_addc(out, (char)(bits >> have & 0xff));
        }
    }
    return true;
}

static void put_base64(struct feed_builder *b)
{
    struct feed_capture *capture = &b->capture;
    struct buf decoded = {0};

    /* A type alone may promise base64 where there is plain text. */
    if (decode_base64(buf_span(&capture->text), &decoded) && charset_clean(buf_span(&decoded)))
        feed_put(b, capture->field, capture->rank, buf_span(&decoded));
    else
        feed_put(b, capture->field, capture->rank, buf_span(&capture->text));
    buf_free(&decoded);
}

/* The name; the mail address only of somebody who gives no name. */
static void put_person(struct feed_builder *b)
{
    struct feed_capture *capture = &b->capture;
    struct buf *name = &capture->name;

    if (name->len == 0)
        buf_add(name, capture->text.data, capture->text.len);
    if (strspn(name->data ? name->data : "", " \t\r\n") == name->len)
        buf_clear(name);
    if (name->len == 0)
        buf_add(name, capture->email.data, capture->email.len);
    feed_put(b, capture->field, capture->rank, buf_span(name));
}

static void put_guid(struct feed_builder *b)
{
    struct span text = buf_span(&b->capture.text);

    feed_put(b, FIELD_GUID, b->capture.rank, text);
    while (text.n && strchr(" \t\r\n", *text.p))
        text = span_of(text.p + 1, text.n - 1);
    /* isPermaLink is true by default, but many guids are no address: only what looks like one. */
    if (b->capture.link_said ||
        (b->capture.permalink && text.n > 7 && memcmp(text.p, "http", 4) == 0))
        feed_put(b, FIELD_LINK, 1, text);
}

void feed_put_capture(struct feed_builder *b)
{
    struct feed_capture *capture = &b->capture;

    capture->depth = 0;
    if (capture->mode == MODE_BASE64)
        put_base64(b);
    else if (capture->mode == MODE_PERSON)
        put_person(b);
    else if (capture->field == FIELD_GUID)
        put_guid(b);
    else
        feed_put(b, capture->field, capture->rank, buf_span(&capture->text));
}
