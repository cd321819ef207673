/* Events: what was committed, and what changed, for whoever listens.  What the bus cannot take is
 * dropped there; sequences show the gap, and it is filled by asking (DESIGN 5, rule 9). */
#include <jansson.h>
#include <stdlib.h>

#include "common/config.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/mem.h"
#include "storer/writer_inner.h"

enum { ENTRY_FRAME = 160 }; /* bytes of an entry beside its text and bytes, at most */

static size_t size_of(const struct msg_entry *entry)
{
    return entry->model.n + entry->vector.n + entry->signature.n + entry->figures.n + ENTRY_FRAME;
}

static void send_event(struct writer *writer, const char *topic, enum msg_type type,
                       const void *frame)
{
    zmsg_t *message = zmsg_new();

    zmsg_addstr(message, topic);
    buf_clear(&writer->scratch);
    if (msg_write(type, frame, &writer->scratch) == 0) {
        link_append(message, &writer->scratch);
        zmsg_send(&message, writer->events);
        counters_add(writer->counters, COUNTER_out, 1);
    }
    zmsg_destroy(&message);
}

void publish_commit(struct writer *writer, const struct msg_entry *entries, size_t count)
{
    size_t most = (size_t)writer->config->link_event_bytes;

    if (!writer->events)
        return;
    for (size_t at = 0, n = 0; at < count; at += n) {
        size_t bytes = size_of(&entries[at]);
        struct msg_commit commit = {.epoch = writer->meta.epoch};

        for (n = 1; at + n < count && bytes + size_of(&entries[at + n]) < most; n++)
            bytes += size_of(&entries[at + n]);
        commit.first = entries[at].sequence;
        commit.last = entries[at + n - 1].sequence;
        commit.entries = (struct msg_list){.at = (void *)(uintptr_t)&entries[at], .count = n};
        if (!FAULT_DROPS(commit_send))
            send_event(writer, "commit", MSG_commit, &commit);
    }
}

void publish_state(struct writer *writer, const char *event, const char *json)
{
    struct msg_state state = {.event = span_str(event), .detail = span_str(json)};

    if (writer->events)
        send_event(writer, "state", MSG_state, &state);
}

void publish_later(struct writer *writer, const char *event, struct json_t *detail)
{
    struct batch *batch = &writer->batch;
    struct later *later = mem_calloc(1, sizeof(*later));

    later->event = event;
    later->json = json_dumps(detail, JSON_COMPACT);
    json_decref(detail);
    if (batch->later_last)
        batch->later_last->next = later;
    else
        batch->later = later;
    batch->later_last = later;
}

void publish_waiting(struct writer *writer, bool committed)
{
    struct later *later = writer->batch.later, *next = NULL;

    for (; later; later = next) {
        next = later->next;
        if (committed)
            publish_state(writer, later->event, later->json ? later->json : "{}");
        free(later->json);
        free(later);
    }
    writer->batch.later = writer->batch.later_last = NULL;
}
