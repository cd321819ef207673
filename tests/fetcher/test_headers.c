/* Response headers. */
#include "tests/common/world.h"

#include "fetcher/headers.h"

static struct headers h;

/* 2026-01-02 03:04:05 UTC */
#define NOW_MS 1767323045000

static void teardown(void)
{
    headers_clear(&h);
}

static void line(const char *text)
{
    headers_line(&h, span_str(text), NOW_MS);
}

static void begin(const char *status)
{
    line("\r\n");
    line(status);
}

static void setup(void)
{
    headers_clear(&h);
    line("HTTP/1.1 200 OK");
}

START_TEST(plain)
{
    line("ETag: \"abc\"\r\n");
    line("last-modified:   Fri, 02 Jan 2026 00:00:00 GMT  \r\n");
    line("CONTENT-TYPE:application/atom+xml; charset=utf-8\r\n");
    line("X-Other: y\r\n");
    line("\r\n");
    ck_assert_int_eq(h.status, 200);
    ck_assert_str_eq(h.etag, "\"abc\"");
    ck_assert_str_eq(h.last_modified, "Fri, 02 Jan 2026 00:00:00 GMT");
    ck_assert_str_eq(h.content_type, "application/atom+xml; charset=utf-8");
    ck_assert_ptr_null(h.location);
    ck_assert_int_eq(h.retry_after_ms, -1);
    ck_assert_int_eq(h.max_age_ms, -1);
}
END_TEST

/* A status line behind a whole header begins a new response. */
START_TEST(responses)
{
    begin("HTTP/1.1 103 Early Hints");
    line("ETag: \"of the hint\"");
    line("Location: /b");
    ck_assert_str_eq(h.location, "/b");
    begin("HTTP/2 204 ");
    ck_assert_int_eq(h.status, 204);
    ck_assert_ptr_null(h.etag);
    ck_assert_ptr_null(h.location);
    line("HTTP/1.1 500 injected");
    ck_assert_int_eq(h.status, 204);
}
END_TEST

/* Fields behind the body are not the response's (RFC 9110 section 6.5.1). */
START_TEST(trailers)
{
    line("ETag: \"a\"");
    line("\r\n");
    line("ETag: \"b\"");
    line("Location: /b");
    line(" folded");
    ck_assert_str_eq(h.etag, "\"a\"");
    ck_assert_ptr_null(h.location);
}
END_TEST

START_TEST(folded)
{
    line("Content-Type: text/xml;\r\n");
    line("\tcharset=utf-8\r\n");
    line("  \r\n");
    ck_assert_str_eq(h.content_type, "text/xml; charset=utf-8");
    line("X-Other: y");
    line(" Location: /evil");
    ck_assert_ptr_null(h.location);
    ck_assert_str_eq(h.content_type, "text/xml; charset=utf-8");
    line("Location:");
    line(" /b");
    ck_assert_str_eq(h.location, "/b");
}
END_TEST

START_TEST(long_location)
{
    struct buf text = {0};

    buf_adds(&text, "Location: /");
    while (text.len < 8000)
        buf_addc(&text, 'a');
    line(text.data);
    ck_assert_uint_eq(strlen(h.location), 8000 - 10);
    while (text.len < 9000)
        buf_addc(&text, 'a');
    line(text.data);
    ck_assert_ptr_null(h.location);
    buf_free(&text);
}
END_TEST

static const char *challenger(const char *status, const char *field, const char *body)
{
    begin(status);
    line(field);
    return headers_challenger(&h, span_str(body));
}

