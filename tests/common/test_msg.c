/* The codec: every frame there and back, and every way in which a frame can be wrong. */
#include <check.h>
#include <math.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/mem.h"
#include "common/msg.h"
#include "common/msg_table.h"

enum { MEMBERS = 3 };

static struct msg_pool pool;
static struct buf frame;

/* --- filling a struct from the table ---------------------------------------------------------- */

/* How full: nothing, a little, or all that the table allows (text and bytes up to 1,000). */
enum fill { FILL_ZERO, FILL_SOME, FILL_MOST, FILLS };

static char letters[1024];
static char members[16][65536]; /* of lists; no frame nests deeper */
static size_t members_used;

static void fill_message(enum msg_type type, char *at, enum fill fill);

static uint64_t number_of(const struct msg_field *field, enum fill fill)
{
    uint64_t some = 7 + field->offset;

    if (fill == FILL_ZERO)
        return 0;
    return fill == FILL_MOST || some > field->limit ? field->limit : some;
}

static struct span bytes_of(const struct msg_field *field, enum fill fill)
{
    uint64_t most = field->limit > 1000 ? 1000 : field->limit;
    uint32_t unit = field->kind == FIELD_B ? field->unit : 1;

    if (fill == FILL_ZERO)
        return span_of(NULL, 0);
    return span_of(letters, fill == FILL_SOME ? unit : most / unit * unit);
}

static struct msg_list list_of(const struct msg_field *field, enum fill fill)
{
    size_t size = msg_table(field->list).size;
    char *at = members[members_used++];

    ck_assert_uint_le(size * MEMBERS, sizeof(members[0]));
    for (size_t i = 0; fill != FILL_ZERO && i < MEMBERS; i++)
        fill_message(field->list, at + i * size, fill);
    return (struct msg_list){.at = at, .count = fill == FILL_ZERO ? 0 : MEMBERS};
}

static void fill_field(const struct msg_field *field, char *at, enum fill fill)
{
    static const int64_t whole[FILLS] = {0, -12345678901, INT64_MIN};
    static const double real[FILLS] = {0, -.75, 1e300};
    uint64_t number = number_of(field, fill);
    struct span bytes = bytes_of(field, fill);
    struct msg_list list = {0};

    if (field->kind == FIELD_U)
        memcpy(at, &number, sizeof(number));
    else if (field->kind == FIELD_I)
        memcpy(at, &whole[fill], sizeof(whole[fill]));
    else if (field->kind == FIELD_D)
        memcpy(at, &real[fill], sizeof(real[fill]));
    else if (field->kind == FIELD_L) {
        list = list_of(field, fill);
        memcpy(at, &list, sizeof(list));
    } else
        memcpy(at, &bytes, sizeof(bytes));
}

static void fill_message(enum msg_type type, char *at, enum fill fill)
{
    struct msg_table table = msg_table(type);

    for (size_t i = 0; i < table.count; i++)
        fill_field(&table.fields[i], at + table.fields[i].offset, fill);
}

/* --- comparing -------------------------------------------------------------------------------- */

static void check_message(enum msg_type type, const char *sent, const char *got);

static void check_field(const struct msg_field *field, const char *sent, const char *got)
{
    if (field->kind == FIELD_S || field->kind == FIELD_B) {
        const struct span *a = (const void *)sent;
        const struct span *b = (const void *)got;

        ck_assert_msg(span_eq(*a, *b), "%s", field->name);
    } else if (field->kind == FIELD_L) {
        const struct msg_list *a = (const void *)sent;
        const struct msg_list *b = (const void *)got;
        size_t size = msg_table(field->list).size;

        ck_assert_uint_eq(a->count, b->count);
        for (size_t i = 0; i < a->count; i++)
            check_message(field->list, (char *)a->at + i * size, (char *)b->at + i * size);
    } else {
        ck_assert_msg(memcmp(sent, got, 8) == 0, "%s", field->name);
    }
}

static void check_message(enum msg_type type, const char *sent, const char *got)
{
    struct msg_table table = msg_table(type);

    for (size_t i = 0; i < table.count; i++)
        check_field(&table.fields[i], sent + table.fields[i].offset, got + table.fields[i].offset);
}

/* --- helpers ---------------------------------------------------------------------------------- */

static void setup(void)
{
    memset(letters, 'x', sizeof(letters));
}

static void teardown(void)
{
    buf_free(&frame);
    msg_pool_free(&pool);
}

/* The frame of a type, filled; sent may be NULL. */
static void make(enum msg_type type, enum fill fill, char *sent)
{
    static char space[65536];
    char *at = sent ? sent : space;

    members_used = 0;
    fill_message(type, at, fill);
    buf_clear(&frame);
    ck_assert_int_eq(msg_write(type, at, &frame), 0);
}

