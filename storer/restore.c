#include "storer/restore.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "common/app.h"
#include "common/buf.h"
#include "common/config.h"
#include "common/link.h"
#include "common/mem.h"
#include "storer/copy.h"

enum { NAME_TRIES = 100 };

static bool tell_progress(void *arg, const char *phase, int64_t done, int64_t all)
{
    const char **told = arg;

    if (*told != phase)
        printf("%s ...\n", phase);
    *told = phase;
    if (isatty(STDOUT_FILENO) && all > 0)
        printf("\r%lld of %lld  %s", (long long)done, (long long)all, done == all ? "\n" : "");
    fflush(stdout);
    return false;
}

/* A name that is free: the time, and a number where that is taken. */
static char *aside_name(const char *store)
{
    time_t now = time(NULL);
    struct tm tm = {0};
    char when[32];

    gmtime_r(&now, &tm);
    strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm);
    for (int i = 0; i < NAME_TRIES; i++) {
        char *name = mem_printf(i ? "%s.before-%s-%d" : "%s.before-%s", store, when, i);

        if (access(name, F_OK) != 0)
            return name;
        free(name);
    }
    return NULL;
}

/* The log belongs to the file, and must not meet another one. */
static int put_aside(const char *store, char **aside)
{
    char *log = mem_printf("%s-wal", store), *shared = mem_printf("%s-shm", store);
    char *log_aside = NULL;
    int code = 0;

    *aside = NULL;
    if (access(store, F_OK) == 0 || access(log, F_OK) == 0) {
        *aside = aside_name(store);
        log_aside = *aside ? mem_printf("%s-wal", *aside) : NULL;
        code = !*aside || (rename(log, log_aside) != 0 && errno != ENOENT) ||
               (rename(store, *aside) != 0 && errno != ENOENT);
    }
    unlink(shared);
    free(log);
    free(shared);
    free(log_aside);
    return code ? -1 : 0;
}

static int swap(const char *store, const char *made)
{
    char *aside = NULL;
    int code = put_aside(store, &aside);

    if (code == 0)
        code = rename(made, store);
    if (code)
        fprintf(stderr, "weir-storer: %s: %s; the verified copy is %s, the former store %s\n",
                store, strerror(errno), made, aside ? aside : "where it was");
    else if (aside)
        printf("The former store is %s; delete it once you are content.\n", aside);
    free(aside);
    return code ? APP_IO : 0;
}

static int restore(const char *file, const char *store)
{
    char *made = mem_printf("%s.restored-%d", store, (int)getpid());
    const char *told = NULL;
    struct buf why = {0};
    int code = copy_store(file, made, true, tell_progress, &told, &why);

    if (code)
        fprintf(stderr, "weir-storer: %s cannot be restored: %s; nothing was changed\n", file,
                why.data);
    else
        code = swap(store, made);
    if (code == 0)
        printf("%s is %s now.  Start the storer; dedupers learn of it by themselves.\n", store,
               file);
    buf_free(&why);
    free(made);
    return code;
}

int restore_cli(const char *file, const struct config *config)
{
    const char *store = config->store_path;
    int lock = link_lock(store), code = 0;

    if (lock < 0) {
        fprintf(stderr, "weir-storer: %s: a storer holds this store; stop it first (weir stop)\n",
                store);
        return APP_LEFT;
    }
    code = restore(file, store);
    close(lock);
    return code;
}
