/* What tests of the sandbox share: whatever is tried is tried in a child, since there is no way
 * back. */
#ifndef WEIR_TESTS_COMMON_SANDBOX_WORLD_H
#define WEIR_TESTS_COMMON_SANDBOX_WORLD_H

#include "tests/common/world.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "common/sandbox.h"

static char sandbox_file[128]; /* a file of the test's; its folder is the working folder */
static int sandbox_fd = -1;    /* open for writing since before */

/* Shared with the child, which may end in the middle of anything. */
struct outcome {
    int at; /* index of the call it was in */
    struct {
        long result;
        int error;
    } of[256];
};

static struct outcome *outcome;

static inline void sandbox_setup(void)
{
    world_open();
    ck_assert_int_eq(chdir(world_folder), 0);
    snprintf(sandbox_file, sizeof(sandbox_file), "%s/file", world_folder);
    sandbox_fd = open(sandbox_file, O_RDWR | O_CREAT, 0600);
    ck_assert_int_ge(sandbox_fd, 0);
    outcome =
        mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(outcome, MAP_FAILED);
}

static inline void sandbox_teardown(void)
{
    close(sandbox_fd);
    munmap(outcome, sizeof(*outcome));
    ck_assert_int_eq(chdir("/"), 0);
    world_close();
}

static inline int end_of(pid_t child)
{
    int status = 0;

    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
}

static inline void enter(enum sandbox profile)
{
    if (sandbox_enter(profile, true))
        _exit(99);
}

#endif
