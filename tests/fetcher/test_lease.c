/* A job in hand, from its arrival to its report: the real lease and parser, without a network.  The
 * transfers, the queues before the links and the service are the test's own. */
#include "tests/common/world.h"

#include "common/backlog.h"
#include "common/hash.h"
#include "common/service.h"
#include "fetcher/fetcher.h"
#include "fetcher/http.h"
#include "fetcher/lease.h"
#include "fetcher/parser.h"

enum { MOST = 32 };

struct http_transfer {
    char *url;
    char *etag;
    char *last_modified;
    char *user;
    char *proxy;
    bool has_options;
    int64_t timeout_ms;
    void *token;
    bool over;
};

static struct http_transfer asked[MOST];
static size_t asked_count, aborted_count;
static zmsg_t *sent[MOST]; /* reports and items, in their order */
static size_t sent_count;
static struct service service;
static struct fetcher fetcher;
static struct msg_pool pool;
static struct msg_report report;
static struct config *config;

/* --- in place of http.c, backlog.c and fetcher.c ---------------------------------------------- */

static char *copy(struct span text)
{
    return mem_dup(text.p, text.n);
}

struct http_transfer *http_start(struct http *http, const struct http_request *request, void *token)
{
    struct http_transfer *one = &asked[asked_count];

    ck_assert_ptr_null(http);
    ck_assert_uint_lt(asked_count, (size_t)MOST);
    if (strstr(request->url, "unaskable"))
        return NULL;
    asked_count++;
    *one = (struct http_transfer){
        .url = mem_strdup(request->url),
        .etag = copy(request->etag),
        .last_modified = copy(request->last_modified),
        .user = mem_strdup(request->options ? request->options->user : NULL),
        .proxy = mem_strdup(request->options ? request->options->proxy : NULL),
        .has_options = request->options != NULL,
        .timeout_ms = request->timeout_ms,
        .token = token};
    return one;
}

void *http_abort(struct http *http, struct http_transfer *transfer)
{
    (void)http;
    ck_assert(!transfer->over);
    transfer->over = true;
    aborted_count++;
    return transfer->token;
}

void backlog_send(struct backlog *backlog, enum lane lane, zmsg_t **message)
{
    (void)backlog;
    ck_assert_int_eq((int)lane, LANE_HI);
    ck_assert_uint_lt(sent_count, (size_t)MOST);
    sent[sent_count++] = *message;
    *message = NULL;
}

void fetcher_turn(struct fetcher *self)
{
    ck_assert_ptr_eq(self, &fetcher);
}

/* --- the world -------------------------------------------------------------------------------- */

static void setup(void)
{
    setenv("ZSYS_SIGHANDLER", "false", 1);
    config = config_create();
    service.app.config = config;
    snprintf(service.app.instance, sizeof(service.app.instance), "fetcher-test");
    fetcher.service = &service;
    fetcher.parser = parser_start(config);
}

static void forget(void)
{
    for (size_t i = 0; i < asked_count; i++) {
        free(asked[i].url);
        free(asked[i].etag);
        free(asked[i].last_modified);
        free(asked[i].user);
        free(asked[i].proxy);
    }
    for (size_t i = 0; i < sent_count; i++)
        zmsg_destroy(&sent[i]);
    asked_count = sent_count = 0;
}

static void teardown(void)
{
    forget();
    ck_assert_uint_eq(fetcher.lease_count, 0);
    ck_assert_ptr_null(fetcher.leases);
    zactor_destroy(&fetcher.parser);
    buf_free(&fetcher.out);
    msg_pool_free(&fetcher.pool);
    msg_pool_free(&pool);
    config_destroy(&config);
}

static uint64_t counter(enum counter which)
{
    return service.app.counters.at[which];
}

static struct msg_job page_job(void)
{
    return (struct msg_job){.url = span_str("https://site.example/"), .discover = 1};
}

static void take(const struct msg_job *job, const char *body, const char *options)
{
    struct msg_header header = {.kind = MSG_KIND_FETCH, .fetch = 9, .source = 7, .attempt = 1};
    struct buf frame = {0};
    zmsg_t *message = zmsg_new();

    msg_header_write(&header, &frame);
    link_append(message, &frame);
    ck_assert_int_eq(msg_job_write(job, &frame), 0);
    link_append(message, &frame);
    if (body || options)
        zmsg_addstr(message, body ? body : "");
    if (options) {
        struct msg_private private = {.options = span_str(options)};

        msg_private_write(&private, &frame);
        link_append(message, &frame);
    }
    lease_take(&fetcher, LANE_HI, &message);
    ck_assert_ptr_null(message);
    buf_free(&frame);
}

