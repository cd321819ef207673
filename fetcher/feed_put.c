#include "fetcher/feed_build.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fetcher/date.h"
#include "fetcher/feed_arena.h"
#include "fetcher/url.h"

enum { FOR_FEED, FOR_ENTRY };
enum { LIST_MAX = 256 }; /* categories, and enclosures, of an entry; further ones mean nothing */

/* Where the strings live; 0 = the field does not exist there. */
static const size_t slots[FIELD_COUNT][2] = {
    [FIELD_TITLE] = {offsetof(struct feed, title), offsetof(struct feed_entry, title)},
    [FIELD_LINK] = {offsetof(struct feed, link), offsetof(struct feed_entry, link)},
    [FIELD_SUMMARY] = {offsetof(struct feed, description), offsetof(struct feed_entry, summary)},
    [FIELD_CONTENT] = {0, offsetof(struct feed_entry, content)},
    [FIELD_AUTHOR] = {offsetof(struct feed, author), offsetof(struct feed_entry, author)},
    [FIELD_LANGUAGE] = {offsetof(struct feed, language), offsetof(struct feed_entry, language)},
    [FIELD_COMMENTS] = {0, offsetof(struct feed_entry, comments)},
    [FIELD_IMAGE] = {offsetof(struct feed, image), offsetof(struct feed_entry, thumbnail)},
    [FIELD_NEW_URL] = {offsetof(struct feed, new_url), 0},
    [FIELD_SELF] = {offsetof(struct feed, self), 0},
    [FIELD_HUB] = {offsetof(struct feed, hub), 0},
    [FIELD_NEXT] = {offsetof(struct feed, next), 0},
};

static const char **slot(struct feed_builder *b, enum feed_field field)
{
    size_t at = slots[field][b->entry ? FOR_ENTRY : FOR_FEED];

    /* The guid of an entry and the version of a feed come first in their structures, so offset 0
     * is never a slot; the id is set here because of that. */
    if (field == FIELD_ID)
        return b->entry ? &b->entry->guid : &b->feed->id;
    if (at == 0)
        return NULL;
    return (const char **)(void *)((char *)(b->entry ? (void *)b->entry : (void *)b->feed) + at);
}

static bool has_scheme(const char *url)
{
    size_t n = strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    return n && url[n] == ':';
}

/* An address that was escaped twice; no query has a parameter named "amp;...". */
static struct span unescaped(struct span ref, struct buf *out)
{
    const char *p = ref.p, *end = span_end(ref), *amp = NULL;

    while ((amp = memmem(p, (size_t)(end - p), "&amp;", 5))) {
        buf_add(out, p, (size_t)(amp - p) + 1);
        p = amp + 5;
    }
    if (p == ref.p)
        return ref;
    buf_add(out, p, (size_t)(end - p));
    return buf_span(out);
}

const char *feed_put_address(struct feed_builder *b, struct span ref)
{
    struct buf plain = {0};
    char *url = NULL;
    const char *copy = NULL;

    ref = feed_text_trim(ref);
    if (ref.n == 0)
        return NULL;
    ref = unescaped(ref, &plain);
    url = url_resolve(b->frames[b->depth].base, ref);
    /* What url_resolve () lets through as http has a sensible host. */
    if (url && *url && (strncmp(url, "http", 4) == 0 || !has_scheme(url)))
        copy = feed_arena_copy(b->feed->arena, url, strlen(url));
    free(url);
    buf_free(&plain);
    return copy;
}

struct feed_entry *feed_put_entry(struct feed_builder *b)
{
    struct feed *feed = b->feed;

    if (b->ctx->max_entries && feed->count >= b->ctx->max_entries) {
        feed->dropped++;
        return NULL;
    }
    feed->entries = feed_arena_grow(feed->arena, feed->entries, feed->count, sizeof(*b->entry));
    b->entry = &feed->entries[feed->count++];
    b->entry->published_ms = FEED_NO_TIME;
    b->entry->updated_ms = FEED_NO_TIME;
    memset(b->entry_rank, 0, sizeof(b->entry_rank));
    b->own_enclosures = 0;
    return b->entry;
}

