/* The multi handle in the loop: curl's sockets are in one epoll set, and the loop watches that. */
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <zmq.h>

#include "common/log.h"
#include "common/loop.h"
#include "embedder/http_inner.h"

enum { EVENTS = 16 };

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
    struct http *http = arg;
    struct epoll_event event = {.events = (what & CURL_POLL_IN ? EPOLLIN : 0U) |
                                          (what & CURL_POLL_OUT ? EPOLLOUT : 0U),
                                .data.fd = fd};

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(http->epoll, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    if (epoll_ctl(http->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event))
        log_warning("epoll-failed", "fd=%d errno=%d", fd, errno);
    curl_multi_assign(http->multi, fd, http); /* comes back as known */
    return 0;
}

static bool on_timeout(struct loop *loop, void *arg)
{
    struct http *http = arg;
    int running = 0;

    (void)loop;
    http->timer = 0;
    curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    http_read_results(http);
    return false;
}

static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
    struct http *http = arg;

    (void)multi;
    loop_cancel(http->loop, http->timer);
    http->timer = timeout_ms < 0 ? 0 : loop_timer(http->loop, timeout_ms, 0, on_timeout, http);
    return 0;
}

static bool on_ready(struct loop *loop, void *arg)
{
    struct http *http = arg;
    struct epoll_event events[EVENTS];
    int n = epoll_wait(http->epoll, events, EVENTS, 0);
    int running = 0;

    (void)loop;
    for (int i = 0; i < n; i++) {
        int mask = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                   (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                   (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);

        curl_multi_socket_action(http->multi, events[i].data.fd, mask, &running);
    }
    http_read_results(http);
    return false;
}

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
    http->timer = 0;
    if (http->epoll < 0)
        return;
    loop_forget_fd(http->loop, http->epoll);
    close(http->epoll);
    http->epoll = -1;
}