/* What a server answers to the last request. */
struct answer {
    long status;
    enum msg_error error;
    const char *words;
    const char *etag;
    const char *last_modified;
    const char *final_url;
    const char *permanent_url;
    int64_t retry_after_ms;
    const char *body;
};

/* Gives it, and lets the parser finish what it may have got by that. */
static void respond(struct answer answer)
{
    struct http_transfer *transfer = &asked[asked_count - 1];
    struct http_result result = {
        .error = answer.error,
        .words = answer.words,
        .headers = {.status = answer.error    ? 0
                              : answer.status ? answer.status
                                              : 200,
                    .etag = mem_strdup(answer.etag),
                    .last_modified = mem_strdup(answer.last_modified),
                    .retry_after_ms = answer.retry_after_ms ? answer.retry_after_ms : -1,
                    .max_age_ms = 5000},
        .final_url = answer.final_url ? answer.final_url : transfer->url,
        .permanent_url = answer.permanent_url ? answer.permanent_url : "",
        .took_ms = 3};
    size_t before = asked_count + sent_count;

    ck_assert(!transfer->over);
    transfer->over = true;
    buf_adds(&result.body, answer.body ? answer.body : "");
    lease_responded(&fetcher, transfer->token, &result);
    if (asked_count + sent_count == before) {
        zmsg_t *message = world_recv(fetcher.parser);

        lease_parsed(&fetcher, &message);
    }
    headers_clear(&result.headers);
    buf_free(&result.body);
}

/* The one report; it is followed by so many items. */
static void reported(enum msg_outcome outcome, size_t items)
{
    ck_assert_uint_eq(sent_count, items + 1);
    ck_assert_uint_eq(zmsg_size(sent[0]), 3);
    zmsg_first(sent[0]);
    msg_pool_reset(&pool);
    ck_assert_int_eq(msg_report_read(link_span(zmsg_next(sent[0])), &pool, &report), 0);
    ck_assert_int_eq((int)report.outcome, (int)outcome);
    ck_assert(span_eq(report.instance, span_str("fetcher-test")));
    ck_assert_uint_eq(fetcher.lease_count, 0);
}

static void failed(enum msg_error kind, const char *words)
{
    reported(MSG_OUTCOME_FAILED, 0);
    ck_assert_int_eq((int)report.error_kind, (int)kind);
    ck_assert_msg(memmem(report.error.p, report.error.n, words, strlen(words)) != NULL,
                  "%.*s: no \"%s\"", (int)report.error.n, report.error.p, words);
}

static void is(struct span text, const char *wanted)
{
    ck_assert_msg(span_eq(text, span_str(wanted)), "%.*s, not %s", (int)text.n, text.p, wanted);
}

#define FEED                                                                                       \
    "<rss version='2.0'><channel><title>T</title><item><guid>a</guid><title>A</title></item>"      \
    "</channel></rss>"
#define PAGE(links) "<!DOCTYPE html><html><head>" links "</head><body>x</body></html>"
#define RSS(href)   "<link rel=alternate type='application/rss+xml' href='" href "'>"

/* --- jobs ------------------------------------------------------------------------------------- */

START_TEST(plain)
{
    struct msg_job job = {.url = span_str("http://site.example/feed"),
                          .etag = span_str("\"1\""),
                          .last_modified = span_str("yesterday"),
                          .timeout_ms = 1234};

    take(&job, NULL, NULL);
    ck_assert_uint_eq(asked_count, 1);
    ck_assert_str_eq(asked[0].url, "http://site.example/feed");
    ck_assert_str_eq(asked[0].etag, "\"1\"");
    ck_assert_str_eq(asked[0].last_modified, "yesterday");
    ck_assert_int_eq(asked[0].timeout_ms, 1234);
    ck_assert(!asked[0].has_options);
    respond((struct answer){.body = FEED,
                            .etag = "\"2\"",
                            .last_modified = "today",
                            .final_url = "http://site.example/there",
                            .permanent_url = "http://site.example/new"});
    reported(MSG_OUTCOME_READ, 1);
    is(report.etag, "\"2\"");
    is(report.last_modified, "today");
    is(report.final_url, "http://site.example/there");
    is(report.permanent_url, "http://site.example/new");
    is(report.found_url, "");
    ck_assert_uint_eq(report.body_hash, hash_64(FEED, strlen(FEED)));
    ck_assert_int_eq(report.max_age_ms, 5000);
    ck_assert_uint_gt(zframe_size(zmsg_last(sent[0])), (size_t)0);
}
END_TEST