void feed_put_category(struct feed_builder *b, struct span text)
{
    const char *category = feed_put_line(b, text);
    const char ***list = b->entry ? &b->entry->categories : &b->feed->categories;
    size_t *count = b->entry ? &b->entry->category_count : &b->feed->category_count;

    if (!category || *count == LIST_MAX)
        return;
    for (size_t i = 0; i < *count; i++)
        if (strcmp((*list)[i], category) == 0)
            return;
    *list = feed_arena_grow(b->feed->arena, *list, *count, sizeof(**list));
    (*list)[(*count)++] = category;
}

static void put_keywords(struct feed_builder *b, struct span text)
{
    while (text.n) {
        const char *comma = memchr(text.p, ',', text.n);
        size_t n = comma ? (size_t)(comma - text.p) : text.n;
        feed_put_category(b, span_of(text.p, n));
        n += comma ? 1 : 0;
        text = span_of(text.p + n, text.n - n);
    }
}

static int64_t number(struct span text)
{
    int64_t value = 0;

    text = feed_text_trim(text);
    if (text.n == 0 || text.n > 18)
        return -1;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return -1;
        value = value * 10 + (text.p[i] - '0');
    }
    return value;
}

/* The place of an enclosure with this address; the count where there is none. */
static size_t find_enclosure(const struct feed_entry *entry, const char *url)
{
    for (size_t i = 0; i < entry->enclosure_count; i++)
        if (strcmp(entry->enclosures[i].url, url) == 0)
            return i;
    return entry->enclosure_count;
}

/* Makes room at index i. */
static struct feed_enclosure *insert_enclosure(struct feed_builder *b, size_t i)
{
    struct feed_entry *entry = b->entry;
    struct feed_enclosure *list =
        feed_arena_grow(b->feed->arena, entry->enclosures, entry->enclosure_count, sizeof(*list));

    memmove(&list[i + 1], &list[i], (entry->enclosure_count - i) * sizeof(*list));
    entry->enclosures = list;
    entry->enclosure_count++;
    return &list[i];
}

void feed_put_enclosure(struct feed_builder *b, const struct feed_attached *attached)
{
    struct feed_entry *entry = b->entry;
    const char *url = entry ? feed_put_address(b, attached->url) : NULL;
    struct feed_enclosure *enclosure = NULL;
    size_t found = 0;

    if (!url || entry->enclosure_count == LIST_MAX)
        return;
    found = find_enclosure(entry, url);
    if (found < entry->enclosure_count && (attached->media || found < b->own_enclosures))
        return;
    if (found < entry->enclosure_count) {
        /* Media RSS had it already: it moves to the front part. */
        entry->enclosure_count--;
        memmove(&entry->enclosures[found], &entry->enclosures[found + 1],
                (entry->enclosure_count - found) * sizeof(*enclosure));
    }
    enclosure = insert_enclosure(b, attached->media ? entry->enclosure_count : b->own_enclosures);
    b->own_enclosures += attached->media ? 0 : 1;
    enclosure->url = url;
    enclosure->type = feed_put_line(b, attached->type);
    enclosure->length = number(attached->length);
}

static bool put_date(struct feed_builder *b, enum feed_field field, struct span text)
{
    struct feed *feed = b->feed;
    struct feed_entry *entry = b->entry;
    int64_t *at = NULL;

    if (field == FIELD_PUBLISHED)
        at = entry ? &entry->published_ms : &feed->published_ms;
    else
        at = entry ? &entry->updated_ms : &feed->updated_ms;
    return date_parse(text.p, text.n, at);
}

static bool is_word(struct span text, const char *word)
{
    return text.n == strlen(word) && strncasecmp(text.p, word, text.n) == 0;
}

static int64_t period_seconds(struct span text)
{
    static const struct {
        const char *word;
        int64_t seconds;
    } periods[] = {{"hourly", 3600},
                   {"daily", 86400},
                   {"weekly", 7 * 86400},
                   {"monthly", 30 * 86400},
                   {"yearly", 365 * 86400}};

    for (size_t i = 0; i < sizeof(periods) / sizeof(periods[0]); i++)
        if (is_word(text, periods[i].word))
            return periods[i].seconds;
    return 0;
}

