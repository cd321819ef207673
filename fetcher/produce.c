#include "fetcher/produce.h"

#include <stdlib.h>
#include <string.h>

#include "common/config.h"
#include "common/mem.h"
#include "fetcher/feed.h"
#include "fetcher/html.h"
#include "fetcher/item_frame.h"
#include "fetcher/rhythm.h"

enum {
    KNOWN_BYTES = 24,
    TITLE_MAX = 4096,
    LINK_MAX = 8192,
    ALL_HOURS = 0xffffff,
    ALL_DAYS = 0x7f,
};

/* --- sets of keys ----------------------------------------------------------------------------- */

static int compare_keys(const void *a, const void *b)
{
    return memcmp(a, b, HASH_KEY_BYTES);
}

/* A sorted copy of a list of records that begin with a key. */
static char *sorted(struct span list, size_t record)
{
    char *copy = mem_dup(list.p, list.n);

    qsort(copy, list.n / record, record, compare_keys);
    return copy;
}

static const char *look_up(const char *set, size_t bytes, size_t record, const struct hash_key *key)
{
    return bytes ? bsearch(key, set, bytes / record, record, compare_keys) : NULL;
}

/* --- one document ----------------------------------------------------------------------------- */

struct producer {
    const struct config *config;
    const struct produce_input *input;
    const struct feed *feed;
    char *known;
    char *only;
    char *found; /* a mark for each of only */
    produce_fn *fn;
    void *self;
    struct msg_report *report;
    struct buf *keys;
    struct item_scratch scratch;
    struct buf frame;
};

static bool is_known(const struct producer *p, const struct hash_key *key, uint64_t revision)
{
    const char *known = look_up(p->known, p->input->known.n, KNOWN_BYTES, key);

    return known && msg_get_u64(known + HASH_KEY_BYTES) == revision;
}

/* Whether a replay wants it; marks it as found. */
static bool is_wanted(struct producer *p, const struct hash_key *key)
{
    const char *wanted = look_up(p->only, p->input->only.n, HASH_KEY_BYTES, key);

    if (wanted)
        p->found[(size_t)(wanted - p->only) / HASH_KEY_BYTES] = 1;
    return wanted != NULL;
}

static void take_entry(struct producer *p, const struct feed_entry *entry)
{
    struct span guid = feed_entry_guid(entry);
    struct hash_key key = hash_key(p->input->source, guid.p, guid.n);

    if (p->input->only.n) {
        if (!is_wanted(p, &key))
            return;
    } else if (is_known(p, &key, feed_entry_revision(entry))) {
        p->report->known++;
        return;
    }
    buf_clear(&p->frame);
    item_frame_write(p->config, p->feed, entry, p->input->url, p->input->seen_ms, &p->scratch,
                     &p->frame);
    buf_add(p->keys, key.bytes, HASH_KEY_BYTES);
    p->fn(p->self, &key, buf_span(&p->frame));
}

static void list_missing(const struct producer *p, struct buf *missing)
{
    for (size_t i = 0; i < p->input->only.n / HASH_KEY_BYTES; i++)
        if (!p->found[i])
            buf_add(missing, p->only + i * HASH_KEY_BYTES, HASH_KEY_BYTES);
}

/* --- what the feed says of itself ------------------------------------------------------------- */

static int64_t own_wish(const struct feed *feed)
{
    int64_t ttl_ms = feed->ttl_minutes > 0 ? (int64_t)feed->ttl_minutes * 60000 : -1;
    int64_t every_ms = feed->update_every_s > 0 ? feed->update_every_s * 1000 : -1;

    return ttl_ms > every_ms ? ttl_ms : every_ms;
}

/* A feed that asks never to be polled has not understood the question. */
static uint64_t unless_all(uint64_t bits, uint64_t all)
{
    return (bits & all) == all ? 0 : bits & all;
}

static void describe(const struct feed *feed, int64_t seen_ms, struct msg_report *report,
                     struct buf *text)
{
    struct span link = span_str(feed->link);

