/* A web server in a thread of its own, for tests: one request a connection, one connection after
 * the other.  The test says by path what comes, byte for byte. */
#ifndef WEIR_TESTS_FETCHER_WEB_H
#define WEIR_TESTS_FETCHER_WEB_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "tests/common/world.h"

/* Writes the whole response to fd; the connection is closed behind it. */
typedef void web_fn(int fd, const char *path);

static struct {
    int listener;
    int port;
    pthread_t thread;
    web_fn *fn;
    char requests[16][4096]; /* read by the test once its transfer is over */
    atomic_int count;
} web;

static inline void web_send(int fd, const void *data, size_t n)
{
    const char *p = data;

    while (n) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

        if (sent <= 0)
            return; /* the client has had enough */
        p += sent;
        n -= (size_t)sent;
    }
}

static inline void web_say(int fd, const char *text)
{
    web_send(fd, text, strlen(text));
}

/* Until the client goes, or ms have passed: false where it went. */
static inline bool web_idle(int fd, int ms)
{
    struct pollfd item = {.fd = fd, .events = POLLIN | POLLRDHUP};

    return poll(&item, 1, ms) == 0;
}

static inline void web_serve(int fd)
{
    char *request = web.requests[atomic_load(&web.count) % 16];
    char path[256] = "";
    size_t n = 0;
    ssize_t got = 0;

    while (n < 4095 && (got = recv(fd, request + n, 4095 - n, 0)) > 0) {
        n += (size_t)got;
        request[n] = '\0';
        if (strstr(request, "\r\n\r\n"))
            break;
    }
    request[n] = '\0';
    atomic_fetch_add(&web.count, 1);
    if (n && sscanf(request, "%*s %255s", path) == 1)
        web.fn(fd, path);
}

static inline void *web_run(void *arg)
{
    int fd = -1;

    (void)arg;
    while ((fd = accept(web.listener, NULL, NULL)) >= 0) {
        web_serve(fd);
        close(fd);
    }
    return NULL;
}

static inline void web_open(web_fn *fn)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
    socklen_t size = sizeof(address);

    web.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(web.listener, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(listen(web.listener, 16), 0);
    ck_assert_int_eq(getsockname(web.listener, (struct sockaddr *)&address, &size), 0);
    web.port = ntohs(address.sin_port);
    web.fn = fn;
    atomic_store(&web.count, 0);
    ck_assert_int_eq(pthread_create(&web.thread, NULL, web_run, NULL), 0);
}

static inline void web_close(void)
{
    shutdown(web.listener, SHUT_RDWR);
    pthread_join(web.thread, NULL);
    close(web.listener);
}

static inline int web_count(void)
{
    return atomic_load(&web.count);
}

/* The nth request as it came. */
static inline const char *web_request(int n)
{
    return web.requests[n];
}

#endif
