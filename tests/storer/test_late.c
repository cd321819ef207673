/* Vectors that come after their item was stored: when they are asked for, and what they change. */
#include "storer/haste.h"
#include "tests/storer/ring.h"

static struct ring ring;
static struct msg_header header;
static struct msg_job job;

static void setup(void)
{
    ring_open(&ring);
}

static void teardown(void)
{
    ring_close(&ring);
}

static void begin(void)
{
    ring_go(&ring);
    ring_add(&ring, "http://one.example/feed");
    ring_job(&ring, &header, &job);
}

/* Stores items 0 .. count - 1; those of `bare` (bits) without a vector.  All look the same way. */
static void store(unsigned count, unsigned bare)
{
    ring_report(&ring, header.fetch, header.source, 0, count, "");
    for (unsigned n = 0; n < count; n++)
        ring_verdict(&ring, &(struct ring_item){.fetch = header.fetch,
                                                .source = header.source,
                                                .n = n,
                                                .direction = 7,
                                                .no_vector = (bare >> n) & 1});
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
}

/* The next question for a vector within ms: the item's row, or 0. */
static uint64_t asked_within(int64_t ms, struct msg_header *asked)
{
    static zmsg_t *message;
    static struct msg_pool pool;

    zmsg_destroy(&message);
    message = ring_recv(ring.items[LANE_LO], ms);
    if (!message)
        return 0;
    msg_pool_reset(&pool);
    ck_assert_int_eq(msg_header_read(link_span(zmsg_first(message)), &pool, asked), 0);
    ck_assert_uint_eq(asked->kind, MSG_KIND_WANTED);
    return asked->item;
}

static uint64_t asked(void)
{
    struct msg_header question;
    uint64_t item = asked_within(PATIENCE_MS, &question);

    ck_assert_msg(item != 0, "no vector was asked for");
    return item;
}

/* The answer to a question for item n. */
static void answer(unsigned n, bool vector)
{
    ring_verdict(&ring, &(struct ring_item){.source = header.source,
                                            .kind = MSG_KIND_WANTED,
                                            .n = n,
                                            .direction = 7,
                                            .rounds = 3,
                                            .no_vector = !vector});
}

static void say_closed(const char *model)
{
    char *detail =
        mem_printf("{\"instance\":\"embedder-1\",\"backend\":\"ollama\",\"model\":\"%s\"}", model);
    struct msg_state state = {.event = span_str("breaker-closed"), .detail = span_str(detail)};
    zmsg_t *message = zmsg_new();

    zmsg_addstr(message, "state");
    buf_clear(&ring.out);
    ck_assert_int_eq(msg_state_write(&state, &ring.out), 0);
    link_append(message, &ring.out);
    ck_assert_int_eq(zmsg_send(&message, ring.bus), 0);
    free(detail);
}

START_TEST(a_circuit_that_closes_ends_the_waiting)
{
    struct msg_header question;
    uint64_t first = 0;
    bool seen[4] = {false};

    begin();
    store(3, 7);
    for (int i = 0; i < 20; i++) {
        say_closed("another-model");
        ck_assert_uint_eq(asked_within(10, &question), 0);
    }
    /* A subscription takes its time, and a lost event is harmless: it is said until it is heard. */
    for (int i = 0; i < 1000 && first == 0; i++) {
        say_closed("builtin-512-v1");
        first = asked_within(10, &question);
    }
    ck_assert_uint_ne(first, 0);
    seen[first] = seen[asked()] = seen[asked()] = true;
    ck_assert(seen[1] && seen[2] && seen[3]);
    for (unsigned n = 0; n < 3; n++)
        answer(n, true);
    ring_until(&ring, "SELECT count (*) FROM item WHERE wanted > 0", 0);
    ring_sum(&ring);
}
END_TEST

START_TEST(a_vector_that_comes_ends_the_waiting_of_others)
{
    begin();
    store(4, 7); /* the last one has its vector */
    ck_assert_uint_eq(asked() + asked() + asked(), 1 + 2 + 3);
}
END_TEST

START_TEST(what_fails_again_is_left_to_its_back_off)
{
    struct msg_header question;

    begin();
    store(4, 7);
    for (int i = 0; i < 3; i++)
        answer((unsigned)asked() - 1, false);
    ck_assert_uint_eq(asked_within(300, &question), 0);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM item WHERE wanted > 0"), 3);
}
END_TEST

START_TEST(one_that_is_alone_is_judged_again)
{
    begin();
    store(2, 1);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM story"), 2);
    ck_assert_uint_eq(asked(), 1);
    answer(0, true);
    ring_until(&ring, "SELECT story FROM item WHERE id = 1", 2);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM story"), 1);
    /* The one that was stored first leads, whatever the story is called. */
    ck_assert_int_eq(ring_number(&ring, "SELECT lead FROM story"), 1);
    ck_assert_int_eq(ring_number(&ring, "SELECT items * 100 + copies * 10 + sources FROM story"),
                     201);
    ck_assert_int_eq(ring_number(&ring, "SELECT sequence FROM vector WHERE item = 1"), 3);
    ck_assert_int_eq(ring_figure(&ring, "late_judged"), 1);
    ck_assert_int_eq(ring_figure(&ring, "late_joined"), 1);
    ring_sum(&ring);
}
END_TEST

