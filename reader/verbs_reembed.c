/* reembed: how a change of model stands, or what one would do. */
#include <stdio.h>
#include <string.h>

#include <czmq.h>

#include "common/config.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/print.h"
#include "reader/reembed.h"
#include "reader/verbs.h"

enum { LOOK_MS = 500 };

static int ask(const struct call *call, bool dry, json_t **answer)
{
    return client_ask(call->config, "reembed", json_pack("{s:b}", "dry_run", dry), answer);
}

static bool is_whole(const json_t *answer)
{
    return strcmp(print_text(answer, "serving"), print_text(answer, "wanted")) == 0 &&
           !json_is_true(json_object_get(answer, "changing"));
}

/* On a terminal one line that changes, else a line each time something changed. */
static void show_progress(const json_t *answer, int64_t *shown)
{
    int64_t done = print_int(answer, "done") + print_int(answer, "failed");
    struct buf out = {0};

    if (done == *shown)
        return;
    *shown = done;
    if (print_terminal())
        buf_adds(&out, "\r");
    reembed_progress(&out, done, print_int(answer, "failed"), print_int(answer, "items"));
    buf_adds(&out, print_terminal() ? "  " : "\n");
    print_out(&out);
    fflush(stdout);
    buf_free(&out);
}

/* As long as it takes; Ctrl-C ends the command, not the work. */
static int wait_for_it(const struct call *call, json_t **answer)
{
    int64_t shown = -1;
    int code = 0;

    while (!code && !is_whole(*answer) && !zsys_interrupted) {
        if (!call->json)
            show_progress(*answer, &shown);
        zclock_sleep(LOOK_MS);
        json_decref(*answer);
        *answer = NULL;
        code = ask(call, true, answer);
    }
    if (shown >= 0 && print_terminal())
        putchar('\n');
    return code;
}

static void tell(const json_t *answer, bool dry)
{
    struct buf out = {0};

    reembed_words(&out, answer, dry);
    print_out(&out);
    buf_free(&out);
}

static int reembed(struct call *call)
{
    bool dry = call_option(call, "dry-run") != NULL;
    json_t *answer = NULL;
    int code = ask(call, dry, &answer);

    if (!code && !call->json)
        tell(answer, dry);
    if (!code && call_option(call, "wait") && !is_whole(answer)) {
        code = wait_for_it(call, &answer);
        if (!code && !call->json && is_whole(answer))
            tell(answer, true);
    }
    if (!code && call->json)
        print_json(answer);
    json_decref(answer);
    return code;
}

const struct verb verb_reembed = {
    .name = "reembed",
    .words = "",
    .summary = "show how a change of the model stands, and go on with it now",
    .more = "Where the settings of the storer name another model than the one that serves, all "
            "items get\n"
            "new vectors in the background by themselves, and the former ones serve until it is "
            "whole.\n"
            "This ends a pause, and tries again where the new model gave no vector.\n",
    .options = {{"dry-run", NULL, "only show it"},
                {"wait", NULL, "show its progress until the new model serves"}},
    .run = reembed,
};
