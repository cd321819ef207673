/* No core, nothing open to others, and clear words where there is no sandbox. */
#include <dirent.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/common/sandbox_world.h"

/* --- no core ---------------------------------------------------------------------------------- */

/* Dies as by a failed assertion, where cores are wanted. */
static int die(bool guarded)
{
    const struct rlimit any = {RLIM_INFINITY, RLIM_INFINITY};
    pid_t child = fork();

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        if (guarded)
            sandbox_guard();
        else
            prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
        setrlimit(RLIMIT_CORE, &any); /* whoever may; root may even now */
        abort();
    }
    return end_of(child);
}

static int files_here(void)
{
    DIR *here = opendir(".");
    int count = 0;

    while (readdir(here))
        count++;
    closedir(here);
    return count;
}

START_TEST(no_core_is_left)
{
    int before = files_here();
    int status = die(true);

    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    ck_assert(!WCOREDUMP(status));
    ck_assert_int_eq(files_here(), before);
    if (!WCOREDUMP(die(false)))
        printf("note: nothing leaves a core here, so none is missed\n");
}
END_TEST

START_TEST(guarded)
{
    struct rlimit limit;
    struct stat about;

    umask(0);
    sandbox_guard();
    ck_assert_int_eq(getrlimit(RLIMIT_CORE, &limit), 0);
    ck_assert(limit.rlim_cur == 0 && limit.rlim_max == 0);
    ck_assert_int_eq(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
    ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
    close(creat("mine", 0666));
    ck_assert_int_eq(stat("mine", &about), 0);
    ck_assert_int_eq(about.st_mode & 0777, 0600);
}
END_TEST

/* --- words ------------------------------------------------------------------------------------ */

static char *words_of(enum sandbox profile, bool wanted, int result)
{
    world_catch();
    ck_assert_int_eq(sandbox_enter(profile, wanted), result);
    return world_caught();
}

START_TEST(it_says_when_there_is_none)
{
    char *words = words_of(SANDBOX_NONE, true, 0);

    ck_assert_str_eq(words, "");
    free(words);
    words = words_of(SANDBOX_NET, false, 0);
    ck_assert_ptr_nonnull(strstr(words, "warning: no-sandbox"));
    ck_assert_ptr_nonnull(
        strstr(words, sandbox_is_built() ? "service.sandbox = 0" : "without libseccomp"));
    free(words);
    close(creat("still-possible", 0600));
    ck_assert_int_eq(access("still-possible", F_OK), 0);
}
END_TEST

/* Where the system does not let it, as in a sandbox that refuses seccomp () itself. */
START_TEST(it_says_when_it_cannot)
{
    int said[2];
    char words[4096] = "";
    pid_t child = -1;

    if (!sandbox_is_built())
        return;
    ck_assert_int_eq(pipe(said), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        dup2(said[1], STDERR_FILENO);
        enter(SANDBOX_LINKS);
        _exit(sandbox_enter(SANDBOX_LINKS, true) == -1 ? 0 : 93);
    }
    ck_assert_int_eq(end_of(child), 0);
    ck_assert_int_gt(read(said[0], words, sizeof(words) - 1), 0);
    ck_assert_ptr_nonnull(strstr(words, "error: sandbox-failed"));
    ck_assert_ptr_nonnull(strstr(words, "service.sandbox=0"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sandbox_guard");
    TCase *tcase = tcase_create("sandbox_guard");

    tcase_add_checked_fixture(tcase, sandbox_setup, sandbox_teardown);
    tcase_add_test(tcase, no_core_is_left);
    tcase_add_test(tcase, guarded);
    tcase_add_test(tcase, it_says_when_there_is_none);
    tcase_add_test(tcase, it_says_when_it_cannot);
    suite_add_tcase(suite, tcase);
    return world_run(suite);
}
