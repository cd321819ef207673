/* The way through redirects. */
#include "tests/common/world.h"

#include "fetcher/redirect.h"

static struct redirect chain;
static const char *words;

static void begin(const char *url)
{
    redirect_end(&chain);
    ck_assert(redirect_begin(&chain, url));
}

static void teardown(void)
{
    redirect_end(&chain);
}

static bool next(long status, const char *location)
{
    return redirect_next(&chain, status, location, 10, false, &words);
}

START_TEST(begins)
{
    static const char *const bad[] = {"",          "ftp://h/",     "http://",  "h.example/feed",
                                      "file:///x", "javascript:0", "http://[", "//h/x"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!redirect_begin(&chain, bad[i]), "%s", bad[i]);
    begin("http://h.example");
    ck_assert_str_eq(chain.url, "http://h.example/");
    begin("HTTP://h.example/a b?q=\xc3\xbc#part");
    ck_assert_str_eq(chain.url, "http://h.example/a%20b?q=%C3%BC");
    begin("http://h.example?q");
    ck_assert_str_eq(chain.url, "http://h.example/?q");
    begin("https://me:pa%40ss@h.example:8443/f");
    ck_assert_str_eq(chain.url, "https://h.example:8443/f");
    ck_assert_str_eq(chain.user, "me:pa%40ss");
}
END_TEST

START_TEST(what_is_one)
{
    ck_assert(redirect_is(301, NULL) && redirect_is(302, "x") && redirect_is(303, "x"));
    ck_assert(redirect_is(307, "x") && redirect_is(308, "x") && redirect_is(300, "x"));
    ck_assert(!redirect_is(300, NULL) && !redirect_is(304, "x") && !redirect_is(200, "x"));
    ck_assert(!redirect_is(201, "x") && !redirect_is(305, "x"));
}
END_TEST

START_TEST(goes_on)
{
    begin("http://h.example/a/b?c");
    ck_assert(next(302, "../d"));
    ck_assert_str_eq(chain.url, "http://h.example/d");
    ck_assert(next(302, "//other.example/x"));
    ck_assert_str_eq(chain.url, "http://other.example/x");
    ck_assert(next(302, "https://user:secret@third.example/y#z"));
    ck_assert_str_eq(chain.url, "https://third.example/y");
    ck_assert_ptr_null(chain.user);
    ck_assert(next(302, " /tr\xc3\xa4ge\xff "));
    ck_assert_str_eq(chain.url, "https://third.example/tr%C3%A4ge%FF");
    ck_assert_ptr_null(chain.permanent);
}
END_TEST

/* Only what was permanent from the beginning tells where the source lives now. */
START_TEST(permanent)
{
    begin("http://h.example/a");
    ck_assert(next(301, "/b"));
    ck_assert_str_eq(chain.permanent, "http://h.example/b");
    ck_assert(next(308, "/c"));
    ck_assert_str_eq(chain.permanent, "http://h.example/c");
    ck_assert(next(302, "/d"));
    ck_assert(next(301, "/e"));
    ck_assert_str_eq(chain.permanent, "http://h.example/c");
    begin("http://h.example/a");
    ck_assert(next(307, "/b"));
    ck_assert(next(301, "/c"));
    ck_assert_ptr_null(chain.permanent);
}
END_TEST

START_TEST(refused)
{
    begin("https://h.example/a");
    ck_assert(!next(302, NULL));
    ck_assert_ptr_nonnull(strstr(words, "Location"));
    ck_assert(!next(302, "file:///etc/passwd"));
    ck_assert_ptr_nonnull(strstr(words, "no http"));
    ck_assert(!next(302, "javascript:alert(1)"));
    ck_assert(!next(302, "http://h.example/a"));
    ck_assert_ptr_nonnull(strstr(words, "https to http"));
    ck_assert_str_eq(chain.url, "https://h.example/a");
    ck_assert(redirect_next(&chain, 302, "http://h.example/a", 10, true, &words));
    ck_assert_str_eq(chain.url, "http://h.example/a");
}
END_TEST

START_TEST(loops)
{
    begin("http://h.example/a");
    ck_assert(!next(302, ""));
    ck_assert(!next(302, "/a#x"));
    ck_assert_ptr_nonnull(strstr(words, "loop"));
    ck_assert(next(302, "/b"));
    ck_assert(next(302, "/c"));
    ck_assert(!next(302, "/a"));
    ck_assert(!next(302, "http://me@h.example/b"));
    ck_assert_ptr_nonnull(strstr(words, "loop"));
}
END_TEST

START_TEST(too_many)
{
    char path[16];

    begin("http://h.example/a");
    for (int i = 0; i < 10; i++) {
        snprintf(path, sizeof(path), "/%d", i);
        ck_assert(next(302, path));
    }
    ck_assert(!next(302, "/more"));
    ck_assert_ptr_nonnull(strstr(words, "fetcher.redirects"));
    begin("http://h.example/a");
    ck_assert(!redirect_next(&chain, 302, "/b", 0, false, &words));
}
END_TEST

static bool owns(const char *from, const char *to)
{
    begin(from);
    ck_assert(redirect_own(&chain));
    ck_assert(redirect_next(&chain, 302, to, 10, true, &words));
    return redirect_own(&chain);
}

START_TEST(own)
{
    ck_assert(owns("http://h.example/a", "/b"));
    ck_assert(owns("http://h.example/a", "http://H.Example:80/b"));
    ck_assert(owns("http://h.example/a", "https://h.example/b"));
    ck_assert(owns("https://[2001:db8::1]/a", "https://[2001:db8::1]:443/b"));
    ck_assert(!owns("https://h.example/a", "http://h.example/b"));
    ck_assert(!owns("http://h.example/a", "http://h.example:8080/b"));
    ck_assert(!owns("http://h.example:8080/a", "https://h.example/b"));
    ck_assert(!owns("http://h.example/a", "http://sub.h.example/b"));
    ck_assert(!owns("http://h.example/a", "http://h.example.evil.example/b"));
    ck_assert(!owns("http://h.example/a", "http://h.example@evil.example/b"));
    /* and back again */
    ck_assert(!owns("http://h.example/a", "http://other.example/b"));
    ck_assert(redirect_next(&chain, 302, "http://h.example/c", 10, false, &words));
    ck_assert(redirect_own(&chain));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("redirect");
    TCase *all = tcase_create("redirect");

    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_add_test(all, begins);
    tcase_add_test(all, what_is_one);
    tcase_add_test(all, goes_on);
    tcase_add_test(all, permanent);
    tcase_add_test(all, refused);
    tcase_add_test(all, loops);
    tcase_add_test(all, too_many);
    tcase_add_test(all, own);
    suite_add_tcase(suite, all);
    return world_run(suite);
}