static void put_skip_day(struct feed *feed, struct span text)
{
    static const char *const days[] = {"sunday",   "monday", "tuesday", "wednesday",
                                       "thursday", "friday", "saturday"};

    for (unsigned i = 0; i < 7; i++)
        if (is_word(text, days[i]))
            feed->skip_days = (uint8_t)(feed->skip_days | 1u << i);
}

/* When to come back: only a feed has these. */
static void put_schedule(struct feed_builder *b, enum feed_field field, struct span text)
{
    struct feed *feed = b->feed;
    int64_t value = number(text);

    if (field == FIELD_TTL && value > 0 && value <= INT32_MAX)
        feed->ttl_minutes = (int32_t)value;
    else if (field == FIELD_PERIOD)
        b->period_s = period_seconds(text);
    else if (field == FIELD_FREQUENCY && value > 0)
        b->frequency = value;
    else if (field == FIELD_HOUR && value >= 0 && value <= 24)
        feed->skip_hours |= 1u << (value % 24);
    else if (field == FIELD_DAY)
        put_skip_day(feed, text);
}

/* The base of a text, for whoever resolves its addresses: NULL where it is the document's own. */
static void put_base(struct feed_builder *b, enum feed_field field)
{
    const char *base = b->frames[b->depth].base;

    if (base == b->ctx->url)
        base = NULL;
    if (field == FIELD_SUMMARY && b->entry)
        b->entry->summary_base = base;
    else if (field == FIELD_SUMMARY)
        b->feed->description_base = base;
    else if (field == FIELD_CONTENT && b->entry)
        b->entry->content_base = base;
}

static bool is_address_field(enum feed_field field)
{
    return field == FIELD_LINK || field == FIELD_COMMENTS || field == FIELD_IMAGE ||
           field == FIELD_NEW_URL || field == FIELD_SELF || field == FIELD_HUB ||
           field == FIELD_NEXT;
}

enum { RANK_RSS_LINK = 5 };

/* A feed's id may be a relative reference.  Those of entries are left alone: two addresses of one
 * feed must not give two ids to an entry. */
static const char *resolved_id(struct feed_builder *b, struct span text)
{
    text = feed_text_trim(text);
    return text.n && (*text.p == '/' || *text.p == '.') ? feed_put_address(b, text)
                                                        : feed_put_line(b, text);
}

static bool is_line_field(enum feed_field field)
{
    return field == FIELD_ID || field == FIELD_AUTHOR || field == FIELD_LANGUAGE;
}

static void put_string(struct feed_builder *b, enum feed_field field, uint8_t rank,
                       struct span text)
{
    uint8_t *have = b->entry ? &b->entry_rank[field] : &b->feed_rank[field];
    const char **to = slot(b, field);
    const char *value = NULL;

    /* Of several links in RSS the last one counts, as other readers have it. */
    if (!to || rank < *have || (rank == *have && !(field == FIELD_LINK && rank == RANK_RSS_LINK)))
        return;
    if (field == FIELD_ID && !b->entry && b->ctx->url)
        value = resolved_id(b, text);
    else
        value = is_address_field(field) ? feed_put_address(b, text)
                : is_line_field(field)  ? feed_put_line(b, text)
                                        : feed_put_text(b, text);
    if (!value)
        return;
    *to = value;
    *have = rank;
    put_base(b, field);
}

void feed_put(struct feed_builder *b, enum feed_field field, uint8_t rank, struct span text)
{
    uint8_t *have = b->entry ? &b->entry_rank[field] : &b->feed_rank[field];

    switch (field) {
    case FIELD_NONE:
    case FIELD_COUNT:
        break;
    case FIELD_GUID:
        put_string(b, FIELD_ID, rank, text);
        break;
    case FIELD_PUBLISHED:
    case FIELD_UPDATED:
        text = feed_text_trim(text);
        if (rank > *have && text.n && put_date(b, field, text))
            *have = rank;
        break;
    case FIELD_CATEGORY:
        feed_put_category(b, text);
        break;
    case FIELD_KEYWORDS:
        put_keywords(b, text);
        break;
    case FIELD_TTL:
    case FIELD_PERIOD:
    case FIELD_FREQUENCY:
    case FIELD_HOUR:
    case FIELD_DAY:
        if (!b->entry)
            put_schedule(b, field, feed_text_trim(text));
        break;
    default:
        put_string(b, field, rank, text);
    }
}
