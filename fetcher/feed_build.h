/* Inside the feed reader: elements come in, a struct feed is built.  Knows neither XML nor JSON as
 * a syntax; feed_xml.c and feed_json.c feed it.  Not for use outside feed_*.c. */
#ifndef WEIR_FETCHER_FEED_BUILD_H
#define WEIR_FETCHER_FEED_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "fetcher/feed.h"
#include "fetcher/feed_names.h"

enum { FEED_DEPTH_MAX = 256 }; /* elements deeper than that are read as if they were not there */

enum feed_field {
    FIELD_NONE,
    FIELD_TITLE,
    FIELD_LINK,
    FIELD_SUMMARY, /* of a feed: its description */
    FIELD_CONTENT,
    FIELD_AUTHOR,
    FIELD_ID,
    FIELD_GUID, /* an id that may be a link as well */
    FIELD_LANGUAGE,
    FIELD_PUBLISHED,
    FIELD_UPDATED,
    FIELD_CATEGORY,
    FIELD_KEYWORDS, /* categories with commas between them */
    FIELD_COMMENTS,
    FIELD_IMAGE, /* of an entry: its thumbnail */
    FIELD_NEW_URL,
    FIELD_SELF,
    FIELD_HUB,
    FIELD_NEXT,
    FIELD_TTL,
    FIELD_PERIOD,
    FIELD_FREQUENCY,
    FIELD_HOUR,
    FIELD_DAY,
    FIELD_COUNT
};

/* How the inside of an element becomes text. */
enum feed_mode {
    MODE_TEXT,   /* plain text; tags inside are passed over */
    MODE_HTML,   /* text is HTML already; elements inside are HTML too */
    MODE_MARKUP, /* text is plain and gets escaped; elements inside are HTML */
    MODE_BASE64, /* HTML in base64 */
    MODE_PERSON, /* text, or elements with name and email */
};

/* Where in the document we are: one bit each, so that rules can name several. */
enum feed_where {
    WHERE_FEED = 1,
    WHERE_ENTRY = 2,
    WHERE_IMAGE = 4,    /* the image of a channel */
    WHERE_SOURCE = 8,   /* atom:source: the feed an entry was copied from */
    WHERE_FOREIGN = 16, /* an unknown container: only entries are looked for */
    WHERE_SKIP = 32,
};

struct feed_attr {
    const char *name;
    enum feed_ns ns; /* NS_CORE where there is no prefix */
    struct span value;
};

struct feed_element {
    enum feed_ns ns;
    enum feed_tag tag;
    const char *name;
    const struct feed_attr *attrs;
    size_t attr_count;
};

/* Something attached to an entry. */
struct feed_attached {
    struct span url;
    struct span type;
    struct span length;
    bool media; /* by Media RSS: it comes after what the feed calls an enclosure */
};

struct feed_frame {
    enum feed_where where;
    enum feed_tag tag;
    bool opened_entry;
    bool written;     /* its start tag was written into the capture, so its end tag will be */
    const char *name; /* valid while written */
    const char *base;
    const char *lang;
};

/* The element whose text is being collected. */
struct feed_capture {
    size_t depth; /* its frame; 0 = none is */
    enum feed_field field;
    enum feed_mode mode;
    uint8_t rank;
    bool strip_div; /* the div around type="xhtml" is not part of the content (RFC 4287, 3.1.1.3) */
    bool permalink; /* a guid that may be a link, and one that says so */
    bool link_said;
    struct buf text;
    size_t mark; /* where the child of a person began */
    struct buf name;
    struct buf email;
};

struct feed_builder {
    struct feed *feed;
    const struct feed_context *ctx;
    struct feed_entry *entry; /* the open one, last of feed->entries; NULL = none */
    uint8_t feed_rank[FIELD_COUNT];
    uint8_t entry_rank[FIELD_COUNT];
    struct feed_frame frames[FEED_DEPTH_MAX + 1]; /* [0] is the document */
    size_t depth;
    size_t beyond; /* open elements deeper than the frames */
    struct feed_capture capture;
    uint8_t first_rule[TAG_COUNT];
    int64_t period_s;
    int64_t frequency;
    struct buf scratch;
    size_t own_enclosures; /* of the open entry: those before the ones of Media RSS */
};

struct feed_builder *feed_builder_new(struct feed *feed, const struct feed_context *ctx);
void feed_builder_destroy(struct feed_builder **builder);

void feed_build_start(struct feed_builder *b, const struct feed_element *element);
void feed_build_text(struct feed_builder *b, const char *text, size_t n);
void feed_build_end(struct feed_builder *b);

/* feed_rules.c: what an element means.  rank: the higher one wins, the first among equals. */
struct feed_rule {
    enum feed_tag tag;
    uint16_t spaces; /* bits of enum feed_ns */
    uint8_t where;   /* bits of enum feed_where */
    uint8_t rank;
    enum feed_field field; /* FIELD_NONE: no text is wanted */
    enum feed_mode mode;
    /* What else is to be done at the start; NULL = nothing. */
    void (*start)(struct feed_builder *b, const struct feed_element *element,
                  const struct feed_rule *rule);
};

void feed_rules_index(uint8_t first[TAG_COUNT]);
const struct feed_rule *feed_rules_find(const struct feed_builder *b,
                                        const struct feed_element *element);
void feed_root(struct feed_builder *b, const struct feed_element *element);

/* feed_put.c: values into fields of the open entry or of the feed, by rank. */
void feed_put(struct feed_builder *b, enum feed_field field, uint8_t rank, struct span text);
/* The collected text of the element that ends. */
void feed_put_capture(struct feed_builder *b);
void feed_put_category(struct feed_builder *b, struct span text);
void feed_put_enclosure(struct feed_builder *b, const struct feed_attached *attached);
struct feed_entry *feed_put_entry(struct feed_builder *b);
/* An address resolved against the current base and copied; NULL where it is none to follow. */
const char *feed_put_address(struct feed_builder *b, struct span ref);

/* feed_text.c: clean, trimmed, not longer than the limit, copied; NULL where nothing is left. */
const char *feed_put_text(struct feed_builder *b, struct span text);
/* The same in one line: each run of white space with a line end in it is one blank. */
const char *feed_put_line(struct feed_builder *b, struct span text);
struct span feed_text_trim(struct span text);

/* feed_markup.c: elements written back as HTML. */
void feed_markup_open(struct feed_builder *b, const struct feed_element *element);
void feed_markup_close(struct feed_builder *b, const char *name);
/* Appends text with &, <, > and " escaped. */
void feed_markup_escape(struct buf *out, struct span text);

/* feed_fold.c: ids for entries without one, and each id once unless repeats are wanted. */
void feed_fold(struct feed *feed, bool keep_repeats);
/* The fields that follow from others are derived; then feed_fold (). */
void feed_finish(struct feed_builder *b);

/* The value of an attribute without prefix; empty where there is none. */
struct span feed_attr(const struct feed_element *element, const char *name);

/* feed_xml.c, feed_json.c: false where text is not a feed of that syntax. */
bool feed_xml_read(struct feed_builder *b, struct span text, bool *wellformed);
bool feed_json_read(struct feed_builder *b, struct span text);
/* feed_repair.c: appends a well-formed document that says what text seems to mean. */
void feed_repair(struct span text, struct buf *out);
/* feed_json_repair.c: appends text with its line ends as spaces, cut behind the last object or list
 * that is complete, and closed; nothing where there is none. */
void feed_json_repair(struct span text, struct buf *out);
/* feed_page.c: the feeds that a web page points to. */
void feed_page_read(struct feed_builder *b, struct span text);

#endif
