/* Transfers against a server in the test: redirects, what is sent where, limits. */
#include "tests/fetcher/web_pages.h"

#include "common/loop.h"
#include "fetcher/http.h"
#include "fetcher/options.h"

static struct loop *loop;
static struct http *http;
static struct options *options;

/* What the last transfer gave, as copies. */
static struct {
    int count;
    enum msg_error error;
    char words[1200];
    long status;
    char final_url[512];
    char permanent_url[512];
    char etag[64];
    size_t body_bytes;
    char body[64];
} got;

static bool on_patience(struct loop *l, void *arg)
{
    (void)l;
    (void)arg;
    ck_abort_msg("no result came");
    return true;
}

static bool on_end(struct loop *l, void *arg)
{
    (void)l;
    (void)arg;
    return true;
}

static void on_done(void *self, void *token, struct http_result *result)
{
    (void)self;
    got.count += token == &got;
    got.error = result->error;
    snprintf(got.words, sizeof(got.words), "%s", result->words);
    got.status = result->headers.status;
    snprintf(got.final_url, sizeof(got.final_url), "%s", result->final_url);
    snprintf(got.permanent_url, sizeof(got.permanent_url), "%s", result->permanent_url);
    snprintf(got.etag, sizeof(got.etag), "%s", result->headers.etag ? result->headers.etag : "");
    got.body_bytes = result->body.len;
    snprintf(got.body, sizeof(got.body), "%s", result->body.len ? result->body.data : "");
    loop_timer(loop, 0, 0, on_end, NULL);
}

/* --- asking ----------------------------------------------------------------------------------- */

static void setup(void)
{
    world_open();
    world_set("fetcher.allow_networks=127.0.0.0/8");
    world_set("fetcher.response_bytes=1000000");
    world_set("fetcher.body_bytes=2000000");
    world_set("fetcher.idle_ms=1000");
    world_set("fetcher.redirects=5");
    web_open(answer);
    loop = loop_create(60000);
    http = http_open(world_config, loop, on_done, NULL);
    ck_assert_ptr_nonnull(http);
    memset(&got, 0, sizeof(got));
}

static void teardown(void)
{
    http_close(&http);
    loop_destroy(&loop);
    options_destroy(&options);
    web_close();
    world_close();
}

static void use(const char *json)
{
    const char *why = NULL;

    options_destroy(&options);
    options = options_read(span_str(json), &why);
    ck_assert_msg(options, "%s", why);
}

static void fetch_within(const char *url, int64_t timeout_ms)
{
    struct http_request request = {.url = url,
                                   .etag = span_str("\"old\""),
                                   .last_modified = span_str("Fri, 02 Jan 2026 00:00:00 GMT"),
                                   .timeout_ms = timeout_ms,
                                   .options = options};
    uint64_t patience = loop_timer(loop, 2 * WORLD_PATIENCE_MS, 0, on_patience, NULL);
    int before = got.count;

    ck_assert_ptr_nonnull(http_start(http, &request, &got));
    ck_assert_int_eq(got.count, before); /* never from inside http_start */
    ck_assert(loop_run(loop));
    ck_assert_int_eq(got.count, before + 1);
    ck_assert_uint_eq(http_count(http), 0);
    loop_cancel(loop, patience);
    ck_assert_ptr_null(strstr(got.words, "s3cret"));
    ck_assert_ptr_null(strstr(got.final_url, "s3cret"));
}

static void fetch(const char *path)
{
    char *url = mem_printf("http://127.0.0.1:%d%s", web.port, path);

    fetch_within(url, WORLD_PATIENCE_MS);
    free(url);
}

static bool ended_at(const char *path)
{
    char *url = mem_printf("http://127.0.0.1:%d%s", web.port, path);
    bool same = strcmp(url, got.final_url) == 0;

    free(url);
    return same;
}

static bool said(const char *words)
{
    return strstr(got.words, words) != NULL;
}

static bool sent(int request, const char *text)
{
    return strcasestr(web_request(request), text) != NULL;
}

