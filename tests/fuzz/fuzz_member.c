/* The storer's side of control without its socket: QUIESCE, RESUME, ROSTER and LOST in any order,
 * leases given and reported in between, with a clock that goes on by steps of any size.
 *
 * QUIESCE lapses unless renewed, its answer goes at once when it changed, and it is done past its
 * deadline whatever is in flight.  A lease ends once, for a reason that holds, and all end. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/msg.h"
#include "storer/lease.h"
#include "storer/quiesce.h"
#include "tests/fuzz/take.h"

enum { IDS = 24, LEASE_MS = 90000, GRACE_MS = 2000, EVERY_MS = 1000 };

struct world {
    struct quiesce quiesce;
    struct leases *leases;
    bool out[IDS];
    uint64_t reserved;
    size_t count;
    int64_t now_ms;
    int64_t heard_ms; /* when QUIESCE was said last */
    int64_t ttl_ms;
    bool fetchers, lost; /* there are some; a loss was told */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --- leases --- */

static void forget(struct world *world, const struct lease *lease)
{
    if (lease->id >= IDS || !world->out[lease->id])
        abort();
    world->out[lease->id] = false;
    world->reserved -= lease->expected;
    world->count--;
}

static void lapsed(void *arg, const struct lease *lease, enum lease_end why)
{
    struct world *world = arg;

    forget(world, lease);
    if (!*lease_end_name(why) || (why == LEASE_LATE && lease->age_ms < LEASE_MS) ||
        (why == LEASE_NOBODY && (!world->lost || lease->in_hand)) ||
        (why == LEASE_WITHDRAWN && !quiesce_active(&world->quiesce)))
        abort();
}

static void give(struct world *world, struct take *take)
{
    struct lease lease = {.id = take_below(take, IDS),
                          .source = take_number(take),
                          .suspect = take_below(take, 4) == 0,
                          .expected = take_below(take, 256),
                          .given_ms = world->now_ms};

    if (world->out[lease.id])
        return;
    leases_add(world->leases, &lease);
    world->out[lease.id] = true;
    world->reserved += lease.expected;
    world->count++;
}

static void report(struct world *world, struct take *take)
{
    uint64_t id = take_below(take, IDS * 2);
    const struct lease *lease = leases_find(world->leases, id);

    if ((lease != NULL) != (id < IDS && world->out[id]))
        abort();
    leases_dropped(world->leases, id);
    if (!lease)
        return;
    forget(world, lease);
    leases_remove(world->leases, id);
}

/* Ids as fetchers list them: those that are out, some that are not, and bytes that are none. */
static struct span ids(struct take *take, struct buf *room)
{
    size_t count = take_below(take, 8);

    for (size_t i = 0; i < count; i++)
        msg_put_u64(room, take_below(take, 8) ? take_below(take, IDS) : take_number(take));
    if (take_below(take, 16) == 0)
        buf_adds(room, "odd");
    return buf_span(room);
}

/* --- what the broker says --- */

static void quiesce(struct world *world, struct take *take)
{
    unsigned purpose = (unsigned)take_below(take, 3);
    int64_t ttl_ms = (int64_t)(take_number(take) % 86400001);
    int64_t within_ms = (int64_t)(take_number(take) % 86400001);
    bool was = quiesce_active(&world->quiesce);
    bool news = quiesce_take(&world->quiesce, purpose, ttl_ms, within_ms, world->now_ms);

    quiesce_number(&world->quiesce, take_number(take));
    if (news != (was != (purpose != 0)) || quiesce_active(&world->quiesce) != (purpose != 0))
        abort();
    world->heard_ms = world->now_ms;
    world->ttl_ms = ttl_ms;
}

static void roster(struct world *world, struct take *take)
{
    struct buf room = {0};
    size_t fetchers = take_below(take, 4);

    leases_roster(world->leases, ids(take, &room), fetchers, world->now_ms);
    world->fetchers = fetchers > 0;
    buf_free(&room);
}

static void lost(struct world *world, struct take *take)
{
    struct buf room = {0};
    bool crashed = take_below(take, 2);

    leases_lost(world->leases, world->now_ms);
    world->lost = true;
    if (take_below(take, 2))
        leases_fetcher_lost(world->leases, ids(take, &room), crashed, lapsed, world);
    buf_free(&room);
}

/* --- a tick --- */

static void tend(struct world *world, size_t in_flight)
{
    bool was = quiesce_active(&world->quiesce);
    int64_t since_ms = was ? world->quiesce.since_ms : INT64_MAX, answered_ms = 0;
    bool done = false, told = world->quiesce.done;

    leases_sweep(world->leases, world->now_ms, since_ms, lapsed, world);
    quiesce_lapse(&world->quiesce, world->now_ms);
    if (quiesce_active(&world->quiesce) != (was && world->now_ms < world->heard_ms + world->ttl_ms))
        abort();
    if (!quiesce_active(&world->quiesce))
        return;
    done = quiesce_done(&world->quiesce, in_flight, world->now_ms);
    if (!done && (in_flight == 0 || world->now_ms >= world->quiesce.deadline_ms))
        abort();
    answered_ms = world->quiesce.answered_ms;
    if (!quiesce_answer(&world->quiesce, done, EVERY_MS, world->now_ms) &&
        (done != told || answered_ms == INT64_MIN || world->now_ms - answered_ms >= EVERY_MS))
        abort();
}

static void pass(struct world *world, struct take *take)
{
    static const int64_t steps[] = {0, 1, 20, 500, 1000, 2500, 30000, 90000};

    world->now_ms += steps[take_below(take, 8)];
    if (take_below(take, 16) == 0) {
        leases_unknown(world->leases);
        world->fetchers = false;
    }
}

static void act(struct world *world, struct take *take)
{
    switch (take_below(take, 8)) {
    case 0:
    case 1:
        give(world, take);
        break;
    case 2:
        report(world, take);
        break;
    case 3:
        quiesce(world, take);
        break;
    case 4:
        roster(world, take);
        break;
    case 5:
        lost(world, take);
        break;
    default:
        pass(world, take);
        break;
    }
    tend(world, take_below(take, 2));
    if (leases_count(world->leases) != world->count ||
        leases_reserved(world->leases) != world->reserved ||
        (leases_oldest(world->leases) == INT64_MAX) != (world->count == 0))
        abort();
}

/* With a fetcher there that says nothing of them, every lease ends in its time. */
static void must_end(struct world *world)
{
    for (int i = 0; i < 4 && world->count > 0; i++) {
        leases_roster(world->leases, (struct span){0}, 1, world->now_ms);
        world->now_ms += LEASE_MS / 2 + 1;
        tend(world, world->count);
    }
    if (world->count > 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct take take = {.p = data, .n = size};
    struct world world = {.leases = leases_create(LEASE_MS, GRACE_MS), .now_ms = 1000000};

    while (take.n > 0)
        act(&world, &take);
    must_end(&world);
    leases_destroy(&world.leases);
    return 0;
}
