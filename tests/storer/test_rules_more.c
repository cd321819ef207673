/* The rules of the ring (DESIGN 5), 8 to 13; see test_rules.c. */
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

/* Gives the source a fetch that brings items first .. first + count - 1, all of them stored. */
static void fetch_items(unsigned first, unsigned count)
{
    ring_report(&ring, header.fetch, header.source, first, count, "");
    for (unsigned n = first; n < first + count; n++)
        ring_verdict(&ring,
                     &(struct ring_item){
                         .fetch = header.fetch, .source = header.source, .n = n, .rounds = 3});
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
}

static void next_fetch(void)
{
    ring_do(&ring, "source.refresh", "{}");
    ring_job(&ring, &header, &job);
}

static void hear_commit(struct msg_commit *commit)
{
    static zmsg_t *kept;

    for (;;) {
        zmsg_destroy(&kept);
        kept = ring_recv(ring.events, PATIENCE_MS);
        ck_assert_msg(kept != NULL, "no commit event came");
        if (!zframe_streq(zmsg_first(kept), "commit"))
            continue;
        msg_pool_reset(&ring.pool2);
        ck_assert_int_eq(msg_commit_read(link_span(zmsg_next(kept)), &ring.pool2, commit), 0);
        return;
    }
}

/* A report with any keys; of a replay: with keys that it misses. */
static void report(uint64_t flags, struct span keys, struct span missing)
{
    struct msg_header h = ring_header(header.fetch, header.source, flags);
    struct msg_report r = {.outcome = MSG_OUTCOME_READ,
                           .keys = keys,
                           .missing = missing,
                           .retry_after_ms = -1,
                           .max_age_ms = -1,
                           .ttl_ms = -1,
                           .mean_gap_ms = -1};

    ring_send(&ring, ring.reports[LANE_LO], &h, MSG_report, &r, span_str("the body"));
}

START_TEST(rule_08_expected_keys_are_a_set)
{
    uint8_t keys[3 * 16];

    begin();
    ring_key(header.source, 0, keys);
    ring_key(header.source, 1, keys + 16);
    ring_key(header.source, 0, keys + 32);
    report(0, span_of(keys, sizeof(keys)), (struct span){0});
    ring_until(&ring, "SELECT count (*) FROM fetch_item", 2);
    ring_verdicts(&ring, header.fetch, header.source, 0, 1);
    ring_verdicts(&ring, header.fetch, header.source, 0, 1);
    ring_until_figure(&ring, "echoes", 1);
    ring_sum(&ring);
    ring_verdicts(&ring, header.fetch, header.source, 1, 1);
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
    ring_sum(&ring);
    ck_assert_int_eq(ring_number(&ring, "SELECT " RING_META("accepted")), 2);
}
END_TEST

START_TEST(rule_08_keys_no_longer_given_are_dead)
{
    uint8_t key[16];

    begin();
    ring_report(&ring, header.fetch, header.source, 0, 2, "\"e\"");
    ring_verdicts(&ring, header.fetch, header.source, 0, 1);
    ring_until(&ring, "SELECT count (*) FROM fetch_item", 1);
    ring_lost(&ring, "fetcher", true, (struct span){0});
    ring_job(&ring, &header, &job);
    ring_key(header.source, 1, key);
    report(MSG_FLAG_REPLAY, (struct span){0}, span_of(key, 16));
    ring_until(&ring, "SELECT count (*) FROM dead", 1);
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM source WHERE etag <> ''"), 1);
    ring_sum(&ring);
}
END_TEST