START_TEST(plain)
{
    fetch("/ok");
    ck_assert_int_eq(got.error, MSG_ERROR_NONE);
    ck_assert_int_eq(got.status, 200);
    ck_assert_str_eq(got.body, "feed");
    ck_assert_str_eq(got.etag, "\"e\"");
    ck_assert_str_eq(got.permanent_url, "");
    ck_assert(ended_at("/ok"));
    ck_assert(sent(0, "\r\nIf-None-Match: \"old\"\r\n"));
    ck_assert(sent(0, "\r\nIf-Modified-Since: Fri, 02 Jan 2026 00:00:00 GMT\r\n"));
    ck_assert(sent(0, "\r\nUser-Agent: Weir/"));
    fetch("/304");
    ck_assert_int_eq(got.status, 304);
    ck_assert_str_eq(got.etag, "\"n\"");
    ck_assert_uint_eq(got.body_bytes, 0);
    fetch("/gone");
    ck_assert_int_eq(got.error, MSG_ERROR_NONE);
    ck_assert_int_eq(got.status, 404);
}
END_TEST

START_TEST(no_url)
{
    struct http_request request = {.timeout_ms = 1000};
    static const char *const bad[] = {"", "ftp://127.0.0.1/", "no url", "http://", "file:///etc"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        request.url = bad[i];
        ck_assert_msg(!http_start(http, &request, &got), "%s", bad[i]);
    }
    ck_assert_uint_eq(http_count(http), 0);
    ck_assert_int_eq(got.count, 0);
}
END_TEST

START_TEST(redirects)
{
    fetch("/302");
    ck_assert_str_eq(got.body, "feed");
    ck_assert(ended_at("/ok"));
    ck_assert_str_eq(got.permanent_url, "");
    ck_assert(sent(1, "\r\nIf-None-Match: \"old\"\r\n"));
    fetch("/308-301");
    ck_assert(ended_at("/ok"));
    ck_assert_str_eq(got.permanent_url, got.final_url);
    fetch("/301-302");
    ck_assert(ended_at("/ok"));
    ck_assert_ptr_nonnull(strstr(got.permanent_url, "/302"));
    ck_assert_str_eq(got.etag, "\"e\"");
}
END_TEST

static void is_refused(const char *path, enum msg_error error, const char *words)
{
    fetch(path);
    ck_assert_msg(got.error == error, "%s: %s: %s", path, msg_error_name(got.error), got.words);
    ck_assert_msg(said(words), "%s: %s", path, got.words);
}

START_TEST(redirects_refused)
{
    is_refused("/self", MSG_ERROR_REDIRECT, "loop");
    is_refused("/ping", MSG_ERROR_REDIRECT, "loop");
    is_refused("/chain/1", MSG_ERROR_REDIRECT, "too many");
    ck_assert(ended_at("/chain/6"));
    is_refused("/file", MSG_ERROR_REDIRECT, "no http");
    is_refused("/closed", MSG_ERROR_ADDRESS, "fetcher.allow_networks");
    ck_assert_str_eq(got.final_url, "http://10.1.2.3/");
}
END_TEST

/* What belongs to the source stays with it. */
START_TEST(secrets_stay)
{
    use("{\"credentials\": {\"basic\": {\"user\": \"me\", \"password\": \"s3cret\"}},"
        " \"headers\": {\"X-Key\": \"s3cret\"}, \"cookies\": \"a=s3cret\","
        " \"user_agent\": \"Other/2\"}");
    fetch("/there-and-back");
    ck_assert_str_eq(got.body, "feed");
    ck_assert(ended_at("/ok"));
    for (int i = 0; i < 3; i++) {
        bool own = i != 1;

        ck_assert_int_eq(sent(i, "Authorization: Basic bWU6czNjcmV0\r\n"), own);
        ck_assert_int_eq(sent(i, "X-Key: s3cret\r\n"), own);
        ck_assert_int_eq(sent(i, "Cookie: a=s3cret\r\n"), own);
        ck_assert(sent(i, "User-Agent: Other/2\r\n"));
        ck_assert(sent(i, "If-None-Match: \"old\"\r\n"));
    }
    /* and nothing of it is left for the next one */
    options_destroy(&options);
    fetch("/ok");
    ck_assert(!sent(3, "s3cret") && !sent(3, "Authorization") && !sent(3, "Other/2"));
    ck_assert(sent(3, "User-Agent: Weir/"));
    use("{\"credentials\": {\"bearer\": \"s3cret\"}}");
    fetch("/foreign");
    ck_assert(sent(4, "Authorization: Bearer s3cret\r\n"));
    ck_assert(!sent(5, "s3cret") && !sent(5, "Authorization"));
}
END_TEST

