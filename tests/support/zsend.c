/* zsend: sends ZeroMQ messages that no process of Weir would send.
 *
 *     zsend TYPE ENDPOINT [OPTION]...
 *
 * TYPE is push, dealer, pub, xsub, or serve: a router that binds, waits for one message and answers
 * it. A message is made of the frames named, in their order:
 *
 *     --hex BYTES          a frame, two digits a byte; "" is an empty one
 *     --text TEXT          a frame
 *     --fill N             a frame of N zero bytes
 *     --random N           a frame of N random bytes
 *     --message NAME[,FIELD=VALUE]...   a frame of messages.def; fields left out are zero or empty,
 *                          bytes are given in hex
 *     --cut N, --flip N    takes N bytes from the end of the frame before, flips N of its bits
 *
 *     --seed N             what is random follows from it
 *     --repeat N           the message goes out N times (random frames differ)
 *     --fuzz N             N messages of 1 to 5 random frames in place of the frames named
 *     --storm MS           for so long, as fast as they are taken but for --pause: messages of
 * random frames, and the message named with bits flipped, frames cut, left out, put in or doubled;
 * then prints how many
 *     --pause US           between two messages of a storm (1000)
 *     --wait MS            then waits so long for one message, and prints its frames
 *     --stay 1             then says `sent`, and keeps the connection until standard input ends:
 * what the receiver has not read when its peer goes is lost (libzmq)
 *     --timeout MS         limit for the connection and for each message (5000)
 *
 * A pub waits for a subscription before it sends.  Exit 0: everything was handed to the connection;
 * 1: not in time, or no answer; 64: wrong usage. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "common/mem.h"
#include "common/msg.h"
#include "common/msg_table.h"
#include "tests/support/zsend.h"

enum { USAGE = 64 };

/* --- frames ----------------------------------------------------------------------------------- */

static int add_hex(struct buf *out, const char *text)
{
    unsigned byte = 0;

    for (; *text; text += 2) {
        if (!text[1] || sscanf(text, "%2x", &byte) != 1)
            return -1;
        buf_addc(out, (char)byte);
    }
    return 0;
}

static int set_field(const struct msg_field *field, char *at, char *value)
{
    struct buf bytes = {0};

    switch (field->kind) {
    case FIELD_U:
        *(uint64_t *)(void *)at = strtoull(value, NULL, 0);
        return 0;
    case FIELD_I:
        *(int64_t *)(void *)at = strtoll(value, NULL, 0);
        return 0;
    case FIELD_D:
        *(double *)(void *)at = strtod(value, NULL);
        return 0;
    case FIELD_S:
        *(struct span *)(void *)at = span_str(value);
        return 0;
    case FIELD_B:
        if (add_hex(&bytes, value))
            return -1;
        memcpy(value, bytes.data, bytes.len); /* in the place of its digits, as texts are */
        *(struct span *)(void *)at = span_of(value, bytes.len);
        buf_free(&bytes);
        return 0;
    case FIELD_L:
        break;
    }
    return -1;
}

static int assign(struct msg_table table, char *message, char *word)
{
    char *value = strchr(word, '=');

    if (!value)
        return -1;
    *value++ = '\0';
    for (size_t i = 0; i < table.count; i++)
        if (strcmp(table.fields[i].name, word) == 0)
            return set_field(&table.fields[i], message + table.fields[i].offset, value);
    return -1;
}

/* Texts point into words, which is argv's. */
static int add_message(struct buf *out, char *words)
{
    char *rest = NULL, *word = strtok_r(words, ",", &rest);
    enum msg_type type = msg_type_of(span_str(word ? word : ""));
    struct msg_table table = msg_table(type);
    char *message = mem_calloc(1, table.size + 1);
    int result = type == MSG_TYPES ? -1 : 0;

    while (!result && (word = strtok_r(NULL, ",", &rest)) != NULL)
        result = assign(table, message, word);
    result = result ? result : msg_write(type, message, out);
    free(message);
    return result;
}

static int harm(struct job *job, const char *option, size_t n)
{
    struct buf *bytes = job->count ? &job->frames[job->count - 1].bytes : NULL;

    if (!bytes || !bytes->len)
        return -1;
    if (strcmp(option, "--cut") == 0)
        bytes->len -= n < bytes->len ? n : bytes->len;
    else
        while (n--)
            bytes->data[zsend_draw(job) % bytes->len] ^= (char)(1 << zsend_draw(job) % 8);
    return 0;
}

