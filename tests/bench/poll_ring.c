/* Broker and storer of one fetcher: gives it jobs and counts its reports.
 *
 * usage: poll_ring RUNTIME_DIR PID PORT HOSTS COUNT
 * PID is of a weir-fetcher with that runtime.dir.  COUNT jobs for 127.0.1.1 and on, after a tenth
 * of that to open the connections; at most LEASES are out at once, as with a storer.  Each must be
 * answered NOT_MODIFIED, once.  Prints polls, seconds (wall, monotonic), the fetcher's seconds of
 * cpu and its memory, and this program's seconds of cpu. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/buf.h"
#include "common/config.h"
#include "common/link.h"
#include "common/mem.h"
#include "common/msg.h"

enum { LEASES = 256, KNOWN = 20, PATIENCE_MS = 20000 };

struct ring {
    zsock_t *jobs;
    zsock_t *reports;
    zsock_t *others[4];
    clockid_t fetcher;
    int port;
    long hosts;
    long sent, answered, wanted;
    unsigned char *seen; /* by fetch */
    struct msg_pool pool;
    struct buf header, job;
    char known[KNOWN * 24];
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "poll_ring: %s: %s\n", what, why);
    exit(1);
}

static double now(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static zsock_t *bind_lane(const struct config *config, int type, enum link_id link, enum lane lane,
                          const char *side)
{
    char *endpoint = link_endpoint(config, link, lane, side);
    zsock_t *socket = link_bind(
        config, type, type == ZMQ_PULL ? LINK_ROLE_DATA_IN : LINK_ROLE_DATA_OUT, link, endpoint);

    if (!socket)
        die("bind", endpoint);
    free(endpoint);
    return socket;
}

static void open_sockets(struct ring *ring, const struct config *config)
{
    ring->jobs = bind_lane(config, ZMQ_PUSH, LINK_JOBS, LANE_LO, "out");
    ring->reports = bind_lane(config, ZMQ_PULL, LINK_REPORTS, LANE_LO, "in");
    ring->others[0] = bind_lane(config, ZMQ_PUSH, LINK_JOBS, LANE_HI, "out");
    ring->others[1] = bind_lane(config, ZMQ_PULL, LINK_REPORTS, LANE_HI, "in");
    ring->others[2] = bind_lane(config, ZMQ_PULL, LINK_ITEMS, LANE_HI, "in");
    ring->others[3] = bind_lane(config, ZMQ_PULL, LINK_ITEMS, LANE_LO, "in");
}

/* --- jobs and reports ------------------------------------------------------------------------- */

static void write_job(struct ring *ring, long i)
{
    char url[128];
    char etag[64];
    long host = i % ring->hosts;
    struct msg_header header = {
        .kind = MSG_KIND_FETCH, .epoch = 1, .fetch = (uint64_t)i + 1, .source = (uint64_t)i + 1};
    struct msg_job job = {.last_modified = span_str("Thu, 01 Jan 2026 12:00:00 GMT"),
                          .timeout_ms = 30000,
                          .known = span_of(ring->known, sizeof(ring->known))};

    snprintf(url, sizeof(url), "http://127.0.%ld.%ld:%d/feeds/%ld.xml", 1 + host / 250,
             1 + host % 250, ring->port, i);
    snprintf(etag, sizeof(etag), "\"5f3c-61d2a7b04%05lx\"", i & 0xfffff);
    job.url = span_str(url);
    job.etag = span_str(etag);
    buf_clear(&ring->header);
    buf_clear(&ring->job);
    if (msg_header_write(&header, &ring->header) || msg_job_write(&job, &ring->job))
        die("job", "cannot be written");
}

static void send_jobs(struct ring *ring)
{
    void *socket = zsock_resolve(ring->jobs);

    while (ring->sent < ring->wanted && ring->sent - ring->answered < LEASES) {
        write_job(ring, ring->sent);
        if (zmq_send(socket, ring->header.data, ring->header.len, ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0)
            return; /* full */
        if (zmq_send(socket, ring->job.data, ring->job.len, ZMQ_DONTWAIT) < 0)
            die("jobs", "half a message was taken");
        ring->sent++;
    }
}

static void read_report(struct ring *ring, struct span first, struct span second)
{
    struct msg_header header;
    struct msg_report report;

    msg_pool_reset(&ring->pool);
    if (msg_header_read(first, &ring->pool, &header) ||
        msg_report_read(second, &ring->pool, &report))
        die("report", ring->pool.why);
    if (report.outcome != MSG_OUTCOME_NOT_MODIFIED)
        die("a poll failed", report.error.n ? report.error.p : "another outcome than 304");
    if (header.fetch == 0 || header.fetch > (uint64_t)ring->wanted || ring->seen[header.fetch - 1])
        die("report", "of no lease");
    ring->seen[header.fetch - 1] = 1;
    ring->answered++;
}

static void receive_reports(struct ring *ring)
{
    void *socket = zsock_resolve(ring->reports);
    zmq_msg_t frames[3];
    size_t n = 0;

    for (;;) {
        zmq_msg_init(&frames[n]);
        if (zmq_msg_recv(&frames[n], socket, ZMQ_DONTWAIT) < 0)
            return;
        if (zmq_msg_more(&frames[n]) && ++n < 3)
            continue;
        if (n != 2)
            die("report", "wrong number of frames");
        read_report(ring, span_of(zmq_msg_data(&frames[0]), zmq_msg_size(&frames[0])),
                    span_of(zmq_msg_data(&frames[1]), zmq_msg_size(&frames[1])));
        for (n = 0; n < 3; n++)
            zmq_msg_close(&frames[n]);
        n = 0;
    }
}

static void run(struct ring *ring, long count)
{
    ring->sent = ring->answered = 0;
    ring->wanted = count;
    ring->seen = mem_calloc((size_t)count, 1);
    while (ring->answered < count) {
        bool more = ring->sent < count && ring->sent - ring->answered < LEASES;
        zmq_pollitem_t items[] = {{.socket = zsock_resolve(ring->reports), .events = ZMQ_POLLIN},
                                  {.socket = zsock_resolve(ring->jobs), .events = ZMQ_POLLOUT}};

        if (zmq_poll(items, more ? 2 : 1, PATIENCE_MS) <= 0)
            die("fetcher", "no report came");
        receive_reports(ring);
        send_jobs(ring);
    }
    free(ring->seen);
}

/* --- the fetcher ------------------------------------------------------------------------------ */

static long memory_kb(const char *pid)
{
    char *path = mem_printf("/proc/%s/status", pid);
    FILE *file = fopen(path, "r");
    char line[256];
    long kb = 0;

    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "VmRSS: %ld", &kb) == 1)
            break;
    if (file)
        fclose(file);
    free(path);
    return kb;
}