START_TEST(challenges)
{
    ck_assert_ptr_null(challenger("HTTP/1.1 200 OK", "Server: cloudflare", "<rss>"));
    ck_assert_ptr_null(challenger("HTTP/1.1 403 No", "Server: cloudflare", "<p>members only"));
    ck_assert_ptr_null(challenger("HTTP/1.1 403 No", "Server: nginx", "Just a moment..."));
    ck_assert_ptr_null(challenger("HTTP/1.1 404 No", "Server: AkamaiGHost", ""));
    ck_assert_ptr_null(challenger("HTTP/1.1 200 OK", "X-DataDome: protected", "<rss>"));
    ck_assert_ptr_null(challenger("HTTP/1.1 503 No", "Server: ddos-guard", ""));
    ck_assert_str_eq(challenger("HTTP/1.1 403 No", "cf-mitigated: challenge", ""), "Cloudflare");
    ck_assert_str_eq(challenger("HTTP/1.1 200 OK", "CF-Mitigated: Challenge", ""), "Cloudflare");
    ck_assert_str_eq(challenger("HTTP/1.1 503 No", "Server: cloudflare",
                                "<html><title>Just a moment...</title>"),
                     "Cloudflare");
    ck_assert_str_eq(challenger("HTTP/2 202 ", "x-amzn-waf-action: challenge", ""), "AWS WAF");
    ck_assert_str_eq(challenger("HTTP/2 405 ", "x-amzn-waf-action: captcha", ""), "AWS WAF");
    ck_assert_str_eq(challenger("HTTP/1.1 403 No", "Server: ddos-guard", ""), "DDoS-Guard");
    ck_assert_str_eq(challenger("HTTP/1.1 403 No", "X-DataDome: protected", ""), "DataDome");
    ck_assert_str_eq(challenger("HTTP/1.1 403 No", "Server: AkamaiGHost", ""), "Akamai");
    ck_assert_str_eq(challenger("HTTP/1.1 403 No", "Server: Sucuri/Cloudproxy", ""), "Sucuri");
    ck_assert_str_eq(challenger("HTTP/1.1 429 No", "x-vercel-mitigated: challenge", ""), "Vercel");
    ck_assert_str_eq(challenger("HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8",
                                "<html><script id=\"anubis_challenge\" type=\"application/json\">"),
                     "Anubis");
    ck_assert_ptr_null(challenger("HTTP/1.1 200 OK", "Content-Type: application/rss+xml",
                                  "<rss> id=\"anubis_challenge\""));
    ck_assert_ptr_null(challenger("HTTP/1.1 200 OK", "Content-Type: text/html", "<html>a page"));
    /* a new response forgets */
    ck_assert_ptr_null(challenger("HTTP/1.1 403 No", "X-Other: y", ""));
}
END_TEST

START_TEST(retry_after)
{
    line("Retry-After: 120");
    ck_assert_int_eq(h.retry_after_ms, 120000);
    line("Retry-After: Fri, 02 Jan 2026 03:05:05 GMT");
    ck_assert_int_eq(h.retry_after_ms, 60000);
    line("Retry-After: Fri, 02 Jan 2026 03:03:05 GMT"); /* past: now */
    ck_assert_int_eq(h.retry_after_ms, 0);
    line("Retry-After: 99999999999999999999999");
    ck_assert_int_eq(h.retry_after_ms, 31536000000);
    line("Retry-After: Fri, 02 Jan 2226 03:05:05 GMT");
    ck_assert_int_eq(h.retry_after_ms, 31536000000);
    line("Retry-After: -5");
    ck_assert_int_eq(h.retry_after_ms, -1);
    line("Retry-After: soon");
    ck_assert_int_eq(h.retry_after_ms, -1);
    line("Retry-After:");
    ck_assert_int_eq(h.retry_after_ms, -1);
}
END_TEST

/* max-age wins over Expires, wherever they stand (RFC 9111 section 5.3). */
START_TEST(age)
{
    line("Expires: Fri, 02 Jan 2026 03:05:05 GMT");
    ck_assert_int_eq(h.max_age_ms, 60000);
    line("Cache-Control: public, Max-Age=300, must-revalidate");
    ck_assert_int_eq(h.max_age_ms, 300000);
    line("Expires: Fri, 02 Jan 2026 03:05:05 GMT");
    ck_assert_int_eq(h.max_age_ms, 300000);
    begin("HTTP/1.1 200 OK"); /* another response: forgotten */
    ck_assert_int_eq(h.max_age_ms, -1);
    line("Expires: Fri, 02 Jan 2026 03:05:05 GMT");
    ck_assert_int_eq(h.max_age_ms, 60000);
    line("Cache-Control: max-age=-1");
    ck_assert_int_eq(h.max_age_ms, -1);
    line("Cache-Control: max-age=99999999999");
    ck_assert_int_eq(h.max_age_ms, 31536000000);
}
END_TEST

