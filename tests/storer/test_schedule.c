/* Which source is polled next. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/mem.h"
#include "common/msg.h"
#include "storer/db_source.h"
#include "storer/schedule.h"

static bool any(void *arg, const struct schedule_source *source)
{
    (void)arg;
    (void)source;
    return true;
}

static struct schedule *make(uint32_t requests, int64_t spacing_ms)
{
    return schedule_create(
        &(struct schedule_limits){.host_requests = requests, .host_spacing_ms = spacing_ms});
}

static void put(struct schedule *schedule, uint64_t id, const char *host, int64_t next_ms)
{
    struct db_source source = {.id = id, .next_ms = next_ms};

    snprintf(source.host, sizeof(source.host), "%s", host);
    schedule_put(schedule, &source);
}

/* The id of the next; 0 = none. */
static uint64_t next(struct schedule *schedule, int64_t utc_ms, int64_t now_ms)
{
    struct schedule_source *source = schedule_pick(schedule, utc_ms, now_ms, true, any, NULL);

    return source ? source->id : 0;
}

static uint64_t lease(struct schedule *schedule, int64_t utc_ms, int64_t now_ms)
{
    struct schedule_source *source = schedule_pick(schedule, utc_ms, now_ms, true, any, NULL);

    if (source)
        schedule_leased(schedule, source, source->id + 1000, now_ms);
    return source ? source->id : 0;
}

START_TEST(hosts_have_limits)
{
    struct schedule *schedule = make(1, 50);

    put(schedule, 1, "a", 30);
    put(schedule, 2, "a", 20);
    put(schedule, 3, "b", 40);
    ck_assert_uint_eq(next(schedule, 10, 0), 0);
    ck_assert_int_eq(schedule_wait_ms(schedule, 10, 0), 10);
    ck_assert_uint_eq(lease(schedule, 100, 0), 2); /* the longest overdue */
    ck_assert_uint_eq(lease(schedule, 100, 0), 3);
    ck_assert_uint_eq(next(schedule, 100, 1000), 0);
    ck_assert_int_eq(schedule_wait_ms(schedule, 100, 1000), INT64_MAX);
    put(schedule, 2, "a", 500);
    schedule_closed(schedule, schedule_find(schedule, 2));
    ck_assert_uint_eq(next(schedule, 100, 49), 0);
    ck_assert_int_eq(schedule_wait_ms(schedule, 100, 49), 1);
    ck_assert_uint_eq(next(schedule, 100, 50), 1);
    ck_assert_int_eq(schedule_wait_ms(schedule, 100, 50), 0);
    ck_assert_uint_eq(schedule_refresh(schedule, 2), 1);
    ck_assert_uint_eq(next(schedule, 100, 50), 2);
    schedule_destroy(&schedule);
}
END_TEST

enum { FAR = 1000, YEARS = 100000 };

static struct schedule *make_near(void)
{
    return schedule_create(
        &(struct schedule_limits){.host_requests = 9, .farthest_ms = FAR, .spread_ms = 100});
}

START_TEST(a_clock_that_was_ahead_stops_nobody)
{
    struct schedule *schedule = make_near();
    struct db_source own = {.id = 3, .next_ms = YEARS, .interval_ms = YEARS, .host = "c"};

    put(schedule, 1, "a", YEARS); /* when the store was last used */
    put(schedule, 2, "b", 20 + FAR);
    schedule_put(schedule, &own);
    ck_assert_uint_eq(next(schedule, 20, 0), 0);
    ck_assert_int_lt(schedule_wait_ms(schedule, 20, 0), 100);
    ck_assert_uint_eq(lease(schedule, 120, 0), 1);
    ck_assert_uint_eq(next(schedule, 19 + FAR, 0), 0);
    ck_assert_uint_eq(lease(schedule, 20 + FAR, 0), 2);
    put(schedule, 4, "d", YEARS); /* its row was read again */
    ck_assert_uint_eq(lease(schedule, 120 + FAR, 0), 4);
    ck_assert_uint_eq(lease(schedule, YEARS, 0), 3);
    schedule_destroy(&schedule);
}
END_TEST

