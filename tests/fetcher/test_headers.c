/* Response headers. */
#include "tests/common/world.h"

#include "fetcher/headers.h"

static struct headers h;

/* 2026-01-02 03:04:05 UTC */
#define NOW_MS 1767323045000

static void setup(void)
{
    headers_clear(&h);
}

static void teardown(void)
{
    headers_clear(&h);
}

static void line(const char *text)
{
    headers_line(&h, span_str(text), NOW_MS);
}

START_TEST(plain)
{
    line("HTTP/1.1 200 OK\r\n");
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
    ck_assert(!h.redirected);
}
END_TEST

/* A status line begins a new response; only the redirects are remembered. */
START_TEST(redirects)
{
    line("HTTP/1.1 301 Moved");
    line("Location: /b");
    line("ETag: \"of the redirect\"");
    ck_assert_str_eq(h.location, "/b");
    line("HTTP/2 200 ");
    ck_assert_int_eq(h.status, 200);
    ck_assert_ptr_null(h.etag);
    ck_assert_ptr_null(h.location);
    ck_assert(h.redirected && h.only_permanent);
    headers_clear(&h);
    line("HTTP/1.1 308 Moved");
    line("HTTP/1.1 302 Found");
    line("HTTP/1.1 200 OK");
    ck_assert(h.redirected && !h.only_permanent);
    headers_clear(&h);
    line("HTTP/1.1 100 Continue");
    line("HTTP/1.1 200 OK");
    ck_assert(!h.redirected);
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
    line("HTTP/1.1 200 OK"); /* another response: forgotten */
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

START_TEST(hostile)
{
    char *longest = mem_alloc(20001);

    memset(longest, 'a', 20000);
    memcpy(longest, "ETag: ", 6);
    longest[20000] = '\0';
    line(longest);
    ck_assert_uint_eq(strlen(h.etag), 4096);
    line("");
    line(":");
    line("HTTP/");
    ck_assert_int_eq(h.status, 0);
    line("HTTP/1.1");
    ck_assert_int_eq(h.status, 0);
    line("HTTP/1.1 abc");
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
    tcase_add_test(all, redirects);
    tcase_add_test(all, retry_after);
    tcase_add_test(all, age);
    tcase_add_test(all, shared_age);
    tcase_add_test(all, hostile);
    suite_add_tcase(suite, all);
    return world_run(suite);
}
