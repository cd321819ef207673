/* The rest of the ring, played by a test: it holds the broker's ends of all links, and starts,
 * kills and stops a storer as a process of its own (this program, called with --storer).  Every
 * wait ends after PATIENCE_MS. */
#ifndef WEIR_TESTS_STORER_RING_H
#define WEIR_TESTS_STORER_RING_H

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/hash.h"
#include "common/link.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/msg.h"
#include "common/service.h"
#include "storer/db_read.h"
#include "storer/writer.h"
#include "storer/writer_inner.h"

#define UNUSED __attribute__((unused))

enum { PATIENCE_MS = 10000, MOST_SETTINGS = 24 };

struct ring {
    struct config *config;
    char dir[64];
    char *settings[MOST_SETTINGS];
    int setting_count;
    pid_t pid;
    zsock_t *control, *events, *query;
    zsock_t *bus; /* what the storer hears of others */
    zsock_t *jobs[LANES], *items[LANES], *reports[LANES], *verdicts[LANES];
    zframe_t *storer; /* its address on control */
    uint64_t broker, losses, asked;
    struct msg_pool pool, pool2;
    struct buf out;
    zmsg_t *kept; /* what the last message read borrows from */
};

/* --- the storer, as main.c has it --- */

static int ring_start_writer(struct service *service, void *self)
{
    return writer_open(self, service);
}

static void ring_stop_writer(struct service *service, void *self, int64_t within_ms)
{
    (void)service;
    writer_stop(*(struct writer **)self, within_ms);
}

static void ring_end_writer(struct service *service, void *self)
{
    (void)service;
    writer_close(self);
}

/* The exit code, where this program was called to be a storer; else -1. */
static int ring_main(int argc, char **argv)
{
    static const struct service_spec spec = {
        .app = {.name = "weir-storer", .stage = "storer", .summary = "a storer under test"},
        .start = ring_start_writer,
        .stop = ring_stop_writer,
        .end = ring_end_writer,
        .beat = control_beat,
        .control = control_message,
        .welcomed = control_welcomed,
    };
    struct writer *writer = NULL;

    if (argc < 2 || strcmp(argv[1], "--storer") != 0)
        return -1;
    argv[1] = argv[0];
    return service_main(&spec, &writer, argc - 1, argv + 1);
}

static void ring_set(struct ring *ring, const char *setting)
{
    struct buf error = {0};

    ck_assert_int_lt(ring->setting_count, MOST_SETTINGS);
    ck_assert_msg(config_set(ring->config, setting, "test", &error) == 0, "%s", error.data);
    ring->settings[ring->setting_count++] = mem_strdup(setting);
    buf_free(&error);
}

static void ring_exec(struct ring *ring)
{
    char *argv[MOST_SETTINGS * 2 + 3] = {(char *)(uintptr_t) "weir-storer",
                                         (char *)(uintptr_t) "--storer"};
    int argc = 2;

    ring->pid = fork();
    ck_assert_int_ge(ring->pid, 0);
    if (ring->pid > 0)
        return;
    for (int i = 0; i < ring->setting_count; i++) {
        argv[argc++] = (char *)(uintptr_t) "--set";
        argv[argc++] = ring->settings[i];
    }
    execv("/proc/self/exe", argv);
    _exit(127);
}

/* --- opening --- */

static zsock_t *ring_bind(struct ring *ring, int type, enum link_role role, enum link_id link,
                          char *endpoint)
{
    zsock_t *socket = link_bind(ring->config, type, role, link, endpoint);

    ck_assert_ptr_nonnull(socket);
    free(endpoint);
    return socket;
}