START_TEST(rule_09_headers_say_where_the_storer_stands)
{
    uint64_t epoch = 0;

    begin();
    epoch = header.epoch;
    ck_assert_uint_eq(header.head, 0);
    fetch_items(0, 5);
    next_fetch();
    ck_assert_uint_eq(header.epoch, epoch);
    ck_assert_uint_eq(header.head, 5);
    ck_assert_uint_eq(job.known.n, 5 * 24);
    /* Also after a crash: same store, same epoch, and numbers go on. */
    ring_kill(&ring, SIGKILL);
    ring_go(&ring);
    ring_roster(&ring, 1, 1, (struct span){0});
    ring_report(&ring, header.fetch, header.source, 5, 1, "");
    ring_verdicts(&ring, header.fetch, header.source, 5, 1);
    ring_until(&ring, "SELECT max (sequence) FROM vector", 6);
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
    next_fetch();
    ck_assert_uint_eq(header.epoch, epoch);
    ck_assert_uint_eq(header.head, 6);
}
END_TEST

START_TEST(rule_09_commits_have_no_gaps)
{
    struct msg_commit commit;
    uint64_t next = 1;

    ring_set(&ring, "link.event_bytes=4096");
    begin();
    fetch_items(0, 40);
    while (next <= 40) {
        hear_commit(&commit);
        ck_assert_uint_eq(commit.first, next);
        ck_assert_uint_eq(commit.last - commit.first + 1, commit.entries.count);
        for (size_t i = 0; i < commit.entries.count; i++) {
            const struct msg_entry *entry = (const struct msg_entry *)commit.entries.at + i;

            ck_assert_uint_eq(entry->sequence, next + i);
            ck_assert_uint_eq(entry->vector.n, 512);
            ck_assert_uint_ne(entry->story, 0);
        }
        next = commit.last + 1;
    }
}
END_TEST

START_TEST(rule_09_an_update_is_a_commit_of_the_same_item)
{
    struct msg_commit commit;
    const struct msg_entry *entry = NULL;

    begin();
    fetch_items(0, 1);
    hear_commit(&commit);
    next_fetch();
    ring_report(&ring, header.fetch, header.source, 0, 1, "");
    ring_verdict(
        &ring, &(struct ring_item){.fetch = header.fetch, .source = header.source, .revision = 2});
    hear_commit(&commit);
    entry = commit.entries.at;
    ck_assert_uint_eq(entry->sequence, 2);
    ck_assert_uint_eq(entry->id, 1);
    ring_until(&ring, "SELECT " RING_META("updated"), 1);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM item_fts WHERE item_fts MATCH"
                                        " 'revision AND 2'"),
                     1);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM item_fts WHERE item_fts MATCH"
                                        " '\"revision 1\"'"),
                     0);
    next_fetch();
    ring_report(&ring, header.fetch, header.source, 0, 1, "");
    ring_verdict(
        &ring, &(struct ring_item){.fetch = header.fetch, .source = header.source, .revision = 2});
    ring_until(&ring, "SELECT " RING_META("known"), 1);
    ring_sum(&ring);
}
END_TEST

START_TEST(rule_09_rejudged_three_rounds_then_by_itself)
{
    struct msg_header again;
    zmsg_t *message = NULL;

    ring_set(&ring, "storer.commit_memory=16");
    begin();
    fetch_items(0, 30);
    next_fetch();
    ring_report(&ring, header.fetch, header.source, 30, 1, "");
    for (uint64_t round = 0; round < 4; round++) {
        ring_verdict(&ring, &(struct ring_item){.fetch = header.fetch,
                                                .source = header.source,
                                                .kind = round ? MSG_KIND_JUDGE : MSG_KIND_FETCH,
                                                .n = 30,
                                                .rounds = round,
                                                .epoch = header.epoch,
                                                .as_of = 2});
        if (round == 3)
            break;
        message = ring_recv(ring.items[LANE_LO], PATIENCE_MS);
        ck_assert_ptr_nonnull(message);
        ck_assert_uint_eq(zmsg_size(message), 2);
        ck_assert_int_eq(msg_header_read(link_span(zmsg_first(message)), &ring.pool2, &again), 0);
        ck_assert_uint_eq(again.kind, MSG_KIND_JUDGE);
        ck_assert_uint_eq(again.rounds, round + 1);
        ck_assert_uint_eq(again.fetch, header.fetch);
        zmsg_destroy(&message);
    }
    ring_until(&ring, "SELECT count (*) FROM item", 31);
}
END_TEST

