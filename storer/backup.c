#include "storer/backup.h"

#include <czmq.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/mem.h"
#include "storer/copy.h"

struct backup {
    char *store;
    zactor_t *actor; /* NULL: none runs */
    char *path, *why, *phase;
    int64_t began_ms;
    struct backup_figures figures;
};

/* --- the actor: one backup ---------------------------------------------------------------------
 */

struct job {
    zsock_t *pipe;
    char *store, *path;
    int64_t told_ms;
    const char *phase;
};

enum { TELL_MS = 100 };

/* Says how far it is; anything that comes through the pipe is the order to end. */
static bool progress(void *arg, const char *phase, int64_t done, int64_t all)
{
    struct job *job = arg;
    int64_t now_ms = clock_mono_ms();

    if (now_ms - job->told_ms >= TELL_MS || phase != job->phase) {
        job->told_ms = now_ms;
        job->phase = phase;
        zsock_send(job->pipe, "s88", phase, (uint64_t)done, (uint64_t)all);
    }
    return (zsock_events(job->pipe) & ZMQ_POLLIN) != 0;
}

static void run(zsock_t *pipe, void *args)
{
    struct backup *backup = args;
    struct job job = {
        .pipe = pipe, .store = mem_strdup(backup->store), .path = mem_strdup(backup->path)};
    struct buf why = {0};
    char *order = NULL;
    int code = 0;

    zsock_set_sndtimeo(pipe, 1000);
    zsock_signal(pipe, 0);
    code = copy_store(job.store, job.path, false, progress, &job, &why);
    zsock_send(pipe, "s88", "", (uint64_t)code, (uint64_t)0);
    zstr_send(pipe, why.len ? why.data : "");
    do { /* until it is told to end */
        zstr_free(&order);
        order = zstr_recv(pipe);
    } while (order && strcmp(order, "$TERM") != 0);
    zstr_free(&order);
    buf_free(&why);
    free(job.store);
    free(job.path);
}

/* --- the writer's side -------------------------------------------------------------------------
 */

struct backup *backup_create(const char *store)
{
    struct backup *backup = mem_calloc(1, sizeof(*backup));

    backup->store = mem_strdup(store);
    backup->path = mem_strdup("");
    backup->why = mem_strdup("");
    backup->phase = mem_strdup("");
    return backup;
}

void backup_destroy(struct backup **backup)
{
    if (!backup || !*backup)
        return;
    zactor_destroy(&(*backup)->actor);
    free((*backup)->store);
    free((*backup)->path);
    free((*backup)->why);
    free((*backup)->phase);
    free(*backup);
    *backup = NULL;
}

static void set(char **text, const char *to)
{
    free(*text);
    *text = mem_strdup(to);
}

const char *backup_start(struct backup *backup, const char *path)
{
    if (backup->actor)
        return "a backup is being made already";
    if (path[0] != '/')
        return "an absolute path is wanted";
    set(&backup->path, path);
    set(&backup->why, "");
    set(&backup->phase, "copying");
    backup->figures = (struct backup_figures){.number = backup->figures.number + 1};
    backup->began_ms = clock_mono_ms();
    backup->actor = zactor_new(run, backup);
    return NULL;
}

bool backup_stop(struct backup *backup)
{
    if (!backup->actor)
        return false;
    zstr_send(backup->actor, "STOP");
    return true;
}

static void take_end(struct backup *backup, uint64_t code)
{
    char *why = zstr_recv(backup->actor);

    set(&backup->why, why ? why : "");
    backup->figures.code = (int)code;
    backup->figures.took_ms = clock_mono_ms() - backup->began_ms;
    zstr_free(&why);
    zactor_destroy(&backup->actor);
}

bool backup_tend(struct backup *backup)
{
    while (backup->actor && (zsock_events(zactor_sock(backup->actor)) & ZMQ_POLLIN)) {
        char *phase = NULL;
        uint64_t done = 0, all = 0;

        if (zsock_recv(backup->actor, "s88", &phase, &done, &all) != 0)
            break;
        set(&backup->phase, phase);
        zstr_free(&phase);
        if (backup->phase[0] == '\0') {
            take_end(backup, done);
            return true;
        }
        backup->figures.done = (int64_t)done;
        backup->figures.all = (int64_t)all;
    }
    return false;
}

const struct backup_figures *backup_figures(const struct backup *backup)
{
    struct backup_figures *figures = (void *)(uintptr_t)&backup->figures;

    figures->phase = backup->phase;
    figures->path = backup->path;
    figures->why = backup->why;
    return figures;
}
