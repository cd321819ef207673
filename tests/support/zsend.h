/* The parts of zsend; see zsend.c. */
#ifndef WEIR_TESTS_ZSEND_H
#define WEIR_TESTS_ZSEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

enum { FRAMES_MOST = 32 };

struct frame {
    struct buf bytes;
    size_t random; /* bytes drawn anew for each message */
};

struct job {
    int type;
    bool serves;
    const char *endpoint;
    struct frame frames[FRAMES_MOST];
    size_t count;
    uint64_t state; /* of the generator */
    long repeat, fuzz;
    int wait_ms, timeout_ms, stay;
    int storm_ms, pause_us;
};

/* The next number, or bytes, of what follows from the seed. */
uint64_t zsend_draw(struct job *job);
void zsend_draw_bytes(struct job *job, size_t n, struct buf *out);

/* Sends what the job says, and takes an answer where it waits for one; 0, or -1 with zmq_errno. */
int zsend_run(struct job *job, void *socket);
/* Takes a message, and begins the answer with who sent it. */
int zsend_meet(void *socket);

#endif
