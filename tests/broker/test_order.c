/* The order of leaving and of shutdown: every path, with time as a number. */
#include "tests/common/world.h"

#include "broker/order.h"
#include "common/config.h"
#include "common/msg.h"

enum { UTC = 1000000 };

static struct config *config;
static struct order order;
static struct roster roster;
static struct order_actions actions;
static int64_t now;

static void setup(void)
{
    config = config_create();
    order = (struct order){.phase = ORDER_IDLE};
    now = 50000;
}

static void teardown(void)
{
    roster_free(&roster);
    config_destroy(&config);
}

/* --- a ring of names -------------------------------------------------------------------------- */

static struct instance *join(const char *stage, const char *name)
{
    struct msg_hello hello = {.stage = span_str(stage),
                              .instance = span_str(name),
                              .version = span_str("1"),
                              .started_ms = UTC - 60000};

    return roster_hello(&roster, span_str(name), &hello, now);
}

static struct instance *of(const char *name)
{
    struct instance *instance = roster_find_name(&roster, name);

    ck_assert_msg(instance != NULL, "%s is gone", name);
    return instance;
}

static void ring(void)
{
    join("storer", "s");
    join("fetcher", "f1");
    join("fetcher", "f2");
    join("embedder", "e");
    join("deduper", "d");
}

static void gone(const char *name)
{
    roster_remove(&roster, of(name));
}

/* One step, after some time. */
static void step(int64_t ms)
{
    now += ms;
    order_step(&order, &roster, config, now, UTC + now, &actions);
    if (!actions.stop)
        return;
    for (size_t i = 0; i < roster.count; i++)
        if (order_stops(&order, &roster.at[i]))
            roster.at[i].told_to_stop = true;
}

static void answer(bool done, uint64_t in_flight, uint64_t left)
{
    struct msg_quiesced quiesced = {.purpose = order.purpose,
                                    .round = (uint64_t)order.began_utc_ms,
                                    .done = done,
                                    .in_flight = in_flight,
                                    .left = left,
                                    .where = span_str("/x.db")};

    order_quiesced(&order, &quiesced);
}

/* Who is being stopped now, as one text. */
static const char *stopped(void)
{
    static char names[256];

    names[0] = '\0';
    for (size_t i = 0; actions.stop && i < roster.count; i++)
        if (order_stops(&order, &roster.at[i])) {
            strcat(names, *names ? " " : "");
            strcat(names, roster.at[i].name);
        }
    return names;
}

static void shut_down(void)
{
    order_shutdown(&order, config, now, UTC + now);
}

/* --- shutdown --------------------------------------------------------------------------------- */

START_TEST(nothing_to_do)
{
    ring();
    step(1000);
    ck_assert_int_eq(order.phase, ORDER_IDLE);
    ck_assert(!actions.quiesce && !actions.resume && !actions.stop && !actions.ended &&
              !actions.phase_changed);
}
END_TEST

/* Drain, then fetchers, embedders, dedupers, storer, each after the one before has gone. */
START_TEST(shutdown_in_order)
{
    ring();
    shut_down();
    step(0);
    ck_assert_int_eq(order.phase, ORDER_DRAINING);
    ck_assert(actions.quiesce && !actions.stop);
    ck_assert_int_eq(actions.within_ms, config->broker_drain_ms);
    answer(false, 7, 7);
    step(1000); /* repeated while it lasts */
    ck_assert(actions.quiesce && !actions.stop);
    ck_assert_int_eq(actions.within_ms, config->broker_drain_ms - 1000);
    answer(true, 0, 0);
    step(10);
    ck_assert_int_eq(order.phase, ORDER_STOPPING);
    ck_assert(order.drained && actions.phase_changed);
    ck_assert_str_eq(stopped(), "f1 f2");
    ck_assert(actions.quiesce); /* or the storer would issue work again */
    gone("f1");
    step(10);
    ck_assert_str_eq(stopped(), "f2");
    gone("f2");
    step(10);
    ck_assert_str_eq(stopped(), "e");
    gone("e");
    step(10);
    ck_assert_str_eq(stopped(), "d");
    gone("d");
    step(10);
    ck_assert_str_eq(stopped(), "s");
    ck_assert(!actions.ended);
    order_storer_gone(&order, 0);
    gone("s");
    step(10);
    ck_assert(actions.ended);
    ck_assert_int_eq(order.phase, ORDER_ENDED);
    ck_assert_uint_eq(order.in_flight_first, 7);
    ck_assert_uint_eq(order.left, 0);
    ck_assert_str_eq(order.where, "/x.db");
}
END_TEST