START_TEST(a_clock_that_was_ahead_stops_no_host)
{
    struct schedule *schedule = make_near();

    put(schedule, 1, "a", YEARS);
    put(schedule, 2, "a", YEARS);
    put(schedule, 3, "a", YEARS);
    ck_assert_uint_ne(lease(schedule, YEARS, 0), 0);
    schedule_throttled(schedule, schedule_find(schedule, 1), YEARS + 500, YEARS);
    ck_assert(schedule_throttled(schedule, schedule_find(schedule, 2), YEARS + 500, YEARS));
    ck_assert_uint_eq(next(schedule, YEARS + 1, 0), 0);
    ck_assert_uint_ne(lease(schedule, 120, 0) + lease(schedule, 220, 0), 0);
    /* And what it asked for then counts no more. */
    ck_assert(!schedule_throttled(schedule, schedule_find(schedule, 1), 600, 120));
    schedule_destroy(&schedule);
}
END_TEST

START_TEST(asked_for_goes_first)
{
    struct schedule *schedule = make(2, 0);
    struct schedule_source *source = NULL;

    put(schedule, 1, "a", 10);
    put(schedule, 2, "b", 900);
    put(schedule, 3, "c", 800);
    ck_assert_uint_eq(schedule_refresh(schedule, 9), 0);
    ck_assert_uint_eq(schedule_refresh(schedule, 2), 1);
    ck_assert_uint_eq(next(schedule, 20, 0), 2);
    ck_assert_uint_eq(schedule_refresh(schedule, 0), 3);
    ck_assert_uint_eq(lease(schedule, 20, 0), 1);
    ck_assert_uint_eq(lease(schedule, 20, 0), 3);
    ck_assert_uint_eq(lease(schedule, 20, 0), 2);
    ck_assert_uint_eq(lease(schedule, 20, 0), 0);
    /* A poll that is under way answers the wish; one whose items still end does not. */
    source = schedule_find(schedule, 2);
    ck_assert_uint_eq(schedule_refresh(schedule, 2), 1);
    ck_assert(!source->hi);
    schedule_reported(schedule, source);
    ck_assert_uint_eq(schedule_refresh(schedule, 2), 1);
    ck_assert(source->hi);
    ck_assert_uint_eq(next(schedule, 20, 0), 0);
    schedule_closed(schedule, source);
    ck_assert_uint_eq(next(schedule, 20, 0), 2);
    schedule_destroy(&schedule);
}
END_TEST

START_TEST(a_lease_that_never_left_is_undone)
{
    struct schedule *schedule = make(1, 0);
    struct schedule_source *source = NULL;

    put(schedule, 1, "a", 10);
    schedule_refresh(schedule, 1);
    ck_assert_uint_eq(lease(schedule, 5, 0), 1);
    source = schedule_find(schedule, 1);
    schedule_unleased(schedule, 1, 5, true); /* another fetch */
    ck_assert(source->leased);
    schedule_unleased(schedule, 7, 5, true); /* nobody */
    schedule_unleased(schedule, 1, 1001, true);
    ck_assert(!source->leased && source->hi && source->fetch == 0);
    ck_assert_uint_eq(next(schedule, 5, 0), 1);
    schedule_destroy(&schedule);
}
END_TEST

START_TEST(handed_back_it_rests)
{
    struct schedule *schedule = make(1, 0);

    put(schedule, 1, "a", 10);
    ck_assert_uint_eq(lease(schedule, 20, 0), 1);
    schedule_rest(schedule, schedule_find(schedule, 1), 500);
    schedule_closed(schedule, schedule_find(schedule, 1));
    schedule_refresh(schedule, 1);
    ck_assert_uint_eq(next(schedule, 20, 499), 0);
    ck_assert_int_eq(schedule_wait_ms(schedule, 20, 499), 1);
    ck_assert_uint_eq(schedule_due(schedule, 20), 1);
    ck_assert_uint_eq(next(schedule, 20, 500), 1);
    schedule_destroy(&schedule);
}
END_TEST