static int read_frame(enum msg_type type, struct span bytes)
{
    static _Alignas(16) char got[65536];

    msg_pool_reset(&pool);
    pool.why = NULL;
    return msg_read(type, bytes, &pool, got);
}

static void refused(enum msg_type type, const char *why)
{
    ck_assert_int_eq(read_frame(type, buf_span(&frame)), -1);
    ck_assert_str_eq(pool.why, why);
}

/* --- tests ------------------------------------------------------------------------------------ */

START_TEST(there_and_back)
{
    enum msg_type type = (enum msg_type)_i;

    for (enum fill fill = 0; fill < FILLS; fill++) {
        static _Alignas(16) char sent[65536];
        static _Alignas(16) char got[65536];

        make(type, fill, sent);
        msg_pool_reset(&pool);
        ck_assert_msg(msg_read(type, buf_span(&frame), &pool, got) == 0, "%s: %s", msg_name(type),
                      pool.why);
        check_message(type, sent, got);
    }
}
END_TEST

/* Every beginning of a frame is refused, and so is one with more behind it.  The copies are exact,
 * so that a sanitizer sees one byte read too many. */
START_TEST(cut_anywhere)
{
    enum msg_type type = (enum msg_type)_i;

    make(type, FILL_SOME, NULL);
    for (size_t n = 0; n < frame.len; n++) {
        char *copy = malloc(n ? n : 1);

        memcpy(copy, frame.data, n);
        ck_assert_msg(read_frame(type, span_of(copy, n)) == -1, "%s cut at %zu", msg_name(type), n);
        ck_assert_ptr_nonnull(pool.why);
        free(copy);
    }
    buf_addc(&frame, '\xc0');
    refused(type, "bytes behind the end");
}
END_TEST

/* Any single byte changed gives a message or an error, never anything worse. */
START_TEST(any_byte_changed)
{
    static const unsigned char wrong[] = {
        0x00, 0x01, 0x7f, 0x80, 0x81, 0x90, 0x91, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc4, 0xc6, 0xc7,
        0xc9, 0xca, 0xcb, 0xcf, 0xd3, 0xd4, 0xd8, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xff};
    enum msg_type type = (enum msg_type)_i;
    unsigned read = 0;

    make(type, FILL_SOME, NULL);
    for (size_t at = 0; at < frame.len; at++)
        for (size_t i = 0; i < sizeof(wrong); i++) {
            char *copy = mem_dup(frame.data, frame.len);

            copy[at] = (char)wrong[i];
            read += read_frame(type, span_of(copy, frame.len)) == 0;
            free(copy);
        }
    ck_assert_uint_lt(read, frame.len * sizeof(wrong));
}
END_TEST

/* One value too large, one text too long, one list too long: refused by writer and reader. */
START_TEST(limits_hold)
{
    struct msg_stop stop = {.within_ms = 86400001};
    struct msg_item item = {.title = span_of(NULL, 0)};
    struct msg_since since = {.since = 5};
    size_t before = 0;

    ck_assert_int_eq(msg_stop_write(&stop, &frame), -1);
    ck_assert_uint_eq(frame.len, 0);
    stop = (struct msg_stop){.why = span_of(letters, 256)};
    ck_assert_int_eq(msg_stop_write(&stop, &frame), 0);
    before = frame.len;
    stop.why.n = 257;
    ck_assert_int_eq(msg_stop_write(&stop, &frame), -1);
    ck_assert_uint_eq(frame.len, before); /* as it was */
    item.enclosures = (struct msg_list){.at = members, .count = 101};
    ck_assert_int_eq(msg_item_write(&item, &frame), -1);
    ck_assert_uint_eq(frame.len, before);
    buf_clear(&frame);
    ck_assert_int_eq(msg_since_write(&since, &frame), 0);
    refused(MSG_header, "wrong number of fields");
}
END_TEST

/* Bytes have whole units. */
START_TEST(units_hold)
{
    struct msg_heartbeat beat = {.leases = span_of(letters, 9)};
    static const char broken[] = "\x97\x00\x00\x00\x00\xc4\x03"
                                 "abc\xc4\x00\xa0";

    ck_assert_int_eq(msg_heartbeat_write(&beat, &frame), -1);
    buf_add(&frame, broken, sizeof(broken) - 1);
    refused(MSG_heartbeat, "bytes of a broken length");
}
END_TEST

struct wrong {
    enum msg_type type;
    const char *bytes;
    size_t n;
    const char *why;
};

#define WRONG(type, bytes, why)                                                                    \
    {                                                                                              \
        MSG_##type, bytes, sizeof(bytes) - 1, why                                                  \
    }

