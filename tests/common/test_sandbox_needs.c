/* What a sandboxed process still can. */
#include <arpa/inet.h>
#include <dirent.h>
#include <iconv.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "tests/common/sandbox_world.h"

/* --- what still works ------------------------------------------------------------------------- */

static struct sockaddr_in server; /* of a socket that listens since before */

static bool has_lines(const char *path)
{
    char line[256];
    FILE *file = fopen(path, "re");
    bool has = file && fgets(line, sizeof(line), file);

    if (file)
        fclose(file);
    return has;
}

static bool reads_files(void)
{
    DIR *threads = opendir("/proc/self/task");
    bool listed = threads && readdir(threads);

    if (threads)
        closedir(threads);
    return listed && has_lines("/etc/passwd") && has_lines("/proc/self/statm");
}

/* Of the list of certificates; where there is none its absence must be seen, not a refusal. */
static bool reads_certificates(void)
{
    static const char path[] = "/etc/ssl/certs/ca-certificates.crt";

    return has_lines(path) || errno == ENOENT;
}

static bool resolves(void)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    struct ifaddrs *interfaces = NULL;
    bool right =
        getaddrinfo("localhost", "80", &hints, &found) == 0 && getifaddrs(&interfaces) == 0;

    if (found)
        freeaddrinfo(found);
    freeifaddrs(interfaces);
    return right;
}

static bool connects(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
    int one = 1;
    bool right = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one)) == 0 &&
                 connect(fd, (struct sockaddr *)&server, sizeof(server)) == 0 &&
                 send(fd, "x", 1, MSG_NOSIGNAL) == 1 && fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
                 ioctl(fd, FIONBIO, &one) == 0 && shutdown(fd, SHUT_WR) == 0;

    close(fd);
    return right;
}

static bool has_pairs(void)
{
    int pair[2] = {-1, -1}, pipes[2] = {-1, -1};
    bool right = socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && pipe2(pipes, O_CLOEXEC) == 0 &&
                 write(pipes[1], "x", 1) == 1;

    for (int i = 0; i < 2; i++) {
        close(pair[i]);
        close(pipes[i]);
    }
    return right;
}

/* A datagram to a supervisor, as app_notify () sends. */
static bool has_local_datagrams(void)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    return fd >= 0 && close(fd) == 0;
}

/* libc loads a module for it. */
static bool converts(void)
{
    iconv_t cd = iconv_open("UTF-8", "EUC-JP");

    return cd != (iconv_t)-1 && iconv_close(cd) == 0;
}

static void *thread_body(void *arg)
{
    void *memory = malloc(1 << 20);

    memory = realloc(memory, 8 << 20);
    free(memory);
    return pthread_setname_np(pthread_self(), "named") == 0 ? arg : NULL;
}

static bool has_threads(void)
{
    pthread_t threads[8];
    bool right = true;

    for (size_t i = 0; i < 8; i++)
        right &= pthread_create(&threads[i], NULL, thread_body, &right) == 0;
    for (size_t i = 0; i < 8 && right; i++) {
        void *result = NULL;

        right &= pthread_join(threads[i], &result) == 0 && result == &right;
    }
    return right;
}

static volatile sig_atomic_t signalled;

static void on_signal(int number)
{
    signalled = number;
}

static bool has_signals(void)
{
    return signal(SIGUSR1, on_signal) != SIG_ERR && raise(SIGUSR1) == 0 && signalled == SIGUSR1 &&
           kill(getpid(), 0) == 0;
}

static bool asks_the_system(void)
{
    struct rlimit limit;
    time_t now = time(NULL);
    struct tm parts;
    char random[16];

    return getrlimit(RLIMIT_NOFILE, &limit) == 0 && sysconf(_SC_NPROCESSORS_ONLN) > 0 &&
           localtime_r(&now, &parts) && getentropy(random, sizeof(random)) == 0 &&
           access(sandbox_file, R_OK) == 0;
}

static bool waits(void)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC), event = eventfd(1, EFD_CLOEXEC);
    struct epoll_event what = {.events = EPOLLIN};
    struct itimerval timer = {.it_value = {.tv_sec = 0}};
    bool right = epoll_ctl(epoll, EPOLL_CTL_ADD, event, &what) == 0 &&
                 epoll_wait(epoll, &what, 1, 1000) == 1 && usleep(1) == 0 &&
                 setitimer(ITIMER_REAL, &timer, NULL) == 0;

    close(epoll);
    close(event);
    return right;
}

struct needed {
    const char *name;
    bool (*works)(void);
    bool network;
};

