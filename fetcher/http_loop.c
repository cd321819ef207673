/* The multi handle in the loop.  All of curl's sockets are in one epoll set, and the loop watches
 * that: what a turn costs does not grow with the number of transfers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <zmq.h>

#include "common/log.h"
#include "common/loop.h"
#include "common/mem.h"
#include "fetcher/http_inner.h"

enum { EVENTS = 64, KICKS = 16, SOCKETS_MORE = 64 };

/* --- sockets -----------------------------------------------------------------------------------
 */

/* By descriptor. */
struct http_socket {
    uint32_t events; /* in the epoll set; 0 = not there */
    bool idle;       /* in the set, though curl is done with it for now */
    bool tracked;    /* we shall hear when it is closed */
};

static struct http_socket *socket_of(struct http *http, int fd)
{
    size_t count = http->socket_count;

    if ((size_t)fd >= count) {
        http->socket_count = (size_t)fd + SOCKETS_MORE;
        http->sockets = mem_realloc(http->sockets, http->socket_count, sizeof(*http->sockets));
        memset(http->sockets + count, 0, (http->socket_count - count) * sizeof(*http->sockets));
    }
    return &http->sockets[fd];
}

static void watch(struct http *http, int fd, uint32_t wanted)
{
    struct http_socket *s = socket_of(http, fd);
    struct epoll_event event = {.events = wanted, .data.fd = fd};

    if (s->events != wanted &&
        epoll_ctl(http->epoll, s->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event))
        log_warning("epoll-failed", "fd=%d errno=%d", fd, errno);
    s->events = wanted;
    s->idle = false;
}

static void forget(struct http *http, int fd)
{
    struct http_socket *s = socket_of(http, fd);

    if (s->events)
        epoll_ctl(http->epoll, EPOLL_CTL_DEL, fd, NULL);
    s->events = 0;
    s->idle = false;
}

/* A connection that is kept stays in the set: the next request on it costs no system call here. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *per_socket)
{
    struct http *http = arg;
    struct http_socket *s = socket_of(http, fd);

    (void)easy;
    (void)per_socket;
    if (what != CURL_POLL_REMOVE)
        watch(http, fd,
              (what & CURL_POLL_IN ? EPOLLIN : 0U) | (what & CURL_POLL_OUT ? EPOLLOUT : 0U));
    else if (s->tracked && s->events == EPOLLIN)
        s->idle = true;
    else
        forget(http, fd);
    return 0;
}

void http_socket_opened(struct http *http, int fd)
{
    socket_of(http, fd)->tracked = true;
}

int http_socket_close(void *self, curl_socket_t fd)
{
    struct http *http = self;

    forget(http, fd);
    socket_of(http, fd)->tracked = false;
    return close(fd);
}

/* --- turns -------------------------------------------------------------------------------------
 */

static bool on_timeout(struct loop *loop, void *arg);

static void set_timer(struct http *http, long delay_ms)
{
    loop_cancel(http->loop, http->timer);
    http->timer = delay_ms < 0 ? 0 : loop_timer(http->loop, delay_ms, 0, on_timeout, http);
}

static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
    struct http *http = arg;

    (void)multi;
    http->due = timeout_ms == 0;
    set_timer(http, timeout_ms);
    return 0;
}

void http_kick(struct http *http)
{
    int running = (int)(http->count - http->refused);

    for (int i = 0; i < KICKS && http->due; i++) {
        http->due = false;
        curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    if (http->due || (size_t)running < http->count)
        set_timer(http, 0);
}

/* Results bring new requests, and these may end at once. */
static void settle(struct http *http)
{
    http_read_results(http);
    http_kick(http);
}

static bool on_timeout(struct loop *loop, void *arg)
{
    struct http *http = arg;

    (void)loop;
    http->timer = 0;
    http->due = true;
    http_kick(http);
    settle(http);
    return false;
}

static bool on_ready(struct loop *loop, void *arg)
{
    struct http *http = arg;
    struct epoll_event events[EVENTS];
    int n = epoll_wait(http->epoll, events, EVENTS, 0);
    int running = 0;

    (void)loop;
    for (int i = 0; i < n; i++) {
        int fd = events[i].data.fd;
        int mask = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                   (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                   (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);

        if (socket_of(http, fd)->idle)
            forget(http, fd); /* its server has ended it: curl sees that when it wants it again */
        else
            curl_multi_socket_action(http->multi, fd, mask, &running);
    }
    settle(http);
    return false;
}

/* --- opening and closing ------------------------------------------------------------------------
 */

bool http_loop_open(struct http *http)
{
    http->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (http->epoll < 0) {
        log_error("epoll-failed", "errno=%d", errno);
        return false;
    }
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    loop_fd(http->loop, http->epoll, ZMQ_POLLIN, on_ready, http);
    return true;
}

void http_loop_close(struct http *http)
{
    loop_cancel(http->loop, http->timer);
    free(http->sockets);
    if (http->epoll < 0)
        return;
    loop_forget_fd(http->loop, http->epoll);
    close(http->epoll);
}
