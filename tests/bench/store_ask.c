/* Asks a storer and times each answer at the socket: from the send of the query to the receipt of
 * the whole reply.  One query at a time.
 *
 * usage: store_ask ENDPOINT SECONDS RATE < QUERIES
 *   QUERIES  a line each: NAME, VERB, JSON, with tabs between
 *   SECONDS  0: each query once; else again and again for so long
 *   RATE     queries begun in a second, at most; 0: one after the other
 * Prints a line for each answer: NAME, code, microseconds, and the answer's JSON (what was asked
 * once) or nothing; an answer that does not come within LIMIT_MS has code -1. */
#include <czmq.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/link.h"
#include "common/mem.h"
#include "common/msg.h"

enum { LIMIT_MS = 20000, QUERIES_MOST = 100000 };

struct line {
    char *name, *verb, *json;
};

struct ask {
    zsock_t *socket;
    struct line *lines;
    size_t count;
    uint64_t id;
    bool with_answer;
    struct msg_pool pool;
    struct buf frame;
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "store_ask: %s: %s\n", what, why);
    exit(1);
}

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void sleep_until_us(int64_t us)
{
    struct timespec until = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
}

static void read_lines(struct ask *ask)
{
    char *text = NULL;
    size_t cap = 0;

    ask->lines = mem_calloc(QUERIES_MOST, sizeof(*ask->lines));
    while (ask->count < QUERIES_MOST && getline(&text, &cap, stdin) > 0) {
        char *verb = strchr(text, '\t'), *json = verb ? strchr(verb + 1, '\t') : NULL;

        if (!json)
            die("a line", "NAME, VERB, JSON with tabs between");
        *verb = *json = '\0';
        json[1 + strcspn(json + 1, "\n")] = '\0';
        ask->lines[ask->count++] =
            (struct line){mem_strdup(text), mem_strdup(verb + 1), mem_strdup(json + 1)};
    }
    free(text);
}

static void send_query(struct ask *ask, const struct line *line)
{
    struct msg_query query = {
        .id = ++ask->id, .verb = span_str(line->verb), .json = span_str(line->json)};

    buf_clear(&ask->frame);
    if (msg_query_write(&query, &ask->frame))
        die(line->name, "too long");
    if (zmq_send(zsock_resolve(ask->socket), ask->frame.data, ask->frame.len, 0) < 0)
        die(line->name, "cannot be sent");
}

/* The reply to the last query, passing over those that came too late; NULL: none in time. */
static zmsg_t *receive(struct ask *ask, int64_t began_us, struct msg_reply *reply)
{
    zmq_pollitem_t item = {.socket = zsock_resolve(ask->socket), .events = ZMQ_POLLIN};
    int64_t left_ms = 0;

    while ((left_ms = LIMIT_MS - (now_us() - began_us) / 1000) > 0) {
        zmsg_t *message = zmq_poll(&item, 1, (long)left_ms) > 0 ? zmsg_recv(ask->socket) : NULL;

        if (!message)
            continue;
        msg_pool_reset(&ask->pool);
        if (msg_reply_read(link_span(zmsg_first(message)), &ask->pool, reply))
            die("reply", ask->pool.why);
        if (reply->id == ask->id)
            return message;
        zmsg_destroy(&message);
    }
    return NULL;
}

static void ask_one(struct ask *ask, const struct line *line)
{
    struct msg_reply reply = {0};
    int64_t began_us = now_us(), took_us = 0;
    zmsg_t *message = NULL;
    struct span told = {0};

    send_query(ask, line);
    message = receive(ask, began_us, &reply);
    took_us = now_us() - began_us;
    if (message && ask->with_answer)
        told = reply.code ? reply.error : reply.json;
    printf("%s\t%d\t%lld\t%.*s\n", line->name, message ? (int)reply.code : -1, (long long)took_us,
           (int)told.n, told.n ? told.p : "");
    zmsg_destroy(&message);
}

static void ask_all(struct ask *ask, double seconds, double rate)
{
    int64_t began_us = now_us(), end_us = began_us + (int64_t)(seconds * 1e6);
    int64_t gap_us = rate > 0 ? (int64_t)(1e6 / rate) : 0, next_us = began_us;

    for (size_t n = 0; seconds > 0 ? now_us() < end_us : n < ask->count; n++) {
        if (gap_us > 0 && now_us() < next_us)
            sleep_until_us(next_us);
        next_us += gap_us;
        ask_one(ask, &ask->lines[n % ask->count]);
    }
}

int main(int argc, char **argv)
{
    struct ask ask = {0};
    double seconds = argc == 4 ? strtod(argv[2], NULL) : -1;

    if (seconds < 0)
        die("usage", "store_ask ENDPOINT SECONDS RATE < QUERIES");
    read_lines(&ask);
    if (ask.count == 0)
        return 0;
    ask.with_answer = seconds == 0;
    /* SIGTERM ends it, and what was answered is told. */
    zsys_handler_set(NULL);
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    ask.socket = zsock_new(ZMQ_DEALER);
    zsock_set_linger(ask.socket, 0);
    zsock_set_maxmsgsize(ask.socket, -1);
    if (zsock_connect(ask.socket, "%s", argv[1]))
        die(argv[1], "cannot be connected to");
    ask_all(&ask, seconds, strtod(argv[3], NULL));
    zsock_destroy(&ask.socket);
    msg_pool_free(&ask.pool);
    buf_free(&ask.frame);
    return 0;
}