START_TEST(rule_09_a_candidate_that_changed_is_proposed_anew)
{
    struct ring_item late = {.n = 2, .candidate = 2, .as_of = 2};
    struct msg_header again;
    zmsg_t *message = NULL;

    begin();
    fetch_items(0, 2);
    next_fetch();
    late.fetch = header.fetch;
    late.source = header.source;
    late.epoch = header.epoch;
    ring_report(&ring, header.fetch, header.source, 1, 2, "");
    ring_verdict(&ring, &(struct ring_item){
                            .fetch = header.fetch, .source = header.source, .n = 1, .revision = 2});
    ring_verdict(&ring, &late);
    message = ring_recv(ring.items[LANE_LO], PATIENCE_MS);
    ck_assert_ptr_nonnull(message);
    ck_assert_int_eq(msg_header_read(link_span(zmsg_first(message)), &ring.pool2, &again), 0);
    ck_assert_uint_eq(again.rounds, 1);
    zmsg_destroy(&message);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM item"), 2);
    late.kind = MSG_KIND_JUDGE;
    late.rounds = 1;
    late.as_of = 3; /* that of the change */
    ring_verdict(&ring, &late);
    ring_until(&ring, "SELECT count (*) FROM item", 3);
    ring_sum(&ring);
}
END_TEST

START_TEST(rule_09_a_store_put_back_gets_another_epoch)
{
    uint64_t epoch = 0;
    char *command = NULL;

    begin();
    epoch = header.epoch;
    ck_assert_int_eq(ring_stop(&ring), 0);
    command = mem_printf("cd '%s' && cp weir.db copy && rm weir.db && mv copy weir.db", ring.dir);
    ck_assert_int_eq(system(command), 0);
    free(command);
    ring_go(&ring);
    ring_do(&ring, "source.refresh", "{}");
    ring_job(&ring, &header, &job);
    ck_assert_uint_ne(header.epoch, epoch);
    ck_assert_uint_ne(header.epoch, 0);
    /* So does one that dedupers remember with a longer past. */
    epoch = header.epoch;
    ring_report(&ring, header.fetch, header.source, 0, 1, "");
    ring_verdict(
        &ring, &(struct ring_item){
                   .fetch = header.fetch, .source = header.source, .epoch = epoch, .as_of = 1000});
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
    next_fetch();
    ck_assert_uint_ne(header.epoch, epoch);
}
END_TEST

START_TEST(rule_09_later_commits_are_judged_too)
{
    begin();
    fetch_items(0, 3);
    next_fetch();
    /* The proposal knows nothing; the same vector is in the last commits, and in this batch. */
    ring_report(&ring, header.fetch, header.source, 3, 2, "");
    for (unsigned n = 3; n < 5; n++)
        ring_verdict(&ring,
                     &(struct ring_item){
                         .fetch = header.fetch, .source = header.source, .n = n, .direction = 101});
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
    ck_assert_int_eq(ring_number(&ring, "SELECT story FROM item WHERE id = 4"), 2);
    ck_assert_int_eq(ring_number(&ring, "SELECT story FROM item WHERE id = 5"), 2);
    ck_assert_int_eq(ring_number(&ring, "SELECT items FROM story WHERE id = 2"), 3);
    ck_assert_int_eq(ring_number(&ring, "SELECT sources FROM story WHERE id = 2"), 1);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM story"), 3);
}
END_TEST