static void ring_open_links(struct ring *ring)
{
    struct config *c = ring->config;

    for (enum lane lane = 0; lane < LANES; lane++) {
        ring->jobs[lane] = ring_bind(ring, ZMQ_PULL, LINK_ROLE_DATA_IN, LINK_JOBS,
                                     link_endpoint(c, LINK_JOBS, lane, "in"));
        ring->items[lane] = ring_bind(ring, ZMQ_PULL, LINK_ROLE_DATA_IN, LINK_ITEMS,
                                      link_endpoint(c, LINK_ITEMS, lane, "in"));
        ring->reports[lane] = ring_bind(ring, ZMQ_PUSH, LINK_ROLE_DATA_OUT, LINK_REPORTS,
                                        link_endpoint(c, LINK_REPORTS, lane, "out"));
        ring->verdicts[lane] = ring_bind(ring, ZMQ_PUSH, LINK_ROLE_DATA_OUT, LINK_VERDICTS,
                                         link_endpoint(c, LINK_VERDICTS, lane, "out"));
        zsock_set_sndtimeo(ring->reports[lane], PATIENCE_MS);
        zsock_set_sndtimeo(ring->verdicts[lane], PATIENCE_MS);
    }
    ring->control =
        ring_bind(ring, ZMQ_ROUTER, LINK_ROLE_CONTROL, LINKS, link_endpoint_named(c, "control"));
    ring->events =
        ring_bind(ring, ZMQ_SUB, LINK_ROLE_EVENTS, LINKS, link_endpoint_named(c, "events.in"));
    zsock_set_subscribe(ring->events, "");
    ring->bus =
        ring_bind(ring, ZMQ_PUB, LINK_ROLE_EVENTS, LINKS, link_endpoint_named(c, "events.out"));
}

static void ring_open(struct ring *ring)
{
    *ring = (struct ring){.config = config_create(), .broker = 77};
    strcpy(ring->dir, "/tmp/weir-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(ring->dir));
    zsys_init();
    zsys_handler_set(NULL);
    char *dir = mem_printf("runtime.dir=%s", ring->dir);
    char *path = mem_printf("store.path=%s/weir.db", ring->dir);
    ring_set(ring, dir);
    ring_set(ring, path);
    ring_set(ring, "log.level=warning");
    ring_set(ring, "service.lost_ms=60000");
    ring_set(ring, "storer.host_spacing_ms=0");
    ring_set(ring, "storer.host_requests=100");
    ring_set(ring, "storer.replay_early_ms=100");
    ring_set(ring, "storer.lease_grace_ms=100");
    free(dir);
    free(path);
    ck_assert_int_eq(link_prepare(ring->config), 0);
    ring_open_links(ring);
}

static void ring_kill(struct ring *ring, int signal)
{
    if (ring->pid > 0) {
        kill(ring->pid, signal);
        waitpid(ring->pid, NULL, 0);
    }
    ring->pid = 0;
    zframe_destroy(&ring->storer);
    zsock_destroy(&ring->query);
}

static void ring_close(struct ring *ring)
{
    char *command = mem_printf("rm -rf '%s'", ring->dir);

    ring_kill(ring, SIGKILL);
    for (int lane = 0; lane < LANES; lane++) {
        zsock_destroy(&ring->jobs[lane]);
        zsock_destroy(&ring->items[lane]);
        zsock_destroy(&ring->reports[lane]);
        zsock_destroy(&ring->verdicts[lane]);
    }
    zsock_destroy(&ring->control);
    zsock_destroy(&ring->events);
    zsock_destroy(&ring->bus);
    zmsg_destroy(&ring->kept);
    msg_pool_free(&ring->pool);
    msg_pool_free(&ring->pool2);
    buf_free(&ring->out);
    for (int i = 0; i < ring->setting_count; i++)
        free(ring->settings[i]);
    config_destroy(&ring->config);
    ck_assert_int_eq(system(command), 0);
    free(command);
}

/* --- receiving --- */

/* The next message of a socket within ms; NULL where none came. */
static zmsg_t *ring_recv(zsock_t *socket, int64_t ms)
{
    zmq_pollitem_t item = {.socket = zsock_resolve(socket), .events = ZMQ_POLLIN};

    return zmq_poll(&item, 1, (long)ms) > 0 ? zmsg_recv(socket) : NULL;
}

/* Frame number n of what is kept. */
static struct span ring_frame(struct ring *ring, int n)
{
    zframe_t *frame = zmsg_first(ring->kept);

    while (n-- > 0 && frame)
        frame = zmsg_next(ring->kept);
    ck_assert_ptr_nonnull(frame);
    return link_span(frame);
}

UNUSED static bool ring_job_within(struct ring *ring, int64_t ms, struct msg_header *header,
                                   struct msg_job *job)
{
    zmq_pollitem_t items[2] = {
        {.socket = zsock_resolve(ring->jobs[LANE_HI]), .events = ZMQ_POLLIN},
        {.socket = zsock_resolve(ring->jobs[LANE_LO]), .events = ZMQ_POLLIN}};

    if (zmq_poll(items, 2, (long)ms) <= 0)
        return false;
    zmsg_destroy(&ring->kept);
    ring->kept = zmsg_recv(ring->jobs[items[0].revents ? LANE_HI : LANE_LO]);
    msg_pool_reset(&ring->pool);
    ck_assert_int_eq(msg_header_read(ring_frame(ring, 0), &ring->pool, header), 0);
    ck_assert_int_eq(msg_job_read(ring_frame(ring, 1), &ring->pool, job), 0);
    return true;
}

UNUSED static void ring_job(struct ring *ring, struct msg_header *header, struct msg_job *job)
{
    ck_assert_msg(ring_job_within(ring, PATIENCE_MS, header, job), "no job came");
}

/* --- control --- */

static void ring_tell(struct ring *ring, enum msg_type type, const void *message)
{
    zmsg_t *frames = zmsg_new();

    buf_clear(&ring->out);
    ck_assert_int_eq(msg_write(type, message, &ring->out), 0);
    zmsg_append(frames, &(zframe_t *){zframe_dup(ring->storer)});
    zmsg_addstr(frames, msg_name(type));
    link_append(frames, &ring->out);
    ck_assert_int_eq(zmsg_send(&frames, ring->control), 0);
}

/* Waits for a control message of this type; others are passed over. */
static void ring_hear(struct ring *ring, enum msg_type type, void *message)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS;

    for (;;) {
        int64_t left = until - clock_mono_ms();
        zmsg_t *frames = left > 0 ? ring_recv(ring->control, left) : NULL;

        ck_assert_msg(frames != NULL, "no %s came", msg_name(type));
        zframe_destroy(&ring->storer);
        ring->storer = zmsg_pop(frames);
        zmsg_destroy(&ring->kept);
        ring->kept = frames;
        if (msg_type_of(ring_frame(ring, 0)) != type)
            continue;
        msg_pool_reset(&ring->pool);
        ck_assert_int_eq(msg_read(type, ring_frame(ring, 1), &ring->pool, message), 0);
        return;
    }
}