START_TEST(user_in_url)
{
    char *url = mem_printf("http://me:s3cret@127.0.0.1:%d/foreign", web.port);

    fetch_within(url, WORLD_PATIENCE_MS);
    free(url);
    ck_assert_str_eq(got.body, "feed");
    ck_assert(sent(0, "Authorization: Basic bWU6czNjcmV0\r\n"));
    ck_assert(!sent(1, "Authorization"));
    fetch("/user"); /* in a Location: not used, not reported */
    ck_assert_str_eq(got.body, "feed");
    ck_assert(sent(3, "GET /ok ") && !sent(3, "Authorization"));
}
END_TEST

START_TEST(sizes)
{
    is_refused("/gzip-bomb", MSG_ERROR_TOO_LARGE, "2000000 bytes (fetcher.body_bytes)");
    is_refused("/empty-bomb", MSG_ERROR_TOO_LARGE, "1000000 bytes (fetcher.response_bytes)");
    is_refused("/long", MSG_ERROR_TOO_LARGE, "1000000 bytes (fetcher.response_bytes)");
    is_refused("/said-long", MSG_ERROR_TOO_LARGE, "1000000 bytes (fetcher.response_bytes)");
    is_refused("/many-headers", MSG_ERROR_TOO_LARGE, "131072 bytes (fetcher.header_bytes)");
    ck_assert_uint_eq(got.body_bytes, 0);
}
END_TEST

/* The rest of a body that nobody wants is no error. */
START_TEST(unwanted_bodies)
{
    fetch("/long-404");
    ck_assert_int_eq(got.error, MSG_ERROR_NONE);
    ck_assert_int_eq(got.status, 404);
    ck_assert_uint_le(got.body_bytes, 16384);
    fetch("/long-302");
    ck_assert_int_eq(got.error, MSG_ERROR_NONE);
    ck_assert_str_eq(got.body, "feed");
}
END_TEST

START_TEST(times)
{
    is_refused("/drip", MSG_ERROR_TIMEOUT, "stalled: less than 16 bytes a second for 1000 ms");
    world_set("fetcher.idle_ms=600000");
    http_close(&http);
    http = http_open(world_config, loop, on_done, NULL);
    char *url = mem_printf("http://127.0.0.1:%d/silent", web.port);
    fetch_within(url, 300);
    free(url);
    ck_assert_int_eq(got.error, MSG_ERROR_TIMEOUT);
    ck_assert_msg(said("no whole response within 300 ms"), "%s", got.words);
}
END_TEST

START_TEST(odd_servers)
{
    is_refused("/challenge", MSG_ERROR_CHALLENGE, "Cloudflare wants a browser");
    ck_assert_int_eq(got.status, 403);
    fetch("/odd-headers");
    ck_assert_int_eq(got.error, MSG_ERROR_NONE);
    ck_assert_str_eq(got.etag, "\"f\"");
    is_refused("/nul-header", MSG_ERROR_TRANSFER, "");
    is_refused("/no-http", MSG_ERROR_TRANSFER, "");
    is_refused("/nothing", MSG_ERROR_TRANSFER, "");
}
END_TEST

