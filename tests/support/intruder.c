/* intruder: a client of sockets over tcp that has no key, a wrong one, or the right one.
 *
 *     intruder MS null|plain TYPE=ENDPOINT...
 *     intruder MS curve SERVER OWN TYPE=ENDPOINT...
 *
 * TYPE is push, pull, dealer, sub or pub.  SERVER and OWN are certificates: the server's public
 * one, the secret one of this client.  For MS milliseconds it sends what is taken (but no more than
 * 1000 messages an endpoint) and receives what comes; then it prints a line an endpoint:
 *
 *     ENDPOINT sent=N received=N
 *
 * A message counts as sent once a connection took it, which is after the handshake.  A pub takes
 * what nobody hears, so it counts as sent what it says itself, and means nothing. */
#include <czmq.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USAGE = 64, MOST = 64, SENT_MOST = 1000 };

struct target {
    void *socket;
    const char *endpoint;
    bool sends, receives;
    long sent, received;
};

static const struct {
    const char *name;
    int type;
    bool sends, receives;
} types[] = {
    {"push", ZMQ_PUSH, true, false},    {"pull", ZMQ_PULL, false, true},
    {"dealer", ZMQ_DEALER, true, true}, {"sub", ZMQ_SUB, false, true},
    {"pub", ZMQ_PUB, true, false},
};

static void set(void *socket, int option, const void *value, size_t n)
{
    if (zmq_setsockopt(socket, option, value, n)) {
        fprintf(stderr, "intruder: option %d: %s\n", option, zmq_strerror(zmq_errno()));
        exit(1);
    }
}

static void set_int(void *socket, int option, int value)
{
    set(socket, option, &value, sizeof(value));
}

static void set_key(void *socket, int option, const char *path, const char *which)
{
    zconfig_t *root = zconfig_load(path);
    const char *text = root ? zconfig_get(root, which, "") : "";

    if (strlen(text) != 40) {
        fprintf(stderr, "intruder: %s has no %s\n", path, which);
        exit(USAGE);
    }
    set(socket, option, text, 41);
    zconfig_destroy(&root);
}

static void set_mechanism(void *socket, char **words)
{
    if (strcmp(words[0], "plain") == 0) {
        set(socket, ZMQ_PLAIN_USERNAME, "reader", 6);
        set(socket, ZMQ_PLAIN_PASSWORD, "reader", 6);
    } else if (strcmp(words[0], "curve") == 0) {
        set_key(socket, ZMQ_CURVE_SERVERKEY, words[1], "/curve/public-key");
        set_key(socket, ZMQ_CURVE_PUBLICKEY, words[2], "/curve/public-key");
        set_key(socket, ZMQ_CURVE_SECRETKEY, words[2], "/curve/secret-key");
    }
}

static void open_target(struct target *target, void *context, char *word, char **mechanism)
{
    char *equals = strchr(word, '=');
    size_t i = 0;

    if (equals)
        *equals = '\0';
    while (i < sizeof(types) / sizeof(types[0]) && strcmp(types[i].name, word) != 0)
        i++;
    if (!equals || i == sizeof(types) / sizeof(types[0]))
        exit(USAGE);
    *target = (struct target){.socket = zmq_socket(context, types[i].type),
                              .endpoint = equals + 1,
                              .sends = types[i].sends,
                              .receives = types[i].receives};
    set_int(target->socket, ZMQ_LINGER, 200);
    set_int(target->socket, ZMQ_IMMEDIATE, 1);
    set_mechanism(target->socket, mechanism);
    if (types[i].type == ZMQ_SUB)
        set(target->socket, ZMQ_SUBSCRIBE, "", 0);
    if (zmq_connect(target->socket, target->endpoint))
        exit(1);
}

static void turn(struct target *target)
{
    char bytes[4096];

    while (target->receives && zmq_recv(target->socket, bytes, sizeof(bytes), ZMQ_DONTWAIT) >= 0)
        target->received++;
    while (target->sends && target->sent < SENT_MOST &&
           zmq_send(target->socket, "intruder", 8, ZMQ_DONTWAIT) >= 0)
        target->sent++;
}

int main(int argc, char **argv)
{
    struct target targets[MOST];
    void *context = zmq_ctx_new();
    int64_t end = 0;
    int first = argc > 2 && strcmp(argv[2], "curve") == 0 ? 5 : 3, count = argc - first;

    if (count < 1 || count > MOST)
        return USAGE;
    for (int i = 0; i < count; i++)
        open_target(&targets[i], context, argv[first + i], &argv[2]);
    end = zclock_mono() + atol(argv[1]);
    while (zclock_mono() < end) {
        for (int i = 0; i < count; i++)
            turn(&targets[i]);
        zclock_sleep(5);
    }
    for (int i = 0; i < count; i++) {
        printf("%s sent=%ld received=%ld\n", targets[i].endpoint, targets[i].sent,
               targets[i].received);
        zmq_close(targets[i].socket);
    }
    zmq_ctx_term(context);
    return 0;
}
