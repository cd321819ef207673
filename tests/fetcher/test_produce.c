/* From a feed to a report and items. */
#include "tests/common/world.h"

#include "common/hash.h"
#include "common/msg.h"
#include "fetcher/produce.h"
#include "fetcher/rhythm.h"

static struct config *config;
static struct msg_report report;
static struct produce_space space;
static struct discover *page;
static struct msg_pool pool;
static struct buf frames[16];
static struct msg_item items[16];
static struct hash_key item_keys[16];
static size_t count;

#define ENTRY(guid, title, body)                                                                   \
    "<item><guid>" guid "</guid><title>" title "</title><link>http://example.org/" guid            \
    "</link><description>" body "</description></item>"
#define FEED(entries)                                                                              \
    "<rss version='2.0'><channel><title>The &lt;b&gt;Daily&lt;/b&gt;</title>"                      \
    "<link>http://example.org/</link><ttl>30</ttl>" entries "</channel></rss>"

static void setup(void)
{
    config = config_create();
}

static void teardown(void)
{
    for (size_t i = 0; i < 16; i++)
        buf_free(&frames[i]);
    produce_space_free(&space);
    discover_destroy(&page);
    msg_pool_free(&pool);
    config_destroy(&config);
}

static void on_item(void *self, const struct hash_key *key, struct span frame)
{
    ck_assert_ptr_eq(self, &count);
    ck_assert_uint_lt(count, (size_t)16);
    item_keys[count] = *key;
    buf_clear(&frames[count]);
    buf_add(&frames[count], frame.p, frame.n);
    ck_assert_msg(msg_item_read(buf_span(&frames[count]), &pool, &items[count]) == 0, "%s",
                  pool.why);
    count++;
}

static struct produce_input plain(const char *body)
{
    return (struct produce_input){.source = 7,
                                  .body = span_str(body),
                                  .url = "http://example.org/feed",
                                  .seen_ms = 1767323045000}; /* Fri, 02 Jan 2026 03:04:05 */
}

static enum produce_result work(const struct produce_input *input)
{
    count = 0;
    report = (struct msg_report){.outcome = MSG_OUTCOME_READ,
                                 .etag = span_str("\"1\""),
                                 .last_modified = span_str("today"),
                                 .body_hash = 1};
    msg_pool_reset(&pool);
    discover_destroy(&page);
    return produce(config, input, on_item, &count, &report, &space, &page);
}

static void run(const char *body, struct span known, struct span only)
{
    struct produce_input input = plain(body);

    input.known = known;
    input.only = only;
    work(&input);
    ck_assert_ptr_null(page);
}

static void all_new(const char *body)
{
    run(body, span_of(NULL, 0), span_of(NULL, 0));
}

/* As a job would list it. */
static void add_known(struct buf *known, size_t i, uint64_t revision)
{
    buf_add(known, item_keys[i].bytes, HASH_KEY_BYTES);
    msg_put_u64(known, revision);
}

/* A document that was cut off: what came whole counts, its validators do not. */
START_TEST(cut_off)
{
    static const struct {
        const char *body;
        size_t items;
        bool whole;
    } cases[] = {
        {"<rss><channel><item><guid>a</guid></item></channel></rss>", 1, true},
        {"<rss><channel><item><guid>a</guid></item></channel></rss>\n<!-- 3 ms -->", 1, true},
        {"<rss><channel><item><guid>a</guid><title>x &nosuch; <b></title></item></channel></rss>",
         1, true},
        {"<rss><channel><item><guid>a</guid></item><item><guid>b</guid></item></channel>", 2,
         false},
        {"<rss><channel><item><guid>a</guid></item><item><guid>b</gu", 1, false},
        {"<rss><channel><item><guid>a</guid></item><item><guid>b</guid><title>T", 1, false},
        {"<rss><channel><item><guid>tag", 0, false},
        {"<rss><channel><title>T</title>", 0, false},
        {"<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:id>a</a:id></a:entry><a:entry>"
         "<a:id>b",
         1, false},
        {"<?xml version='1.0'?><!-- x --><rdf:RDF xmlns='http://purl.org/rss/1.0/' "
         "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><channel><items></items></"
         "channel>"
         "<item rdf:about='a'/><item rdf:about='b'/>",
         1, false},
        {"{\"version\": \"https://jsonfeed.org/version/1.1\", \"items\": [{\"id\": \"a\"}, "
         "{\"id\": "
         "\"b",
         1, false},
        {"{\"version\": \"https://jsonfeed.org/version/1.1\", \"items\": [{\"id\": \"a\"},]}", 1,
         true},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        all_new(cases[i].body);
        ck_assert_msg(count == cases[i].items, "%s: %zu items", cases[i].body, count);
        ck_assert_msg((report.etag.n > 0) == cases[i].whole, "%s", cases[i].body);
        ck_assert_msg((report.last_modified.n > 0) == cases[i].whole, "%s", cases[i].body);
        ck_assert_msg((report.body_hash > 0) == cases[i].whole, "%s", cases[i].body);
    }
}
END_TEST