START_TEST(suspects_wait_for_their_turn)
{
    struct schedule *schedule = make(1, 0);
    struct schedule_source *source = NULL;

    schedule_put(schedule, &(struct db_source){.id = 1, .host = "a", .next_ms = 1, .suspect = 2});
    put(schedule, 2, "a", 5);
    source = schedule_pick(schedule, 10, 0, false, any, NULL);
    ck_assert_uint_eq(source->id, 2);
    ck_assert_uint_eq(next(schedule, 10, 0), 1);
    put(schedule, 2, "a", 99);
    ck_assert_ptr_null(schedule_pick(schedule, 10, 0, false, any, NULL));
    ck_assert_uint_eq(schedule_due(schedule, 10), 1);
    schedule_destroy(&schedule);
}
END_TEST

START_TEST(the_retired_leave)
{
    struct schedule *schedule = make(1, 0);
    struct db_source gone = {.id = 3, .host = "c", .next_ms = 1, .state = DB_SOURCE_GONE};

    put(schedule, 1, "a", 1);
    put(schedule, 2, "b", 2);
    schedule_retire(schedule, 9);
    schedule_put(schedule, &gone);
    ck_assert_ptr_null(schedule_find(schedule, 3));
    schedule_retire(schedule, 2);
    ck_assert_ptr_null(schedule_find(schedule, 2));
    ck_assert_uint_eq(lease(schedule, 10, 0), 1);
    schedule_retire(schedule, 1);
    ck_assert_ptr_nonnull(schedule_find(schedule, 1));
    ck_assert_uint_eq(schedule_refresh(schedule, 0), 0);
    schedule_closed(schedule, schedule_find(schedule, 1));
    ck_assert_uint_eq(schedule_sources(schedule), 0);
    ck_assert_uint_eq(schedule_due(schedule, 10), 0);
    ck_assert_int_eq(schedule_wait_ms(schedule, 10, 0), INT64_MAX);
    schedule_destroy(&schedule);
}
END_TEST

START_TEST(a_source_moves_to_another_host)
{
    struct schedule *schedule = make(1, 0);

    put(schedule, 1, "a", 1);
    put(schedule, 2, "a", 2);
    put(schedule, 3, "b", 3);
    ck_assert_uint_eq(lease(schedule, 10, 0), 1);
    /* With its request: a is free, b is not. */
    schedule_put(schedule, &(struct db_source){.id = 1, .host = "b", .next_ms = 1, .fetch = 1001});
    ck_assert_uint_eq(lease(schedule, 10, 0), 2);
    ck_assert_uint_eq(lease(schedule, 10, 0), 0);
    schedule_put(schedule, &(struct db_source){.id = 1, .host = "b", .next_ms = 99, .fetch = 1001});
    schedule_closed(schedule, schedule_find(schedule, 1));
    ck_assert_uint_eq(lease(schedule, 10, 0), 3);
    schedule_destroy(&schedule);
}
END_TEST

static bool small(void *arg, const struct schedule_source *source)
{
    (*(int *)arg)++;
    return source->expected <= 5;
}

START_TEST(what_does_not_fit_is_passed_over)
{
    struct schedule *schedule = make(1, 0);
    struct schedule_source *source = NULL;
    int asked = 0;

    for (uint64_t id = 1; id <= 40; id++) {
        struct db_source big = {.id = id, .next_ms = (int64_t)id, .expected = 100};

        snprintf(big.host, sizeof(big.host), "host-%d", (int)id % 7);
        schedule_put(schedule, &big);
    }
    schedule_put(schedule,
                 &(struct db_source){.id = 50, .host = "host-3", .next_ms = 20, .expected = 5});
    source = schedule_pick(schedule, 100, 0, true, small, &asked);
    ck_assert_uint_eq(source->id, 50);
    ck_assert_int_eq(asked, 21);
    /* The order is as before. */
    ck_assert_uint_eq(next(schedule, 100, 0), 1);
    schedule_retire(schedule, 50);
    asked = 0;
    ck_assert_ptr_null(schedule_pick(schedule, 100, 0, true, small, &asked));
    ck_assert_int_eq(asked, SCHEDULE_PASSED + 1);
    ck_assert_uint_eq(schedule_due(schedule, 100), 40);
    schedule_destroy(&schedule);
}
END_TEST

