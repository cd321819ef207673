#include "reader/full.h"

#include <string.h>
#include <time.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/print.h"

enum { POLL_MS = 100 };

static int fails(const json_t *answer, int64_t item)
{
    return call_fail(APP_DATA, "item %lld has no full text: %s", (long long)item,
                     print_text(answer, "error"));
}

static void rest(void)
{
    struct timespec time = {.tv_nsec = POLL_MS * 1000000L};

    nanosleep(&time, NULL);
}

/* Reads the state until it is no longer fetching. */
static int await(struct client *client, int64_t item, int64_t until_ms, const char *waiting,
                 json_t **full)
{
    for (;;) {
        const json_t *state = NULL;
        int code = client_query(client, "full", json_pack("{s:I}", "id", (json_int_t)item), full);

        if (code)
            return code;
        state = json_object_get(*full, "full");
        if (strcmp(print_text(state, "state"), "here") == 0)
            return 0;
        if (strcmp(print_text(state, "state"), "fetching") != 0)
            return fails(state, item);
        if (clock_mono_ms() >= until_ms)
            return call_fail(APP_LEFT, "item %lld is still being fetched%s%s; ask again",
                             (long long)item, *waiting ? ": " : "", waiting);
        json_decref(*full);
        *full = NULL;
        rest();
    }
}

int full_get(const struct call *call, int64_t item, bool again, json_t **full)
{
    int64_t until_ms = clock_mono_ms() + call->config->reader_timeout_ms;
    struct client *client = client_open(call->config, CLIENT_STORER);
    json_t *asked = NULL;
    int code = client ? 0 : APP_NO_PEER;

    *full = NULL;
    if (!code)
        code =
            client_query(client, "item.full",
                         json_pack("{s:I, s:b}", "id", (json_int_t)item, "again", again), &asked);
    if (!code && strcmp(print_text(asked, "state"), "failed") == 0)
        code = fails(asked, item);
    if (!code)
        code = await(client, item, until_ms, print_text(asked, "waiting"), full);
    if (code) {
        json_decref(*full);
        *full = NULL;
    }
    json_decref(asked);
    client_close(&client);
    return code;
}
