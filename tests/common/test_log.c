/* Log lines: one an event, whatever is in it. */
#include "tests/common/world.h"

#include "common/log.h"

START_TEST(a_line)
{
    char *text = NULL;

    unsetenv("JOURNAL_STREAM");
    log_start("weir-test");
    world_catch();
    log_warning("lost", "instance=%s n=%d", "x-1", 7);
    log_error("bare", NULL);
    text = world_caught();
    ck_assert_ptr_nonnull(strstr(text, " weir-test["));
    ck_assert_ptr_nonnull(strstr(text, "] warning: lost instance=x-1 n=7\n"));
    ck_assert_ptr_nonnull(strstr(text, "] error: bare\n"));
    free(text);
}
END_TEST

START_TEST(under_journald)
{
    char *text = NULL;

    setenv("JOURNAL_STREAM", "1:2", 1);
    log_start("weir-test");
    world_catch();
    log_error("a", NULL);
    log_notice("b", NULL);
    log_info("c", "k=v");
    text = world_caught();
    ck_assert_str_eq(text, "<3>a\n<5>b\n<6>c k=v\n");
    free(text);
}
END_TEST

START_TEST(levels)
{
    char *text = NULL;

    setenv("JOURNAL_STREAM", "1:2", 1);
    log_start("weir-test");
    ck_assert(!log_set_level("loud"));
    ck_assert(log_set_level("notice"));
    world_catch();
    log_info("hidden", NULL);
    log_notice("shown", NULL);
    text = world_caught();
    ck_assert_str_eq(text, "<5>shown\n");
    free(text);
}
END_TEST

/* Text from outside makes no second line and no endless one. */
START_TEST(hostile_text)
{
    char *text = NULL;
    char *longest = mem_alloc(5001);
    size_t n = 0;

    memset(longest, 'y', 5000);
    longest[5000] = '\0';
    setenv("JOURNAL_STREAM", "1:2", 1);
    log_start("weir-test");
    world_catch();
    log_error("a", "why=%s", "x\n<0>forged\x1b[2J\x7f");
    log_error("b", "why=%s", longest);
    text = world_caught();
    ck_assert_mem_eq(text, "<3>a why=x?<0>forged?[2J?\n<3>b why=yyy", 38);
    n = strlen(text);
    ck_assert_uint_lt(n, 2100);
    ck_assert_int_eq(text[n - 1], '\n');
    ck_assert_ptr_eq(strchr(strchr(text, '\n') + 1, '\n'), text + n - 1);
    free(text);
    free(longest);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log");
    TCase *all = tcase_create("log");

    tcase_add_test(all, a_line);
    tcase_add_test(all, under_journald);
    tcase_add_test(all, levels);
    tcase_add_test(all, hostile_text);
    suite_add_tcase(suite, all);
    return world_run(suite);
}