START_TEST(a_clock_that_goes_back)
{
    struct schedule *schedule = make(1, 0);

    put(schedule, 1, "a", 1000);
    put(schedule, 2, "b", 400);
    ck_assert_uint_eq(schedule_due(schedule, 2000), 2);
    ck_assert_uint_eq(schedule_due(schedule, 500), 1);
    ck_assert_uint_eq(lease(schedule, 500, 0), 2);
    ck_assert_uint_eq(next(schedule, 500, 0), 0);
    ck_assert_int_eq(schedule_wait_ms(schedule, 500, 0), 500);
    schedule_destroy(&schedule);
}
END_TEST

/* --- hosts that throttle --- */

START_TEST(a_second_url_that_is_throttled_stops_the_host)
{
    struct schedule *schedule = make(2, 0);

    for (uint64_t id = 1; id <= 3; id++)
        put(schedule, id, "a", 10);
    put(schedule, 4, "b", 10);
    ck_assert(!schedule_throttled(schedule, schedule_find(schedule, 1), 500, 100));
    ck_assert(!schedule_throttled(schedule, schedule_find(schedule, 1), 600, 110)); /* the same */
    ck_assert_uint_eq(lease(schedule, 120, 0), 1); /* per URL first: the host goes on */
    schedule_closed(schedule, schedule_find(schedule, 1));
    ck_assert(schedule_throttled(schedule, schedule_find(schedule, 2), 300, 120));
    schedule_refresh(schedule, 3);
    ck_assert_uint_eq(lease(schedule, 130, 0), 4);
    ck_assert_uint_eq(next(schedule, 599, 0), 0);
    ck_assert_int_eq(schedule_wait_ms(schedule, 599, 0), 1);
    ck_assert_ptr_null(schedule_probe(schedule, 1, 599, 0));
    /* A longer time holds, a shorter one does not shorten it. */
    ck_assert(!schedule_throttled(schedule, schedule_find(schedule, 3), 400, 140));
    ck_assert(schedule_throttled(schedule, schedule_find(schedule, 2), 700, 140));
    ck_assert_uint_eq(next(schedule, 699, 0), 0);
    ck_assert_uint_eq(next(schedule, 700, 0), 3);
    schedule_destroy(&schedule);
}
END_TEST

START_TEST(a_success_clears_a_host_once_its_time_is_over)
{
    struct schedule *schedule = make(2, 0);

    put(schedule, 1, "a", 10);
    put(schedule, 2, "a", 10);
    schedule_throttled(schedule, schedule_find(schedule, 1), 500, 100);
    schedule_answered(schedule, schedule_find(schedule, 2), 200); /* too early */
    ck_assert(schedule_throttled(schedule, schedule_find(schedule, 2), 600, 300));
    schedule_answered(schedule, schedule_find(schedule, 1), 600);
    ck_assert(!schedule_throttled(schedule, schedule_find(schedule, 1), 900, 650));
    /* Its time ran out without a success: nothing is running any more. */
    ck_assert(!schedule_throttled(schedule, schedule_find(schedule, 2), 1500, 1000));
    ck_assert_uint_eq(next(schedule, 1000, 0), 1);
    schedule_destroy(&schedule);
}
END_TEST

/* --- figures --- */

START_TEST(hosts_that_were_fine_are_counted)
{
    struct schedule *schedule = make(2, 0);
    struct db_source source = {.id = 1, .host = "a", .last_ok_ms = 5};

    schedule_put(schedule, &source);
    source.id = 2;
    schedule_put(schedule, &source);
    ck_assert_uint_eq(schedule_fine_hosts(schedule), 1);
    put(schedule, 3, "b", 10); /* never polled */
    ck_assert_uint_eq(schedule_fine_hosts(schedule), 1);
    source.errors = 1;
    schedule_put(schedule, &source);
    ck_assert_uint_eq(schedule_fine_hosts(schedule), 1);
    schedule_put(schedule, &(struct db_source){.id = 1, .host = "b", .last_ok_ms = 5});
    ck_assert_uint_eq(schedule_fine_hosts(schedule), 1);
    schedule_put(schedule, &(struct db_source){.id = 2, .host = "a", .last_ok_ms = 5});
    ck_assert_uint_eq(schedule_fine_hosts(schedule), 2);
    schedule_retire(schedule, 1);
    ck_assert_uint_eq(schedule_fine_hosts(schedule), 1);
    ck_assert_uint_ne(schedule_host_key(schedule, schedule_find(schedule, 2)),
                      schedule_host_key(schedule, schedule_find(schedule, 3)));
    schedule_clear(schedule);
    ck_assert_uint_eq(schedule_fine_hosts(schedule), 0);
    schedule_destroy(&schedule);
}
END_TEST