START_TEST(all_are_new)
{
    struct hash_key key = hash_key(7, "b", 1);

    all_new(FEED(ENTRY("a", "One", "x") ENTRY("b", "Two &amp;amp; more", "&lt;p&gt;y&lt;/p&gt;")));
    ck_assert_int_eq((int)report.outcome, MSG_OUTCOME_READ);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(report.entries, 2);
    ck_assert_uint_eq(report.known, 0);
    ck_assert_uint_eq(report.folded, 0);
    ck_assert_uint_eq(report.keys.n, 32);
    ck_assert_mem_eq(report.keys.p, item_keys[0].bytes, 16);
    ck_assert_mem_eq(report.keys.p + 16, key.bytes, 16);
    ck_assert_uint_eq(report.missing.n, 0);
    ck_assert(span_eq(report.feed_title, span_str("The Daily")));
    ck_assert(span_eq(report.feed_link, span_str("http://example.org/")));
    ck_assert_int_eq(report.ttl_ms, 1800000);
    ck_assert_int_eq(report.mean_gap_ms, -1);
    ck_assert(span_eq(items[1].guid, span_str("b")));
    ck_assert(span_eq(items[1].title, span_str("Two & more")));
    ck_assert(span_eq(items[1].url, span_str("http://example.org/b")));
    ck_assert(span_eq(items[1].text, span_str("y")));
    ck_assert_int_eq(items[1].seen_ms, 1767323045000);
    ck_assert_int_eq(items[1].published_ms, 0);
    ck_assert_uint_eq(items[1].cut, 0);
}
END_TEST

/* Known with the same revision: left out.  With another: an update, sent. */
START_TEST(known_ones_are_left_out)
{
    struct buf known = {0};

    all_new(FEED(ENTRY("a", "One", "x") ENTRY("b", "Two", "y") ENTRY("c", "Three", "z")));
    add_known(&known, 2, items[2].revision);
    add_known(&known, 0, items[0].revision);
    add_known(&known, 1, items[1].revision + 1);
    run(FEED(ENTRY("a", "One", "x") ENTRY("b", "Two", "y") ENTRY("c", "Three", "changed")),
        buf_span(&known), span_of(NULL, 0));
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(report.known, 1);
    ck_assert_uint_eq(report.entries, 3);
    ck_assert(span_eq(items[0].guid, span_str("b")));
    ck_assert(span_eq(items[1].guid, span_str("c")));
    ck_assert_uint_eq(report.keys.n, 32);
    buf_free(&known);
}
END_TEST

/* A guid twice is one item. */
START_TEST(folded)
{
    all_new(FEED(ENTRY("a", "One", "x") ENTRY("a", "One again", "x") ENTRY("b", "Two", "y")));
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(report.folded, 1);
    ck_assert_uint_eq(report.entries, 3);
    ck_assert_uint_eq(report.keys.n, 32);
}
END_TEST

/* A replay gives what is wanted, known or not, and names what is no longer there. */
START_TEST(replay)
{
    struct buf only = {0};
    struct buf known = {0};
    struct hash_key lost = hash_key(7, "lost", 4);

    all_new(FEED(ENTRY("a", "One", "x") ENTRY("b", "Two", "y")));
    add_known(&known, 1, items[1].revision);
    buf_add(&only, lost.bytes, 16);
    buf_add(&only, item_keys[1].bytes, 16);
    run(FEED(ENTRY("a", "One", "x") ENTRY("b", "Two", "y")), buf_span(&known), buf_span(&only));
    ck_assert_uint_eq(count, 1);
    ck_assert(span_eq(items[0].guid, span_str("b")));
    ck_assert_uint_eq(report.keys.n, 16);
    ck_assert_uint_eq(report.missing.n, 16);
    ck_assert_mem_eq(report.missing.p, lost.bytes, 16);
    /* Of a body that is no feed any more all are missing. */
    run("<html><body>gone</body></html>", span_of(NULL, 0), buf_span(&only));
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(report.missing.n, 32);
    buf_free(&only);
    buf_free(&known);
}
END_TEST

#define PAGE                                                                                       \
    "<!DOCTYPE html><html><head><title>x</title><link rel=alternate type=application/rss+xml "     \
    "href=/a title='The &lt;one&gt;'><link rel=alternate type=application/atom+xml href=/b>"       \
    "</head><body>y</body></html>"

