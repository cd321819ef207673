/* What tests of sockets and settings need: a folder of their own, a config that points into it,
 * waiting with a limit, and what was written to standard error. */
#ifndef WEIR_TESTS_COMMON_WORLD_H
#define WEIR_TESTS_COMMON_WORLD_H

#include <check.h>
#include <czmq.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/link.h"
#include "common/mem.h"

enum { WORLD_PATIENCE_MS = 10000 };

static char world_folder[64];
static struct config *world_config;

static inline void world_set(const char *assignment)
{
    struct buf error = {0};

    ck_assert_msg(config_set(world_config, assignment, "test", &error) == 0, "%s", error.data);
    buf_free(&error);
}

/* The folder and the config; opens no socket, so a test may fork after it. */
static inline void world_open(void)
{
    struct buf error = {0};
    char *dir = NULL;

    snprintf(world_folder, sizeof(world_folder), "/tmp/weir-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(world_folder));
    world_config = config_create();
    dir = mem_printf("runtime.dir=%s/run", world_folder);
    world_set(dir);
    ck_assert_int_eq(config_finish(world_config, &error), 0);
    ck_assert_int_eq(link_prepare(world_config), 0);
    setenv("ZSYS_SIGHANDLER", "false", 1);
    free(dir);
}

static inline void world_close(void)
{
    char *command = mem_printf("rm -rf '%s'", world_folder);

    config_destroy(&world_config);
    ck_assert_int_eq(system(command), 0);
    free(command);
}

/* Whether the socket becomes ready in time. */
static inline bool world_wait(void *socket, short events)
{
    zmq_pollitem_t item = {.socket = zsock_resolve(socket), .events = events};

    return zmq_poll(&item, 1, WORLD_PATIENCE_MS) == 1;
}

/* Whether nothing comes for a while: long enough for what was sent before to be here. */
static inline bool world_quiet(void *socket, int64_t ms)
{
    zmq_pollitem_t item = {.socket = zsock_resolve(socket), .events = ZMQ_POLLIN};

    return zmq_poll(&item, 1, (long)ms) == 0;
}

static inline zmsg_t *world_recv(void *socket)
{
    ck_assert_msg(world_wait(socket, ZMQ_POLLIN), "nothing came");
    return zmsg_recv(socket);
}

/* The bound end of a lane, as the broker would hold it. */
static inline zsock_t *world_bind(int type, enum link_id link, enum lane lane, const char *side)
{
    char *endpoint = link_endpoint(world_config, link, lane, side);
    zsock_t *socket =
        link_bind(world_config, type, type == ZMQ_PULL ? LINK_ROLE_DATA_IN : LINK_ROLE_DATA_OUT,
                  link, endpoint);

    ck_assert_ptr_nonnull(socket);
    free(endpoint);
    return socket;
}

/* --- standard error --------------------------------------------------------------------------- */

static int world_stderr = -1;
static char *world_stderr_path;

static inline void world_catch(void)
{
    int fd = -1;

    world_stderr_path = mem_strdup("/tmp/weir-test-stderr-XXXXXX");
    fd = mkstemp(world_stderr_path);
    ck_assert_int_ge(fd, 0);
    fflush(stderr);
    world_stderr = dup(STDERR_FILENO);
    dup2(fd, STDERR_FILENO);
    close(fd);
}

/* What was written since; caller owns it. */
static inline char *world_caught(void)
{
    char *text = mem_alloc(65536);
    int fd = open(world_stderr_path, O_RDONLY);
    ssize_t n = 0;

    fflush(stderr);
    n = read(fd, text, 65535);
    text[n > 0 ? n : 0] = '\0';
    close(fd);
    dup2(world_stderr, STDERR_FILENO);
    close(world_stderr);
    unlink(world_stderr_path);
    free(world_stderr_path);
    return text;
}

/* --- running ---------------------------------------------------------------------------------- */

/* The usual main of a test program. */
static inline int world_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
