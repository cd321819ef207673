/* What zsend puts on the wire. */
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "tests/support/zsend.h"

/* splitmix64 (Steele, Lea, Flood 2014). */
uint64_t zsend_draw(struct job *job)
{
    uint64_t z = job->state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

void zsend_draw_bytes(struct job *job, size_t n, struct buf *out)
{
    while (n--)
        buf_addc(out, (char)zsend_draw(job));
}

/* --- sending ---------------------------------------------------------------------------------- */

static int send_message(struct job *job, void *socket)
{
    for (size_t i = 0; i < job->count; i++) {
        struct frame *frame = &job->frames[i];
        int more = i + 1 < job->count ? ZMQ_SNDMORE : 0;

        if (frame->random) {
            buf_clear(&frame->bytes);
            zsend_draw_bytes(job, frame->random, &frame->bytes);
        }
        if (zmq_send(socket, frame->bytes.data, frame->bytes.len, more) < 0)
            return -1;
    }
    return 0;
}

static int send_random(struct job *job, void *socket)
{
    struct buf bytes = {0};
    uint64_t frames = 1 + zsend_draw(job) % 5;
    int result = 0;

    for (uint64_t i = 0; i < frames && result >= 0; i++) {
        buf_clear(&bytes);
        zsend_draw_bytes(job, zsend_draw(job) % 200, &bytes);
        result = zmq_send(socket, bytes.data, bytes.len, i + 1 < frames ? ZMQ_SNDMORE : 0);
    }
    buf_free(&bytes);
    return result < 0 ? -1 : 0;
}

static void print_frame(const unsigned char *data, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (data[i] >= ' ' && data[i] <= '~')
            putchar(data[i]);
        else
            printf("\\x%02x", data[i]);
    putchar('\n');
}

static int receive(void *socket, int wait_ms)
{
    int more = 1;

    zmq_setsockopt(socket, ZMQ_RCVTIMEO, &wait_ms, sizeof(wait_ms));
    while (more) {
        zmq_msg_t frame;

        zmq_msg_init(&frame);
        if (zmq_msg_recv(&frame, socket, 0) < 0)
            return -1;
        print_frame(zmq_msg_data(&frame), zmq_msg_size(&frame));
        more = zmq_msg_more(&frame);
        zmq_msg_close(&frame);
    }
    return 0;
}

static void stay(void)
{
    puts("sent");
    fflush(stdout);
    while (getchar() != EOF)
        ;
}

/* Takes a message, and begins the answer with who sent it. */
int zsend_meet(void *socket)
{
    char peer[256], rest[4096];
    int more = 1, n = zmq_recv(socket, peer, sizeof(peer), 0);
    size_t size = sizeof(more);

    if (n < 0 || n > (int)sizeof(peer))
        return -1;
    while (!zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size) && more)
        if (zmq_recv(socket, rest, sizeof(rest), 0) < 0)
            return -1;
    return zmq_send(socket, peer, (size_t)n, ZMQ_SNDMORE) < 0 ? -1 : 0;
}

/* --- storms ----------------------------------------------------------------------------------- */

/* Small ones mostly, seldom a large one. */
static size_t draw_size(struct job *job)
{
    static const size_t most[] = {1, 16, 16, 200, 200, 200, 3000, 100000};

    return zsend_draw(job) % most[zsend_draw(job) % 8];
}

static void draw_frame(struct job *job, struct buf *out)
{
    buf_clear(out);
    zsend_draw_bytes(job, draw_size(job), out);
}

/* A copy of the frame named, with up to 8 bits flipped, or cut. */
static void harmed_frame(struct job *job, const struct buf *frame, struct buf *out)
{
    buf_clear(out);
    buf_add(out, frame->data, frame->len);
    for (uint64_t n = zsend_draw(job) % 9; n > 0 && out->len; n--)
        out->data[zsend_draw(job) % out->len] ^= (char)(1 << zsend_draw(job) % 8);
    if (zsend_draw(job) % 8 == 0 && out->len)
        out->len = zsend_draw(job) % out->len;
}

static int send_harmed(struct job *job, void *socket, struct buf *bytes)
{
    int result = 0;

    for (size_t i = 0; i < job->count && result >= 0; i++) {
        int more = i + 1 < job->count ? ZMQ_SNDMORE : 0;
        uint64_t how = zsend_draw(job) % 16;

        if (how == 0 && more)
            continue; /* left out */
        if (how == 1)
            draw_frame(job, bytes);
        else
            harmed_frame(job, &job->frames[i].bytes, bytes);
        if (how == 2)
            result = zmq_send(socket, bytes->data, bytes->len, ZMQ_SNDMORE);
        if (result >= 0)
            result = zmq_send(socket, bytes->data, bytes->len, more);
    }
    return result;
}

static int send_drawn(struct job *job, void *socket, struct buf *bytes)
{
    uint64_t frames = 1 + zsend_draw(job) % (zsend_draw(job) % 16 ? 6 : 200);
    int result = 0;

    for (uint64_t i = 0; i < frames && result >= 0; i++) {
        draw_frame(job, bytes);
        result = zmq_send(socket, bytes->data, bytes->len, i + 1 < frames ? ZMQ_SNDMORE : 0);
    }
    return result;
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A peer that takes nothing for a while is no error here: the ring pushes back. */
static int storm(struct job *job, void *socket)
{
    int64_t until_ms = now_ms() + job->storm_ms;
    struct buf bytes = {0};
    long sent = 0;
    int result = 0;

    while (now_ms() < until_ms && result == 0) {
        bool drawn = job->count == 0 || zsend_draw(job) % 2;

        if ((drawn ? send_drawn : send_harmed)(job, socket, &bytes) >= 0)
            sent++;
        else if (zmq_errno() != EAGAIN)
            result = -1;
        usleep((useconds_t)job->pause_us);
    }
    printf("sent=%ld\n", sent);
    buf_free(&bytes);
    return result;
}

int zsend_run(struct job *job, void *socket)
{
    int result = 0;

    for (long i = 0; i < job->repeat && !result && job->count && !job->storm_ms; i++)
        result = send_message(job, socket);
    for (long i = 0; i < job->fuzz && !result; i++)
        result = send_random(job, socket);
    if (!result && job->storm_ms)
        result = storm(job, socket);
    if (!result && job->wait_ms)
        result = receive(socket, job->wait_ms);
    if (!result && job->stay)
        stay();
    return result;
}