/* Without a vector it was found by its text: it is in a story already, and stays. */
START_TEST(one_that_has_company_stays)
{
    begin();
    ring_report(&ring, header.fetch, header.source, 0, 3, "");
    for (unsigned n = 0; n < 3; n++)
        ring_verdict(&ring, &(struct ring_item){.fetch = header.fetch,
                                                .source = header.source,
                                                .n = n,
                                                .direction = 7,
                                                .text = n == 2 ? 'b' : 'a',
                                                .no_vector = n < 2});
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
    ck_assert_int_eq(ring_number(&ring, "SELECT copy_of FROM item WHERE id = 2"), 1);
    ck_assert_int_eq(ring_number(&ring, "SELECT story FROM item WHERE id = 3"), 3);
    answer(0, true);
    ring_until(&ring, "SELECT length (vector) FROM vector WHERE item = 1", 512);
    ck_assert_int_eq(ring_number(&ring, "SELECT story FROM item WHERE id = 1"), 1);
    ck_assert_int_eq(ring_figure(&ring, "late_judged"), 0);
}
END_TEST

/* The deduper had not seen what memory does not hold: it goes round again, with its row. */
START_TEST(a_late_vector_goes_round_until_it_is_sure)
{
    struct msg_header question;

    ring_set(&ring, "storer.commit_memory=16");
    begin();
    ring_report(&ring, header.fetch, header.source, 0, 40, "");
    for (unsigned n = 0; n < 40; n++)
        ring_verdict(&ring, &(struct ring_item){.fetch = header.fetch,
                                                .source = header.source,
                                                .n = n,
                                                .rounds = 3,
                                                .no_vector = n == 0});
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
    ck_assert_uint_eq(asked(), 1);
    ring_verdict(
        &ring, &(struct ring_item){
                   .source = header.source, .kind = MSG_KIND_WANTED, .direction = 101, .item = 1});
    ck_assert_uint_eq(asked_within(PATIENCE_MS, &question), 1);
    ck_assert_uint_eq(question.rounds, 1);
    ck_assert_int_eq(ring_number(&ring, "SELECT length (vector) FROM vector WHERE item = 1"), 0);
    ring_verdict(&ring, &(struct ring_item){.source = header.source,
                                            .kind = MSG_KIND_WANTED,
                                            .direction = 101,
                                            .rounds = 1,
                                            .epoch = question.epoch,
                                            .as_of = 40,
                                            .candidate = 2});
    ring_until(&ring, "SELECT story FROM item WHERE id = 1", 2);
}
END_TEST

/* --- haste by itself --- */

START_TEST(haste_grows_with_vectors_and_ends_without)
{
    struct haste haste = {0};

    ck_assert(!haste_supplied(&haste)); /* nothing was lacking */
    haste_lacked(&haste);
    ck_assert(haste_supplied(&haste));
    ck_assert(!haste_supplied(&haste)); /* it has begun */
    size_t first = haste.room;
    haste_answered(&haste, 1, true);
    ck_assert_uint_eq(haste.room, first + 1);
    haste_answered(&haste, 2, false);
    ck_assert(haste_spares(&haste, 2) && !haste_spares(&haste, 1));
    for (uint64_t item = 3; haste.room > 0; item++) {
        ck_assert_uint_lt(item, 100);
        haste_answered(&haste, item, false);
    }
    ck_assert(!haste_spares(&haste, 2)); /* another haste may ask it again */
    ck_assert(haste.again);              /* and should, for one got its vector */
    haste_begin(&haste);
    haste_answered(&haste, 2, false);
    haste_end(&haste);
    ck_assert(!haste.again);
    haste_end(&haste);
}
END_TEST

/* --- questions by themselves --- */

START_TEST(questions_take_slots_until_they_are_answered_or_lapse)
{
    struct asked asked = {0};

    for (uint64_t item = 1; item <= 100; item++)
        asked_put(&asked, item % 2 ? ASKED_SERVING : ASKED_NEXT, item, 1000);
    asked_put(&asked, ASKED_NEXT, 1, 2000); /* for both models at once */
    asked_put(&asked, ASKED_SERVING, 3, 3000);
    ck_assert_uint_eq(asked_count(&asked), 101);
    ck_assert_uint_eq(asked_of(&asked, ASKED_NEXT), 51);
    asked_end(&asked, ASKED_SERVING, 1);
    asked_end(&asked, ASKED_SERVING, 2); /* asked of the other one */
    ck_assert(!asked_has(&asked, ASKED_SERVING, 1) && asked_has(&asked, ASKED_NEXT, 1));
    ck_assert_uint_eq(asked_count(&asked), 100);
    asked_lapse(&asked, 999);
    ck_assert_uint_eq(asked_count(&asked), 100);
    asked_lapse(&asked, 1000);
    ck_assert_uint_eq(asked_count(&asked), 2);
    asked_lost(&asked, 2500);
    asked_lapse(&asked, 2500);
    ck_assert_uint_eq(asked_count(&asked), 0);
    asked_put(&asked, ASKED_NEXT, 7, 9);
    asked_clear(&asked, ASKED_NEXT);
    ck_assert(!asked_has(&asked, ASKED_NEXT, 7));
    asked_free(&asked);
}
END_TEST

int main(int argc, char **argv)
{
    int code = ring_main(argc, argv);
    Suite *suite = NULL;
    TCase *tcase = NULL;
    SRunner *runner = NULL;
    int failed = 0;

    if (code >= 0)
        return code;
    suite = suite_create("storer late vectors");
    tcase = tcase_create("late");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_circuit_that_closes_ends_the_waiting);
    tcase_add_test(tcase, a_vector_that_comes_ends_the_waiting_of_others);
    tcase_add_test(tcase, what_fails_again_is_left_to_its_back_off);
    tcase_add_test(tcase, one_that_is_alone_is_judged_again);
    tcase_add_test(tcase, one_that_has_company_stays);
    tcase_add_test(tcase, a_late_vector_goes_round_until_it_is_sure);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("haste");
    tcase_add_test(tcase, haste_grows_with_vectors_and_ends_without);
    tcase_add_test(tcase, questions_take_slots_until_they_are_answered_or_lapse);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