/* What is left is known from the storer's last word alone, also where it has left before. */
START_TEST(storer_without_a_word)
{
    ring();
    ck_assert(!order_storer_is_silent(&order)); /* a broker that never saw one knows of nothing */
    order_storer_came(&order);
    ck_assert(order_storer_is_silent(&order));
    shut_down();
    step(0);
    answer(true, 0, 3);
    gone("s");
    step(10);
    ck_assert(order_storer_is_silent(&order));
    order_storer_came(&order);
    join("storer", "s2");
    order_storer_gone(&order, 3);
    gone("s2");
    ck_assert(!order_storer_is_silent(&order));
    ck_assert_uint_eq(order.left, 3);
}
END_TEST

START_TEST(storer_left_before)
{
    ring();
    order_storer_came(&order);
    of("s")->leaving = true;
    step(10);
    ck_assert_int_eq(order.purpose, MSG_PURPOSE_LEAVE);
    answer(true, 0, 5);
    step(10);
    order_storer_gone(&order, 5);
    gone("s");
    step(10);
    ck_assert_int_eq(order.phase, ORDER_IDLE);
    shut_down();
    ck_assert(!order_storer_is_silent(&order));
    ck_assert_uint_eq(order.left, 5);
    ck_assert_str_eq(order.where, "/x.db");
}
END_TEST

/* Signals to everybody reach the storer before the broker: it does not leave before the others. */
START_TEST(storer_signalled_first)
{
    ring();
    order_storer_came(&order);
    of("s")->leaving = of("d")->leaving = true;
    step(0);
    answer(true, 0, 0);
    step(10);
    ck_assert_str_eq(stopped(), "d");
    gone("d");
    step(10);
    ck_assert_str_eq(stopped(), "");
    ck_assert(actions.quiesce);
    shut_down();
    step(10);
    answer(true, 0, 0);
    step(10);
    ck_assert_str_eq(stopped(), "f1 f2");
}
END_TEST

START_TEST(storer_signalled_alone)
{
    ring();
    order_storer_came(&order);
    of("s")->leaving = true;
    step(0);
    answer(true, 0, 0);
    config->service_stop_ms = 100; /* less than it waits: it is not passed over */
    step(config->service_second_signal_ms - 1);
    ck_assert_str_eq(stopped(), "");
    ck_assert(actions.quiesce);
    step(1);
    ck_assert_str_eq(stopped(), "s");
    order_storer_gone(&order, 0);
    gone("s");
    step(10);
    ck_assert_int_eq(order.phase, ORDER_IDLE);
    shut_down(); /* nobody is to be drained, nor waited for */
    step(10);
    ck_assert_str_eq(stopped(), "f1 f2");
}
END_TEST

/* A second wish for the same changes nothing, the deadline least of all. */
START_TEST(shutdown_asked_twice)
{
    ring();
    shut_down();
    step(5000);
    shut_down();
    step(0);
    ck_assert_int_eq(actions.within_ms, config->broker_drain_ms - 5000);
}
END_TEST

/* Without a storer there is nobody to drain; one that is only away gets time to come back. */
START_TEST(shutdown_without_storer)
{
    join("fetcher", "f");
    shut_down();
    step(1000);
    ck_assert(!actions.quiesce);
    ck_assert_int_eq(order.phase, ORDER_DRAINING);
    step(config->service_lost_ms);
    ck_assert_int_eq(order.phase, ORDER_STOPPING);
    ck_assert(!order.drained);
    ck_assert_str_eq(stopped(), "f");
    gone("f");
    step(10);
    ck_assert(actions.ended);
}
END_TEST

