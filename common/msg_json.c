/* Messages as JSON, for people and taps. */
#include "common/msg.h"

#include <inttypes.h>
#include <math.h>

#include "common/msg_table.h"
#include "common/utf8.h"

/* The codec lets any bytes pass as text; JSON is UTF-8 (RFC 8259), so what is none is replaced. */
static void add_text(struct buf *out, struct span text, size_t longest)
{
    size_t n = longest ? utf8_clip(text, longest).n : text.n;
    const char *p = text.p, *end = n ? text.p + n : text.p;

    buf_addc(out, '"');
    while (p < end) {
        uint32_t c = 0;

        p += utf8_next(p, end, &c);
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", (char)c);
        else if (c < 0x20 || c == 0x7f)
            buf_printf(out, "\\u%04x", (unsigned)c);
        else
            utf8_add(out, c);
    }
    buf_adds(out, n < text.n ? "...\"" : "\"");
}

/* JSON knows neither infinity nor what is no number. */
static void add_real(struct buf *out, double value)
{
    if (isfinite(value))
        buf_printf(out, "%.17g", value);
    else
        buf_adds(out, "null");
}

static void add_bytes(struct buf *out, struct span bytes, size_t longest)
{
    size_t n = longest && bytes.n > longest / 2 ? longest / 2 : bytes.n;

    buf_addc(out, '"');
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%02x", (unsigned char)bytes.p[i]);
    buf_adds(out, n < bytes.n ? "...\"" : "\"");
}

static void add_list(struct buf *out, enum msg_type type, const struct msg_list *list,
                     size_t longest)
{
    size_t size = msg_table(type).size;

    buf_addc(out, '[');
    for (size_t i = 0; i < list->count; i++) {
        if (i)
            buf_addc(out, ',');
        msg_json(type, (const char *)list->at + i * size, longest, out);
    }
    buf_addc(out, ']');
}

static void add_field(struct buf *out, const struct msg_field *field, const void *at,
                      size_t longest)
{
    buf_printf(out, "\"%s\":", field->name);
    switch (field->kind) {
    case FIELD_U:
        buf_printf(out, "%" PRIu64, *(const uint64_t *)at);
        break;
    case FIELD_I:
        buf_printf(out, "%" PRId64, *(const int64_t *)at);
        break;
    case FIELD_D:
        add_real(out, *(const double *)at);
        break;
    case FIELD_S:
        add_text(out, *(const struct span *)at, longest);
        break;
    case FIELD_B:
        add_bytes(out, *(const struct span *)at, longest);
        break;
    case FIELD_L:
        add_list(out, field->list, at, longest);
        break;
    }
}

void msg_json(enum msg_type type, const void *message, size_t longest, struct buf *out)
{
    struct msg_table table = msg_table(type);

    buf_addc(out, '{');
    for (size_t i = 0; i < table.count; i++) {
        if (i)
            buf_addc(out, ',');
        add_field(out, &table.fields[i], (const char *)message + table.fields[i].offset, longest);
    }
    buf_addc(out, '}');
}