START_TEST(no_feed)
{
    struct produce_input input = plain(PAGE);

    ck_assert_int_eq((int)work(&input), PRODUCE_REFUSED);
    ck_assert_int_eq((int)report.outcome, MSG_OUTCOME_FAILED);
    ck_assert_int_eq((int)report.error_kind, MSG_ERROR_NOT_A_FEED);
    ck_assert_ptr_nonnull(memmem(report.error.p, report.error.n, "weir add", 8));
    ck_assert_uint_eq(count, 0);
    all_new("");
    ck_assert_int_eq((int)report.outcome, MSG_OUTCOME_FAILED);
}
END_TEST

/* Where its feed is wanted a page is no failure; what is neither feed nor page is. */
START_TEST(a_page)
{
    struct produce_input input = plain(PAGE);

    input.discover = 5;
    ck_assert_int_eq((int)work(&input), PRODUCE_PAGE);
    ck_assert_ptr_nonnull(page);
    ck_assert_str_eq(discover_next(page), "http://example.org/a");
    input.body = span_str("plain words");
    ck_assert_int_eq((int)work(&input), PRODUCE_REFUSED);
    ck_assert_ptr_null(page);
}
END_TEST

/* The feed that was found says where, and which others there are. */
START_TEST(found)
{
    struct produce_input input = plain(PAGE);
    struct discover *looked = NULL;
    struct buf out = {0};

    input.discover = 5;
    work(&input);
    looked = page;
    page = NULL;
    input = plain(FEED(ENTRY("a", "One", "x")));
    input.looked = looked;
    input.found_url = "http://example.org/b";
    ck_assert_int_eq((int)work(&input), PRODUCE_FEED);
    ck_assert_uint_eq(count, 1);
    ck_assert(span_eq(report.found_url, span_str("http://example.org/b")));
    ck_assert_uint_eq(report.alternates.count, 1);
    ck_assert(span_eq(((struct msg_alternate *)report.alternates.at)->url,
                      span_str("http://example.org/a")));
    ck_assert(
        span_eq(((struct msg_alternate *)report.alternates.at)->title, span_str("The <one>")));
    ck_assert_int_eq(msg_report_write(&report, &out), 0);
    buf_free(&out);
    discover_destroy(&looked);
}
END_TEST

START_TEST(an_empty_feed)
{
    all_new(FEED(""));
    ck_assert_int_eq((int)report.outcome, MSG_OUTCOME_READ);
    ck_assert_uint_eq(report.entries, 0);
    ck_assert_uint_eq(report.keys.n, 0);
}
END_TEST

START_TEST(rhythm)
{
    all_new(FEED("<item><guid>1</guid><pubDate>Fri, 02 Jan 2026 01:00:00 GMT</pubDate></item>"
                 "<item><guid>2</guid><pubDate>Fri, 02 Jan 2026 02:00:00 GMT</pubDate></item>"
                 "<item><guid>3</guid><pubDate>Fri, 02 Jan 2026 05:00:00 GMT</pubDate></item>"
                 "<item><guid>4</guid><pubDate>Fri, 02 Jan 2026 03:00:00 GMT</pubDate></item>"));
    /* The third lies in the future. */
    ck_assert_int_eq(report.mean_gap_ms, 3600000);
    ck_assert_int_eq(items[2].published_ms, 1767330000000);
    ck_assert_int_eq(msg_item_time(&items[2]), 1767323045000);
    ck_assert_int_eq(msg_item_time(&items[0]), 1767315600000);
}
END_TEST

START_TEST(skips)
{
    all_new(FEED("<skipHours><hour>0</hour><hour>23</hour></skipHours>"
                 "<skipDays><day>Sunday</day><day>Saturday</day></skipDays>"));
    ck_assert_uint_eq(report.skip_hours, 0x800001);
    ck_assert_uint_eq(report.skip_days, 0x41);
    /* Never at all is no answer. */
    all_new(FEED("<skipDays><day>Sunday</day><day>Monday</day><day>Tuesday</day>"
                 "<day>Wednesday</day><day>Thursday</day><day>Friday</day><day>Saturday</day>"
                 "</skipDays>"));
    ck_assert_uint_eq(report.skip_days, 0);
}
END_TEST

enum { HOUR = 3600000, DAY = 24 * HOUR };