static void ring_roster(struct ring *ring, uint64_t fetchers, uint64_t embedders,
                        struct span leases)
{
    struct msg_roster roster = {.broker = ring->broker,
                                .losses = ring->losses,
                                .fetchers = fetchers,
                                .embedders = embedders,
                                .dedupers = 1,
                                .leases = leases};

    ring_tell(ring, MSG_roster, &roster);
}

UNUSED static void ring_lost(struct ring *ring, const char *stage, bool crashed, struct span leases)
{
    struct msg_lost lost = {.stage = span_str(stage),
                            .instance = span_str("one"),
                            .crashed = crashed,
                            .leases = leases};

    ring->losses++;
    ring_tell(ring, MSG_lost, &lost);
}

UNUSED static void ring_quiesce(struct ring *ring, unsigned purpose, uint64_t ttl_ms,
                                uint64_t within_ms)
{
    struct msg_quiesce quiesce = {.purpose = purpose, .ttl_ms = ttl_ms, .within_ms = within_ms};

    ring_tell(ring, MSG_quiesce, &quiesce);
}

/* Starts a storer and makes it at home: HELLO, WELCOME, and a roster with one of each. */
static void ring_go(struct ring *ring)
{
    struct msg_hello hello;
    struct msg_welcome welcome = {.broker = ring->broker, .accepted = 1};

    ring_exec(ring);
    ring_hear(ring, MSG_hello, &hello);
    ring_tell(ring, MSG_welcome, &welcome);
    /* A SUB that binds sends its subscription when it next looks. */
    (void)zsock_events(ring->events);
    ring_roster(ring, 1, 1, (struct span){0});
}