START_TEST(wrong_frames)
{
    static const struct wrong wrong[] = {
        WRONG(stop, "", "not an array"),
        WRONG(stop, "\xc0", "not an array"),
        WRONG(stop, "\x82\x00\xa0\x01\xa0", "not an array"), /* a map */
        WRONG(stop, "\x91\x00", "wrong number of fields"),
        WRONG(stop, "\x93\x00\xa0\xa0", "wrong number of fields"),
        WRONG(stop, "\x92\xa0\xa0", "not an unsigned integer"),
        WRONG(stop, "\x92\xff\xa0", "not an unsigned integer"), /* -1 */
        WRONG(stop, "\x92\xc0\xa0", "not an unsigned integer"), /* nil */
        WRONG(stop, "\x92\xc3\xa0", "not an unsigned integer"), /* true */
        WRONG(stop, "\x92\xcb\x3f\xf0\0\0\0\0\0\0\xa0", "not an unsigned integer"),
        WRONG(stop, "\x92\xce\xff\xff\xff\xff\xa0", "number too large"),
        WRONG(stop, "\x92\x00\x00", "not a text"),
        WRONG(stop, "\x92\x00\xc4\x00", "not a text"),       /* bytes */
        WRONG(stop, "\x92\x00\xd4\x01\x00", "not a text"),   /* an extension */
        WRONG(stop, "\x92\x00\x90", "unexpected container"), /* an array inside */
        WRONG(stop, "\x92\x00\x80", "unexpected container"), /* a map inside */
        WRONG(stop, "\x92\x00\xdf\xff\xff\xff\xff", "unexpected container"),
        WRONG(stop, "\x92\x00\xdb\xff\xff\xff\xff", "damaged value"), /* a text of 4 GiB */
        WRONG(stop, "\x92\x00\xc1", "damaged value"),                 /* never used */
        WRONG(stop, "\x92\x00\xa0\x00", "bytes behind the end"),
        WRONG(stop, "\xdc\x00", "not an array"),
        WRONG(stop, "\xdd\xff\xff\xff\xff", "array longer than its frame"),
        WRONG(state, "\x92\xa0\xc6\xff\xff\xff\xff", "damaged value"),
        WRONG(since, "\x93\x00\x00\xcf\x80\0\0\0\0\0\0\0", "not an integer"), /* over INT64_MAX */
        WRONG(candidate, "\x94\x00\x00\x00\x00", "not a double"),
        WRONG(candidate, "\x94\x00\x00\xca\0\0\0\0\x00", "not a double"), /* a float */
        WRONG(verdict, "\x94\x00\x00\xa0\x00", "not an array"),
        WRONG(verdict, "\x94\x00\x00\xa0\x91\x00", "list longer than its frame"),
        WRONG(verdict, "\x94\x00\x00\xa0\xdd\x00\x00\x00\xc9", "array longer than its frame"),
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char *copy = malloc(wrong[i].n ? wrong[i].n : 1);

        memcpy(copy, wrong[i].bytes, wrong[i].n);
        ck_assert_msg(read_frame(wrong[i].type, span_of(copy, wrong[i].n)) == -1, "case %zu", i);
        ck_assert_msg(strcmp(pool.why, wrong[i].why) == 0, "case %zu: %s", i, pool.why);
        free(copy);
    }
}
END_TEST

/* Arrays in arrays, a million deep: no recursion, no allocation. */
START_TEST(deep_nesting)
{
    enum { DEEP = 1000000 };
    char *deep = malloc(DEEP);

    memset(deep, 0x91, DEEP);
    for (enum msg_type type = 0; type < MSG_TYPES; type++)
        ck_assert_int_eq(read_frame(type, span_of(deep, DEEP)), -1);
    memset(deep, 0x94, DEEP);
    memcpy(deep, "\x94\x00\x00\xa0", 4);
    ck_assert_int_eq(read_frame(MSG_verdict, span_of(deep, DEEP)), -1);
    free(deep);
}
END_TEST

/* A list that claims more members than its frame could hold takes no memory for them. */
START_TEST(no_amplification)
{
    enum { BYTES = 100100 };
    char *claim = calloc(1, BYTES);
    struct mallinfo2 before;
    struct mallinfo2 after;

    memcpy(claim, "\x95\x01\x01\x01\xa0\xdd\x00\x01\x86\xa0",
           10); /* 100,000 entries, a byte each */
    before = mallinfo2();
    ck_assert_int_eq(read_frame(MSG_page, span_of(claim, BYTES)), -1);
    after = mallinfo2();
    ck_assert_uint_lt(after.uordblks + after.hblkhd, before.uordblks + before.hblkhd + 65536);
    ck_assert_str_eq(pool.why, "list longer than its frame");
    free(claim);
}
END_TEST