/* What cannot be asked for says so. */
START_TEST(bad_urls)
{
    static const struct {
        const char *url;
        const char *words;
    } cases[] = {{"ftp://site.example/feed", "http and https only"},
                 {"file:///etc/passwd", "http and https only"},
                 {"nonsense", "not a URL"},
                 {"", "not a URL"},
                 {"http://unaskable.example/", "not a URL that can be asked for"}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct msg_job job = {.url = span_str(cases[i].url)};

        take(&job, NULL, NULL);
        ck_assert_uint_eq(asked_count, 0);
        failed(MSG_ERROR_TRANSFER, cases[i].words);
        forget();
    }
}
END_TEST

/* The fourth frame: the third is empty, and this is no replay. */
START_TEST(options)
{
    struct msg_job job = {.url = span_str("https://site.example/feed")};

    take(&job, NULL, "{\"credentials\":{\"basic\":{\"user\":\"me\",\"password\":\"s3cret\"}}}");
    ck_assert_uint_eq(asked_count, 1);
    ck_assert_str_eq(asked[0].user, "me");
    respond((struct answer){.status = 401});
    failed(MSG_ERROR_HTTP, "HTTP status 401 Unauthorized: the credentials were not accepted");
    forget();
    take(&job, NULL, "{\"credentials\":\"s3cret\"}");
    ck_assert_uint_eq(asked_count, 0);
    failed(MSG_ERROR_TRANSFER, "credentials: ");
    ck_assert_ptr_null(memmem(report.error.p, report.error.n, "s3cret", 6));
    forget();
    take(&job, NULL, "");
    ck_assert(!asked[0].has_options);
    respond((struct answer){.status = 401});
    failed(MSG_ERROR_HTTP, "it wants credentials");
}
END_TEST

START_TEST(malformed)
{
    zmsg_t *message = zmsg_new();

    zmsg_addstr(message, "x");
    lease_take(&fetcher, LANE_HI, &message);
    message = zmsg_new();
    for (int i = 0; i < 5; i++)
        zmsg_addstr(message, "x");
    lease_take(&fetcher, LANE_HI, &message);
    ck_assert_uint_eq(counter(COUNTER_malformed), 2);
    ck_assert_uint_eq(sent_count, 0);
}
END_TEST

/* A replay needs no network: what was read before comes again from its report. */
START_TEST(replay)
{
    struct msg_job job = {.url = span_str("https://site.example/feed")};
    char *body = NULL;
    char *key = NULL;
    size_t n = 0;

    take(&job, NULL, NULL);
    respond((struct answer){.body = FEED});
    reported(MSG_OUTCOME_READ, 1);
    n = zframe_size(zmsg_last(sent[0]));
    body = mem_dup(zframe_data(zmsg_last(sent[0])), n);
    key = mem_dup(report.keys.p, report.keys.n);
    job.only = span_of(key, 16);
    job.seen_ms = 5;
    forget();
    for (int with_private = 0; with_private < 2; with_private++) {
        struct msg_header header = {.kind = MSG_KIND_FETCH, .fetch = 9, .source = 7};
        zmsg_t *message = zmsg_new();
        zmsg_t *done = NULL;
        struct buf frame = {0};
        struct msg_private private = {.options = span_str("{}")};

        msg_header_write(&header, &frame);
        link_append(message, &frame);
        msg_job_write(&job, &frame);
        link_append(message, &frame);
        zmsg_addmem(message, body, n);
        msg_private_write(&private, &frame);
        if (with_private)
            link_append(message, &frame);
        fetcher.quiet_until_ms = 1; /* read all the same */
        lease_take(&fetcher, LANE_HI, &message);
        ck_assert_uint_eq(asked_count, 0);
        done = world_recv(fetcher.parser);
        lease_parsed(&fetcher, &done);
        reported(MSG_OUTCOME_READ, 1);
        ck_assert_int_eq(report.seen_ms, 5);
        ck_assert_uint_eq(zframe_size(zmsg_last(sent[0])), 0);
        forget();
        buf_free(&frame);
    }
    free(body);
    free(key);
}
END_TEST