START_TEST(a_probe_is_out_of_turn_but_keeps_to_the_host)
{
    struct schedule *schedule = make(1, 50);

    put(schedule, 1, "a", 900);
    put(schedule, 2, "a", 900);
    ck_assert_ptr_null(schedule_probe(schedule, 7, 10, 0));
    ck_assert_uint_eq(schedule_probe(schedule, 1, 10, 0)->id, 1);
    schedule_leased(schedule, schedule_find(schedule, 1), 5, 0);
    ck_assert_ptr_null(schedule_probe(schedule, 1, 10, 60));
    ck_assert_ptr_null(schedule_probe(schedule, 2, 10, 60));
    schedule_closed(schedule, schedule_find(schedule, 1));
    ck_assert_ptr_null(schedule_probe(schedule, 2, 10, 49));
    ck_assert_uint_eq(schedule_probe(schedule, 2, 10, 50)->id, 2);
    schedule_rest(schedule, schedule_find(schedule, 2), 80);
    ck_assert_ptr_null(schedule_probe(schedule, 2, 10, 79));
    schedule_destroy(&schedule);
}
END_TEST

/* --- against a scan of all --- */

enum { SOURCES = 300, HOSTS = 40, STEPS = 60000 };

struct plain {
    bool there, hi, leased;
    int64_t next_ms, not_before;
    uint64_t fetch, suspect;
    unsigned host;
};

struct plain_host {
    unsigned requests;
    int64_t ready_ms;
};

struct world {
    struct schedule *schedule;
    struct plain plain[SOURCES + 1];
    struct plain_host hosts[HOSTS];
    int64_t utc_ms, now_ms;
    uint64_t fetch;
    unsigned seed;
};

static unsigned chance(struct world *world, unsigned of)
{
    world->seed = world->seed * 1103515245u + 12345u;
    return (world->seed >> 8) % of;
}

static void world_put(struct world *world, uint64_t id)
{
    struct plain *plain = &world->plain[id];
    struct db_source source = {
        .id = id, .next_ms = plain->next_ms, .suspect = plain->suspect, .fetch = plain->fetch};

    snprintf(source.host, sizeof(source.host), "host-%u", plain->host);
    schedule_put(world->schedule, &source);
}

static uint64_t world_best(const struct world *world, bool suspects)
{
    uint64_t best = 0;

    for (uint64_t id = 1; id <= SOURCES; id++) {
        const struct plain *p = &world->plain[id], *b = &world->plain[best];

        if (!p->there || p->fetch || (!p->hi && p->next_ms > world->utc_ms) ||
            p->not_before > world->now_ms || (p->suspect > 0 && !suspects) ||
            world->hosts[p->host].requests >= 2 || world->hosts[p->host].ready_ms > world->now_ms)
            continue;
        if (!best || (p->hi != b->hi ? p->hi : p->next_ms < b->next_ms))
            best = id;
    }
    return best;
}

static size_t world_due(const struct world *world)
{
    size_t due = 0;

    for (uint64_t id = 1; id <= SOURCES; id++) {
        const struct plain *p = &world->plain[id];

        due += p->there && !p->fetch && (p->hi || p->next_ms <= world->utc_ms);
    }
    return due;
}

static void world_close(struct world *world, uint64_t id)
{
    struct plain *plain = &world->plain[id];

    if (chance(world, 4) == 0) {
        plain->not_before = world->now_ms + chance(world, 100);
        schedule_rest(world->schedule, schedule_find(world->schedule, id), plain->not_before);
    }
    schedule_closed(world->schedule, schedule_find(world->schedule, id));
    world->hosts[plain->host].requests -= plain->leased;
    plain->leased = false;
    plain->fetch = 0;
    plain->next_ms = world->utc_ms + chance(world, 2000);
    plain->suspect = chance(world, 10) == 0;
    world_put(world, id);
}