START_TEST(addresses)
{
    fetch_within("http://10.1.2.3/", 5000);
    ck_assert_int_eq(got.error, MSG_ERROR_ADDRESS);
    fetch_within("http://[::ffff:10.1.2.3]/", 5000);
    ck_assert_int_eq(got.error, MSG_ERROR_ADDRESS);
    fetch_within("http://0x0a010203/", 5000);
    ck_assert_int_eq(got.error, MSG_ERROR_ADDRESS);
    ck_assert_int_eq(web_count(), 0);
}
END_TEST

/* The server plays proxy: it is asked for whole URLs. */
START_TEST(proxies)
{
    char *json = mem_printf("{\"proxy\": \"http://me:s3cret@127.0.0.1:%d\"}", web.port);

    world_set("fetcher.allow_networks=");
    use(json);
    free(json);
    fetch_within("http://feeds.invalid/ok", 5000);
    ck_assert_int_eq(got.error, MSG_ERROR_NONE);
    ck_assert_int_eq(got.status, 404); /* the path is the whole URL */
    ck_assert(sent(0, "GET http://feeds.invalid/ok HTTP/1.1\r\n"));
    ck_assert(sent(0, "Proxy-Authorization: Basic bWU6czNjcmV0\r\n"));
    static const char *const closed[] = {"http://10.1.2.3/",
                                         "http://127.1/",
                                         "http://2130706433/",
                                         "http://[::1]/",
                                         "http://localhost/",
                                         "http://x.LOCALHOST/",
                                         "http://127.0.0.1./",
                                         "http://localhost./",
                                         "http://\u2460\u2461\u2466.0.0.1/",
                                         "http://127\u30020\u30020\u30021/"};
    for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++) {
        fetch_within(closed[i], 5000);
        ck_assert_msg(got.error == MSG_ERROR_ADDRESS, "%s", closed[i]);
    }
    ck_assert_int_eq(web_count(), 1);
    use("{\"proxy\": \"http://me:s3cret@127.0.0.1:1\"}");
    fetch_within("http://feeds.invalid/ok", 5000);
    ck_assert_int_eq(got.error, MSG_ERROR_CONNECT);
}
END_TEST

START_TEST(unreachable)
{
    fetch_within("http://127.0.0.1:1/", 5000);
    ck_assert_int_eq(got.error, MSG_ERROR_CONNECT);
    fetch_within("http://no-such-host.invalid/", 9000);
    ck_assert(got.error == MSG_ERROR_DNS || got.error == MSG_ERROR_OFFLINE);
    fetch_within("http://b\xc3\xbc"
                 "cher.invalid/",
                 9000); /* IDNA */
    ck_assert(got.error == MSG_ERROR_DNS || got.error == MSG_ERROR_OFFLINE);
}
END_TEST

START_TEST(aborts)
{
    struct http_request request = {.timeout_ms = 5000};
    char *url = mem_printf("http://127.0.0.1:%d/silent", web.port);
    struct http_transfer *transfer = NULL;

    request.url = url;
    for (int i = 0; i < 3; i++) {
        transfer = http_start(http, &request, &got);
        ck_assert_ptr_eq(http_any(http), transfer);
        ck_assert_ptr_eq(http_abort(http, transfer), &got);
        ck_assert_uint_eq(http_count(http), 0);
    }
    ck_assert_ptr_nonnull(http_start(http, &request, &got));
    free(url);
    ck_assert_int_eq(got.count, 0); /* teardown closes with one under way */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http");
    TCase *all = tcase_create("http");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_set_timeout(all, 60);
    tcase_add_test(all, plain);
    tcase_add_test(all, no_url);
    tcase_add_test(all, redirects);
    tcase_add_test(all, redirects_refused);
    tcase_add_test(all, secrets_stay);
    tcase_add_test(all, user_in_url);
    tcase_add_test(all, sizes);
    tcase_add_test(all, unwanted_bodies);
    tcase_add_test(all, times);
    tcase_add_test(all, odd_servers);
    tcase_add_test(all, addresses);
    tcase_add_test(all, proxies);
    tcase_add_test(all, unreachable);
    tcase_add_test(all, aborts);
    suite_add_tcase(suite, all);
    return world_run(suite);
}
