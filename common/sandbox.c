#include "common/sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "common/log.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANDBOX_WIDE 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_WIDE 1
#endif

bool sandbox_is_wide(void)
{
#ifdef SANDBOX_WIDE
    return true;
#else
    return false;
#endif
}

/* A core goes to a file by RLIMIT_CORE and to a program of the system's whatever that is; a process
 * that is not dumpable leaves neither, and no other process of the same user may look into it. */
void sandbox_guard(void)
{
    static const struct rlimit none = {0, 0};

    umask(077);
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) || setrlimit(RLIMIT_CORE, &none))
        fprintf(stderr, "core dumps cannot be switched off: %s\n", strerror(errno));
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        fprintf(stderr, "no_new_privs cannot be set: %s\n", strerror(errno));
}

static int leave_open(const char *why, const char *what_to_do)
{
    log_warning("no-sandbox", "why=\"%s\" do=\"%s\"", why, what_to_do);
    return 0;
}

#ifndef WEIR_HAVE_SECCOMP

bool sandbox_is_built(void)
{
    return false;
}

int sandbox_enter(enum sandbox profile, bool wanted)
{
    (void)wanted;
    return profile == SANDBOX_NONE
               ? 0
               : leave_open("built without libseccomp", "install libseccomp-dev and build again");
}

#else

#include <asm/termbits.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* Arguments are compared as 64 bits, and the upper half of an int is anybody's. */
#define WORD 0xffffffffU
#define BITS(arg, mask, value)                                                                     \
    SCMP_CMP64(arg, SCMP_CMP_MASKED_EQ, (scmp_datum_t)(mask), (scmp_datum_t)(value))
#define IS(arg, value) BITS(arg, WORD, value)

/* Rules are added until one fails. */
struct rules {
    scmp_filter_ctx filter;
    int error; /* negative errno */
};

static void add(struct rules *rules, uint32_t action, int call, unsigned n,
                const struct scmp_arg_cmp *arguments)
{
    if (!rules->error)
        rules->error = seccomp_rule_add_array(rules->filter, action, call, n, arguments);
}

#define ALLOW(rules, name, ...)                                                                    \
    do {                                                                                           \
        const struct scmp_arg_cmp when[] = {__VA_ARGS__};                                          \
        add(rules, SCMP_ACT_ALLOW, SCMP_SYS(name), sizeof(when) / sizeof(when[0]), when);          \
    } while (0)

static void add_plain(struct rules *rules, enum sandbox profile)
{
#define CALL(name) add(rules, SCMP_ACT_ALLOW, SCMP_SYS(name), 0, NULL);
#define NET(name)                                                                                  \
    if (profile == SANDBOX_NET)                                                                    \
        add(rules, SCMP_ACT_ALLOW, SCMP_SYS(name), 0, NULL);
#define WIDE(name)                                                                                 \
    if (sandbox_is_wide())                                                                         \
        add(rules, SCMP_ACT_ALLOW, SCMP_SYS(name), 0, NULL);
#include "common/sandbox_calls.def"
#undef CALL
#undef NET
#undef WIDE
}

/* What takes its arguments in memory cannot be looked into; libc does without when told that it is
 * not there. */
static void add_absent(struct rules *rules)
{
    add(rules, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0, NULL);
    add(rules, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0, NULL);
}

static void add_files(struct rules *rules)
{
    const unsigned writing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
    static const int commands[] = {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL};
    static const unsigned requests[] = {FIONBIO, FIONREAD, TCGETS};

    ALLOW(rules, open, BITS(1, writing, 0));
    ALLOW(rules, openat, BITS(2, writing, 0));
    /* Not F_SETOWN, which sends signals to others. */
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        ALLOW(rules, fcntl, IS(1, commands[i]));
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
        ALLOW(rules, ioctl, IS(1, requests[i]));
}

/* Code comes from files only, as when the resolver or iconv loads a module, and stays as it was. */
static void add_memory(struct rules *rules)
{
    ALLOW(rules, mmap, BITS(2, PROT_EXEC, 0));
    ALLOW(rules, mmap, BITS(2, PROT_EXEC | PROT_WRITE, PROT_EXEC), BITS(3, MAP_ANONYMOUS, 0));
    ALLOW(rules, mprotect, BITS(2, PROT_EXEC, 0));
}