    html_text(span_str(feed->title), text);
    report->feed_title = buf_span(text);
    if (report->feed_title.n > TITLE_MAX)
        report->feed_title.n = 0;
    report->feed_link = link.n > LINK_MAX ? span_str("") : link;
    report->entries = feed->count + feed->folded + feed->dropped;
    report->folded = feed->folded;
    report->ttl_ms = own_wish(feed);
    report->mean_gap_ms = rhythm_of(feed, seen_ms);
    report->skip_hours = unless_all(feed->skip_hours, ALL_HOURS);
    report->skip_days = unless_all(feed->skip_days, ALL_DAYS);
}

/* A document that was cut off is asked for again: validators and hash are those of a whole one. */
static void distrust(struct msg_report *report)
{
    report->etag = span_str("");
    report->last_modified = span_str("");
    report->body_hash = 0;
}

static void refuse(struct msg_report *report, enum feed_status status)
{
    report->outcome = MSG_OUTCOME_FAILED;
    report->error_kind = MSG_ERROR_NOT_A_FEED;
    report->error = span_str(status == FEED_HTML ? "a web page, not a feed: weir add finds its feed"
                                                 : feed_status_text(status));
}

/* The feed's link goes with the feed: it moves behind the title. */
static void keep_link(struct msg_report *report, struct buf *text)
{
    size_t title = report->feed_title.n;
    size_t link = report->feed_link.n;

    if (link == 0)
        return;
    buf_add(text, report->feed_link.p, link);
    report->feed_title = span_of(text->data, title);
    report->feed_link = span_of(text->data + text->len - link, link);
}

static void say_found(const struct produce_input *input, struct msg_report *report,
                      struct produce_space *space)
{
    report->found_url = span_str(input->found_url);
    report->permanent_url = span_str(""); /* found_url is where it leads */
    report->alternates.at = space->alternates;
    report->alternates.count =
        discover_alternates(input->looked, input->found_url, space->alternates);
}

static enum produce_result read_feed(struct producer *producer, enum feed_status status,
                                     struct produce_space *space, struct discover **page)
{
    const struct produce_input *input = producer->input;
    const struct feed *feed = producer->feed;

    if (status == FEED_HTML && input->discover) {
        *page = discover_create(feed, input->url, input->discover);
        return PRODUCE_PAGE;
    }
    if (status != FEED_OK) {
        refuse(producer->report, status);
        return PRODUCE_REFUSED;
    }
    describe(feed, input->seen_ms, producer->report, &space->text);
    keep_link(producer->report, &space->text);
    if (input->looked)
        say_found(input, producer->report, space);
    if (feed->ends != FEED_ENDS_WHOLE)
        distrust(producer->report);
    for (size_t i = 0; i < feed->count - (feed->ends == FEED_ENDS_WITHIN && feed->count); i++)
        take_entry(producer, &feed->entries[i]);
    return PRODUCE_FEED;
}

enum produce_result produce(const struct config *config, const struct produce_input *input,
                            produce_fn *fn, void *self, struct msg_report *report,
                            struct produce_space *space, struct discover **page)
{
    struct feed_context context = {.url = input->url,
                                   .content_type = input->content_type,
                                   .max_entries = (size_t)config->fetcher_entries,
                                   .max_entry_bytes = (size_t)config->fetcher_item_bytes};
    struct feed *feed = NULL;
    enum feed_status status = feed_parse(input->body, &context, &feed);
    struct producer producer = {.config = config,
                                .input = input,
                                .feed = feed,
                                .known = sorted(input->known, KNOWN_BYTES),
                                .only = sorted(input->only, HASH_KEY_BYTES),
                                .found = mem_calloc(input->only.n / HASH_KEY_BYTES, 1),
                                .fn = fn,
                                .self = self,
                                .report = report,
                                .keys = &space->keys};
    enum produce_result result = PRODUCE_FEED;

    buf_clear(&space->text);
    buf_clear(&space->keys);
    buf_clear(&space->missing);
    result = read_feed(&producer, status, space, page);
    list_missing(&producer, &space->missing);
    report->keys = buf_span(&space->keys);
    report->missing = buf_span(&space->missing);
    item_scratch_free(&producer.scratch);
    buf_free(&producer.frame);
    free(producer.known);
    free(producer.only);
    free(producer.found);
    feed_destroy(&feed);
    return result;
}

void produce_space_free(struct produce_space *space)
{
    buf_free(&space->text);
    buf_free(&space->keys);
    buf_free(&space->missing);
}
