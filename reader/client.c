#include "reader/client.h"

#include <czmq.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/link.h"
#include "common/mem.h"
#include "common/msg.h"
#include "reader/call.h"
#include "reader/interrupt.h"
#include "reader/later.h"

enum {
    LOOK_MS = 50,     /* between two looks whether somebody listens */
    GOODBYE_MS = 300, /* for the storer to hear of a Ctrl-C */
    AGAIN = 256,      /* no exit code: it was busy, and there is time to ask once more */
};

struct client {
    const struct config *config;
    const char *peer; /* "storer" */
    char *endpoint;
    zsock_t *socket;
    uint64_t id;
    int64_t patience_ms;
    int64_t end_ms;   /* of what is asked now */
    int64_t again_ms; /* the storer was busy: ask again after this */
    struct msg_pool pool;
};

/* --- connecting ------------------------------------------------------------------------------- */

/* Whether somebody listens at a host's port; false where the name is not known, too. */
static bool listens_tcp(const char *endpoint)
{
    const char *host = endpoint + strlen("tcp://"), *colon = strrchr(host, ':');
    bool bracket = *host == '[';
    char *name = mem_dup(host + bracket, (size_t)(colon - host) - (bracket ? 2 : 0));
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    int result = -1;

    if (getaddrinfo(name, colon + 1, &hints, &found) == 0) {
        struct timeval limit = {.tv_sec = 1};
        int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)); /* of connect (2), too */
        result = connect(fd, found->ai_addr, found->ai_addrlen);
        if (fd >= 0)
            close(fd);
        freeaddrinfo(found);
    }
    free(name);
    return result == 0;
}

/* Whether somebody listens at an endpoint.  A DEALER would connect for ever without a word. */
static bool listens(const char *endpoint)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = endpoint + strlen("ipc://");
    int fd = -1, result = -1;

    if (strncmp(endpoint, "tcp://", 6) == 0)
        return listens_tcp(endpoint);
    if (strncmp(endpoint, "ipc://", 6) != 0 || strlen(path) >= sizeof(address.sun_path))
        return true;
    strcpy(address.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return true;
    result = connect(fd, (const struct sockaddr *)&address, sizeof(address));
    close(fd);
    return result == 0;
}

int client_await(const struct config *config, const char *peer, const char *endpoint)
{
    int64_t end_ms = clock_mono_ms() + config->reader_connect_ms;

    if (link_start(config, "reader")) /* its keys, where they are needed */
        return APP_CONFIG;
    while (!listens(endpoint)) {
        if (clock_mono_ms() >= end_ms)
            return call_fail(APP_NO_PEER,
                             "no %s answers at %s: is the pipeline running?"
                             " start it with scripts/run",
                             peer, endpoint);
        zclock_sleep(LOOK_MS);
    }
    return 0;
}

struct client *client_open(const struct config *config, enum client_peer peer)
{
    struct client *client = mem_calloc(1, sizeof(*client));

    client->config = config;
    client->patience_ms = config->reader_timeout_ms;
    client->peer = peer == CLIENT_STORER ? "storer" : "broker";
    client->endpoint = link_endpoint_named(config, peer == CLIENT_STORER ? "query" : "control");
    if (client_await(config, client->peer, client->endpoint) == 0)
        client->socket =
            link_connect(config, ZMQ_DEALER, LINK_ROLE_CONTROL, LINKS, client->endpoint);
    if (!client->socket)
        client_close(&client);
    return client;
}

void client_close(struct client **client)
{
    if (!client || !*client)
        return;
    zsock_destroy(&(*client)->socket);
    msg_pool_free(&(*client)->pool);
    free((*client)->endpoint);
    free(*client);
    *client = NULL;
}

void client_patience(struct client *client, int64_t ms)
{
    client->patience_ms = ms;
}

/* --- asking ----------------------------------------------------------------------------------- */

/* The next message within the deadline, or NULL; NULL, too, once there was a Ctrl-C. */
static zmsg_t *receive(struct client *client)
{
    for (;;) {
        zmq_pollitem_t item = {.socket = zsock_resolve(client->socket), .events = ZMQ_POLLIN};
        int64_t left_ms = client->end_ms - clock_mono_ms();

        if (left_ms <= 0 || interrupt_came())
            return NULL;
        if (zmq_poll(&item, 1, (long)left_ms) > 0)
            return zmsg_recv(client->socket);
    }
}

static int no_answer(const struct client *client)
{
    bool tcp = strncmp(client->endpoint, "tcp://", 6) == 0;

    return call_fail(APP_NO_PEER, "the %s at %s did not answer within %lld ms%s", client->peer,
                     client->endpoint, (long long)client->patience_ms,
                     tcp ? ": has it this machine's public key, and this machine its key?" : "");
}

/* Tells an error of the peer, or parses its answer. */
static int settle(const struct client *client, uint64_t code, struct span error, struct span json,
                  json_t **answer)
{
    if (code)
        return call_fail((int)code, "%.*s", (int)error.n, error.p);
    *answer = json.n ? json_loadb(json.p, json.n, 0, NULL) : json_object();
    if (!json_is_object(*answer)) {
        json_decref(*answer);
        *answer = NULL;
        return call_fail(APP_BUG, "the %s's answer is no JSON object", client->peer);
    }
    return 0;
}

