#include "fetcher/produce.h"

#include <stdlib.h>
#include <string.h>

#include "common/config.h"
#include "common/mem.h"
#include "fetcher/feed.h"
#include "fetcher/html.h"
#include "fetcher/item_frame.h"

enum { KNOWN_BYTES = 24, TITLE_MAX = 4096, LINK_MAX = 8192 };

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

/* The mean time between its items: half of it is a good time to poll. */
static int64_t mean_gap(const struct feed *feed)
{
    int64_t first = INT64_MAX;
    int64_t last = INT64_MIN;
    int64_t n = 0;

    for (size_t i = 0; i < feed->count; i++) {
        int64_t at = feed->entries[i].published_ms;

        if (at == FEED_NO_TIME)
            continue;
        first = at < first ? at : first;
        last = at > last ? at : last;
        n++;
    }
    return n > 1 ? (last - first) / (n - 1) : -1;
}

static int64_t own_wish(const struct feed *feed)
{
    int64_t ttl_ms = feed->ttl_minutes > 0 ? (int64_t)feed->ttl_minutes * 60000 : -1;
    int64_t every_ms = feed->update_every_s > 0 ? feed->update_every_s * 1000 : -1;

    return ttl_ms > every_ms ? ttl_ms : every_ms;
}

static void describe(const struct feed *feed, struct msg_report *report, struct buf *text)
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
    report->mean_gap_ms = mean_gap(feed);
}

static void refuse(struct msg_report *report, enum feed_status status)
{
    report->outcome = MSG_OUTCOME_FAILED;
    report->error_kind = MSG_ERROR_NOT_A_FEED;
    report->error = span_str(feed_status_text(status));
}

void produce(const struct config *config, const struct produce_input *input, produce_fn *fn,
             void *self, struct msg_report *report, struct buf *text, struct buf *keys,
             struct buf *missing)
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
                                .keys = keys};

    if (status == FEED_OK) {
        describe(feed, report, text);
        for (size_t i = 0; i < feed->count; i++)
            take_entry(&producer, &feed->entries[i]);
    } else {
        refuse(report, status);
    }
    list_missing(&producer, missing);
    /* The link is the feed's and goes with it. */
    if (report->feed_link.n) {
        size_t title = report->feed_title.n;

        buf_add(text, report->feed_link.p, report->feed_link.n);
        report->feed_title = span_of(text->data, title);
        report->feed_link =
            span_of(text->data + text->len - report->feed_link.n, report->feed_link.n);
    }
    report->keys = buf_span(keys);
    report->missing = buf_span(missing);
    item_scratch_free(&producer.scratch);
    buf_free(&producer.frame);
    free(producer.known);
    free(producer.only);
    free(producer.found);
    feed_destroy(&feed);
}