static const struct needed needed[] = {
    {"reading files", reads_files, false},
    {"reading certificates", reads_certificates, false},
    {"resolving names", resolves, true},
    {"connecting", connects, true},
    {"pairs and pipes", has_pairs, false},
    {"local datagrams", has_local_datagrams, false},
    {"character sets", converts, false},
    {"threads", has_threads, false},
    {"signals to itself", has_signals, false},
    {"asking the system", asks_the_system, false},
    {"waiting", waits, false},
};
enum { NEEDED = sizeof(needed) / sizeof(needed[0]) };

static void look_at_needs(enum sandbox profile)
{
    pid_t child = fork();

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        enter(profile);
        for (int i = 0; i < NEEDED; i++)
            if (profile == SANDBOX_NET || !needed[i].network) {
                errno = 0;
                outcome->of[i].result = needed[i].works();
                outcome->of[i].error = errno;
            }
        _exit(0);
    }
    ck_assert_int_eq(end_of(child), 0);
    for (int i = 0; i < NEEDED; i++)
        ck_assert_msg(outcome->of[i].result || (needed[i].network && profile != SANDBOX_NET),
                      "%s: \"%s\"", needed[i].name, strerror(outcome->of[i].error));
}

START_TEST(what_is_needed_works)
{
    socklen_t length = sizeof(server);
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    server.sin_family = AF_INET;
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&server, sizeof(server)), 0);
    ck_assert_int_eq(listen(listener, 8), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&server, &length), 0);
    look_at_needs(SANDBOX_NET);
    memset(outcome, 0, sizeof(*outcome));
    look_at_needs(SANDBOX_LINKS);
    close(listener);
}
END_TEST

/* --- ZeroMQ comes back ------------------------------------------------------------------------ */

/* Says the number of the round again and again, until it is answered; to an end that comes and
 * goes. */
static void ask_rounds(const char *endpoint, enum sandbox profile, int rounds)
{
    zsock_t *socket = NULL;

    /* All of libzmq's threads are born in the sandbox. */
    enter(profile);
    socket = link_connect(world_config, ZMQ_DEALER, LINK_ROLE_CONTROL, LINKS, endpoint);
    if (!socket)
        _exit(94);
    for (int round = 0; round < rounds;) {
        char *answer = NULL;

        zstr_sendf(socket, "%d", round);
        zmq_poll(&(zmq_pollitem_t){.socket = zsock_resolve(socket), .events = ZMQ_POLLIN}, 1, 100);
        answer = zstr_recv_nowait(socket);
        if (answer && atoi(answer) == round)
            round++;
        zstr_free(&answer);
    }
    zsock_destroy(&socket);
    zsys_shutdown();
    _exit(0);
}

/* Answers one round, and goes. */
static void answer_round(const char *endpoint, int round)
{
    zsock_t *socket = link_bind(world_config, ZMQ_ROUTER, LINK_ROLE_CONTROL, LINKS, endpoint);
    bool done = false;

    ck_assert_ptr_nonnull(socket);
    while (!done) {
        zmsg_t *message = world_recv(socket);
        zframe_t *last = zmsg_last(message);

        done = atoi((const char *)zframe_data(last)) == round;
        zmsg_send(&message, socket);
    }
    /* The answer goes out before the socket does. */
    zsock_set_linger(socket, 1000);
    zsock_destroy(&socket);
}

/* Each peer is a process of its own: link_bind () keeps the lock of an endpoint until the process
 * ends. */
static void come_and_go(const char *endpoint, enum sandbox profile)
{
    enum { ROUNDS = 3 };
    pid_t child = fork();

    ck_assert_int_ge(child, 0);
    if (child == 0)
        ask_rounds(endpoint, profile, ROUNDS);
    for (int round = 0; round < ROUNDS; round++) {
        pid_t peer = fork();

        ck_assert_int_ge(peer, 0);
        if (peer == 0) {
            answer_round(endpoint, round);
            zsys_shutdown();
            _exit(0);
        }
        ck_assert_int_eq(end_of(peer), 0);
    }
    ck_assert_int_eq(end_of(child), 0);
}

START_TEST(zeromq_comes_back_over_ipc)
{
    char *endpoint = link_endpoint_named(world_config, "control");

    come_and_go(endpoint, SANDBOX_LINKS);
    free(endpoint);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sandbox_needs");
    TCase *tcase = tcase_create("sandbox_needs");

    tcase_add_checked_fixture(tcase, sandbox_setup, sandbox_teardown);
    tcase_add_test(tcase, what_is_needed_works);
    tcase_add_test(tcase, zeromq_comes_back_over_ipc);
    suite_add_tcase(suite, tcase);
    return world_run(suite);
}