/* The exit code, once the storer has left. */
static int ring_wait(struct ring *ring)
{
    int status = 0;
    int64_t until = clock_mono_ms() + PATIENCE_MS;

    while (waitpid(ring->pid, &status, WNOHANG) == 0) {
        ck_assert_msg(clock_mono_ms() < until, "the storer did not leave");
        zmsg_t *frames = ring_recv(ring->control, 10);
        zmsg_destroy(&frames);
    }
    ring->pid = 0;
    ring_kill(ring, 0);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

UNUSED static int ring_stop(struct ring *ring)
{
    struct msg_stop stop = {.within_ms = 3000, .why = span_str("test")};
    struct msg_bye bye = {0}, answer = {0};

    ring_tell(ring, MSG_stop, &stop);
    ring_hear(ring, MSG_bye, &bye);
    ring_tell(ring, MSG_bye, &answer);
    return ring_wait(ring);
}

/* --- queries --- */

/* Asks and returns the answer's JSON (caller owns it), with its code. */
static char *ring_ask(struct ring *ring, const char *verb, const char *json, uint64_t *code)
{
    struct msg_query query = {.id = ++ring->asked, .verb = span_str(verb), .json = span_str(json)};
    struct msg_reply reply;
    zmsg_t *frames = zmsg_new();
    char *endpoint = link_endpoint_named(ring->config, "query");

    if (!ring->query) {
        ring->query = link_connect(ring->config, ZMQ_DEALER, LINK_ROLE_CONTROL, LINKS, endpoint);
        zsock_set_sndtimeo(ring->query, PATIENCE_MS);
    }
    free(endpoint);
    buf_clear(&ring->out);
    ck_assert_int_eq(msg_query_write(&query, &ring->out), 0);
    link_append(frames, &ring->out);
    ck_assert_int_eq(zmsg_send(&frames, ring->query), 0);
    frames = ring_recv(ring->query, PATIENCE_MS);
    ck_assert_msg(frames != NULL, "no answer to %s", verb);
    msg_pool_reset(&ring->pool);
    ck_assert_int_eq(msg_reply_read(link_span(zmsg_first(frames)), &ring->pool, &reply), 0);
    char *answer =
        reply.code ? mem_dup(reply.error.p, reply.error.n) : mem_dup(reply.json.p, reply.json.n);
    *code = reply.code;
    zmsg_destroy(&frames);
    return answer;
}

/* Asks and expects success. */
UNUSED static char *ring_want(struct ring *ring, const char *verb, const char *json)
{
    uint64_t code = 0;
    char *answer = ring_ask(ring, verb, json, &code);

    ck_assert_msg(code == 0, "%s %s: %s", verb, json, answer);
    return answer;
}

UNUSED static void ring_do(struct ring *ring, const char *verb, const char *json)
{
    free(ring_want(ring, verb, json));
}

UNUSED static void ring_add(struct ring *ring, const char *url)
{
    char *json = mem_printf("{\"sources\":[{\"url\":\"%s\"}]}", url);

    ring_do(ring, "source.add", json);
    free(json);
}

/* --- sending --- */

static void ring_key(uint64_t source, unsigned n, uint8_t key[16])
{
    char guid[32];

    snprintf(guid, sizeof(guid), "item-%u", n);
    struct hash_key made = hash_key(source, guid, strlen(guid));
    memcpy(key, made.bytes, 16);
}

static struct msg_header ring_header(uint64_t fetch, uint64_t source, uint64_t flags)
{
    return (struct msg_header){.kind = MSG_KIND_FETCH,
                               .fetch = fetch,
                               .source = source,
                               .attempt = 1,
                               .flags = flags,
                               .model = span_str("builtin-512-v1")};
}

static void ring_send(struct ring *ring, zsock_t *socket, const struct msg_header *header,
                      enum msg_type type, const void *second, struct span third)
{
    zmsg_t *frames = zmsg_new();

    buf_clear(&ring->out);
    ck_assert_int_eq(msg_header_write(header, &ring->out), 0);
    link_append(frames, &ring->out);
    ck_assert_int_eq(msg_write(type, second, &ring->out), 0);
    link_append(frames, &ring->out);
    if (third.n)
        zmsg_addmem(frames, third.p, third.n);
    ck_assert_int_eq(zmsg_send(&frames, socket), 0);
}

/* A report that items first .. first + count - 1 follow. */
UNUSED static void ring_report(struct ring *ring, uint64_t fetch, uint64_t source, unsigned first,
                               unsigned count, const char *etag)
{
    struct msg_header header = ring_header(fetch, source, 0);
    struct buf keys = {0};
    struct msg_report report = {.outcome = MSG_OUTCOME_READ,
                                .http_status = 200,
                                .etag = span_str(etag),
                                .retry_after_ms = -1,
                                .max_age_ms = -1,
                                .ttl_ms = -1,
                                .mean_gap_ms = -1,
                                .body_bytes = 1000,
                                .feed_title = span_str("A feed"),
                                .seen_ms = clock_utc_ms()};

    for (unsigned i = 0; i < count; i++) {
        uint8_t key[16];

        ring_key(source, first + i, key);
        buf_add(&keys, key, 16);
    }
    report.keys = buf_span(&keys);
    ring_send(ring, ring->reports[LANE_LO], &header, MSG_report, &report,
              count ? span_str("the body") : (struct span){0});
    buf_free(&keys);
}

UNUSED static void ring_outcome(struct ring *ring, uint64_t fetch, uint64_t source, uint64_t flags,
                                enum msg_outcome outcome)
{
    struct msg_header header = ring_header(fetch, source, flags);
    struct msg_report report = {.outcome = outcome,
                                .error_kind = outcome == MSG_OUTCOME_FAILED ? MSG_ERROR_TIMEOUT : 0,
                                .error = span_str("it took too long"),
                                .retry_after_ms = -1,
                                .max_age_ms = -1,
                                .ttl_ms = -1,
                                .mean_gap_ms = -1,
                                .seen_ms = clock_utc_ms()};

    ring_send(ring, ring->reports[LANE_LO], &header, MSG_report, &report, (struct span){0});
}

struct ring_item {
    uint64_t fetch, source;
    enum msg_kind kind;
    unsigned n;        /* its number: guid, key, text */
    uint64_t revision; /* 0: taken for 1 */
    uint64_t flags, rounds, epoch, as_of;
    uint64_t candidate; /* proposed; 0: none */
    bool no_vector;
    unsigned direction; /* of the vector: equal ones are alike */
    const char *model;  /* NULL: the built-in one */
    uint64_t item;      /* its row, in a header that has it */
    char text;          /* equal ones are copies; 0: nothing is known of it */
};

UNUSED static void ring_verdict(struct ring *ring, const struct ring_item *at)
{
    struct msg_header header = ring_header(at->fetch, at->source, at->flags);
    char guid[32], title[64], text[128], signature[512];
    int8_t vector[512] = {0};
    uint8_t key[16];
    struct msg_vector v = {.model = span_str(at->model ? at->model : "builtin-512-v1"),
                           .words = 100,
                           .signature = span_of(signature, at->text ? sizeof(signature) : 0)};
    struct msg_candidate candidate = {.id = at->candidate};
    struct msg_verdict verdict = {
        .epoch = at->epoch, .as_of = at->as_of, .candidates = {&candidate, at->candidate != 0}};
    struct msg_item item = {.revision = at->revision ? at->revision : 1, .seen_ms = clock_utc_ms()};

    memset(signature, at->text, sizeof(signature));
    ring_key(at->source, at->n, key);
    header.kind = at->kind ? at->kind : MSG_KIND_FETCH;
    header.rounds = at->rounds;
    header.item = at->item;
    header.model = v.model;
    header.key = span_of(key, 16);
    snprintf(guid, sizeof(guid), "item-%u", at->n);
    snprintf(title, sizeof(title), "Title number %u", at->n);
    snprintf(text, sizeof(text), "Text of number %u in revision %u", at->n,
             (unsigned)item.revision);
    item.guid = span_str(guid);
    item.title = span_str(title);
    item.text = span_str(text);
    item.content = span_str(text);
    vector[(at->direction ? at->direction : at->n + 100) % 512] = 127;
    v.vector = at->no_vector ? (struct span){0} : span_of(vector, sizeof(vector));
    v.reason = at->no_vector ? span_str("circuit open") : (struct span){0};
    zmsg_t *frames = zmsg_new();
    buf_clear(&ring->out);
    ck_assert_int_eq(msg_header_write(&header, &ring->out), 0);
    link_append(frames, &ring->out);
    ck_assert_int_eq(msg_item_write(&item, &ring->out), 0);
    link_append(frames, &ring->out);
    ck_assert_int_eq(msg_vector_write(&v, &ring->out), 0);
    link_append(frames, &ring->out);
    ck_assert_int_eq(msg_verdict_write(&verdict, &ring->out), 0);
    link_append(frames, &ring->out);
    ck_assert_int_eq(zmsg_send(&frames, ring->verdicts[LANE_LO]), 0);
}

UNUSED static void ring_verdicts(struct ring *ring, uint64_t fetch, uint64_t source, unsigned first,
                                 unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        ring_verdict(ring, &(struct ring_item){.fetch = fetch, .source = source, .n = first + i});
}

/* --- the file --- */

/* The first number of a query on the store. */
UNUSED static int64_t ring_number(struct ring *ring, const char *sql)
{
    struct buf error = {0};
    struct db_read *db = db_read_open(ring->config->store_path, 1000, &error);
    int64_t number = 0;

    ck_assert_msg(db != NULL, "%s", error.data);
    number = db_read_int(db, sql, -1);
    db_read_close(&db);
    buf_free(&error);
    return number;
}

/* Waits until a query on the store gives this number. */
UNUSED static void ring_until(struct ring *ring, const char *sql, int64_t wanted)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS, found = 0;

    while ((found = ring_number(ring, sql)) != wanted) {
        ck_assert_msg(clock_mono_ms() < until, "%s gives %lld, not %lld", sql, (long long)found,
                      (long long)wanted);
        usleep(5000);
    }
}