/* --- responses -------------------------------------------------------------------------------- */

/* A 304 changes no validator, an unchanged 200 says all there is. */
START_TEST(validators)
{
    struct msg_job job = {.url = span_str("https://site.example/feed"),
                          .etag = span_str("\"1\""),
                          .last_modified = span_str("yesterday"),
                          .body_hash = hash_64(FEED, strlen(FEED))};

    take(&job, NULL, NULL);
    respond((struct answer){
        .status = 304, .etag = "\"2\"", .permanent_url = "https://site.example/new"});
    reported(MSG_OUTCOME_NOT_MODIFIED, 0);
    is(report.etag, "\"1\"");
    is(report.last_modified, "yesterday");
    is(report.permanent_url, "https://site.example/new");
    ck_assert_uint_eq(report.body_hash, job.body_hash);
    ck_assert_int_eq(report.max_age_ms, 5000);
    forget();
    take(&job, NULL, NULL);
    respond((struct answer){.status = 304, .last_modified = "today"});
    reported(MSG_OUTCOME_NOT_MODIFIED, 0);
    is(report.etag, "\"1\"");
    is(report.last_modified, "yesterday");
    is(report.permanent_url, "");
    forget();
    take(&job, NULL, NULL);
    respond((struct answer){
        .body = FEED, .etag = "\"3\"", .permanent_url = "https://site.example/new"});
    reported(MSG_OUTCOME_UNCHANGED, 0);
    is(report.etag, "\"3\"");
    is(report.last_modified, "");
    is(report.permanent_url, "https://site.example/new");
    ck_assert_uint_eq(counter(COUNTER_not_modified), 3);
}
END_TEST

/* A 304 that was not asked for: nothing was ever read, so nothing can be unchanged. */
START_TEST(unasked_304)
{
    struct msg_job job = {.url = span_str("https://site.example/feed")};

    take(&job, NULL, NULL);
    respond((struct answer){.status = 304});
    failed(MSG_ERROR_HTTP, "HTTP status 304 Not Modified");
}
END_TEST

START_TEST(statuses)
{
    static const struct {
        long status;
        const char *words;
    } cases[] = {{404, "HTTP status 404 Not Found"},
                 {403, "HTTP status 403 Forbidden: it wants credentials"},
                 {410, "HTTP status 410 Gone"},
                 {429, "HTTP status 429 Too Many Requests"},
                 {503, "HTTP status 503 Service Unavailable"},
                 {599, "HTTP status 599"},
                 {206, "HTTP status 206 Partial Content: though the whole was asked for"}};
    struct msg_job job = {.url = span_str("https://site.example/feed")};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        take(&job, NULL, NULL);
        respond((struct answer){.status = cases[i].status,
                                .retry_after_ms = 7000,
                                .permanent_url = "https://site.example/new"});
        failed(MSG_ERROR_HTTP, cases[i].words);
        ck_assert_uint_eq(report.http_status, (uint64_t)cases[i].status);
        ck_assert_int_eq(report.retry_after_ms, 7000);
        is(report.permanent_url, "https://site.example/new");
        forget();
    }
    ck_assert_uint_eq(counter(COUNTER_throttled), 2);
    ck_assert_uint_eq(counter(COUNTER_failures), 7);
    ck_assert_uint_eq(counter(COUNTER_fetches), 7);
}
END_TEST

START_TEST(errors)
{
    struct msg_job job = page_job();

    take(&job, NULL, NULL);
    respond((struct answer){.error = MSG_ERROR_CHALLENGE, .words = "wants a browser"});
    failed(MSG_ERROR_CHALLENGE, "wants a browser");
}
END_TEST

/* --- discovery -------------------------------------------------------------------------------- */