/* -1: not the reply that is waited for. */
static int take_reply(struct client *client, zmsg_t *message, json_t **answer)
{
    struct msg_reply reply = {0};

    msg_pool_reset(&client->pool);
    if (msg_reply_read(link_span(zmsg_first(message)), &client->pool, &reply))
        return call_fail(APP_BUG, "the storer's answer cannot be read: %s", client->pool.why);
    if (reply.id != client->id)
        return -1;
    client->again_ms = reply.code == APP_LEFT ? (int64_t)reply.retry_after_ms : 0;
    if (client->again_ms > 0 && clock_mono_ms() + client->again_ms < client->end_ms)
        return AGAIN;
    return settle(client, reply.code, reply.error, reply.json, answer);
}

static int take_answer(struct client *client, zmsg_t *message, json_t **answer)
{
    struct msg_answer reply = {0};

    msg_pool_reset(&client->pool);
    if (msg_type_of(link_span(zmsg_first(message))) != MSG_answer)
        return -1;
    if (msg_answer_read(link_span(zmsg_next(message)), &client->pool, &reply))
        return call_fail(APP_BUG, "the broker's answer cannot be read: %s", client->pool.why);
    return settle(client, reply.code, reply.error, reply.json, answer);
}

static int exchange(struct client *client, zmsg_t *message,
                    int (*take)(struct client *, zmsg_t *, json_t **), json_t **answer)
{
    int code = -1;

    if (zmsg_send(&message, client->socket)) {
        zmsg_destroy(&message);
        return no_answer(client);
    }
    while (code < 0) {
        zmsg_t *reply = receive(client);

        if (!reply && interrupt_came())
            code = APP_LEFT;
        else
            code = reply ? take(client, reply, answer) : no_answer(client);
        zmsg_destroy(&reply);
    }
    return code;
}

static int send_query(struct client *client, const char *verb, struct span json, json_t **answer)
{
    int64_t left_ms = client->end_ms - clock_mono_ms();
    struct msg_query query = {.id = ++client->id,
                              .verb = span_str(verb),
                              .within_ms = (uint64_t)(left_ms > 1 ? left_ms : 1),
                              .json = json};
    struct buf frame = {0};
    zmsg_t *message = NULL;
    int code = 0;

    if (msg_query_write(&query, &frame)) {
        code = call_fail(APP_USAGE, "too much for one message");
    } else {
        message = zmsg_new();
        link_append(message, &frame);
        code = exchange(client, message, take_reply, answer);
    }
    buf_free(&frame);
    return code;
}

/* The storer would notice that we went; this way it knows at once, over tcp, too. */
static void say_cancel(struct client *client)
{
    struct msg_query query = {.id = client->id + 1, .verb = span_str("cancel")};
    struct buf frame = {0};
    zmsg_t *message = zmsg_new();
    zmq_pollitem_t item = {.socket = zsock_resolve(client->socket), .events = ZMQ_POLLIN};

    msg_query_write(&query, &frame);
    link_append(message, &frame);
    if (zmsg_send(&message, client->socket))
        zmsg_destroy(&message);
    else
        zmq_poll(&item, 1, GOODBYE_MS);
    buf_free(&frame);
}

/* Asks until it is answered with more than "busy". */
static int ask(struct client *client, const char *verb, const json_t *args, json_t **answer)
{
    char *json = args ? json_dumps(args, JSON_COMPACT) : mem_strdup("");
    int code = json ? AGAIN : call_fail(APP_USAGE, "the arguments cannot be written as JSON");

    client->end_ms = clock_mono_ms() + client->patience_ms;
    interrupt_start();
    while (code == AGAIN && !interrupt_came()) {
        code = send_query(client, verb, span_str(json), answer);
        if (code == AGAIN)
            zclock_sleep((int)client->again_ms);
    }
    free(json);
    if (interrupt_came())
        say_cancel(client);
    interrupt_end();
    return code;
}

static int ask_later(struct client *client, json_t *later, json_t **answer)
{
    int code = later ? ask(client, "later", later, answer) : LATER_LEFT;

    json_decref(later);
    if (code)
        return code;
    later_told(*answer);
    json_decref(*answer);
    *answer = NULL;
    return LATER_LEFT;
}

int client_query(struct client *client, const char *verb, json_t *args, json_t **answer)
{
    json_t *later = NULL;
    int code = 0;

    *answer = NULL;
    if (later_takes(verb, args, &later))
        code = ask_later(client, later, answer);
    else if (!later_answers(verb, answer))
        code = ask(client, verb, args, answer);
    else if (!*answer)
        code = call_fail(APP_USAGE, "a verb of several steps cannot be finished later");
    json_decref(args);
    return code;
}

int client_admin(struct client *client, const char *verb, const char *argument, json_t **answer)
{
    struct msg_admin admin = {.verb = span_str(verb), .argument = span_str(argument)};
    struct buf frame = {0};
    zmsg_t *message = NULL;
    int code = 0;

    *answer = NULL;
    if (msg_admin_write(&admin, &frame)) {
        code = call_fail(APP_USAGE, "'%s' is too long", argument);
    } else {
        message = zmsg_new();
        zmsg_addstr(message, "admin");
        link_append(message, &frame);
        client->end_ms = clock_mono_ms() + client->patience_ms;
        code = exchange(client, message, take_answer, answer);
    }
    buf_free(&frame);
    return code;
}

int client_ask(const struct config *config, const char *verb, json_t *args, json_t **answer)
{
    struct client *client = client_open(config, CLIENT_STORER);
    int code = APP_NO_PEER;

    *answer = NULL;
    if (client)
        code = client_query(client, verb, args, answer);
    else
        json_decref(args);
    client_close(&client);
    return code;
}

int client_tell(const struct config *config, const char *verb, const char *argument,
                json_t **answer)
{
    struct client *client = client_open(config, CLIENT_BROKER);
    int code = client ? client_admin(client, verb, argument, answer) : APP_NO_PEER;

    client_close(&client);
    return code;
}