static int add_frame(struct job *job, const char *option, char *value)
{
    struct frame *frame = &job->frames[job->count];
    size_t n = strtoul(value, NULL, 0);

    if (strcmp(option, "--cut") == 0 || strcmp(option, "--flip") == 0)
        return harm(job, option, n);
    if (job->count == FRAMES_MOST)
        return -1;
    job->count++;
    if (strcmp(option, "--hex") == 0)
        return add_hex(&frame->bytes, value);
    if (strcmp(option, "--message") == 0)
        return add_message(&frame->bytes, value);
    if (strcmp(option, "--text") == 0)
        buf_adds(&frame->bytes, value);
    else if (strcmp(option, "--random") == 0)
        frame->random = n;
    else if (strcmp(option, "--fill") == 0)
        while (n--)
            buf_addc(&frame->bytes, '\0');
    else
        return -1;
    return 0;
}

static int read_option(struct job *job, const char *option, char *value)
{
    if (strcmp(option, "--seed") == 0)
        job->state = strtoull(value, NULL, 0);
    else if (strcmp(option, "--repeat") == 0)
        job->repeat = strtol(value, NULL, 0);
    else if (strcmp(option, "--fuzz") == 0)
        job->fuzz = strtol(value, NULL, 0);
    else if (strcmp(option, "--wait") == 0)
        job->wait_ms = atoi(value);
    else if (strcmp(option, "--stay") == 0)
        job->stay = atoi(value);
    else if (strcmp(option, "--storm") == 0)
        job->storm_ms = atoi(value);
    else if (strcmp(option, "--pause") == 0)
        job->pause_us = atoi(value);
    else if (strcmp(option, "--timeout") == 0)
        job->timeout_ms = atoi(value);
    else
        return add_frame(job, option, value);
    return 0;
}

static int type_of(const char *name)
{
    static const struct {
        const char *name;
        int type;
    } types[] = {{"push", ZMQ_PUSH},
                 {"dealer", ZMQ_DEALER},
                 {"serve", ZMQ_ROUTER},
                 {"xsub", ZMQ_XSUB},
                 {"pub", ZMQ_XPUB}}; /* which tells of subscriptions */

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].type;
    return -1;
}

static int read_arguments(struct job *job, int argc, char **argv)
{
    if (argc < 3 || argc % 2 == 0)
        return -1;
    job->type = type_of(argv[1]);
    job->serves = job->type == ZMQ_ROUTER;
    job->endpoint = argv[2];
    for (int i = 3; i < argc; i += 2)
        if (read_option(job, argv[i], argv[i + 1])) {
            fprintf(stderr, "zsend: %s %s\n", argv[i], argv[i + 1]);
            return -1;
        }
    return job->type < 0 ? -1 : 0;
}

static void *open_socket(const struct job *job, void *context)
{
    void *socket = zmq_socket(context, job->type);
    int on = 1;
    char topic[64];

    zmq_setsockopt(socket, ZMQ_LINGER, &job->timeout_ms, sizeof(int));
    zmq_setsockopt(socket, ZMQ_SNDTIMEO, &job->timeout_ms, sizeof(int));
    zmq_setsockopt(socket, ZMQ_RCVTIMEO, &job->timeout_ms, sizeof(int));
    /* Nothing is taken for a connection that is not there: a send that ends well went somewhere. */
    zmq_setsockopt(socket, ZMQ_IMMEDIATE, &on, sizeof(on));
    if ((job->serves ? zmq_bind(socket, job->endpoint) : zmq_connect(socket, job->endpoint)) ||
        (job->serves && zsend_meet(socket)) ||
        (job->type == ZMQ_XPUB && zmq_recv(socket, topic, sizeof(topic), 0) < 1)) {
        zmq_close(socket);
        return NULL;
    }
    return socket;
}

int main(int argc, char **argv)
{
    struct job job = {.state = 1, .repeat = 1, .timeout_ms = 5000, .pause_us = 1000};
    void *context = NULL, *socket = NULL;
    int result = 0;

    if (read_arguments(&job, argc, argv)) {
        fprintf(stderr, "usage: zsend TYPE ENDPOINT [OPTION VALUE]... (see zsend.c)\n");
        return USAGE;
    }
    context = zmq_ctx_new();
    socket = open_socket(&job, context);
    result = socket ? zsend_run(&job, socket) : -1;
    if (result)
        fprintf(stderr, "zsend: %s: %s\n", job.endpoint, zmq_strerror(zmq_errno()));
    if (socket)
        zmq_close(socket);
    zmq_ctx_term(context);
    for (size_t i = 0; i < job.count; i++)
        buf_free(&job.frames[i].bytes);
    return result ? 1 : 0;
}
