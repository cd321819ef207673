/* backup, restore. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <czmq.h>

#include "common/app.h"
#include "common/config.h"
#include "common/mem.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/print.h"
#include "reader/verbs.h"

enum { LOOK_MS = 200 };

/* As the storer, which has another working folder, understands it. */
static char *absolute(const char *path)
{
    char here[PATH_MAX] = "";

    if (path[0] == '/' || !getcwd(here, sizeof(here)))
        return mem_strdup(path);
    return mem_printf("%s/%s", here, path);
}

static void show_progress(const json_t *figures)
{
    struct buf out = {0};

    if (!print_terminal())
        return;
    buf_printf(&out, "\r%-10s %lld of %lld   ", print_text(figures, "phase"),
               (long long)print_int(figures, "done"), (long long)print_int(figures, "all"));
    print_out(&out);
    fflush(stdout);
    buf_free(&out);
}

static int give_up(const struct call *call)
{
    json_t *answer = NULL;

    zsys_interrupted = 0;
    client_ask(call->config, "backup.stop", NULL, &answer);
    json_decref(answer);
    return call_fail(APP_LEFT, "the backup was given up; nothing of it is left");
}

static int wait_for_it(const struct call *call, int64_t number, json_t **stats)
{
    int code = client_ask(call->config, "stats", NULL, stats);

    while (!code) {
        json_t *figures = json_object_get(*stats, "backup");

        if (print_int(figures, "number") != number)
            return call_fail(APP_LEFT, "the storer was started anew; the backup is not made");
        if (print_text(figures, "phase")[0] == '\0')
            break;
        if (zsys_interrupted)
            return give_up(call);
        if (!call->json)
            show_progress(figures);
        zclock_sleep(LOOK_MS);
        json_decref(*stats);
        *stats = NULL;
        code = client_ask(call->config, "stats", NULL, stats);
    }
    if (print_terminal() && !call->json)
        putchar('\n');
    return code;
}

static int tell(const struct call *call, json_t *figures)
{
    int code = (int)print_int(figures, "code");

    if (call->json)
        print_json(figures);
    else if (code == 0)
        printf("%s is made and verified (%lld ms).\n", print_text(figures, "path"),
               (long long)print_int(figures, "took_ms"));
    return code ? call_fail(code, "%s", print_text(figures, "why")) : 0;
}

static int backup(struct call *call)
{
    char *path = absolute(call->words[0]);
    json_t *answer = NULL, *stats = NULL;
    int code = client_ask(call->config, "backup", json_pack("{s:s}", "path", path), &answer);

    if (!code)
        code = wait_for_it(call, print_int(answer, "number"), &stats);
    if (!code)
        code = tell(call, json_object_get(stats, "backup"));
    json_decref(answer);
    json_decref(stats);
    free(path);
    return code;
}

const struct verb verb_backup = {
    .name = "backup",
    .words = "FILE",
    .least = 1,
    .most = 1,
    .summary = "copy the store to a file while it is in use, and verify the copy",
    .more = "FILE must not be there yet; the storer writes it, with its own rights.  It gets its\n"
            "name once all checks of `weir verify` have passed.  Ctrl-C gives it up.\n",
    .run = backup,
};

/* --- restore ---------------------------------------------------------------------------------- */

/* Beside this program, or wherever the shell would find it. */
static void run_storer(char **argv)
{
    char self[PATH_MAX] = "", *slash = NULL;
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - sizeof("weir-storer"));

    if (n > 0) {
        self[n] = '\0';
        slash = strrchr(self, '/');
        strcpy(slash ? slash + 1 : self, "weir-storer");
        execv(self, argv);
    }
    execvp("weir-storer", argv);
}

static int restore(struct call *call)
{
    char *setting = mem_printf("store.path=%s", call->config->store_path);
    char *path = absolute(call->words[0]);
    char *argv[] = {(char *)(uintptr_t) "weir-storer",
                    (char *)(uintptr_t) "--set",
                    setting,
                    (char *)(uintptr_t) "--restore",
                    path,
                    NULL};

    fflush(stdout);
    run_storer(argv);
    free(setting);
    free(path);
    return call_fail(APP_IO, "weir-storer cannot be run: %s", strerror(errno));
}

const struct verb verb_restore = {
    .name = "restore",
    .words = "FILE",
    .least = 1,
    .most = 1,
    .summary = "put a backup in the store's place, while no storer runs",
    .more =
        "Runs `weir-storer --restore FILE`: the backup is copied and verified first, the store\n"
        "that is there gets another name and stays.  Stop the storer before (weir stop).\n",
    .run = restore,
};
