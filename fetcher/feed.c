#include "fetcher/feed_build.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/hash.h"
#include "common/mem.h"
#include "fetcher/charset.h"
#include "fetcher/feed_arena.h"
#include "fetcher/feed_ends.h"
#include "fetcher/feed_sniff.h"

static struct feed *feed_new(void)
{
    struct feed *feed = mem_calloc(1, sizeof(*feed));

    feed->arena = feed_arena_new();
    feed->published_ms = FEED_NO_TIME;
    feed->updated_ms = FEED_NO_TIME;
    feed->ttl_minutes = -1;
    feed->update_every_s = -1;
    return feed;
}

void feed_destroy(struct feed **feed)
{
    if (!*feed)
        return;
    feed_arena_destroy(&(*feed)->arena);
    free(*feed);
    *feed = NULL;
}

/* A version, entries or a title: less is not a feed. */
static bool is_feed(const struct feed *feed)
{
    return feed->version != FEED_VERSION_NONE || feed->count || feed->title;
}

/* As it stands, unless that has been tried; where it fails, everything again from a repaired copy.
 */
static enum feed_status read_xml(struct span text, const struct feed_context *ctx, bool tried,
                                 struct feed **feed)
{
    struct feed_builder *b = feed_builder_new(*feed, ctx);
    struct buf repaired = {0};
    bool wellformed = false;

    if (tried || !feed_xml_read(b, text, &wellformed)) {
        feed_builder_destroy(&b);
        feed_destroy(feed);
        *feed = feed_new();
        b = feed_builder_new(*feed, ctx);
        feed_repair(text, &repaired);
        feed_xml_read(b, buf_span(&repaired), &wellformed);
        wellformed = false;
        buf_free(&repaired);
    }
    feed_finish(b);
    feed_builder_destroy(&b);
    (*feed)->wellformed = wellformed;
    return is_feed(*feed) ? FEED_OK : FEED_UNKNOWN;
}

static enum feed_status read_json(struct span text, const struct feed_context *ctx,
                                  struct feed *feed)
{
    struct feed_builder *b = feed_builder_new(feed, ctx);
    bool good = feed_json_read(b, text);

    feed_finish(b);
    feed_builder_destroy(&b);
    return good ? FEED_OK : FEED_UNKNOWN;
}

static enum feed_status read_page(struct span text, const struct feed_context *ctx,
                                  struct feed *feed)
{
    struct feed_builder *b = feed_builder_new(feed, ctx);

    feed_page_read(b, text);
    feed_builder_destroy(&b);
    return FEED_HTML;
}

/* The usual case, without a look at each byte: libxml2 checks that it is UTF-8.  False, and nothing
 * has been read, where it is not, or not well-formed (then *tried is set), or no feed. */
static bool read_usual(struct span body, const struct feed_context *ctx, bool *tried,
                       struct feed **feed)
{
    struct feed_builder *b = NULL;
    bool wellformed = false;
    bool good = false;

    if (!charset_claims_utf8(body, ctx->content_type) || feed_sniff(&body) != FEED_SNIFF_XML)
        return false;
    b = feed_builder_new(*feed, ctx);
    good = feed_xml_read(b, body, &wellformed);
    if (good) {
        feed_finish(b);
        (*feed)->wellformed = wellformed;
        (*feed)->encoding = "utf-8";
    }
    feed_builder_destroy(&b);
    if (good && is_feed(*feed))
        return true;
    *tried = !good;
    feed_destroy(feed);
    *feed = feed_new();
    return false;
}

static enum feed_status read_any(struct span text, const struct feed_context *ctx, bool tried,
                                 struct feed **feed)
{
    enum feed_status status = FEED_UNKNOWN;

    switch (feed_sniff(&text)) {
    case FEED_SNIFF_EMPTY:
        return FEED_EMPTY;
    case FEED_SNIFF_XML:
        status = read_xml(text, ctx, tried, feed);
        break;
    case FEED_SNIFF_JSON:
        status = read_json(text, ctx, *feed);
        break;
    case FEED_SNIFF_PAGE:
        return read_page(text, ctx, *feed);
    case FEED_SNIFF_OTHER:
        break;
    }
    if (status == FEED_OK && !(*feed)->wellformed)
        (*feed)->ends = feed_ends(text);
    return status;
}

enum feed_status feed_parse(struct span body, const struct feed_context *ctx, struct feed **out)
{
    struct charset_text decoded = {0};
    enum feed_status status = FEED_OK;
    bool tried = false;

    *out = feed_new();
    if (read_usual(body, ctx, &tried, out))
        return FEED_OK;
    charset_decode(body, ctx->content_type, &decoded);
    tried = tried && decoded.text.p == body.p;
    status = read_any(decoded.text, ctx, tried, out);
    (*out)->encoding = feed_arena_copy((*out)->arena, decoded.name, strlen(decoded.name));
    (*out)->wellformed = (*out)->wellformed && !decoded.lied;
    charset_free(&decoded);
    return status;
}

struct span feed_entry_guid(const struct feed_entry *entry)
{
    return span_str(entry->guid);
}

static uint64_t fold(uint64_t hash, const char *text)
{
    return hash_fold(hash, text, text ? strlen(text) : 0);
}

uint64_t feed_entry_revision(const struct feed_entry *entry)
{
    uint64_t hash = 0;

    hash = fold(hash, entry->title);
    hash = fold(hash, entry->link);
    hash = fold(hash, entry->summary);
    hash = fold(hash, entry->content);
    hash = fold(hash, entry->author);
    for (size_t i = 0; i < entry->enclosure_count; i++)
        hash = fold(hash, entry->enclosures[i].url);
    return hash;
}

const char *feed_version_name(enum feed_version version)
{
    static const char *const names[FEED_VERSION_COUNT] = {
        "",    "rss090", "rss091", "rss092", "rss093", "rss094", "rss10", "rss20",
        "rss", "atom03", "atom10", "atom",   "cdf",    "json1",  "json11"};

    return version < FEED_VERSION_COUNT ? names[version] : "";
}

const char *feed_status_text(enum feed_status status)
{
    switch (status) {
    case FEED_OK:
        return "a feed";
    case FEED_EMPTY:
        return "an empty document";
    case FEED_HTML:
        return "a web page, not a feed";
    case FEED_UNKNOWN:
        return "neither a feed nor a web page";
    }
    return "";
}