static void add_process(struct rules *rules)
{
    const unsigned thread = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
    const unsigned other = CLONE_VFORK | CLONE_PARENT | CLONE_PIDFD | CLONE_PTRACE | CLONE_NEWNS |
                           CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
                           CLONE_NEWPID | CLONE_NEWNET;
    const pid_t self = getpid();

    ALLOW(rules, clone, BITS(0, thread | other, thread));
    /* A thread of libzmq that is only starting sets the policy it has, and aborts where it may not.
     */
    ALLOW(rules, sched_setscheduler, IS(1, sched_getscheduler(0)));
    /* abort () and raise (). */
    ALLOW(rules, tgkill, IS(0, self));
    ALLOW(rules, kill, IS(0, self));
    ALLOW(rules, prctl, IS(0, PR_SET_NAME));
    ALLOW(rules, prctl, IS(0, PR_GET_DUMPABLE));
    ALLOW(rules, prctl, IS(0, PR_GET_NO_NEW_PRIVS));
    /* Asking, not setting. */
    ALLOW(rules, prlimit64, IS(0, 0), SCMP_CMP64(2, SCMP_CMP_EQ, 0, 0));
}

static void add_socket(struct rules *rules, int family, int type, int protocol)
{
    /* Above the type stand SOCK_CLOEXEC and SOCK_NONBLOCK. */
    ALLOW(rules, socket, IS(0, family), BITS(1, 0xf, type), IS(2, protocol));
}

static void add_sockets(struct rules *rules, enum sandbox profile)
{
    static const int families[] = {AF_INET, AF_INET6};

    add_socket(rules, AF_UNIX, SOCK_STREAM, 0);
    add_socket(rules, AF_UNIX, SOCK_DGRAM, 0);
    ALLOW(rules, socketpair, IS(0, AF_UNIX));
    if (profile != SANDBOX_NET)
        return;
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        add_socket(rules, families[i], SOCK_STREAM, 0);
        add_socket(rules, families[i], SOCK_STREAM, IPPROTO_TCP);
        add_socket(rules, families[i], SOCK_DGRAM, 0);
        add_socket(rules, families[i], SOCK_DGRAM, IPPROTO_UDP);
    }
    /* getaddrinfo () asks which addresses this machine has. */
    add_socket(rules, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    add_socket(rules, AF_NETLINK, SOCK_DGRAM, NETLINK_ROUTE);
}

/* TSYNC: every thread, not this one alone.  A call by another architecture's numbers kills. */
static void set_up(struct rules *rules)
{
    const struct {
        enum scmp_filter_attr name;
        uint32_t value;
    } attributes[] = {{SCMP_FLTATR_CTL_TSYNC, 1},
                      {SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS},
                      {SCMP_FLTATR_CTL_OPTIMIZE, 2}};

    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]) && !rules->error; i++)
        rules->error = seccomp_attr_set(rules->filter, attributes[i].name, attributes[i].value);
}

bool sandbox_is_built(void)
{
    return true;
}

static int load(enum sandbox profile)
{
    struct rules rules = {.filter = seccomp_init(SCMP_ACT_ERRNO(EPERM))};

    if (!rules.filter)
        return -ENOMEM;
    set_up(&rules);
    add_plain(&rules, profile);
    add_absent(&rules);
    add_sockets(&rules, profile);
    add_memory(&rules);
    add_process(&rules);
    add_files(&rules);
    if (!rules.error)
        rules.error = seccomp_load(rules.filter);
    seccomp_release(rules.filter);
    return rules.error;
}

int sandbox_enter(enum sandbox profile, bool wanted)
{
    int error = 0;

    if (profile == SANDBOX_NONE)
        return 0;
    if (!wanted)
        return leave_open("service.sandbox = 0", "set it to 1");
    error = load(profile);
    if (error) {
        log_error("sandbox-failed",
                  "error=\"%s\" do=\"use a kernel with seccomp filters, or set service.sandbox=0\"",
                  strerror(-error));
        return -1;
    }
    log_info("sandbox", "network=%s%s", profile == SANDBOX_NET ? "yes" : "no",
             sandbox_is_wide() ? " wide=yes" : "");
    return 0;
}

#endif
