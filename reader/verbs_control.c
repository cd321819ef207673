/* stop, pause, resume, leave. */
#include <stdio.h>

#include "reader/call.h"
#include "reader/client.h"
#include "reader/print.h"
#include "reader/verbs.h"

static int done(const struct call *call, int code, json_t *answer, const char *words)
{
    if (!code && call->json)
        print_json(answer);
    else if (!code)
        puts(words);
    json_decref(answer);
    return code;
}

static int stop(struct call *call)
{
    json_t *answer = NULL;
    int code = client_tell(call->config, "stop", "", &answer);

    return done(call, code, answer, "stopping in order: the broker says at its end what was left");
}

const struct verb verb_stop = {
    .name = "stop",
    .words = "",
    .summary = "stop the whole pipeline in order",
    .run = stop,
};

static int pause_ring(struct call *call)
{
    json_t *answer = NULL;
    int code = client_ask(call->config, "pause", json_object(), &answer);

    return done(call, code, answer, "paused: nothing is fetched until weir resume");
}

const struct verb verb_pause = {
    .name = "pause",
    .words = "",
    .summary = "stop fetching; lasts over restarts",
    .run = pause_ring,
};

static int resume(struct call *call)
{
    json_t *answer = NULL;
    int code = client_ask(call->config, "resume", json_object(), &answer);

    return done(call, code, answer, "resumed");
}

const struct verb verb_resume = {
    .name = "resume",
    .words = "",
    .summary = "fetch again after weir pause",
    .run = resume,
};

static int leave(struct call *call)
{
    json_t *answer = NULL;
    int code = client_tell(call->config, "leave", call->words[0], &answer);

    return done(call, code, answer, "it leaves once nothing is under way");
}

const struct verb verb_leave = {
    .name = "leave",
    .words = "INSTANCE",
    .least = 1,
    .most = 1,
    .summary = "let one worker end without loss (weir status names them)",
    .run = leave,
};