START_TEST(finds_the_feed)
{
    struct msg_job job = page_job();

    take(&job, NULL, NULL);
    respond((struct answer){.body = PAGE(RSS("/gone") RSS("/page") RSS("/feed") RSS("/other")),
                            .etag = "\"page\""});
    ck_assert_uint_eq(asked_count, 2);
    ck_assert_str_eq(asked[1].url, "https://site.example/gone");
    ck_assert_str_eq(asked[1].etag, "");
    ck_assert_uint_eq(fetcher.lease_count, 1);
    respond((struct answer){.status = 404});
    ck_assert_str_eq(asked[2].url, "https://site.example/page");
    respond((struct answer){.body = PAGE("")});
    ck_assert_str_eq(asked[3].url, "https://site.example/feed");
    ck_assert_int_le(asked[3].timeout_ms, config->fetcher_response_ms);
    respond((struct answer){
        .body = FEED, .etag = "\"feed\"", .final_url = "https://elsewhere.example/f"});
    reported(MSG_OUTCOME_READ, 1);
    /* Where it is for now is not where it is asked for. */
    is(report.found_url, "https://site.example/feed");
    is(report.final_url, "https://elsewhere.example/f");
    is(report.permanent_url, "");
    is(report.etag, "\"feed\"");
    ck_assert_uint_eq(report.body_hash, hash_64(FEED, strlen(FEED)));
    ck_assert_uint_eq(report.alternates.count, 1); /* of what was not tried */
    ck_assert_uint_eq(counter(COUNTER_discovered), 1);
    ck_assert_uint_eq(counter(COUNTER_fetches), 4);
    ck_assert_uint_eq(counter(COUNTER_failures), 0);
}
END_TEST

/* The page's own list may lead to a list. */
START_TEST(finds_it_on_the_second_page)
{
    struct msg_job job = page_job();

    take(&job, NULL, NULL);
    respond((struct answer){.body = PAGE(RSS("/rss"))});
    respond((struct answer){.body = PAGE("") "<a href='/rss/one.xml'><a href='/rss/two.xml'>"});
    ck_assert_str_eq(asked[2].url, "https://site.example/rss/one.xml");
    respond((struct answer){.body = FEED});
    reported(MSG_OUTCOME_READ, 1);
    is(report.found_url, "https://site.example/rss/one.xml");
    ck_assert_uint_eq(report.alternates.count, 1);
}
END_TEST

START_TEST(found_and_moved)
{
    struct msg_job job = page_job();

    take(&job, NULL, NULL);
    respond((struct answer){.body = PAGE(RSS("/feed"))});
    respond((struct answer){.body = FEED,
                            .final_url = "https://site.example/new?now",
                            .permanent_url = "https://site.example/new"});
    reported(MSG_OUTCOME_READ, 1);
    is(report.found_url, "https://site.example/new");
    is(report.permanent_url, "");
}
END_TEST

START_TEST(finds_nothing)
{
    struct msg_job job = page_job();

    config->fetcher_discover = 3;
    take(&job, NULL, NULL);
    respond((struct answer){.body = PAGE(RSS("http://unaskable.example/") RSS("/a"))});
    ck_assert_str_eq(asked[1].url, "https://site.example/a");
    respond((struct answer){.error = MSG_ERROR_TIMEOUT, .words = "too slow"});
    ck_assert_uint_eq(asked_count, 3);
    respond((struct answer){.status = 500});
    ck_assert_uint_eq(asked_count, 3);
    failed(MSG_ERROR_NOT_A_FEED,
           "a web page, and no feed was found there (3 addresses tried); one of them: too slow");
    is(report.final_url, "https://site.example/");
    ck_assert_uint_eq(report.alternates.count, 2);
    ck_assert_uint_eq(counter(COUNTER_failures), 1);
}
END_TEST

/* Not where it is not wanted, and not where there is no page. */
START_TEST(no_discovery)
{
    struct msg_job job = {.url = span_str("https://site.example/")};

    take(&job, NULL, NULL);
    respond((struct answer){.body = PAGE(RSS("/feed"))});
    failed(MSG_ERROR_NOT_A_FEED, "weir add");
    ck_assert_uint_eq(asked_count, 1);
    forget();
    job.discover = 1;
    take(&job, NULL, NULL);
    respond((struct answer){.status = 404, .body = PAGE(RSS("/feed"))});
    failed(MSG_ERROR_HTTP, "404");
    ck_assert_uint_eq(asked_count, 1);
    forget();
    config->fetcher_discover = 0;
    take(&job, NULL, NULL);
    respond((struct answer){.body = PAGE(RSS("/feed"))});
    failed(MSG_ERROR_NOT_A_FEED, "weir add");
    ck_assert_uint_eq(asked_count, 1);
}
END_TEST

