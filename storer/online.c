#include "storer/online.h"

#include <stdlib.h>

#include "common/mem.h"
#include "common/msg.h"

/* A source that failed, and what it was before. */
struct failed {
    uint64_t source, host, errors;
    int64_t next_ms;
    bool restored;
};

struct online {
    struct online_limits limits;
    struct failed failed[ONLINE_EVIDENCE];
    size_t count, hosts; /* hosts: distinct ones */
    size_t fine_hosts;   /* when the evidence began */
    bool offline, hurry;
    int64_t since_ms;
    size_t turn;                      /* who is probed next */
    uint64_t probing;                 /* the source; 0 = none */
    int64_t probed_ms;                /* the last one ended, or it went offline */
    int64_t wait_ms;                  /* until the next */
    bool aside;                       /* the next one asks somebody else than the evidence */
    uint64_t former[ONLINE_EVIDENCE]; /* hosts that were evidence the last time; 0 = taken out */
    size_t former_count;
};

struct online *online_create(const struct online_limits *limits)
{
    struct online *online = mem_calloc(1, sizeof(*online));

    online->limits = *limits;
    return online;
}

void online_destroy(struct online **online)
{
    if (!online)
        return;
    free(*online);
    *online = NULL;
}

bool online_is_offline(const struct online *online)
{
    return online->offline;
}

int64_t online_since_ms(const struct online *online)
{
    return online->offline ? online->since_ms : 0;
}

/* --- evidence --- */

static bool is_known_host(const struct online *online, uint64_t host, size_t but)
{
    for (size_t i = 0; i < online->count; i++)
        if (i != but && online->failed[i].host == host)
            return true;
    return false;
}

static bool is_former(const struct online *online, uint64_t host)
{
    for (size_t i = 0; i < online->former_count; i++)
        if (online->former[i] == host)
            return true;
    return false;
}

/* Where a new host goes when all is full: over a source whose host has another one here. */
static size_t place_of_double(const struct online *online)
{
    size_t at = online->count - 1;

    while (at > 0 && !is_known_host(online, online->failed[at].host, at))
        at--;
    return at;
}

/* A transaction that is applied again brings the same failures again: what came first holds. */
static void keep(struct online *online, const struct online_failure *failure, size_t fine_hosts)
{
    bool known = is_known_host(online, failure->host, ONLINE_EVIDENCE);
    size_t at = online->count;

    for (size_t i = 0; i < online->count; i++)
        if (online->failed[i].source == failure->source)
            return;
    if (at == ONLINE_EVIDENCE && known)
        return;
    if (at == ONLINE_EVIDENCE)
        at = place_of_double(online);
    else
        online->count++;
    if (online->count == 1)
        online->fine_hosts = fine_hosts;
    online->hosts += !known;
    online->failed[at] = (struct failed){.source = failure->source,
                                         .host = failure->host,
                                         .errors = failure->errors,
                                         .next_ms = failure->next_ms};
}

static size_t enough(const struct online *online)
{
    size_t hosts = online->limits.hosts;

    hosts = online->fine_hosts < hosts ? online->fine_hosts : hosts;
    hosts = hosts < ONLINE_EVIDENCE ? hosts : ONLINE_EVIDENCE;
    return hosts > 2 ? hosts : 2;
}

static void grow(struct online *online)
{
    online->wait_ms += online->wait_ms / 2;
    if (online->wait_ms > online->limits.probe_max_ms)
        online->wait_ms = online->limits.probe_max_ms;
}

static void first_wait(struct online *online)
{
    online->wait_ms = online->limits.probe_ms < online->limits.probe_max_ms
                          ? online->limits.probe_ms
                          : online->limits.probe_max_ms;
}

enum online_verdict online_failed(struct online *online, const struct online_failure *failure,
                                  size_t fine_hosts, int64_t now_ms)
{
    bool no_route = failure->error_kind == MSG_ERROR_OFFLINE;
    bool dns = failure->error_kind == MSG_ERROR_DNS;

    if (online->offline) {
        online_lapsed(online, failure->source, now_ms);
        if (dns && failure->fine)
            keep(online, failure, fine_hosts);
        return ONLINE_SPARE;
    }
    /* A host that did not come back when the network did has gone by itself. */
    if (dns && is_former(online, failure->host))
        return ONLINE_BLAME;
    if (dns && failure->fine)
        keep(online, failure, fine_hosts);
    if (!no_route && (!dns || !failure->fine || online->hosts < enough(online)))
        return ONLINE_BLAME;
    online->offline = true;
    online->since_ms = online->probed_ms = now_ms;
    first_wait(online);
    return ONLINE_WENT;
}

bool online_answered(struct online *online, uint64_t host)
{
    bool was = online->offline;

    for (size_t i = 0; was && i < online->count; i++)
        online->former[i] = online->failed[i].host;
    if (was)
        online->former_count = online->count;
    for (size_t i = 0; i < online->former_count; i++)
        if (online->former[i] == host)
            online->former[i] = 0;
    online->count = online->hosts = online->fine_hosts = online->turn = 0;
    online->offline = online->hurry = online->aside = false;
    online->since_ms = online->probed_ms = online->wait_ms = 0;
    online->probing = 0;
    return was;
}

/* --- taking blame back --- */

void online_restore(struct online *online, online_restore_fn *fn, void *arg)
{
    for (size_t i = 0; online->offline && i < online->count; i++) {
        struct failed *failed = &online->failed[i];

        if (!failed->restored)
            fn(arg, failed->source, failed->next_ms, failed->errors);
        failed->restored = true;
    }
}

void online_unsaved(struct online *online)
{
    for (size_t i = 0; i < online->count; i++)
        online->failed[i].restored = false;
}

/* --- probing --- */

int64_t online_probe_wait_ms(const struct online *online, int64_t now_ms)
{
    int64_t left = online->probed_ms + online->wait_ms - now_ms;

    if (!online->offline || online->probing != 0)
        return INT64_MAX;
    return online->hurry || left < 0 ? 0 : left;
}

bool online_probe_due(const struct online *online, int64_t now_ms)
{
    return online_probe_wait_ms(online, now_ms) == 0;
}

bool online_probe_aside(const struct online *online)
{
    return online->aside;
}

bool online_is_evidence(const struct online *online, uint64_t source)
{
    for (size_t i = 0; i < online->count; i++)
        if (online->failed[i].source == source)
            return true;
    return false;
}

uint64_t online_candidate(const struct online *online, size_t i)
{
    return i < online->count ? online->failed[(online->turn + i) % online->count].source : 0;
}

void online_probing(struct online *online, uint64_t source)
{
    online->probing = source;
    online->hurry = false;
    online->aside = !online->aside;
    for (size_t i = 0; i < online->count; i++)
        if (online->failed[i].source == source)
            online->turn = i + 1;
}

void online_lapsed(struct online *online, uint64_t source, int64_t now_ms)
{
    if (online->probing != source || source == 0)
        return;
    online->probing = 0;
    online->probed_ms = now_ms;
    grow(online);
}

void online_hurry(struct online *online)
{
    if (!online->offline)
        return;
    online->hurry = true;
    first_wait(online);
}
