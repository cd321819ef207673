#include "storer/lease.h"

#include <stdlib.h>

#include "common/mem.h"
#include "common/msg.h"
#include "storer/map64.h"

struct leases {
    int64_t lease_ms, grace_ms;
    struct map64 by_id;
    size_t fetchers;
    int64_t swept_ms;                     /* INT64_MIN before the first sweep */
    int64_t loss_ms, crash_ms, roster_ms; /* INT64_MIN = never */
};

const char *lease_end_name(enum lease_end why)
{
    static const char *const names[] = {
        [LEASE_LOST] = "fetcher_lost",      [LEASE_CRASHED] = "fetcher_crashed",
        [LEASE_NOBODY] = "in_nobodys_hand", [LEASE_LATE] = "late",
        [LEASE_WITHDRAWN] = "withdrawn",    [LEASE_UNSEEN] = "unseen_since_a_crash",
    };

    return names[why];
}

struct leases *leases_create(int64_t lease_ms, int64_t grace_ms)
{
    struct leases *leases = mem_calloc(1, sizeof(*leases));

    leases->lease_ms = lease_ms;
    leases->grace_ms = grace_ms;
    leases->swept_ms = leases->loss_ms = leases->crash_ms = leases->roster_ms = INT64_MIN;
    return leases;
}

void leases_clear(struct leases *leases)
{
    size_t at = 0;
    struct lease *lease = NULL;

    while ((lease = map64_next(&leases->by_id, &at)))
        free(lease);
    map64_free(&leases->by_id);
}

void leases_destroy(struct leases **leases)
{
    if (!leases || !*leases)
        return;
    leases_clear(*leases);
    free(*leases);
    *leases = NULL;
}

void leases_add(struct leases *leases, const struct lease *lease)
{
    struct lease *copy = mem_alloc(sizeof(*copy));

    *copy = *lease;
    free(map64_put(&leases->by_id, lease->id, copy));
}

const struct lease *leases_find(const struct leases *leases, uint64_t id)
{
    return map64_get(&leases->by_id, id);
}

void leases_dropped(struct leases *leases, uint64_t id)
{
    struct lease *lease = map64_get(&leases->by_id, id);

    if (lease)
        lease->dropped = true;
}

void leases_remove(struct leases *leases, uint64_t id)
{
    free(map64_remove(&leases->by_id, id));
}

size_t leases_count(const struct leases *leases)
{
    return leases->by_id.count;
}

uint64_t leases_reserved(const struct leases *leases)
{
    uint64_t sum = 0;
    size_t at = 0;
    const struct lease *lease = NULL;

    while ((lease = map64_next(&leases->by_id, &at)))
        sum += lease->expected;
    return sum;
}

bool leases_suspect_out(const struct leases *leases)
{
    size_t at = 0;
    const struct lease *lease = NULL;

    while ((lease = map64_next(&leases->by_id, &at)))
        if (lease->suspect)
            return true;
    return false;
}

int64_t leases_oldest(const struct leases *leases)
{
    int64_t oldest = INT64_MAX;
    size_t at = 0;
    const struct lease *lease = NULL;

    while ((lease = map64_next(&leases->by_id, &at)))
        if (lease->given_ms < oldest)
            oldest = lease->given_ms;
    return oldest;
}

void leases_roster(struct leases *leases, struct span in_hand, size_t fetchers, int64_t now_ms)
{
    size_t at = 0;
    struct lease *lease = NULL;

    while ((lease = map64_next(&leases->by_id, &at)))
        lease->in_hand = false;
    for (size_t i = 0; i + 8 <= in_hand.n; i += 8) {
        lease = map64_get(&leases->by_id, msg_get_u64(in_hand.p + i));
        if (lease)
            lease->in_hand = true;
    }
    leases->fetchers = fetchers;
    leases->roster_ms = now_ms;
}

void leases_unknown(struct leases *leases)
{
    leases->fetchers = 0;
}

void leases_lost(struct leases *leases, int64_t now_ms)
{
    leases->loss_ms = now_ms;
}

void leases_crashed(struct leases *leases, int64_t now_ms)
{
    leases->crash_ms = now_ms;
}

static void lapse(struct leases *leases, struct lease *lease, enum lease_end why, lease_fn *fn,
                  void *arg)
{
    map64_remove(&leases->by_id, lease->id);
    fn(arg, lease, why);
    free(lease);
}

void leases_fetcher_lost(struct leases *leases, struct span in_hand, bool crashed, lease_fn *fn,
                         void *arg)
{
    for (size_t i = 0; i + 8 <= in_hand.n; i += 8) {
        struct lease *lease = map64_get(&leases->by_id, msg_get_u64(in_hand.p + i));

        if (lease)
            lapse(leases, lease, crashed ? LEASE_CRASHED : LEASE_LOST, fn, arg);
    }
}

/* Whether fetchers have spoken since `event` and left this lease out for the time of grace. */
static bool nobody_has(const struct leases *leases, const struct lease *lease, int64_t event_ms,
                       int64_t now_ms)
{
    int64_t since = event_ms > lease->given_ms ? event_ms : lease->given_ms;

    return !lease->in_hand && leases->roster_ms > since && now_ms - since >= leases->grace_ms;
}

static bool ends(const struct leases *leases, const struct lease *lease, int64_t now_ms,
                 int64_t quiet_ms, enum lease_end *why)
{
    bool lost = leases->loss_ms != INT64_MIN && leases->loss_ms >= lease->given_ms;
    bool quiet = quiet_ms != INT64_MAX;

    if (lost && nobody_has(leases, lease, leases->loss_ms, now_ms))
        *why = leases->crash_ms != INT64_MIN && leases->crash_ms >= lease->given_ms ? LEASE_UNSEEN
                                                                                    : LEASE_NOBODY;
    else if (lease->age_ms >= leases->lease_ms)
        *why = LEASE_LATE;
    else if (quiet && (leases->fetchers == 0 || nobody_has(leases, lease, quiet_ms, now_ms)))
        *why = LEASE_WITHDRAWN;
    else
        return false;
    return true;
}

void leases_sweep(struct leases *leases, int64_t now_ms, int64_t quiet_ms, lease_fn *fn, void *arg)
{
    int64_t passed = leases->swept_ms == INT64_MIN ? 0 : now_ms - leases->swept_ms;
    size_t at = 0, count = 0;
    struct lease *lease = NULL;
    struct lease **due = mem_calloc(leases_count(leases) + 1, sizeof(struct lease *));
    enum lease_end why = LEASE_LATE;

    leases->swept_ms = now_ms;
    while ((lease = map64_next(&leases->by_id, &at))) {
        lease->age_ms += leases->fetchers > 0 ? passed : 0;
        if (ends(leases, lease, now_ms, quiet_ms, &why))
            due[count++] = lease;
    }
    for (size_t i = 0; i < count; i++)
        if (ends(leases, due[i], now_ms, quiet_ms, &why))
            lapse(leases, due[i], why, fn, arg);
    free(due);
}