START_TEST(storer_away_for_a_while)
{
    ring();
    shut_down();
    step(100);
    gone("s");
    step(config->service_lost_ms + 1000); /* it was there: it is waited for */
    ck_assert_int_eq(order.phase, ORDER_DRAINING);
    join("storer", "s-again");
    order_storer_came(&order);
    step(10);
    ck_assert(actions.quiesce);
    answer(true, 0, 0);
    step(10);
    ck_assert_int_eq(order.phase, ORDER_STOPPING);
    ck_assert(order.drained);
}
END_TEST

START_TEST(shutdown_of_an_empty_ring)
{
    shut_down();
    step(config->service_lost_ms + 1);
    ck_assert(actions.ended);
}
END_TEST

/* What a storer answered before it crashed is void. */
START_TEST(storer_restarted_while_draining)
{
    ring();
    shut_down();
    step(0);
    answer(true, 0, 0);
    order_storer_came(&order);
    step(10);
    ck_assert_int_eq(order.phase, ORDER_DRAINING);
    ck_assert(actions.quiesce);
}
END_TEST

/* Past the drain deadline it goes on, and says that the ring was not empty. */
START_TEST(drain_deadline)
{
    ring();
    shut_down();
    step(0);
    answer(false, 5, 5);
    step(config->broker_drain_ms);
    ck_assert_int_eq(order.phase, ORDER_DRAINING); /* the storer may still say so itself */
    ck_assert_int_eq(actions.within_ms, 0);
    answer(true, 5, 5);
    step(1);
    ck_assert_int_eq(order.phase, ORDER_STOPPING);
    ck_assert(!order.drained);
    ck_assert_uint_eq(order.left, 5);
}
END_TEST

START_TEST(drain_deadline_with_a_silent_storer)
{
    ring();
    shut_down();
    step(0);
    step(config->broker_drain_ms + 501);
    ck_assert_int_eq(order.phase, ORDER_STOPPING);
    ck_assert(!order.drained);
}
END_TEST

/* A worker that does not go is left behind after its time. */
START_TEST(stuck_worker)
{
    ring();
    shut_down();
    step(0);
    answer(true, 0, 0);
    step(0);
    gone("f1");
    step(config->service_stop_ms + config->service_heartbeat_ms);
    ck_assert_str_eq(stopped(), "f2"); /* not yet */
    step(1);
    ck_assert_str_eq(stopped(), "e");
    gone("e");
    gone("d");
    gone("s");
    step(1);
    ck_assert(actions.ended);
    ck_assert_uint_eq(roster.count, 1); /* the report names it */
}
END_TEST

/* Everybody stuck: the whole has a deadline too. */
START_TEST(whole_deadline)
{
    int64_t began = now;

    ring();
    shut_down();
    for (int i = 0; i < 1000 && order.phase != ORDER_ENDED; i++)
        step(100);
    ck_assert(actions.ended);
    ck_assert_int_le(now - began, config->broker_shutdown_ms + 200);
}
END_TEST

/* --- HELLO while shutting down ---------------------------------------------------------------- */

START_TEST(hello_during_shutdown)
{
    struct instance *young = NULL;

    ring();
    ck_assert(!order_refuses(&order, of("f1")));
    shut_down();
    step(0);
    /* Items are on their way to one that was started since, too: it helps to drain. */
    ck_assert(!order_refuses(&order, of("f1")));
    young = join("fetcher", "f3");
    young->started_ms = order.began_utc_ms + 1;
    ck_assert(!order_refuses(&order, young));
    answer(true, 0, 0);
    step(0);
    ck_assert_str_eq(stopped(), "f1 f2 f3");
    ck_assert(order_refuses(&order, young));
    ck_assert(order_refuses(&order, of("e")));
    young->stage = STAGE_STORER; /* it has the journal: never refused */
    ck_assert(!order_refuses(&order, young));
    ck_assert(!order_refuses(&order, of("s")));
}
END_TEST

