#include "broker/roster.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/mem.h"
#include "common/msg.h"

static const char *const names[STAGES] = {"fetcher", "embedder", "deduper", "storer"};

const char *roster_stage_name(enum stage stage)
{
    return stage < STAGES ? names[stage] : "?";
}

enum stage roster_stage_of(struct span word)
{
    enum stage stage = 0;

    while (stage < STAGES && !span_eq(word, span_str(names[stage])))
        stage++;
    return stage;
}

static void clear(struct instance *instance)
{
    buf_free(&instance->identity);
    buf_free(&instance->leases);
    buf_free(&instance->note);
}

void roster_free(struct roster *roster)
{
    for (size_t i = 0; i < roster->count; i++)
        clear(&roster->at[i]);
    free(roster->at);
    *roster = (struct roster){0};
}

struct instance *roster_find(struct roster *roster, struct span identity)
{
    for (size_t i = 0; i < roster->count; i++)
        if (span_eq(buf_span(&roster->at[i].identity), identity))
            return &roster->at[i];
    return NULL;
}

struct instance *roster_find_name(struct roster *roster, const char *name)
{
    for (size_t i = 0; i < roster->count; i++)
        if (strcmp(roster->at[i].name, name) == 0)
            return &roster->at[i];
    return NULL;
}

static void copy(struct buf *to, struct span from)
{
    buf_clear(to);
    buf_add(to, from.p, from.n);
}

struct instance *roster_hello(struct roster *roster, struct span identity,
                              const struct msg_hello *hello, int64_t now_ms)
{
    struct instance *instance = roster_find(roster, identity);
    char name[sizeof(instance->name)];

    snprintf(name, sizeof(name), "%.*s", (int)hello->instance.n, hello->instance.p);
    /* A connection made anew has another identity; its owner is not lost for that. */
    if (!instance)
        instance = roster_find_name(roster, name);
    if (!instance) {
        roster->at = mem_realloc(roster->at, roster->count + 1, sizeof(*roster->at));
        instance = &roster->at[roster->count++];
        *instance = (struct instance){0};
    }
    copy(&instance->identity, identity);
    instance->stage = roster_stage_of(hello->stage);
    memcpy(instance->name, name, sizeof(name));
    snprintf(instance->version, sizeof(instance->version), "%.*s", (int)hello->version.n,
             hello->version.p);
    instance->pid = hello->pid;
    instance->started_ms = hello->started_ms;
    instance->leaving = hello->leaving || instance->asked_to_leave;
    instance->quiesce = hello->quiesce;
    instance->heard_ms = now_ms;
    return instance;
}

void roster_heartbeat(struct instance *instance, const struct msg_heartbeat *heartbeat,
                      int64_t now_ms)
{
    instance->heard_ms = now_ms;
    instance->leaving = heartbeat->leaving || instance->asked_to_leave;
    instance->quiesce = heartbeat->quiesce;
    instance->in_hand = heartbeat->in_hand;
    instance->rss_bytes = heartbeat->rss_bytes;
    instance->heartbeat_seen = true;
    copy(&instance->leases, heartbeat->leases);
    copy(&instance->note, heartbeat->note);
    /* Beats out of turn come close together; a rate needs some distance. */
    if (now_ms - instance->beat_ms >= 500) {
        instance->before = instance->counters;
        instance->before_ms = instance->beat_ms;
        instance->beat_ms = now_ms;
    }
    counters_read(heartbeat->counters, &instance->counters);
}

struct instance *roster_silent(struct roster *roster, int64_t now_ms, int64_t lost_ms)
{
    for (size_t i = 0; i < roster->count; i++)
        if (now_ms - roster->at[i].heard_ms > lost_ms)
            return &roster->at[i];
    return NULL;
}

void roster_remove(struct roster *roster, struct instance *instance)
{
    clear(instance);
    *instance = roster->at[--roster->count];
}

size_t roster_of_stage(const struct roster *roster, enum stage stage)
{
    size_t n = 0;

    for (size_t i = 0; i < roster->count; i++)
        n += roster->at[i].stage == stage;
    return n;
}

struct instance *roster_storer(struct roster *roster)
{
    for (size_t i = 0; i < roster->count; i++)
        if (roster->at[i].stage == STAGE_STORER)
            return &roster->at[i];
    return NULL;
}

bool roster_any_leaving(const struct roster *roster)
{
    for (size_t i = 0; i < roster->count; i++)
        if (roster->at[i].leaving)
            return true;
    return false;
}

void roster_leases(const struct roster *roster, struct buf *out)
{
    for (size_t i = 0; i < roster->count; i++)
        if (roster->at[i].leases.len)
            buf_add(out, roster->at[i].leases.data, roster->at[i].leases.len);
}

void roster_was_late(struct roster *roster, int64_t late_ms)
{
    for (size_t i = 0; i < roster->count; i++)
        roster->at[i].heard_ms += late_ms;
}

double roster_rate(const struct instance *instance, enum counter which)
{
    int64_t ms = instance->beat_ms - instance->before_ms;

    if (!instance->before_ms || ms <= 0 ||
        instance->counters.at[which] < instance->before.at[which])
        return 0;
    return (double)(instance->counters.at[which] - instance->before.at[which]) * 1000 / (double)ms;
}
