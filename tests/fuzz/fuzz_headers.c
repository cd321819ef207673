/* Lines of a response, as a server might send them.  Durations are never below -1 or above a year;
 * where a Location leads is an http or https URL without user information and control characters.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fetcher/headers.h"
#include "fetcher/redirect.h"
#include "fetcher/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_duration(int64_t ms)
{
    if (ms < -1 || ms > 31536000000)
        abort();
}

static void must_be_short(const char *text, size_t most)
{
    if (text && strlen(text) > most)
        abort();
}

static void must_be_clean(const char *url)
{
    const char *authority = strstr(url, "://") + 3;

    if (!url_is_http(url) || memchr(authority, '@', strcspn(authority, "/?#")) || strchr(url, '#'))
        abort();
    for (const char *c = url; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f)
            abort();
}

static void follow(const char *location)
{
    struct redirect chain;
    const char *words = NULL;

    if (!redirect_begin(&chain, "http://me:secret@h.example/a/b?c#d"))
        abort();
    while (chain.hops < 3 && redirect_next(&chain, 301, location, 3, false, &words)) {
        must_be_clean(chain.url);
        redirect_own(&chain);
    }
    redirect_end(&chain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct headers headers = {0};

    headers_clear(&headers);
    while (size) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t n = end ? (size_t)(end - data) + 1 : size;

        headers_line(&headers, span_of(data, n), 1767323045000);
        data += n;
        size -= n;
        must_be_short(headers.etag, 4096);
        must_be_short(headers.last_modified, 4096);
        must_be_short(headers.content_type, 4096);
        must_be_short(headers.location, 8192);
        headers_challenger(&headers, span_of(data, size));
        must_be_duration(headers.max_age_ms);
        must_be_duration(headers.retry_after_ms);
    }
    if (headers.location)
        follow(headers.location);
    headers_clear(&headers);
    return 0;
}