START_TEST(rule_10_a_missing_vector_is_asked_for)
{
    struct msg_header asked;
    struct msg_item item;
    zmsg_t *message = NULL;
    struct ring_item at;

    ring_set(&ring, "storer.wanted_ms=100");
    begin();
    at = (struct ring_item){.fetch = header.fetch, .source = header.source, .no_vector = true};
    ring_report(&ring, header.fetch, header.source, 0, 1, "");
    ring_verdict(&ring, &at);
    ring_until(&ring, "SELECT count (*) FROM item WHERE wanted > 0", 1);
    ring_sum(&ring);
    message = ring_recv(ring.items[LANE_LO], PATIENCE_MS);
    ck_assert_ptr_nonnull(message);
    ck_assert_int_eq(msg_header_read(link_span(zmsg_first(message)), &ring.pool2, &asked), 0);
    ck_assert_int_eq(msg_item_read(link_span(zmsg_next(message)), &ring.pool2, &item), 0);
    ck_assert_uint_eq(asked.kind, MSG_KIND_WANTED);
    ck_assert(span_eq(item.text, span_str("Text of number 0 in revision 1")));
    zmsg_destroy(&message);
    /* For another revision it is not applied. */
    at = (struct ring_item){.source = header.source, .kind = MSG_KIND_WANTED, .revision = 9};
    ring_verdict(&ring, &at);
    at.revision = 1;
    ring_verdict(&ring, &at);
    ring_until(&ring, "SELECT length (vector) FROM vector", 512);
    ck_assert_int_eq(ring_number(&ring, "SELECT sequence FROM vector"), 2);
    ck_assert_int_eq(ring_number(&ring, "SELECT wanted FROM item"), 0);
    ring_sum(&ring);
}
END_TEST

START_TEST(rule_12_a_pause_moves_deadlines)
{
    uint64_t first = 0;

    ring_set(&ring, "service.late_ms=300");
    ring_set(&ring, "storer.lease_ms=1000");
    begin();
    first = header.fetch;
    kill(ring.pid, SIGSTOP);
    usleep(1500 * 1000);
    kill(ring.pid, SIGCONT);
    /* The lease would have lapsed long ago; its report is still taken. */
    ring_report(&ring, first, header.source, 0, 1, "");
    ring_until(&ring, "SELECT " RING_META("accepted"), 1);
    ck_assert_int_eq(ring_figure(&ring, "lapsed"), 0);
}
END_TEST

START_TEST(rule_13_nothing_malformed_harms)
{
    begin();
    for (int lane = 0; lane < LANES; lane++) {
        zsock_send(ring.reports[lane], "b", "\x93\x01", (size_t)2);
        zsock_send(ring.reports[lane], "bb", "\x93\x01", (size_t)2, "xx", (size_t)2);
        zsock_send(ring.verdicts[lane], "b", "", (size_t)0);
        zsock_send(ring.verdicts[lane], "bbbb", "\xc1", (size_t)1, "", (size_t)0, "", (size_t)0, "",
                   (size_t)0);
    }
    ring_until_figure(&ring, "malformed", 8);
    fetch_items(0, 2);
    ring_sum(&ring);
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
    suite = suite_create("storer rules 8-13");
    tcase = tcase_create("rules");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, rule_08_expected_keys_are_a_set);
    tcase_add_test(tcase, rule_08_keys_no_longer_given_are_dead);
    tcase_add_test(tcase, rule_09_headers_say_where_the_storer_stands);
    tcase_add_test(tcase, rule_09_commits_have_no_gaps);
    tcase_add_test(tcase, rule_09_an_update_is_a_commit_of_the_same_item);
    tcase_add_test(tcase, rule_09_rejudged_three_rounds_then_by_itself);
    tcase_add_test(tcase, rule_09_a_candidate_that_changed_is_proposed_anew);
    tcase_add_test(tcase, rule_09_a_store_put_back_gets_another_epoch);
    tcase_add_test(tcase, rule_09_later_commits_are_judged_too);
    tcase_add_test(tcase, rule_10_a_missing_vector_is_asked_for);
    tcase_add_test(tcase, rule_12_a_pause_moves_deadlines);
    tcase_add_test(tcase, rule_13_nothing_malformed_harms);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
