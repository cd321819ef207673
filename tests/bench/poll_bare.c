/* What polling costs without Weir: libcurl's multi handle in a loop over epoll, easy handles used
 * again, each response's status looked at and nothing else.
 *
 * usage: poll_bare PORT HOSTS COUNT CONCURRENCY
 * COUNT requests to 127.0.1.1 and on, after a tenth of that to open the connections.  Prints polls,
 * seconds (wall, monotonic), seconds of cpu, and seconds queued for a core. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include "common/mem.h"

enum { EVENTS = 64 };

struct bare {
    CURLM *multi;
    int epoll;
    long timeout_ms;
    int port;
    long hosts;
    long asked, answered, wanted;
};

struct request {
    CURL *easy;
    struct curl_slist *lines;
    char url[128];
};

static void die(const char *what)
{
    fprintf(stderr, "poll_bare: %s\n", what);
    exit(1);
}

static double now(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Ready to run and without a core (proc(5), schedstat). */
static double queued(void)
{
    FILE *file = fopen("/proc/self/schedstat", "r");
    double ns = 0;

    if (file && fscanf(file, "%*s %lf", &ns) != 1)
        ns = 0;
    if (file)
        fclose(file);
    return ns / 1e9;
}

static size_t on_data(char *data, size_t size, size_t n, void *arg)
{
    (void)data;
    (void)arg;
    return size * n;
}

static void ask(struct bare *bare, struct request *request)
{
    char line[128];
    long i = bare->asked++;
    long host = i % bare->hosts;

    curl_slist_free_all(request->lines);
    snprintf(request->url, sizeof(request->url), "http://127.0.%ld.%ld:%d/feeds/%ld.xml",
             1 + host / 250, 1 + host % 250, bare->port, i);
    snprintf(line, sizeof(line), "If-None-Match: \"5f3c-61d2a7b04%05lx\"", i & 0xfffff);
    request->lines = curl_slist_append(NULL, line);
    request->lines =
        curl_slist_append(request->lines, "If-Modified-Since: Thu, 01 Jan 2026 12:00:00 GMT");
    curl_easy_setopt(request->easy, CURLOPT_URL, request->url);
    curl_easy_setopt(request->easy, CURLOPT_HTTPHEADER, request->lines);
    curl_multi_add_handle(bare->multi, request->easy);
}

static void make_ready(struct request *request)
{
    request->easy = curl_easy_init();
    curl_easy_setopt(request->easy, CURLOPT_PRIVATE, request);
    curl_easy_setopt(request->easy, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(request->easy, CURLOPT_USERAGENT, "Weir/1 (feed reader)");
    curl_easy_setopt(request->easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(request->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(request->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(request->easy, CURLOPT_TIMEOUT_MS, 30000L);
}

static void read_results(struct bare *bare)
{
    CURLMsg *message = NULL;
    int left = 0;

    while ((message = curl_multi_info_read(bare->multi, &left))) {
        struct request *request = NULL;
        long status = 0;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&request);
        curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        if (message->data.result != CURLE_OK || status != 304)
            die("a request failed");
        curl_multi_remove_handle(bare->multi, request->easy);
        bare->answered++;
        if (bare->asked < bare->wanted)
            ask(bare, request);
    }
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
    struct bare *bare = arg;
    struct epoll_event event = {.data.fd = fd};

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(bare->epoll, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    event.events = (what & CURL_POLL_IN ? EPOLLIN : 0U) | (what & CURL_POLL_OUT ? EPOLLOUT : 0U);
    epoll_ctl(bare->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    curl_multi_assign(bare->multi, fd, bare);
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
    (void)multi;
    ((struct bare *)arg)->timeout_ms = timeout_ms;
    return 0;
}

static void turn(struct bare *bare)
{
    struct epoll_event events[EVENTS];
    int running = 0;
    int n = epoll_wait(bare->epoll, events, EVENTS, (int)bare->timeout_ms);

    if (n == 0 || bare->timeout_ms == 0)
        curl_multi_socket_action(bare->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    for (int i = 0; i < n; i++)
        curl_multi_socket_action(bare->multi, events[i].data.fd,
                                 (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                                     (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0),
                                 &running);
    read_results(bare);
}

static void run(struct bare *bare, struct request *requests, long concurrency, long count)
{
    bare->asked = bare->answered = 0;
    bare->wanted = count;
    for (long i = 0; i < concurrency && i < count; i++)
        ask(bare, &requests[i]);
    while (bare->answered < count)
        turn(bare);
}

int main(int argc, char **argv)
{
    struct bare bare = {.epoll = epoll_create1(0), .timeout_ms = -1};
    struct request *requests = NULL;
    long count = argc == 5 ? atol(argv[3]) : 0;
    long concurrency = argc == 5 ? atol(argv[4]) : 0;
    double began = 0;
    double cpu = 0;
    double waited = 0;

    if (count <= 0 || concurrency <= 0)
        die("usage: poll_bare PORT HOSTS COUNT CONCURRENCY");
    bare.port = atoi(argv[1]);
    bare.hosts = atol(argv[2]);
    curl_global_init(CURL_GLOBAL_ALL);
    bare.multi = curl_multi_init();
    curl_multi_setopt(bare.multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(bare.multi, CURLMOPT_SOCKETDATA, &bare);
    curl_multi_setopt(bare.multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(bare.multi, CURLMOPT_TIMERDATA, &bare);
    curl_multi_setopt(bare.multi, CURLMOPT_MAXCONNECTS, concurrency);
    requests = mem_calloc((size_t)concurrency, sizeof(*requests));
    for (long i = 0; i < concurrency; i++)
        make_ready(&requests[i]);
    run(&bare, requests, concurrency, count / 10 + 1);
    began = now(CLOCK_MONOTONIC);
    cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    waited = queued();
    run(&bare, requests, concurrency, count);
    printf("polls=%ld seconds=%.4f cpu=%.4f queued=%.4f\n", count, now(CLOCK_MONOTONIC) - began,
           now(CLOCK_PROCESS_CPUTIME_ID) - cpu, queued() - waited);
    return 0;
}
