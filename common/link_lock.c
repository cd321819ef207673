/* One lock a thing that only one process may hold: endpoints and stores. */
#include "common/link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/log.h"
#include "common/mem.h"

static void tell_holder(int fd, const char *path)
{
    char holder[32] = "";
    ssize_t n = pread(fd, holder, sizeof(holder) - 1, 0);

    holder[n > 0 ? strcspn(holder, "\n") : 0] = '\0';
    log_error("in-use",
              "path=%s holder-pid=%s do=\"stop that process first, or use another "
              "runtime.dir and store.path\"",
              path, *holder ? holder : "?");
}

static void write_holder(int fd)
{
    char *text = mem_printf("%d\n", (int)getpid());

    /* The pid is for people; the lock is the kernel's, so a failure to write it changes nothing. */
    if (ftruncate(fd, 0) || pwrite(fd, text, strlen(text), 0) < 0)
        log_debug("lock-note", "error=\"%s\"", strerror(errno));
    free(text);
}

/* Two names of one file, as by a symbolic link, have one lock. */
static char *lock_path(const char *path)
{
    char *real = realpath(path, NULL);
    char *lock = mem_printf("%s.lock", real ? real : path);

    free(real);
    return lock;
}

int link_lock(const char *path)
{
    char *lock = lock_path(path);
    /* A link of that name, in a folder that others may write to, would have us write elsewhere. */
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    int error = errno;

    if (fd < 0) {
        log_error("lock-failed", "path=%s error=\"%s\"", lock, strerror(error));
    } else if (flock(fd, LOCK_EX | LOCK_NB)) {
        error = errno;
        tell_holder(fd, path);
        close(fd);
        fd = -1;
    } else {
        write_holder(fd);
    }
    free(lock);
    errno = error;
    return fd;
}