/* A server that asks for patience gets it; a machine without a network asks no further. */
START_TEST(ends_early)
{
    struct msg_job job = page_job();

    take(&job, NULL, NULL);
    respond((struct answer){.body = PAGE(RSS("/a"))});
    respond((struct answer){.status = 500});
    respond((struct answer){.status = 429, .retry_after_ms = 9000});
    failed(MSG_ERROR_HTTP, "HTTP status 429 Too Many Requests, while");
    ck_assert_int_eq(report.retry_after_ms, 9000);
    forget();
    take(&job, NULL, NULL);
    respond((struct answer){.body = PAGE(RSS("/a"))});
    respond((struct answer){.error = MSG_ERROR_OFFLINE, .words = "no route"});
    failed(MSG_ERROR_OFFLINE, "no route, while");
}
END_TEST

/* What belongs to the source's site is for no other; its proxy is for all. */
START_TEST(secrets_stay)
{
    struct msg_job job = page_job();

    take(&job, NULL,
         "{\"credentials\":{\"basic\":{\"user\":\"me\",\"password\":\"s3cret\"}},"
         "\"proxy\":\"http://proxy.example:3128\"}");
    respond((struct answer){.body = PAGE(RSS("/own") RSS("https://else.example/feed"))});
    ck_assert_str_eq(asked[1].url, "https://site.example/own");
    ck_assert_str_eq(asked[1].user, "me");
    respond((struct answer){.status = 404});
    ck_assert_str_eq(asked[2].url, "https://else.example/feed");
    ck_assert_ptr_null(asked[2].user);
    ck_assert_ptr_nonnull(asked[2].proxy);
    respond((struct answer){.body = FEED});
    reported(MSG_OUTCOME_READ, 1);
}
END_TEST

/* QUIESCE and STOP find it in the middle of a transfer, or of a page. */
START_TEST(handed_back)
{
    struct msg_job job = page_job();

    take(&job, NULL, NULL);
    respond((struct answer){.body = PAGE(RSS("/a"))});
    lease_give_back(fetcher.leases);
    reported(MSG_OUTCOME_ABORTED, 0);
    ck_assert_uint_eq(aborted_count, 1);
    forget();
    take(&job, NULL, NULL);
    fetcher.quiet_until_ms = 1;
    respond((struct answer){.body = PAGE(RSS("/a"))});
    ck_assert_uint_eq(asked_count, 1);
    reported(MSG_OUTCOME_ABORTED, 0);
    forget();
    fetcher.quiet_until_ms = 0;
    take(&job, NULL, NULL);
    respond((struct answer){.body = PAGE(RSS("/a") RSS("/b"))});
    fetcher.stopping = true;
    respond((struct answer){.status = 404});
    ck_assert_uint_eq(asked_count, 2);
    reported(MSG_OUTCOME_ABORTED, 0);
    ck_assert_uint_eq(aborted_count, 1);
    ck_assert_uint_eq(counter(COUNTER_aborted), 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lease");
    TCase *all = tcase_create("lease");

    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, plain);
    tcase_add_test(all, bad_urls);
    tcase_add_test(all, options);
    tcase_add_test(all, malformed);
    tcase_add_test(all, replay);
    tcase_add_test(all, validators);
    tcase_add_test(all, unasked_304);
    tcase_add_test(all, statuses);
    tcase_add_test(all, errors);
    tcase_add_test(all, finds_the_feed);
    tcase_add_test(all, finds_it_on_the_second_page);
    tcase_add_test(all, found_and_moved);
    tcase_add_test(all, finds_nothing);
    tcase_add_test(all, no_discovery);
    tcase_add_test(all, ends_early);
    tcase_add_test(all, secrets_stay);
    tcase_add_test(all, handed_back);
    suite_add_tcase(suite, all);
    return world_run(suite);
}