/* Messages come by the million: reading one leaves nothing behind. */
START_TEST(no_leak)
{
    struct mallinfo2 before;
    struct mallinfo2 after;

    make(MSG_item, FILL_SOME, NULL);
    ck_assert_int_eq(read_frame(MSG_item, buf_span(&frame)), 0);
    before = mallinfo2();
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(read_frame(MSG_item, buf_span(&frame)), 0);
    after = mallinfo2();
    ck_assert_uint_le(after.uordblks + after.hblkhd, before.uordblks + before.hblkhd);
}
END_TEST

START_TEST(names)
{
    for (enum msg_type type = 0; type < MSG_TYPES; type++)
        ck_assert_int_eq(msg_type_of(span_str(msg_name(type))), type);
    ck_assert_int_eq(msg_type_of(span_str("")), MSG_TYPES);
    ck_assert_int_eq(msg_type_of(span_str("headerx")), MSG_TYPES);
    ck_assert_int_eq(msg_type_of(span_of("header\0", 7)), MSG_TYPES);
    ck_assert_str_eq(msg_error_name(MSG_ERROR_DNS), "dns");
    ck_assert_str_eq(msg_error_name(MSG_ERROR_TRANSFER), "transfer");
    ck_assert_str_eq(msg_outcome_name(MSG_OUTCOME_ABORTED), "aborted");
}
END_TEST

START_TEST(json)
{
    struct msg_state state = {.event = span_str("a\"b\\\n\x01"),
                              .detail = span_str("gr\xc3\xb6\xc3\x9f"
                                                 "er")};
    struct msg_lost lost = {.stage = span_str("fetcher"),
                            .leases = span_of("\x01\xff\0\0\0\0\0\0", 8)};
    struct buf out = {0};

    msg_json(MSG_state, &state, 0, &out);
    ck_assert_str_eq(out.data, "{\"event\":\"a\\\"b\\\\\\u000a\\u0001\",\"detail\":\"größer\"}");
    buf_clear(&out);
    msg_json(MSG_state, &state, 3, &out); /* not in the middle of a character */
    ck_assert_str_eq(out.data, "{\"event\":\"a\\\"b...\",\"detail\":\"gr...\"}");
    buf_clear(&out);
    state = (struct msg_state){.event = span_str("\xff\xc3"), .detail = span_str("\xed\xa0\x80")};
    msg_json(MSG_state, &state, 0, &out); /* not UTF-8 */
    ck_assert_str_eq(out.data, "{\"event\":\"\xef\xbf\xbd\xef\xbf\xbd\",\"detail\":"
                               "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}");
    buf_clear(&out);
    msg_json(MSG_candidate, &(struct msg_candidate){.id = 1, .cosine = -INFINITY}, 0, &out);
    ck_assert_ptr_nonnull(strstr(out.data, "\"cosine\":null"));
    buf_clear(&out);
    msg_json(MSG_lost, &lost, 4, &out);
    ck_assert_str_eq(
        out.data, "{\"stage\":\"fetc...\",\"instance\":\"\",\"crashed\":0,\"leases\":\"01ff...\"}");
    buf_free(&out);
}
END_TEST

START_TEST(pieces)
{
    struct buf out = {0};

    msg_put_u64(&out, 0x0102030405060708);
    msg_put_u32(&out, 0x0a0b0c0d);
    ck_assert_mem_eq(out.data, "\x08\x07\x06\x05\x04\x03\x02\x01\x0d\x0c\x0b\x0a", 12);
    ck_assert_uint_eq(msg_get_u64(out.data), 0x0102030405060708);
    ck_assert_uint_eq(msg_get_u32(out.data + 8), 0x0a0b0c0d);
    buf_free(&out);
}
END_TEST

START_TEST(when_an_item_happened)
{
    struct msg_item item = {.published_ms = 100, .seen_ms = 200};

    ck_assert_int_eq(msg_item_time(&item), 100);
    item.published_ms = 201; /* in the future */
    ck_assert_int_eq(msg_item_time(&item), 200);
    item.published_ms = 0; /* not said */
    ck_assert_int_eq(msg_item_time(&item), 200);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("msg");
    TCase *frames = tcase_create("frames");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(frames, setup, teardown);
    tcase_add_loop_test(frames, there_and_back, 0, MSG_TYPES);
    tcase_add_loop_test(frames, cut_anywhere, 0, MSG_TYPES);
    tcase_add_loop_test(frames, any_byte_changed, 0, MSG_TYPES);
    tcase_add_test(frames, limits_hold);
    tcase_add_test(frames, units_hold);
    tcase_add_test(frames, wrong_frames);
    tcase_add_test(frames, deep_nesting);
    tcase_add_test(frames, no_amplification);
    tcase_add_test(frames, no_leak);
    tcase_add_test(frames, names);
    tcase_add_test(frames, json);
    tcase_add_test(frames, pieces);
    tcase_add_test(frames, when_an_item_happened);
    tcase_set_timeout(frames, 30);
    suite_add_tcase(suite, frames);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
