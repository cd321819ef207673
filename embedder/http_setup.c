/* An easy handle made ready: limits, and what may not happen. */
#include "common/config.h"
#include "embedder/http_inner.h"

/* --- callbacks -------------------------------------------------------------------------------- */

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
    struct http_transfer *transfer = arg;

    n *= size;
    transfer->too_large =
        (int64_t)(transfer->body.len + n) > transfer->http->config->embedder_response_bytes;
    if (transfer->too_large)
        return 0;
    buf_add(&transfer->body, data, n);
    return n;
}

/* The size that is announced, before the first byte came. */
static int on_progress(void *arg, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up_now)
{
    struct http_transfer *transfer = arg;
    int64_t most = transfer->http->config->embedder_response_bytes;

    (void)up_total;
    (void)up_now;
    if (total <= most && now <= most)
        return 0;
    transfer->too_large = true;
    return 1;
}

/* --- options ---------------------------------------------------------------------------------- */

static void set_ways(struct http_transfer *transfer, const char *url)
{
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    /* A redirect would take the key and the texts to where nobody sent them. */
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* One that ends while its name is looked up must not wait for the resolver's thread. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "Weir/1 (embedder)");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->http->lines);
    if (*transfer->http->config->embedder_ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, transfer->http->config->embedder_ca_file);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)transfer->http->config->embedder_connect_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)transfer->timeout_ms);
}

static void set_callbacks(struct http_transfer *transfer)
{
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->curl_words);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, transfer);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
}

void http_arrange(struct http_transfer *transfer, const char *url)
{
    set_ways(transfer, url);
    set_callbacks(transfer);
}
