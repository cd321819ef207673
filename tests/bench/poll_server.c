/* A web server that only ever says 304: one thread, epoll, connections kept alive.
 *
 * usage: poll_server
 * Prints its port and serves on all addresses until its standard input ends; then prints the
 * requests it has answered and its seconds of cpu. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FILES = 4096, REQUEST_MAX = 8192, EVENTS = 256 };

struct connection {
    char data[REQUEST_MAX];
    size_t n;
};

static struct connection *connections[FILES]; /* by descriptor */
static unsigned long answered;

static const char response[] = "HTTP/1.1 304 Not Modified\r\n"
                               "Server: poll_server\r\n"
                               "Date: Fri, 02 Jan 2026 00:00:00 GMT\r\n"
                               "ETag: \"5f3c-61d2a7b04c5c0\"\r\n"
                               "Last-Modified: Thu, 01 Jan 2026 12:00:00 GMT\r\n"
                               "Cache-Control: max-age=1800\r\n"
                               "Expires: Fri, 02 Jan 2026 00:30:00 GMT\r\n"
                               "Vary: Accept-Encoding\r\n\r\n";

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int listen_on(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) || listen(fd, 1024) ||
        getsockname(fd, (struct sockaddr *)&address, &size))
        die("listen");
    *port = ntohs(address.sin_port);
    return fd;
}

static void watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
        die("epoll_ctl");
}

static void accept_all(int epoll, int listener)
{
    int one = 1;
    int fd = -1;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= FILES || !(connections[fd] = calloc(1, sizeof(struct connection))))
            die("accept");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        watch(epoll, fd);
    }
}

static void end(int fd)
{
    free(connections[fd]);
    connections[fd] = NULL;
    close(fd);
}

static void serve(int fd)
{
    struct connection *c = connections[fd];
    ssize_t got = recv(fd, c->data + c->n, sizeof(c->data) - c->n, 0);
    char *stop = NULL;

    if (got <= 0) {
        if (got == 0 || errno != EAGAIN)
            end(fd);
        return;
    }
    c->n += (size_t)got;
    while ((stop = memmem(c->data, c->n, "\r\n\r\n", 4))) {
        size_t used = (size_t)(stop + 4 - c->data);

        memmove(c->data, c->data + used, c->n - used);
        c->n -= used;
        if (send(fd, response, sizeof(response) - 1, MSG_NOSIGNAL) != sizeof(response) - 1) {
            end(fd);
            return;
        }
        answered++;
    }
    if (c->n == sizeof(c->data))
        end(fd);
}

static void say_end(void)
{
    struct timespec cpu;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    printf("answered=%lu cpu=%.3f\n", answered, (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9);
}

int main(void)
{
    struct epoll_event events[EVENTS];
    int port = 0;
    int listener = listen_on(&port);
    int epoll = epoll_create1(0);

    watch(epoll, listener);
    watch(epoll, STDIN_FILENO);
    printf("port=%d\n", port);
    fflush(stdout);
    for (;;) {
        int n = epoll_wait(epoll, events, EVENTS, -1);

        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;

            if (fd == STDIN_FILENO) {
                say_end();
                return 0;
            }
            if (fd == listener)
                accept_all(epoll, listener);
            else
                serve(fd);
        }
    }
}