/* One that comes back when its stage's turn is over is waited for, while it is heard. */
START_TEST(hello_after_its_turn)
{
    ring();
    shut_down();
    step(0);
    answer(true, 0, 0);
    step(0);
    gone("f1");
    gone("f2");
    gone("e");
    step(0);
    ck_assert_str_eq(stopped(), "d");
    join("embedder", "e2");
    gone("d");
    step(0);
    gone("s");
    step(0);
    ck_assert(!actions.ended);
    ck_assert_str_eq(stopped(), "e2");
    gone("e2");
    step(0);
    ck_assert(actions.ended);
}
END_TEST

START_TEST(silent_after_its_turn)
{
    ring();
    shut_down();
    step(0);
    answer(true, 0, 0);
    step(0);
    gone("f1");
    gone("f2");
    gone("e");
    step(0);
    join("embedder", "e2");
    gone("d");
    gone("s");
    step(0);
    ck_assert(!actions.ended);
    step(2 * config->service_heartbeat_ms + 1);
    ck_assert(actions.ended);
}
END_TEST

START_TEST(hello_during_leave_is_welcome)
{
    ring();
    of("e")->leaving = true;
    step(0);
    ck_assert_int_eq(order.purpose, MSG_PURPOSE_LEAVE);
    ck_assert(!order_refuses(&order, join("fetcher", "f3")));
}
END_TEST

/* --- leaving ---------------------------------------------------------------------------------- */

START_TEST(one_leaves)
{
    ring();
    of("e")->leaving = true;
    step(0);
    ck_assert_int_eq(order.phase, ORDER_DRAINING);
    ck_assert_int_eq(order.purpose, MSG_PURPOSE_LEAVE);
    ck_assert(actions.quiesce && actions.phase_changed);
    answer(true, 0, 0);
    step(10);
    ck_assert_str_eq(stopped(), "e");
    ck_assert(actions.quiesce);
    gone("e");
    step(10);
    ck_assert(actions.resume && !actions.ended && !actions.stop);
    ck_assert_int_eq(order.phase, ORDER_IDLE);
    ck_assert_int_eq(order.purpose, MSG_PURPOSE_NONE);
    step(10);
    ck_assert(!actions.quiesce && !actions.resume);
}
END_TEST

/* One QUIESCE serves all who wait, also those who come while the ring drains. */
START_TEST(two_leave_at_once)
{
    int64_t round = 0;

    ring();
    of("d")->leaving = true;
    step(0);
    round = order.began_utc_ms;
    of("f2")->leaving = true;
    step(500);
    answer(true, 0, 0);
    step(10);
    ck_assert_str_eq(stopped(), "f2");
    gone("f2");
    step(10);
    ck_assert_str_eq(stopped(), "d");
    ck_assert_int_eq(order.began_utc_ms, round);
    gone("d");
    step(10);
    ck_assert(actions.resume);
}
END_TEST

/* One whose turn has passed gets a round of its own. */
START_TEST(too_late_for_this_round)
{
    ring();
    of("d")->leaving = true;
    step(0);
    answer(true, 0, 0);
    step(10);
    ck_assert_str_eq(stopped(), "d");
    of("f1")->leaving = true;
    gone("d");
    step(10);
    ck_assert(actions.resume);
    step(10);
    ck_assert_int_eq(order.phase, ORDER_DRAINING);
    ck_assert(!order.storer_answered);
    answer(true, 0, 0);
    step(10);
    ck_assert_str_eq(stopped(), "f1");
}
END_TEST

