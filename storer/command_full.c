/* item.full: see full_text.h. */
#include <inttypes.h>
#include <jansson.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "storer/command_inner.h"
#include "storer/command_source.h"
#include "storer/db_full.h"
#include "storer/full_text.h"
#include "storer/full_text_inner.h"
#include "storer/fulls.h"
#include "storer/writer_inner.h"

static json_t *state_of(uint64_t id, const char *state)
{
    return json_pack("{s:I, s:s}", "id", (json_int_t)id, "state", state);
}

static void answer_fetching(struct writer *writer, struct input *input, uint64_t id)
{
    json_t *answer = state_of(id, "fetching");
    const char *why = full_waits_for(writer);

    if (why)
        json_object_set_new(answer, "waiting", json_string(why));
    command_answer(input, answer);
}

static void answer_failed(struct input *input, uint64_t id, struct span error, int64_t retry_ms)
{
    json_t *answer = state_of(id, "failed");
    json_t *words = json_stringn(error.n ? error.p : "", error.n);

    json_object_set_new(answer, "error", words ? words : json_string("unreadable"));
    json_object_set_new(answer, "retry_ms", json_integer(retry_ms));
    command_answer(input, answer);
}

static void ask(struct writer *writer, struct input *input, uint64_t id, struct span url)
{
    int64_t now_ms = clock_utc_ms(), until_ms = now_ms + writer->config->storer_full_ms;
    uint64_t host = full_host(url);

    if (host == 0) {
        answer_failed(input, id, span_str("the item has no address that can be fetched"), 0);
    } else if (!fulls_add(writer->fulls, id, host, until_ms)) {
        command_refuse(input, APP_LEFT, "busy: too many articles are being fetched; try later");
    } else {
        db_full_asked(writer->db, id, now_ms, until_ms);
        counters_add(writer->counters, COUNTER_full_asked, 1);
        answer_fetching(writer, input, id);
    }
}

void command_item_full(struct writer *writer, struct input *input, json_t *arguments)
{
    uint64_t id = command_id(arguments);
    bool again = json_is_true(json_object_get(arguments, "again"));
    struct db_full_subject subject;
    struct buf space = {0};
    struct db_full full;

    buf_clear(&writer->space);
    if (id == 0 || !db_full_subject(writer->db, id, &writer->space, &subject)) {
        command_refuse(input, APP_DATA, "there is no such item");
        return;
    }
    if (fulls_find(writer->fulls, id)) {
        answer_fetching(writer, input, id);
        return;
    }
    db_full_get(writer->db, id, &space, &full);
    if (full.state == DB_FULL_HERE && !again)
        command_answer(input, state_of(id, "here"));
    else if (full.state == DB_FULL_FAILED && !again && full.retry_ms > clock_utc_ms())
        answer_failed(input, id, full.error, full.retry_ms);
    else
        ask(writer, input, id, subject.url);
    buf_free(&space);
}