static void world_change(struct world *world)
{
    uint64_t id = 1 + chance(world, SOURCES);
    struct plain *plain = &world->plain[id];

    if (!plain->there) {
        *plain = (struct plain){.there = true,
                                .next_ms = world->utc_ms + chance(world, 1000),
                                .not_before = INT64_MIN,
                                .host = chance(world, HOSTS)};
        world_put(world, id);
    } else if (plain->fetch) {
        world_close(world, id);
    } else if (chance(world, 10) == 0) {
        schedule_retire(world->schedule, id);
        plain->there = false;
    } else if (chance(world, 3) == 0) {
        schedule_refresh(world->schedule, id);
        plain->hi = true;
    } else {
        plain->host = chance(world, 5) ? plain->host : chance(world, HOSTS);
        plain->next_ms += chance(world, 500);
        world_put(world, id);
    }
}

static void world_lease(struct world *world, uint64_t id)
{
    struct plain *plain = &world->plain[id];

    plain->fetch = ++world->fetch;
    plain->leased = true;
    plain->hi = false;
    world->hosts[plain->host].requests++;
    world->hosts[plain->host].ready_ms = world->now_ms + 20;
    schedule_leased(world->schedule, schedule_find(world->schedule, id), plain->fetch,
                    world->now_ms);
}

/* Hosts are distinct in order by chance alone: what is equally overdue is told apart by id in both.
 * A host that has lost its last source forgets its spacing; here hosts are never that lonely for
 * long, and the scan forgets with it. */
START_TEST(it_picks_what_a_scan_of_all_would_pick)
{
    struct world world = {.schedule = make(2, 20), .seed = 17, .utc_ms = 1000};
    size_t picks = 0;

    for (int step = 0; step < STEPS; step++) {
        bool suspects = chance(&world, 3) > 0;
        struct schedule_source *got = NULL;
        uint64_t want = 0;
        unsigned users[HOSTS] = {0};

        world_change(&world);
        for (uint64_t id = 1; id <= SOURCES; id++)
            users[world.plain[id].host] += world.plain[id].there;
        for (unsigned host = 0; host < HOSTS; host++)
            if (users[host] == 0)
                world.hosts[host].ready_ms = INT64_MIN;
        world.utc_ms += chance(&world, 50) ? chance(&world, 6) : -(int64_t)chance(&world, 50);
        world.now_ms += chance(&world, 6);
        want = world_best(&world, suspects);
        ck_assert_uint_eq(schedule_due(world.schedule, world.utc_ms), world_due(&world));
        if (want)
            ck_assert_int_eq(schedule_wait_ms(world.schedule, world.utc_ms, world.now_ms), 0);
        got = schedule_pick(world.schedule, world.utc_ms, world.now_ms, suspects, any, NULL);
        ck_assert_msg((got ? got->id : 0) == want, "step %d: got %d, want %d", step,
                      got ? (int)got->id : 0, (int)want);
        if (want && chance(&world, 4)) {
            world_lease(&world, want);
            picks++;
        }
    }
    ck_assert_uint_gt(picks, STEPS / 10);
    schedule_destroy(&world.schedule);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schedule");
    TCase *tcase = tcase_create("all");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, hosts_have_limits);
    tcase_add_test(tcase, a_clock_that_was_ahead_stops_nobody);
    tcase_add_test(tcase, a_clock_that_was_ahead_stops_no_host);
    tcase_add_test(tcase, asked_for_goes_first);
    tcase_add_test(tcase, a_lease_that_never_left_is_undone);
    tcase_add_test(tcase, handed_back_it_rests);
    tcase_add_test(tcase, suspects_wait_for_their_turn);
    tcase_add_test(tcase, the_retired_leave);
    tcase_add_test(tcase, a_source_moves_to_another_host);
    tcase_add_test(tcase, what_does_not_fit_is_passed_over);
    tcase_add_test(tcase, a_clock_that_goes_back);
    tcase_add_test(tcase, a_second_url_that_is_throttled_stops_the_host);
    tcase_add_test(tcase, a_success_clears_a_host_once_its_time_is_over);
    tcase_add_test(tcase, hosts_that_were_fine_are_counted);
    tcase_add_test(tcase, a_probe_is_out_of_turn_but_keeps_to_the_host);
    tcase_add_test(tcase, it_picks_what_a_scan_of_all_would_pick);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