/* An answer to an earlier round says nothing about this one. */
START_TEST(stale_answer)
{
    struct msg_quiesced stale = {.purpose = MSG_PURPOSE_LEAVE, .done = 1};

    ring();
    of("e")->leaving = true;
    step(0);
    stale.round = (uint64_t)order.began_utc_ms;
    answer(true, 0, 0);
    step(10);
    gone("e");
    step(10);
    order_quiesced(&order, &stale); /* nobody leaves now */
    ck_assert(!order.storer_answered);
    of("d")->leaving = true;
    step(10);
    ck_assert_int_eq(order.phase, ORDER_DRAINING);
    ck_assert_uint_ne((uint64_t)order.began_utc_ms, stale.round);
    order_quiesced(&order, &stale);
    step(10);
    ck_assert_int_eq(order.phase, ORDER_DRAINING);
    stale.round = (uint64_t)order.began_utc_ms;
    stale.purpose = MSG_PURPOSE_SHUTDOWN; /* and neither does one to another purpose */
    order_quiesced(&order, &stale);
    step(10);
    ck_assert_int_eq(order.phase, ORDER_DRAINING);
    answer(true, 0, 0);
    step(10);
    ck_assert_int_eq(order.phase, ORDER_STOPPING);
}
END_TEST

/* The one who leaves is stuck: the ring goes on without waiting for it. */
START_TEST(stuck_leaver)
{
    ring();
    of("e")->leaving = true;
    step(0);
    answer(true, 0, 0);
    step(0);
    step(config->service_stop_ms + config->service_heartbeat_ms + 1);
    ck_assert(actions.resume);
    ck_assert_int_eq(order.phase, ORDER_IDLE);
}
END_TEST

/* Leaving ends at the drain deadline as well. */
START_TEST(leave_deadline)
{
    ring();
    of("e")->leaving = true;
    step(0);
    answer(false, 9, 9);
    step(config->broker_drain_ms + 501);
    ck_assert_str_eq(stopped(), "e");
    ck_assert(!order.drained);
}
END_TEST

/* A shutdown takes a leave over; what the storer answered for the leave does not count. */
START_TEST(shutdown_during_leave)
{
    ring();
    of("e")->leaving = true;
    step(0);
    answer(true, 0, 0);
    shut_down();
    step(100);
    ck_assert_int_eq(order.purpose, MSG_PURPOSE_SHUTDOWN);
    ck_assert_int_eq(order.phase, ORDER_DRAINING);
    ck_assert(actions.quiesce);
    ck_assert_int_eq(actions.within_ms, config->broker_drain_ms - 100);
    answer(true, 0, 0);
    step(10);
    ck_assert_str_eq(stopped(), "f1 f2");
}
END_TEST

START_TEST(shutdown_while_the_leaver_is_stopped)
{
    ring();
    of("e")->leaving = true;
    step(0);
    answer(true, 0, 0);
    step(10);
    ck_assert_str_eq(stopped(), "e");
    shut_down();
    step(10);
    ck_assert_int_eq(order.phase, ORDER_DRAINING);
    gone("e");
    answer(true, 0, 0);
    step(10);
    ck_assert_str_eq(stopped(), "f1 f2");
}
END_TEST

/* --- a broker that was started anew ----------------------------------------------------------- */

/* In the middle of a shutdown: the storer still quiesces for it, and says so. */
START_TEST(broker_restarted_during_shutdown)
{
    ring();
    of("s")->quiesce = MSG_PURPOSE_SHUTDOWN;
    step(0);
    ck_assert_int_eq(order.purpose, MSG_PURPOSE_SHUTDOWN);
    ck_assert_int_eq(order.phase, ORDER_DRAINING);
    ck_assert(actions.quiesce);
    ck_assert(!order_refuses(&order, of("f1")));
    answer(true, 0, 0);
    step(10);
    ck_assert_str_eq(stopped(), "f1 f2");
}
END_TEST

