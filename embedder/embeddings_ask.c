/* Requests: addresses and bodies. */
#include <stdlib.h>
#include <strings.h>

#include "common/mem.h"
#include "common/utf8.h"
#include "embedder/embeddings.h"

static const char *const names[] = {"none", "ollama", "openai"};

enum dialect dialect_of(const char *name)
{
    for (enum dialect d = DIALECT_OLLAMA; d <= DIALECT_OPENAI; d++)
        if (strcmp(name, names[d]) == 0)
            return d;
    return DIALECT_NONE;
}

const char *dialect_name(enum dialect dialect)
{
    return names[dialect];
}

/* --- addresses -------------------------------------------------------------------------------- */

static bool ends_with(struct span text, const char *end)
{
    size_t n = strlen(end);

    return text.n >= n && memcmp(text.p + text.n - n, end, n) == 0;
}

/* The server's address without slashes at its end. */
static struct span base_of(enum dialect dialect, const char *base)
{
    struct span text =
        span_str(*base || dialect != DIALECT_OLLAMA ? base : "http://127.0.0.1:11434");

    while (text.n && text.p[text.n - 1] == '/')
        text.n--;
    return text;
}

const char *embeddings_refuse_url(struct span base)
{
    size_t scheme = base.n >= 8 && strncasecmp(base.p, "https://", 8) == 0  ? 8
                    : base.n >= 7 && strncasecmp(base.p, "http://", 7) == 0 ? 7
                                                                            : 0;

    if (base.n == 0)
        return "an address is needed";
    if (scheme == 0 || base.n == scheme)
        return "http://HOST or https://HOST is expected";
    for (size_t i = scheme; i < base.n; i++) {
        if ((unsigned char)base.p[i] <= ' ' || base.p[i] == 0x7f)
            return "it has blanks or control characters in it";
        if (base.p[i] == '@')
            return "names and passwords do not belong into it, see embedder.key_file";
        if (base.p[i] == '?' || base.p[i] == '#')
            return "it must end with a path";
    }
    return NULL;
}

char *dialect_url(enum dialect dialect, const char *base, const char **why)
{
    struct span text = base_of(dialect, base);
    const char *path = dialect == DIALECT_OLLAMA ? "/api/embed"
                       : ends_with(text, "/v1")  ? "/embeddings"
                                                 : "/v1/embeddings";

    *why = embeddings_refuse_url(text);
    if (*why)
        return NULL;
    if (ends_with(text, path))
        path = "";
    return mem_printf("%.*s%s", (int)text.n, text.p, path);
}

char *dialect_probe_url(enum dialect dialect, const char *base)
{
    struct span text = base_of(dialect, base);

    if (dialect != DIALECT_OLLAMA)
        return NULL;
    if (ends_with(text, "/api/embed"))
        text.n -= strlen("/api/embed");
    return mem_printf("%.*s/api/tags", (int)text.n, text.p);
}

/* --- bodies ----------------------------------------------------------------------------------- */

static void add_character(struct buf *out, struct span bytes, uint32_t c)
{
    if (c == '"' || c == '\\') {
        buf_addc(out, '\\');
        buf_addc(out, (char)c);
    } else if (c < 0x20 || c == 0x7f) {
        buf_printf(out, "\\u%04x", c);
    } else if (c == UTF8_BAD) {
        utf8_add(out, c);
    } else {
        buf_add(out, bytes.p, bytes.n);
    }
}

void embeddings_add_text(struct buf *out, struct span text)
{
    const char *at = text.p, *end = span_end(text), *plain = at;

    buf_addc(out, '"');
    while (at < end) {
        uint32_t c = 0;
        size_t n = utf8_next(at, end, &c);

        /* Runs of what needs no care go in one piece. */
        if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f || c == UTF8_BAD) {
            buf_add(out, plain, (size_t)(at - plain));
            add_character(out, span_of(at, n), c);
            plain = at + n;
        }
        at += n;
    }
    if (plain < at)
        buf_add(out, plain, (size_t)(at - plain));
    buf_addc(out, '"');
}

void embeddings_ask(struct buf *out, const char *model, const struct span *texts, size_t count)
{
    buf_adds(out, "{\"model\":");
    embeddings_add_text(out, span_str(model));
    buf_adds(out, ",\"input\":[");
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_addc(out, ',');
        embeddings_add_text(out, texts[i]);
    }
    buf_adds(out, "]}");
}