/* Ready to run and without a core (proc(5), schedstat). */
static double queued(const char *pid)
{
    char *path = mem_printf("/proc/%s/schedstat", pid);
    FILE *file = fopen(path, "r");
    double ns = 0;

    if (file && fscanf(file, "%*s %lf", &ns) != 1)
        ns = 0;
    if (file)
        fclose(file);
    free(path);
    return ns / 1e9;
}

static void measure(struct ring *ring, const char *pid, long count)
{
    double began = now(CLOCK_MONOTONIC);
    double cpu = now(ring->fetcher);
    double own = now(CLOCK_PROCESS_CPUTIME_ID);
    double waited = queued(pid);

    run(ring, count);
    printf("polls=%ld seconds=%.4f cpu=%.4f queued=%.4f own=%.4f rss_kb=%ld\n", count,
           now(CLOCK_MONOTONIC) - began, now(ring->fetcher) - cpu, queued(pid) - waited,
           now(CLOCK_PROCESS_CPUTIME_ID) - own, memory_kb(pid));
}

static struct config *read_config(const char *runtime_dir)
{
    struct config *config = config_create();
    struct buf error = {0};
    char *dir = mem_printf("runtime.dir=%s", runtime_dir);

    if (config_set(config, dir, "argument", &error) || config_finish(config, &error))
        die("config", error.data);
    if (link_prepare(config))
        die("runtime.dir", runtime_dir);
    free(dir);
    return config;
}

int main(int argc, char **argv)
{
    struct ring ring = {0};
    long count = argc == 6 ? atol(argv[5]) : 0;

    if (count <= 0 || clock_getcpuclockid((pid_t)atol(argv[2]), &ring.fetcher))
        die("usage", "poll_ring RUNTIME_DIR PID PORT HOSTS COUNT");
    setenv("ZSYS_SIGHANDLER", "false", 1);
    ring.port = atoi(argv[3]);
    ring.hosts = atol(argv[4]);
    open_sockets(&ring, read_config(argv[1]));
    run(&ring, count / 10 + 1);
    measure(&ring, argv[2], count);
    _exit(fflush(stdout) ? 1 : 0); /* the sockets go with the process */
}