static int64_t gap(const int64_t *hours, size_t n, int64_t now_hours)
{
    int64_t times[64];

    ck_assert_uint_le(n, (size_t)64);
    for (size_t i = 0; i < n; i++)
        times[i] = (1000000 + hours[i]) * HOUR;
    return rhythm_gap(times, n, (1000000 + now_hours) * HOUR);
}
#define GAP(now, ...)                                                                              \
    gap((int64_t[]){__VA_ARGS__}, sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), now)

START_TEST(gaps)
{
    int64_t many[60];

    /* In any order. */
    ck_assert_int_eq(GAP(6, 4, 0, 6, 2), 2 * HOUR);
    /* The silence counts once it is longer than the rest: (2 + 2 + 2 + 10) / 4. */
    ck_assert_int_eq(GAP(8, 0, 2, 4, 6), 2 * HOUR);
    ck_assert_int_eq(GAP(16, 0, 2, 4, 6), 4 * HOUR);
    /* Nothing from the future. */
    ck_assert_int_eq(GAP(7, 0, 2, 4, 6, 5000, 8), 2 * HOUR);
    ck_assert_int_eq(GAP(7, 8, 9), -1);
    /* One item, or one date for all. */
    ck_assert_int_eq(GAP(7, 0), -1);
    ck_assert_int_eq(GAP(7, 7, 7, 7, 7), -1);
    ck_assert_int_eq(GAP(48, 0), 2 * DAY);
    ck_assert_int_eq(GAP(48, 0, 0, 0), 2 * DAY);
    ck_assert_int_eq(rhythm_gap(NULL, 0, DAY), -1);
    /* Several at a time. */
    ck_assert_int_eq(GAP(24, 0, 0, 0, 24, 24, 24), 24 * HOUR / 5);
    /* A pinned item of long ago. */
    ck_assert_int_eq(GAP(8, -90000, 0, 2, 4, 6, 8), 2 * HOUR);
    /* What it did before its newest twenty does not matter. */
    for (int i = 0; i < 60; i++)
        many[i] = i < 40 ? -100 * (40 - i) : i;
    ck_assert_int_eq(gap(many, 60, 59), HOUR);
    /* Far apart: no overflow. */
    ck_assert_int_gt(rhythm_gap((int64_t[]){1, INT64_MAX / 2}, 2, INT64_MAX - 1), 0);
}
END_TEST

/* Whatever a feed says, its items fit into their frames, cut ones are marked, and the report can be
 * written. */
START_TEST(limits)
{
    struct buf body = {0};
    struct buf out = {0};

    buf_adds(&body, "<rss version='2.0'><channel><title>");
    for (int i = 0; i < 3000; i++)
        buf_adds(&body, "ää");
    buf_adds(&body, "</title><link>http://example.org/");
    for (int i = 0; i < 10000; i++)
        buf_adds(&body, "x");
    buf_adds(&body, "</link><item><guid>");
    for (int i = 0; i < 9000; i++)
        buf_adds(&body, "g");
    buf_adds(&body, "</guid><title>");
    for (int i = 0; i < 40000; i++)
        buf_adds(&body, "ä ");
    buf_adds(&body, "</title><description>");
    for (int i = 0; i < 300000; i++)
        buf_adds(&body, "ö");
    buf_adds(&body, "</description>");
    for (int i = 0; i < 150; i++)
        buf_printf(&body, "<enclosure url='http://example.org/%d' type='a/b' length='5'/>", i);
    for (int i = 0; i < 30000; i++)
        buf_printf(&body, "<category>cat%d</category>", i);
    buf_adds(&body, "</item></channel></rss>");
    all_new(body.data);
    ck_assert_uint_eq(count, 1); /* on_item has read the frame */
    ck_assert_uint_eq(items[0].cut, 1);
    ck_assert_uint_le(items[0].guid.n, 8192);
    ck_assert_uint_le(items[0].title.n, 65536);
    ck_assert_uint_le(items[0].text.n, (size_t)config->fetcher_text_bytes);
    ck_assert_uint_eq(items[0].enclosures.count, 100);
    ck_assert_int_eq(msg_report_write(&report, &out), 0);
    buf_free(&body);
    buf_free(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("produce");
    TCase *all = tcase_create("produce");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, all_are_new);
    tcase_add_test(all, cut_off);
    tcase_add_test(all, known_ones_are_left_out);
    tcase_add_test(all, folded);
    tcase_add_test(all, replay);
    tcase_add_test(all, no_feed);
    tcase_add_test(all, an_empty_feed);
    tcase_add_test(all, a_page);
    tcase_add_test(all, found);
    tcase_add_test(all, rhythm);
    tcase_add_test(all, skips);
    tcase_add_test(all, gaps);
    tcase_add_test(all, limits);
    suite_add_tcase(suite, all);
    return world_run(suite);
}
