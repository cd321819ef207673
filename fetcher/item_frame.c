#include "fetcher/item_frame.h"

#include "common/config.h"
#include "common/msg.h"
#include "common/utf8.h"
#include "fetcher/feed.h"
#include "fetcher/html.h"

/* The limits of messages.def; a longer text is cut at a character. */
enum {
    GUID_MAX = 8192,
    URL_LONGEST = 8192,
    TITLE_MAX = 65536,
    AUTHOR_MAX = 4096,
    LANGUAGE_MAX = 64,
    CATEGORIES_MAX = 65536,
    TYPE_MAX = 256,
    ENCLOSURES_MAX = 100,
    ENCLOSURES_LEFT = 4,  /* of an item that is too large as a whole */
    LATER_FRAMES = 32768, /* header, vector and verdict together take less */
    CLOSING_ROOM = 64,    /* a sanitised text this near its limit was cut */
};

void item_scratch_free(struct item_scratch *scratch)
{
    buf_free(&scratch->title);
    buf_free(&scratch->content);
    buf_free(&scratch->text);
    buf_free(&scratch->categories);
}

/* A cut address leads elsewhere, so one that is too long is left out. */
static struct span address(const char *url)
{
    struct span text = span_str(url);

    return text.n > URL_LONGEST ? span_str("") : text;
}

static int64_t time_or_none(int64_t ms)
{
    return ms == FEED_NO_TIME || ms < 0 ? 0 : ms;
}

static void join_categories(const struct feed_entry *entry, struct buf *out)
{
    buf_clear(out);
    for (size_t i = 0; i < entry->category_count; i++) {
        if (i)
            buf_addc(out, '\n');
        buf_adds(out, entry->categories[i]);
    }
}

static size_t list_enclosures(const struct feed_entry *entry, struct msg_enclosure *out)
{
    size_t n = 0;

    for (size_t i = 0; i < entry->enclosure_count && n < ENCLOSURES_MAX; i++) {
        const struct feed_enclosure *e = &entry->enclosures[i];

        if (!e->url || !address(e->url).n)
            continue;
        out[n++] = (struct msg_enclosure){.url = span_str(e->url),
                                          .type = utf8_clip(span_str(e->type), TYPE_MAX),
                                          .length = e->length > 0 ? (uint64_t)e->length : 0};
    }
    return n;
}

/* The content, or the summary where there is none. */
static void clean(const struct config *config, const struct feed_entry *entry, const char *url,
                  struct item_scratch *scratch)
{
    const char *html = entry->content ? entry->content : entry->summary;
    const char *base = entry->content ? entry->content_base : entry->summary_base;

    buf_clear(&scratch->title);
    buf_clear(&scratch->content);
    buf_clear(&scratch->text);
    html_text(span_str(entry->title), &scratch->title);
    html_sanitise(span_str(html), base ? base : url, (size_t)config->fetcher_item_bytes,
                  &scratch->content, &scratch->text);
    join_categories(entry, &scratch->categories);
}

/* Later stages append their frames, and the whole must pass the links: an item that is too large
 * even so goes without its content, and with the text and the enclosures that fit in any case. */
static void write_fitting(struct msg_item *item, size_t most, struct buf *out)
{
    size_t before = out->len;

    msg_item_write(item, out);
    if (out->len - before <= most)
        return;
    out->len = before;
    item->content = span_str("");
    item->text = utf8_clip(item->text, most / 4);
    item->enclosures.count =
        item->enclosures.count < ENCLOSURES_LEFT ? item->enclosures.count : ENCLOSURES_LEFT;
    item->cut = 1;
    msg_item_write(item, out);
}

bool item_frame_write(const struct config *config, const struct feed *feed,
                      const struct feed_entry *entry, const char *url, int64_t seen_ms,
                      struct item_scratch *scratch, struct buf *out)
{
    struct msg_enclosure enclosures[ENCLOSURES_MAX];
    struct span guid = feed_entry_guid(entry);
    struct msg_item item = {0};

    clean(config, entry, url, scratch);
    item = (struct msg_item){
        .revision = feed_entry_revision(entry),
        .guid = utf8_clip(guid, GUID_MAX),
        .url = address(entry->link),
        .title = utf8_clip(buf_span(&scratch->title), TITLE_MAX),
        .author = utf8_clip(span_str(entry->author), AUTHOR_MAX),
        .language =
            utf8_clip(span_str(entry->language ? entry->language : feed->language), LANGUAGE_MAX),
        .categories = utf8_clip(buf_span(&scratch->categories), CATEGORIES_MAX),
        .content = buf_span(&scratch->content),
        .text = utf8_clip(buf_span(&scratch->text), (size_t)config->fetcher_text_bytes),
        .thumbnail = address(entry->thumbnail),
        .published_ms = time_or_none(entry->published_ms),
        .updated_ms = time_or_none(entry->updated_ms),
        .seen_ms = seen_ms,
        .enclosures = {.at = enclosures, .count = list_enclosures(entry, enclosures)},
    };
    item.cut = entry->cut || item.text.n < scratch->text.len ||
               (int64_t)scratch->content.len + CLOSING_ROOM > config->fetcher_item_bytes;
    write_fitting(&item, (size_t)config->link_message_bytes - LATER_FRAMES, out);
    return item.cut;
}
