#include "fetcher/status.h"

#include <stddef.h>

#include "common/buf.h"
#include "fetcher/options.h"

struct phrase {
    long status;
    const char *text;
};

static const struct phrase PHRASES[] = {
    {204, "No Content"},
    {206, "Partial Content"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {418, "I'm a teapot"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {511, "Network Authentication Required"},
};

static bool has_credentials(const struct options *options)
{
    return options &&
           (options->user || options->bearer || options->cookies || options->header_count);
}

/* What the reader of the words can do; NULL: nothing but wait. */
static const char *advice(long status, const struct options *options)
{
    switch (status) {
    case 206:
        return "though the whole was asked for";
    case 304:
        return "though nothing was asked that could be so answered";
    case 401:
        return has_credentials(options) ? "the credentials were not accepted (weir set)"
                                        : "it wants credentials (weir set)";
    case 403:
        return has_credentials(options) ? "what it was asked with was not accepted (weir set)"
                                        : "it wants credentials, or another user agent (weir set)";
    case 407:
        return "the proxy wants credentials (weir set)";
    case 410:
        return "it was taken down for good";
    case 511:
        return "the network wants a login first";
    default:
        return NULL;
    }
}

void status_words(long status, const struct options *options, struct buf *out)
{
    const char *more = advice(status, options);

    buf_printf(out, "HTTP status %ld", status);
    for (size_t i = 0; i < sizeof(PHRASES) / sizeof(PHRASES[0]); i++)
        if (PHRASES[i].status == status)
            buf_printf(out, " %s", PHRASES[i].text);
    if (more)
        buf_printf(out, ": %s", more);
}

bool status_is_throttled(long status)
{
    return status == 429 || status == 503;
}
