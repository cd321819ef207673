#include "storer/fulls.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"

enum { HOSTS = 256 };

struct fulls {
    struct fulls_limits limits;
    struct full *list; /* in the order they were added */
    size_t count;
    /* When hosts were asked last, by a part of their hash: two that share a place wait for one
     * another. */
    int64_t asked_ms[HOSTS];
};

struct fulls *fulls_create(const struct fulls_limits *limits)
{
    struct fulls *fulls = mem_calloc(1, sizeof(*fulls));

    fulls->limits = *limits;
    fulls->list = mem_calloc(limits->most, sizeof(*fulls->list));
    for (size_t i = 0; i < HOSTS; i++)
        fulls->asked_ms[i] = INT64_MIN / 2;
    return fulls;
}

void fulls_destroy(struct fulls **fulls)
{
    if (!fulls || !*fulls)
        return;
    free((*fulls)->list);
    free(*fulls);
    *fulls = NULL;
}

void fulls_clear(struct fulls *fulls)
{
    fulls->count = 0;
}

static struct full *find(const struct fulls *fulls, uint64_t item)
{
    for (size_t i = 0; i < fulls->count; i++)
        if (fulls->list[i].item == item)
            return &fulls->list[i];
    return NULL;
}

bool fulls_add(struct fulls *fulls, uint64_t item, uint64_t host, int64_t until_ms)
{
    if (fulls->count == fulls->limits.most)
        return false;
    fulls->list[fulls->count++] = (struct full){.item = item, .host = host, .until_ms = until_ms};
    return true;
}

const struct full *fulls_find(const struct fulls *fulls, uint64_t item)
{
    return find(fulls, item);
}

void fulls_end(struct fulls *fulls, uint64_t item)
{
    struct full *full = find(fulls, item);

    if (!full)
        return;
    fulls->count--;
    memmove(full, full + 1, (size_t)(fulls->list + fulls->count - full) * sizeof(*full));
}

/* --- sending --- */

static bool host_is_free(const struct fulls *fulls, uint64_t host, int64_t now_ms)
{
    size_t out = 0;

    for (size_t i = 0; i < fulls->count; i++)
        out += fulls->list[i].out && fulls->list[i].host == host;
    return out < fulls->limits.host_requests &&
           now_ms - fulls->asked_ms[host % HOSTS] >= fulls->limits.host_spacing_ms;
}

const struct full *fulls_pick(const struct fulls *fulls, int64_t now_ms)
{
    if (fulls_out(fulls) >= fulls->limits.out)
        return NULL;
    for (size_t i = 0; i < fulls->count; i++) {
        const struct full *full = &fulls->list[i];

        if (!full->out && full->tries < fulls->limits.tries &&
            host_is_free(fulls, full->host, now_ms))
            return full;
    }
    return NULL;
}

void fulls_sent(struct fulls *fulls, uint64_t item, int64_t now_ms)
{
    struct full *full = find(fulls, item);

    full->out = true;
    full->sent_ms = now_ms;
    full->tries++;
    fulls->asked_ms[full->host % HOSTS] = now_ms;
}

void fulls_returned(struct fulls *fulls, uint64_t item)
{
    struct full *full = find(fulls, item);

    if (!full || !full->out)
        return;
    full->out = false;
    full->tries--;
}

void fulls_lost(struct fulls *fulls)
{
    for (size_t i = 0; i < fulls->count; i++)
        fulls->list[i].out = false;
}

const struct full *fulls_over(const struct fulls *fulls, int64_t utc_ms)
{
    for (size_t i = 0; i < fulls->count; i++) {
        const struct full *full = &fulls->list[i];

        if (full->until_ms <= utc_ms || (!full->out && full->tries >= fulls->limits.tries))
            return full;
    }
    return NULL;
}

size_t fulls_count(const struct fulls *fulls)
{
    return fulls->count;
}

size_t fulls_out(const struct fulls *fulls)
{
    size_t out = 0;

    for (size_t i = 0; i < fulls->count; i++)
        out += fulls->list[i].out;
    return out;
}
