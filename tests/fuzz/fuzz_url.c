/* The first line is the base, the rest the reference.  What comes out is clean, and resolving it
 * again changes nothing. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "common/mem.h"
#include "fetcher/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_clean(const char *url)
{
    for (const char *p = url; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f || strchr("\"<>`", *p))
            abort();
    if (strncasecmp(url, "javascript:", 11) == 0 || strncasecmp(url, "data:", 5) == 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
    size_t n = line ? (size_t)(line - data) : 0;
    char *base = line ? mem_dup(data, n) : NULL;
    struct span ref = line ? span_of(line + 1, size - n - 1) : span_of(data, size);
    char *url = url_resolve(base, ref);

    if (url) {
        must_be_clean(url);
        char *again = url_resolve(base, span_str(url));
        if (url_is_http(url) && strlen(url) < URL_MAX && (!again || strcmp(url, again) != 0))
            abort();
        free(again);
        char *host = url_host(url);
        if (url_is_http(url) && !host)
            abort();
        free(host);
    }
    free(url);
    free(base);
    return 0;
}
