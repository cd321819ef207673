/* API keys: read from a file, never told. */
#include "embedder/key_file.h"

#include <check.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/common/world.h"

static char path[64];

static void setup(void)
{
    int fd = -1;

    snprintf(path, sizeof(path), "/tmp/weir-key-XXXXXX");
    fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void teardown(void)
{
    unlink(path);
}

static void write_key(const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(path, mode), 0);
}

/* The key of a file with this text, NULL = none; what was logged must, or must not, have a part in
 * it, and never the key. */
static void check_key(const char *text, mode_t mode, const char *wanted, const char *logged)
{
    char *key = NULL, *said = NULL;

    write_key(text, mode);
    world_catch();
    key = key_file_read(path);
    said = world_caught();
    if (wanted)
        ck_assert_str_eq(key, wanted);
    else
        ck_assert_ptr_null(key);
    if (logged)
        ck_assert_msg(strstr(said, logged) != NULL, "%s", said);
    else
        ck_assert_str_eq(said, "");
    ck_assert_ptr_null(strstr(said, "sk-secret"));
    mem_forget(&key);
    free(said);
}

START_TEST(the_first_line)
{
    check_key("sk-secret", 0600, "sk-secret", NULL);
    check_key("sk-secret\n", 0400, "sk-secret", NULL);
    check_key("  sk-secret \t\r\nmore\n", 0600, "sk-secret", NULL);
}
END_TEST

START_TEST(others_may_read_it)
{
    check_key("sk-secret\n", 0640, "sk-secret", "key-file-open");
    check_key("sk-secret\n", 0604, "sk-secret", "mode=604");
}
END_TEST

START_TEST(no_key)
{
    check_key("", 0600, NULL, "key-file-empty");
    check_key("\nsk-secret\n", 0600, NULL, "key-file-empty");
    check_key("sk-secret and more", 0600, NULL, "key-file-empty");
    check_key("sk-secret\x01", 0600, NULL, "key-file-empty");
    unlink(path);
    world_catch();
    ck_assert_ptr_null(key_file_read(path));
    char *said = world_caught();
    ck_assert_ptr_nonnull(strstr(said, "key-file-unreadable"));
    free(said);
}
END_TEST

START_TEST(hidden_where_quoted)
{
    char words[] = "key sk-1 is wrong: sk-1", clipped[] = "the key sk-1234", end[] = "risk";

    key_file_hide("sk-1", words);
    ck_assert_str_eq(words, "key **** is wrong: ****");
    key_file_hide("sk-123456", clipped);
    ck_assert_str_eq(clipped, "the key *******");
    key_file_hide("sk-123456", end);
    ck_assert_str_eq(end, "risk");
    key_file_hide(NULL, words);
    key_file_hide("", words);
    ck_assert_str_eq(words, "key **** is wrong: ****");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("key_file");
    TCase *all = tcase_create("key_file");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, the_first_line);
    tcase_add_test(all, others_may_read_it);
    tcase_add_test(all, no_key);
    tcase_add_test(all, hidden_where_quoted);
    suite_add_tcase(suite, all);
    return world_run(suite);
}
