/* A model server in the test's own loop: it keeps each request until the test says what comes back,
 * so that nothing depends on time but what is about time. */
#ifndef WEIR_TESTS_EMBEDDER_MODEL_SERVER_H
#define WEIR_TESTS_EMBEDDER_MODEL_SERVER_H

#include <arpa/inet.h>
#include <jansson.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "common/loop.h"
#include "tests/common/world.h"

enum { SERVER_REQUESTS = 256 };

struct server_request {
    int fd; /* -1 once it was answered */
    bool whole;
    struct buf bytes; /* as it came */
    json_t *body;     /* NULL for a GET */
};

static struct {
    struct loop *loop;
    int listener;
    int port;
    struct server_request requests[SERVER_REQUESTS];
    int connections; /* requests begun */
    int count;       /* requests that came whole; they are numbered in this order */
    int order[SERVER_REQUESTS];
    void (*answer)(int n); /* at once, where there is one */
} server;

static inline struct server_request *server_at(int n)
{
    ck_assert_int_lt(n, server.count);
    return &server.requests[server.order[n]];
}

static inline void server_look(struct server_request *request)
{
    const char *head = request->bytes.len ? strstr(request->bytes.data, "\r\n\r\n") : NULL;
    const char *length = head ? strcasestr(request->bytes.data, "content-length:") : NULL;
    size_t wanted = length && length < head ? (size_t)atoll(length + 15) : 0;

    if (!head || request->bytes.len < (size_t)(head + 4 - request->bytes.data) + wanted)
        return;
    request->whole = true;
    request->body = wanted ? json_loadb(head + 4, wanted, 0, NULL) : NULL;
    ck_assert(!wanted || request->body);
    server.order[server.count++] = (int)(request - server.requests);
    if (server.answer)
        server.answer(server.count - 1);
}

static inline void server_end(struct server_request *request)
{
    loop_forget_fd(server.loop, request->fd);
    close(request->fd);
    request->fd = -1;
}

static inline bool server_on_bytes(struct loop *loop, void *arg)
{
    struct server_request *request = arg;
    char bytes[65536];
    ssize_t n = recv(request->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

    (void)loop;
    if (n <= 0) {
        server_end(request); /* the client has had enough */
        return false;
    }
    buf_add(&request->bytes, bytes, (size_t)n);
    if (!request->whole)
        server_look(request);
    return false;
}

static inline bool server_on_connection(struct loop *loop, void *arg)
{
    struct server_request *request = &server.requests[server.connections];

    (void)arg;
    ck_assert_int_lt(server.connections, SERVER_REQUESTS);
    request->fd = accept4(server.listener, NULL, NULL, SOCK_CLOEXEC);
    if (request->fd < 0)
        return false;
    server.connections++;
    loop_fd(loop, request->fd, ZMQ_POLLIN, server_on_bytes, request);
    return false;
}

static inline void server_open(struct loop *loop)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    socklen_t size = sizeof(address);

    server.loop = loop;
    server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(server.listener, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(listen(server.listener, 64), 0);
    ck_assert_int_eq(getsockname(server.listener, (struct sockaddr *)&address, &size), 0);
    server.port = ntohs(address.sin_port);
    loop_fd(loop, server.listener, ZMQ_POLLIN, server_on_connection, NULL);
}

static inline void server_close(void)
{
    loop_forget_fd(server.loop, server.listener);
    close(server.listener);
    for (int i = 0; i < server.connections; i++) {
        if (server.requests[i].fd >= 0)
            server_end(&server.requests[i]);
        buf_free(&server.requests[i].bytes);
        json_decref(server.requests[i].body);
    }
    memset(&server, 0, sizeof(server));
}

/* --- what came -------------------------------------------------------------------------------- */

static inline int server_texts(int n)
{
    return (int)json_array_size(json_object_get(server_at(n)->body, "input"));
}

static inline const char *server_text(int n, int i)
{
    const json_t *input = json_object_get(server_at(n)->body, "input");

    return json_string_value(json_array_get(input, (size_t)i));
}

/* --- what goes back --------------------------------------------------------------------------- */

/* headers: further lines, each with its line end. */
static inline void server_say(int n, int status, const char *headers, const char *body)
{
    struct server_request *request = server_at(n);
    char *text = mem_printf("HTTP/1.1 %d X\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n%s",
                            status, headers, strlen(body), body);
    size_t left = strlen(text), at = 0;

    ck_assert_int_ge(request->fd, 0);
    while (left) {
        ssize_t sent = send(request->fd, text + at, left, MSG_NOSIGNAL);

        if (sent <= 0)
            break;
        at += (size_t)sent;
        left -= (size_t)sent;
    }
    free(text);
    server_end(request);
}

/* A vector for each text, of four numbers: 100, and ten times the digits of the number in the text
 * (t17: 100, 0, 10, 70). */
static inline void server_vectors(int n)
{
    struct buf out = {0};

    buf_adds(&out, "{\"embeddings\":[");
    for (int i = 0; i < server_texts(n); i++) {
        int number = atoi(server_text(n, i) + 1);

        buf_printf(&out, "%s[100,%d,%d,%d]", i ? "," : "", number / 100 * 10, number / 10 % 10 * 10,
                   number % 10 * 10);
    }
    buf_adds(&out, "]}");
    server_say(n, 200, "", out.data);
    buf_free(&out);
}

/* --- turning the loop ------------------------------------------------------------------------- */

typedef bool server_condition(int number);

struct server_wait {
    server_condition *condition;
    int number;
    bool met;
};

static inline bool server_on_turn(struct loop *loop, void *arg)
{
    struct server_wait *wait = arg;

    (void)loop;
    wait->met = wait->condition(wait->number);
    return wait->met;
}

static inline bool server_on_limit(struct loop *loop, void *arg)
{
    (void)loop;
    (void)arg;
    return true;
}

/* Turns until the condition holds; false where it does not within so many milliseconds. */
static inline bool server_turn(server_condition *condition, int number, int64_t within_ms)
{
    struct server_wait wait = {.condition = condition, .number = number};
    uint64_t limit = loop_timer(server.loop, within_ms, 0, server_on_limit, NULL);

    if (condition(number)) {
        loop_cancel(server.loop, limit);
        return true;
    }
    loop_on_turn(server.loop, server_on_turn, &wait);
    ck_assert(loop_run(server.loop));
    loop_on_turn(server.loop, NULL, NULL);
    loop_cancel(server.loop, limit);
    return wait.met;
}

static inline bool server_has(int number)
{
    return server.count >= number;
}

/* Turns until so many requests have come. */
static inline void server_await(int number)
{
    ck_assert_msg(server_turn(server_has, number, WORLD_PATIENCE_MS), "%d of %d requests came",
                  server.count, number);
}

/* Whether no further request comes for a while. */
static inline bool server_quiet(int64_t ms)
{
    return !server_turn(server_has, server.count + 1, ms);
}

#endif