#define RING_META(name) "(SELECT coalesce (max (value), 0) FROM meta WHERE name = '" name "')"

/* accepted = stored + updated + known + dead + under way (DESIGN 3.1). */
UNUSED static void ring_sum(struct ring *ring)
{
    ck_assert_int_eq(
        ring_number(
            ring,
            "SELECT " RING_META("accepted") " - " RING_META("stored") " - " RING_META(
                "updated") " - " RING_META("known") " - " RING_META("dead") " - (SELECT count (*) "
                                                                            "FROM fetch_item)"),
        0);
}

/* A counter of stats, or else a figure. */
UNUSED static int64_t ring_figure(struct ring *ring, const char *name)
{
    char *json = ring_want(ring, "stats", "{}"), *wanted = mem_printf("\"%s\":", name);
    const char *counters = strstr(json, "\"counters\""), *at = strstr(counters, wanted);
    int64_t figure = 0;

    at = at ? at : strstr(json, wanted);
    figure = at ? strtoll(at + strlen(wanted), NULL, 10) : -1;

    ck_assert_msg(at != NULL, "no %s in %s", name, json);
    free(wanted);
    free(json);
    return figure;
}

UNUSED static void ring_until_figure(struct ring *ring, const char *name, int64_t wanted)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS, found = 0;

    while ((found = ring_figure(ring, name)) != wanted) {
        ck_assert_msg(clock_mono_ms() < until, "%s is %lld, not %lld", name, (long long)found,
                      (long long)wanted);
        usleep(5000);
    }
}

#endif
