/* The fetches that are given out and not yet reported (DESIGN 5, rules 1 and 6).  Pure: now_ms is
 * the writer's clock.  A lease lapses
 *
 *   - at once when the fetcher that had it in hand was lost (and is blamed if that crashed),
 *   - grace_ms after a loss when, by what fetchers have said since, nobody has it in hand,
 *   - lease_ms after it was given, counting only time in which there was a fetcher,
 *   - while quiescing, when nobody has it in hand: it is withdrawn. */
#ifndef WEIR_STORER_LEASE_H
#define WEIR_STORER_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

struct leases;

struct lease {
    uint64_t id, source; /* id: the fetch's */
    bool hi;
    bool suspect;      /* a fetcher crashed on this source before: issued alone */
    uint64_t expected; /* window slots reserved */
    int64_t given_ms;  /* the writer's clock */
    int64_t age_ms;    /* with a fetcher */
    bool in_hand;      /* of a fetcher, by its last heartbeat */
    bool dropped;      /* a verdict that came before the report found no room */
};

enum lease_end {
    LEASE_LOST,
    LEASE_CRASHED,
    LEASE_NOBODY,
    LEASE_UNSEEN, /* in nobody's hand, and a fetcher crashed since it was given: too soon to say */
    LEASE_LATE,
    LEASE_WITHDRAWN
};
const char *lease_end_name(enum lease_end why);
/* Told of a lease that lapsed; it is gone when this returns. */
typedef void lease_fn(void *arg, const struct lease *lease, enum lease_end why);

struct leases *leases_create(int64_t lease_ms, int64_t grace_ms);
void leases_destroy(struct leases **leases);
void leases_clear(struct leases *leases);

void leases_add(struct leases *leases, const struct lease *lease);
const struct lease *leases_find(const struct leases *leases, uint64_t id);
void leases_dropped(struct leases *leases, uint64_t id);
void leases_remove(struct leases *leases, uint64_t id);
size_t leases_count(const struct leases *leases);
/* Window slots reserved by all of them. */
uint64_t leases_reserved(const struct leases *leases);
bool leases_suspect_out(const struct leases *leases);
/* When the oldest was given; INT64_MAX where there is none. */
int64_t leases_oldest(const struct leases *leases);

/* What all fetchers together have in hand: ids, 8 bytes each, little endian. */
void leases_roster(struct leases *leases, struct span in_hand, size_t fetchers, int64_t now_ms);
/* There is no telling what fetchers do: leases stop ageing. */
void leases_unknown(struct leases *leases);
/* Something was lost. */
void leases_lost(struct leases *leases, int64_t now_ms);
/* A fetcher has crashed, with or without leases that it had told of. */
void leases_crashed(struct leases *leases, int64_t now_ms);
/* A fetcher was lost with these in hand: they lapse. */
void leases_fetcher_lost(struct leases *leases, struct span in_hand, bool crashed, lease_fn *fn,
                         void *arg);
/* Lapses what is due.  quiet_ms: since when the storer quiesces, or INT64_MAX. */
void leases_sweep(struct leases *leases, int64_t now_ms, int64_t quiet_ms, lease_fn *fn, void *arg);

#endif
