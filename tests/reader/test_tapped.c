/* Copies from a tap: counting what was missed, and showing what came. */
#include <check.h>
#include <jansson.h>
#include <string.h>

#include "reader/tapped.h"

static struct msg_pool pool;
static struct buf out;

static void teardown(void)
{
    msg_pool_free(&pool);
    buf_free(&out);
}

START_TEST(gaps_are_counted)
{
    struct tapped_lane lane = {0};

    tapped_count(&lane, 41); /* whoever comes late has missed nothing */
    tapped_count(&lane, 42);
    ck_assert_uint_eq(lane.missed, 0);
    tapped_count(&lane, 50);
    ck_assert_uint_eq(lane.missed, 7);
    tapped_count(&lane, 1); /* another broker */
    tapped_count(&lane, 3);
    ck_assert_uint_eq(lane.missed, 8);
    ck_assert_uint_eq(lane.seen, 5);
}
END_TEST

START_TEST(the_end_is_counted)
{
    struct tapped_lane lane = {0};

    tapped_end(&lane, 50); /* none came: whose they were is not known */
    ck_assert_uint_eq(lane.missed, 0);
    tapped_count(&lane, 41);
    tapped_end(&lane, 50);
    tapped_end(&lane, 50);
    ck_assert_uint_eq(lane.missed, 9);
    tapped_end(&lane, 3); /* a figure that lags behind */
    ck_assert_uint_eq(lane.missed, 9);
}
END_TEST

static struct msg_tapped tapped_of(uint64_t number)
{
    return (struct msg_tapped){
        .number = number, .link = span_str("items"), .lane = span_str("lo"), .time_ms = 1000};
}

static void write_item(struct buf *header, struct buf *item)
{
    struct msg_header head = {.kind = MSG_KIND_FETCH, .source = 3, .attempt = 2};
    struct msg_item body = {.guid = span_str("g"),
                            .title = span_str("A \"title\"\n\x1b[31m"),
                            .text = span_str("0123456789abcdefghij")};

    ck_assert_int_eq(msg_header_write(&head, header), 0);
    ck_assert_int_eq(msg_item_write(&body, item), 0);
}

START_TEST(items_as_json)
{
    struct buf header = {0}, item = {0};
    struct msg_tapped tapped = tapped_of(9);
    json_t *value = NULL;

    write_item(&header, &item);
    tapped_json(LINK_ITEMS, &tapped, (struct span[]){buf_span(&header), buf_span(&item)}, 2, 10,
                &pool, &out);
    ck_assert_int_eq(out.data[out.len - 1], '\n');
    value = json_loadb(out.data, out.len, 0, NULL);
    ck_assert_msg(value != NULL, "%s", out.data);
    ck_assert_int_eq(json_integer_value(json_object_get(value, "number")), 9);
    ck_assert_int_eq(
        json_integer_value(json_object_get(json_object_get(value, "header"), "source")), 3);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(value, "item"), "text")),
                     "0123456789...");
    json_decref(value);
    buf_free(&header);
    buf_free(&item);
}
END_TEST

START_TEST(items_as_a_line)
{
    struct buf header = {0}, item = {0};
    struct msg_tapped tapped = tapped_of(9);

    write_item(&header, &item);
    tapped_line(LINK_ITEMS, &tapped, (struct span[]){buf_span(&header), buf_span(&item)}, 2, &pool,
                &out);
    ck_assert_str_eq(out.data, "1970-01-01T00:00:01Z items lo #9 source=3 fetch=0 try=2"
                               " \"A \"title\"  [31m\" guid=\"g\" text=20\n");
    buf_free(&header);
    buf_free(&item);
}
END_TEST

/* Whatever stands in the frames, each link gives one line, and JSON stays JSON. */
START_TEST(rubbish)
{
    static const char *const texts[] = {"", "x", "\x93\x01\x02", "\xdd\xff\xff\xff\xff", "\xc1"};
    struct msg_tapped tapped = tapped_of(1);

    for (enum link_id link = 0; link < LINKS; link++)
        for (size_t i = 0; i < 5; i++) {
            struct span frame = span_str(texts[i]);
            struct span frames[] = {frame, frame, frame, frame, frame, frame};
            json_t *value = NULL;

            buf_clear(&out);
            tapped_json(link, &tapped, frames, 6, 100, &pool, &out);
            value = json_loadb(out.data, out.len, 0, NULL);
            ck_assert_msg(value != NULL, "%s", out.data);
            json_decref(value);
            buf_clear(&out);
            tapped_line(link, &tapped, frames, 6, &pool, &out);
            ck_assert_ptr_eq(strchr(out.data, '\n'), out.data + out.len - 1);
        }
}
END_TEST

/* A job whose source has options; the broker sends the frame empty, and what stands in it is not
 * shown even where it does not. */
START_TEST(private_frames_are_not_shown)
{
    struct buf header = {0}, job = {0}, options = {0};
    struct msg_header head = {.kind = MSG_KIND_FETCH, .source = 3, .fetch = 4, .attempt = 1};
    struct msg_job body = {.url = span_str("https://e.org/")};
    struct msg_private private = {.options = span_str("{\"cookies\":\"hush\"}")};
    struct msg_tapped tapped = tapped_of(1);
    json_t *value = NULL;

    ck_assert_int_eq(msg_header_write(&head, &header), 0);
    ck_assert_int_eq(msg_job_write(&body, &job), 0);
    ck_assert_int_eq(msg_private_write(&private, &options), 0);
    for (int i = 0; i < 2; i++) {
        struct span frames[] = {buf_span(&header), buf_span(&job), span_str(""),
                                i ? buf_span(&options) : span_str("")};

        buf_clear(&out);
        tapped_json(LINK_JOBS, &tapped, frames, 4, 100, &pool, &out);
        ck_assert_ptr_null(strstr(out.data, "hush"));
        value = json_loadb(out.data, out.len, 0, NULL);
        ck_assert(json_is_true(json_object_get(value, "private")));
        ck_assert_int_eq(json_integer_value(json_object_get(value, "bytes")), 0);
        json_decref(value);
        buf_clear(&out);
        tapped_line(LINK_JOBS, &tapped, frames, 4, &pool, &out);
        ck_assert_str_eq(out.data, "1970-01-01T00:00:01Z jobs lo #1 source=3 fetch=4"
                                   " url=\"https://e.org/\" body=0 private\n");
    }
    buf_free(&header);
    buf_free(&job);
    buf_free(&options);
}
END_TEST

START_TEST(types_by_place)
{
    ck_assert_int_eq(tapped_type(LINK_VERDICTS, 3), MSG_verdict);
    ck_assert_int_eq(tapped_type(LINK_VECTORS, 2), MSG_vector);
    ck_assert_int_eq(tapped_type(LINK_JOBS, 2), MSG_TYPES); /* a body */
    ck_assert_int_eq(tapped_type(LINK_JOBS, 3), MSG_private);
    ck_assert_int_eq(tapped_type(LINK_JOBS, 4), MSG_TYPES);
    ck_assert_int_eq(tapped_type(LINKS, 0), MSG_TYPES);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tapped");
    TCase *tcase = tcase_create("tapped");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, gaps_are_counted);
    tcase_add_test(tcase, the_end_is_counted);
    tcase_add_test(tcase, items_as_json);
    tcase_add_test(tcase, items_as_a_line);
    tcase_add_test(tcase, rubbish);
    tcase_add_test(tcase, private_frames_are_not_shown);
    tcase_add_test(tcase, types_by_place);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
