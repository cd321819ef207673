/* What a process gives up: each forbidden call is refused in every thread. */
#include <pthread.h>
#include <sys/eventfd.h>

#include "tests/common/sandbox_forbidden.h"
#include "tests/common/sandbox_world.h"

/* --- what is refused -------------------------------------------------------------------------- */

struct forbidden {
    const char *name;
    enum forbidden_kind kind;
    long (*make)(void);
};

#define FORBIDDEN(name, kind, call)                                                                \
    static long make_##name(void)                                                                  \
    {                                                                                              \
        return (long)(call);                                                                       \
    }
FORBIDDEN_PROGRAMS
FORBIDDEN_FILES
FORBIDDEN_OTHERS
FORBIDDEN_SOCKETS
FORBIDDEN_SYSTEM
#undef FORBIDDEN

#define FORBIDDEN(name, kind, call) {#name, kind, make_##name},
static const struct forbidden programs[] = {FORBIDDEN_PROGRAMS{0}};
static const struct forbidden files[] = {FORBIDDEN_FILES{0}};
static const struct forbidden others[] = {FORBIDDEN_OTHERS{0}};
static const struct forbidden sockets[] = {FORBIDDEN_SOCKETS{0}};
static const struct forbidden systems[] = {FORBIDDEN_SYSTEM{0}};
#undef FORBIDDEN

static long internet(void)
{
    return fb_socket(AF_INET, SOCK_STREAM, 0);
}

static long internet_datagram(void)
{
    return fb_socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);
}

static long route(void)
{
    return fb_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
}

/* What links alone do not need. */
static const struct forbidden network[] = {{"internet", PLAIN, internet},
                                           {"internet_datagram", PLAIN, internet_datagram},
                                           {"route", PLAIN, route},
                                           {0}};

static const struct forbidden *const tables[] = {programs, files, others, sockets, systems};
enum { TABLES = sizeof(tables) / sizeof(tables[0]) };

static void try_all(const struct forbidden *calls)
{
    for (int i = 0; calls[i].name; i++) {
        outcome->at = i;
        errno = 0;
        outcome->of[i].result = calls[i].make();
        outcome->of[i].error = errno;
    }
    _exit(0);
}

/* In a child of its own; the sandbox is entered unless profile is SANDBOX_NONE. */
static void try_in_child(const struct forbidden *calls, enum sandbox profile)
{
    pid_t child = fork();
    int status = 0;

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        enter(profile);
        try_all(calls);
    }
    status = end_of(child);
    ck_assert_msg(status == 0, "the child ended with status %#x in %s", (unsigned)status,
                  calls[outcome->at].name);
}

static void refused(const struct forbidden *calls, enum sandbox profile)
{
    int count = 0;

    try_in_child(calls, profile);
    for (; calls[count].name; count++) {
        int wanted = calls[count].kind == HIDDEN ? ENOSYS : EPERM;

        ck_assert_msg(outcome->of[count].result == -1 && outcome->of[count].error == wanted,
                      "%s: result %ld, error \"%s\"", calls[count].name, outcome->of[count].result,
                      strerror(outcome->of[count].error));
    }
    ck_assert_int_gt(count, 0);
}

START_TEST(each_forbidden_call_is_refused)
{
    if (!sandbox_is_built() || sandbox_is_wide())
        return;
    refused(tables[_i], SANDBOX_NET);
    refused(tables[_i], SANDBOX_LINKS);
}
END_TEST

START_TEST(links_alone_have_no_network)
{
    if (sandbox_is_built())
        refused(network, SANDBOX_LINKS);
}
END_TEST

/* So that a refusal above is the sandbox's, and nobody else's. */
START_TEST(without_it_they_are_not)
{
    const struct forbidden *calls = _i < TABLES ? tables[_i] : network;

    try_in_child(calls, SANDBOX_NONE);
    for (int i = 0; calls[i].name; i++)
        ck_assert_msg(calls[i].kind == RIGHTS || outcome->of[i].error != EPERM,
                      "%s is refused without the sandbox", calls[i].name);
}
END_TEST

/* With a sanitizer it is wider, but files stay as they are. */
START_TEST(no_file_is_written_with_a_sanitizer_either)
{
    if (sandbox_is_built())
        refused(files, SANDBOX_NET);
}
END_TEST

#if defined(__x86_64__)
static long by_old_numbers(void)
{
    long result = 20; /* getpid of i386 */

    __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
    return result;
}

static long by_x32_numbers(void)
{
    return syscall(0x40000000 | SYS_getpid);
}

/* The same machine has other tables of calls, where each number means another call. */
START_TEST(other_tables_of_calls_kill)
{
    static long (*const calls[])(void) = {by_old_numbers, by_x32_numbers};
    pid_t child = -1;
    int status = 0;

    if (!sandbox_is_built())
        return;
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        sandbox_guard();
        enter(SANDBOX_NET);
        calls[_i]();
        _exit(0);
    }
    status = end_of(child);
    ck_assert_msg(WIFSIGNALED(status), "status %#x", (unsigned)status);
}
END_TEST
#endif

/* --- every thread ----------------------------------------------------------------------------- */

static int wake = -1;

static void *older_thread(void *arg)
{
    uint64_t count = 0;

    (void)arg;
    if (read(wake, &count, sizeof(count)) != sizeof(count))
        _exit(98);
    return creat("created-by-a-thread", 0600) == -1 && errno == EPERM ? NULL : (void *)1;
}

START_TEST(threads_from_before_are_in_it)
{
    pthread_t thread;
    uint64_t one = 1;
    void *wrong = NULL;
    pid_t child = fork();

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        wake = eventfd(0, 0);
        if (pthread_create(&thread, NULL, older_thread, NULL))
            _exit(97);
        enter(SANDBOX_LINKS);
        if (write(wake, &one, sizeof(one)) != sizeof(one) || pthread_join(thread, &wrong))
            _exit(96);
        _exit(wrong && sandbox_is_built() ? 95 : 0);
    }
    ck_assert_int_eq(end_of(child), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sandbox");
    TCase *tcase = tcase_create("sandbox");

    tcase_add_checked_fixture(tcase, sandbox_setup, sandbox_teardown);
    tcase_add_loop_test(tcase, each_forbidden_call_is_refused, 0, TABLES);
    tcase_add_loop_test(tcase, without_it_they_are_not, 0, TABLES + 1);
    tcase_add_test(tcase, links_alone_have_no_network);
    tcase_add_test(tcase, no_file_is_written_with_a_sanitizer_either);
#if defined(__x86_64__)
    tcase_add_loop_test(tcase, other_tables_of_calls_kill, 0, 2);
#endif
    tcase_add_test(tcase, threads_from_before_are_in_it);
    suite_add_tcase(suite, tcase);
    return world_run(suite);
}
