#include "reader/import_batch.h"

#include <stdlib.h>
#include <time.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/mem.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/print.h"

enum { WAIT_LEAST_MS = 20, WAIT_MOST_MS = 1000 };

struct import_batch {
    const struct config *config;
    const char *source;
    struct client *client; /* NULL: to be opened */
    int64_t progress_ms;   /* when something was achieved last, monotonic */
};

struct import_batch *import_batch_create(const struct config *config, const char *source)
{
    struct import_batch *batch = mem_calloc(1, sizeof(*batch));

    *batch = (struct import_batch){.config = config, .source = source};
    return batch;
}

void import_batch_destroy(struct import_batch **batch)
{
    if (!batch || !*batch)
        return;
    client_close(&(*batch)->client);
    free(*batch);
    *batch = NULL;
}

/* Waits a little, longer each time. */
static void rest(int64_t *wait_ms)
{
    struct timespec time = {.tv_sec = *wait_ms / 1000, .tv_nsec = *wait_ms % 1000 * 1000000};

    nanosleep(&time, NULL);
    *wait_ms = *wait_ms * 2 < WAIT_MOST_MS ? *wait_ms * 2 : WAIT_MOST_MS;
}

static bool is_over(const struct import_batch *batch)
{
    return clock_mono_ms() - batch->progress_ms > batch->config->reader_import_ms;
}

/* Asks once; a storer that is away is no error while there is time left. */
static int ask(struct import_batch *batch, const char *verb, json_t *args, json_t **answer)
{
    int code = APP_NO_PEER;

    *answer = NULL;
    if (!batch->client)
        batch->client = client_open(batch->config, CLIENT_STORER);
    if (batch->client)
        code = client_query(batch->client, verb, args, answer);
    else
        json_decref(args);
    if (code)
        client_close(&batch->client);
    return code;
}

/* Whether an answer of this code is worth another try: no answer, too busy, or a store that waits
 * for its disk. */
static bool may_pass(int code)
{
    return code == APP_NO_PEER || code == APP_LEFT || code == APP_IO;
}

/* 0 and the fetch that was made of the items. */
static int hand_over(struct import_batch *batch, json_t *items, int64_t *fetch)
{
    int64_t wait_ms = WAIT_LEAST_MS;

    for (;;) {
        json_t *answer = NULL;
        int code = ask(batch, "import",
                       json_pack("{s:s, s:O}", "source", batch->source, "items", items), &answer);
        bool busy = json_object_get(answer, "busy") != NULL;

        *fetch = print_int(answer, "fetch");
        if (!code && busy && is_over(batch))
            code = call_fail(APP_LEFT, "the storer is busy: %s", print_text(answer, "busy"));
        json_decref(answer);
        if ((!code && !busy) || (code && (!may_pass(code) || is_over(batch))))
            return code;
        rest(&wait_ms);
    }
}

/* 0 once the fetch is complete. */
static int await(struct import_batch *batch, int64_t fetch, struct import_totals *totals)
{
    int64_t wait_ms = WAIT_LEAST_MS, before = -1;

    for (;;) {
        json_t *state = NULL;
        int code =
            ask(batch, "import.state", json_pack("{s:I}", "fetch", (json_int_t)fetch), &state);
        int64_t ended = print_int(state, "stored") + print_int(state, "dead");
        bool done = json_is_true(json_object_get(state, "done"));

        if (done) {
            totals->stored += print_int(state, "stored");
            totals->known += print_int(state, "known");
            totals->dead += print_int(state, "dead");
        }
        json_decref(state);
        if (!code && (done || ended != before)) {
            batch->progress_ms = clock_mono_ms();
            before = ended;
        }
        if (done || (code && !may_pass(code)))
            return code;
        if (is_over(batch))
            return code ? code
                        : call_fail(APP_LEFT,
                                    "a batch is in the store's journal, and its items do not "
                                    "arrive: is the ring whole (weir status)?");
        rest(&wait_ms);
    }
}

int import_batch_send(struct import_batch *batch, json_t *items, struct import_totals *totals)
{
    int64_t fetch = 0;
    int code = 0;

    batch->progress_ms = clock_mono_ms();
    code = hand_over(batch, items, &fetch);
    if (!code)
        code = await(batch, fetch, totals);
    json_decref(items);
    return code;
}
