#include "fetcher/article.h"

#include <string.h>
#include <strings.h>

#include "common/config.h"
#include "common/msg.h"
#include "common/utf8.h"
#include "fetcher/charset.h"
#include "fetcher/readable.h"

static bool is_type(const char *type, const char *name)
{
    size_t n = strlen(name);

    return strncasecmp(type, name, n) == 0 && (!type[n] || strchr("; \t", type[n]));
}

/* Without a type, or with one that says nothing, the bytes decide: a picture has no article. */
static bool may_be_page(const char *type)
{
    static const char *const types[] = {"text/html",  "application/xhtml+xml",
                                        "text/plain", "application/xml",
                                        "text/xml",   "application/octet-stream"};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (is_type(type, types[i]))
            return true;
    return !*type;
}

static void refuse(struct msg_report *report, const char *words)
{
    report->outcome = MSG_OUTCOME_FAILED;
    report->error_kind = MSG_ERROR_TRANSFER;
    report->error = span_str(words);
}

static bool extract(const struct config *config, struct span page, const char *url, struct buf *out,
                    struct buf *text)
{
    if (!readable_extract(page, url, (size_t)config->fetcher_readable_letters,
                          (size_t)config->fetcher_item_bytes, out, text))
        return false;
    text->len = utf8_clip(buf_span(text), (size_t)config->fetcher_text_bytes).n;
    return true;
}

void article_read(const struct config *config, struct span body, const char *content_type,
                  const char *url, struct msg_report *report, struct buf *out)
{
    struct charset_text page = {0};
    struct buf text = {0};

    buf_clear(out);
    if (!may_be_page(content_type ? content_type : "")) {
        refuse(report, "not a web page");
        return;
    }
    charset_decode(body, content_type, &page);
    if (extract(config, page.text, url, out, &text)) {
        buf_addc(out, '\0');
        buf_add(out, text.data, text.len);
    } else {
        buf_clear(out);
        refuse(report, "no readable text was found in the page");
    }
    charset_free(&page);
    buf_free(&text);
}