/* s-maxage is for shared caches. */
START_TEST(shared_age)
{
    line("Cache-Control: s-maxage=5");
    ck_assert_int_eq(h.max_age_ms, -1);
    line("Cache-Control: x-max-age=5, max-age=7");
    ck_assert_int_eq(h.max_age_ms, 7000);
}
END_TEST

/* A server whose clock is wrong says how wrong; a cache says how long it kept the response. */
START_TEST(clocks)
{
    line("Retry-After: Fri, 02 Jan 2026 10:10:00 GMT");
    line("Expires: Fri, 02 Jan 2026 11:00:00 GMT");
    line("Date: Fri, 02 Jan 2026 10:00:00 GMT");
    line("");
    ck_assert_int_eq(h.retry_after_ms, 600000);
    ck_assert_int_eq(h.max_age_ms, 3600000);
    begin("HTTP/1.1 200 OK");
    line("Date: Fri, 02 Jan 2026 10:00:00 GMT");
    line("Age: 600");
    line("Expires: 0");
    line("Cache-Control: max-age=3600");
    line("Retry-After: 60");
    line("");
    ck_assert_int_eq(h.retry_after_ms, 60000);
    ck_assert_int_eq(h.max_age_ms, 3000000);
    begin("HTTP/1.1 200 OK");
    line("Age: 4000");
    line("Cache-Control: max-age=3600");
    line("");
    ck_assert_int_eq(h.max_age_ms, 0);
    begin("HTTP/1.1 200 OK");
    line("Date: when it suits");
    line("Age: -7");
    line("Retry-After: Fri, 02 Jan 2026 03:05:05 GMT");
    line("");
    ck_assert_int_eq(h.retry_after_ms, 60000);
    ck_assert_int_eq(h.max_age_ms, -1);
}
END_TEST

/* How often a body is compressed, in one field or several. */
START_TEST(codings)
{
    line("Content-Encoding: gzip");
    ck_assert_uint_eq(h.codings, 1);
    begin("HTTP/1.1 200 OK");
    line("Content-Encoding: identity , br,");
    ck_assert_uint_eq(h.codings, 1);
    line("content-encoding: ,x-gzip");
    ck_assert_uint_eq(h.codings, 2);
}
END_TEST

START_TEST(hostile)
{
    char *longest = mem_alloc(20001);

    memset(longest, 'a', 20000);
    memcpy(longest, "ETag: ", 6);
    longest[20000] = '\0';
    line(longest);
    ck_assert_ptr_null(h.etag); /* half a validator is none */
    longest[4096 + 6] = '\0';
    line(longest);
    ck_assert_uint_eq(strlen(h.etag), 4096);
    line(":");
    line(": no name");
    begin("HTTP/");
    ck_assert_int_eq(h.status, 0);
    begin("HTTP/1.1");
    ck_assert_int_eq(h.status, 0);
    begin("HTTP/1.1 abc");
    ck_assert_int_eq(h.status, 0);
    line("ETag");
    ck_assert_ptr_null(h.etag);
    headers_line(&h, span_of("ETag: a\0b", 9), NOW_MS);
    ck_assert_ptr_nonnull(h.etag);
    line("ETag: second");
    line("ETag: third");
    ck_assert_str_eq(h.etag, "third");
    free(longest);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("headers");
    TCase *all = tcase_create("headers");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, plain);
    tcase_add_test(all, responses);
    tcase_add_test(all, trailers);
    tcase_add_test(all, folded);
    tcase_add_test(all, long_location);
    tcase_add_test(all, challenges);
    tcase_add_test(all, retry_after);
    tcase_add_test(all, age);
    tcase_add_test(all, shared_age);
    tcase_add_test(all, clocks);
    tcase_add_test(all, codings);
    tcase_add_test(all, hostile);
    suite_add_tcase(suite, all);
    return world_run(suite);
}