/* In the middle of a leave: whoever leaves says so in every heartbeat. */
START_TEST(broker_restarted_during_leave)
{
    ring();
    of("s")->quiesce = MSG_PURPOSE_LEAVE;
    step(0);
    ck_assert_int_eq(order.phase, ORDER_IDLE); /* the leaver has not said HELLO yet: it lapses */
    of("d")->leaving = true;
    step(10);
    ck_assert_int_eq(order.purpose, MSG_PURPOSE_LEAVE);
    ck_assert(actions.quiesce);
    answer(true, 0, 0);
    step(10);
    ck_assert_str_eq(stopped(), "d");
    gone("d");
    step(10);
    ck_assert(actions.resume);
}
END_TEST

/* --- time ------------------------------------------------------------------------------------- */

/* A broker that was paused gives everybody as much more time. */
START_TEST(pause_moves_deadlines)
{
    ring();
    shut_down();
    step(1000);
    now += 60000;
    order_was_late(&order, 60000);
    step(0);
    ck_assert_int_eq(order.phase, ORDER_DRAINING);
    ck_assert_int_eq(actions.within_ms, config->broker_drain_ms - 1000);
    answer(true, 0, 0);
    step(0);
    now += 60000;
    order_was_late(&order, 60000);
    step(0);
    ck_assert_str_eq(stopped(), "f1 f2");
}
END_TEST

/* QUIESCE is renewed oftener than it lapses, in every phase in which the storer must not issue. */
START_TEST(renewals)
{
    ck_assert_int_lt(config->broker_quiesce_repeat_ms * 2, config->broker_quiesce_ttl_ms);
    ring();
    of("f1")->leaving = true;
    for (int i = 0; i < 5; i++) {
        step(config->broker_quiesce_repeat_ms);
        ck_assert(actions.quiesce);
    }
    answer(true, 0, 0);
    for (int i = 0; i < 3; i++) {
        step(config->broker_quiesce_repeat_ms);
        ck_assert(actions.quiesce && actions.stop);
    }
}
END_TEST

START_TEST(names)
{
    ck_assert_str_eq(order_phase_name(ORDER_IDLE), "working");
    ck_assert_str_eq(order_phase_name(ORDER_DRAINING), "draining");
    ck_assert_str_eq(order_phase_name(ORDER_STOPPING), "stopping");
    ck_assert_str_eq(order_phase_name(ORDER_ENDED), "ended");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("order");
    TCase *all = tcase_create("order");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, nothing_to_do);
    tcase_add_test(all, shutdown_in_order);
    tcase_add_test(all, storer_without_a_word);
    tcase_add_test(all, storer_left_before);
    tcase_add_test(all, storer_signalled_first);
    tcase_add_test(all, storer_signalled_alone);
    tcase_add_test(all, shutdown_asked_twice);
    tcase_add_test(all, shutdown_without_storer);
    tcase_add_test(all, storer_away_for_a_while);
    tcase_add_test(all, shutdown_of_an_empty_ring);
    tcase_add_test(all, storer_restarted_while_draining);
    tcase_add_test(all, drain_deadline);
    tcase_add_test(all, drain_deadline_with_a_silent_storer);
    tcase_add_test(all, stuck_worker);
    tcase_add_test(all, whole_deadline);
    tcase_add_test(all, hello_during_shutdown);
    tcase_add_test(all, hello_after_its_turn);
    tcase_add_test(all, silent_after_its_turn);
    tcase_add_test(all, hello_during_leave_is_welcome);
    tcase_add_test(all, one_leaves);
    tcase_add_test(all, two_leave_at_once);
    tcase_add_test(all, too_late_for_this_round);
    tcase_add_test(all, stale_answer);
    tcase_add_test(all, stuck_leaver);
    tcase_add_test(all, leave_deadline);
    tcase_add_test(all, shutdown_during_leave);
    tcase_add_test(all, shutdown_while_the_leaver_is_stopped);
    tcase_add_test(all, broker_restarted_during_shutdown);
    tcase_add_test(all, broker_restarted_during_leave);
    tcase_add_test(all, pause_moves_deadlines);
    tcase_add_test(all, renewals);
    tcase_add_test(all, names);
    suite_add_tcase(suite, all);
    return world_run(suite);
}
