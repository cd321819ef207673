/* Reads a feed: RSS 0.90-2.0, RDF, Atom 0.3 and 1.0, CDF and JSON Feed become one shape.  Pure: no
 * sockets, no clock, no files.
 *
 * Sources: RSS 2.0 (rssboard.org), RSS 1.0 and its modules (web.resource.org), RFC 4287 (Atom),
 * the Atom 0.3 draft, JSON Feed 1.1 (jsonfeed.org), Media RSS, the iTunes podcast tags.
 *
 * All text is valid UTF-8 without control characters other than tab and newline, trimmed of white
 * space at both ends.  All strings are owned by the feed and live until feed_destroy (); a field
 * that the feed does not have is NULL.
 *
 * Nothing is sanitised here.  Fields marked "HTML" hold a stranger's HTML, scripts included; where
 * the feed said "plain text" it has been escaped, so one treatment fits all.  Their relative
 * addresses stand as they came and count from the field's base.  Fields marked "text" hold plain
 * text.  Fields marked "address" are resolved and are http, https or empty, except where noted. */
#ifndef WEIR_FETCHER_FEED_H
#define WEIR_FETCHER_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

/* No date, or one that means nothing. */
#define FEED_NO_TIME INT64_MIN

enum feed_status {
    FEED_OK,
    FEED_EMPTY,   /* no bytes, or white space only */
    FEED_HTML,    /* a web page: see alternates */
    FEED_UNKNOWN, /* neither a feed nor a web page */
};

enum feed_version {
    FEED_VERSION_NONE,
    FEED_RSS090,
    FEED_RSS091,
    FEED_RSS092,
    FEED_RSS093,
    FEED_RSS094,
    FEED_RSS10,
    FEED_RSS20,
    FEED_RSS, /* RSS that does not say which */
    FEED_ATOM03,
    FEED_ATOM10,
    FEED_ATOM, /* Atom that does not say which */
    FEED_CDF,
    FEED_JSON10,
    FEED_JSON11,
    FEED_VERSION_COUNT,
};

enum feed_ends {
    FEED_ENDS_WHOLE,
    FEED_ENDS_EARLY,  /* before its root does: cut off on the way, or badly made */
    FEED_ENDS_WITHIN, /* and within its last entry, which may have lost the end of its guid */
};

/* What came with the document, and how much of it may be kept.  All pointers may be NULL. */
struct feed_context {
    const char *url;          /* the address the document came from, after redirects */
    const char *content_type; /* response headers */
    const char *content_language;
    const char *content_location;
    bool keep_repeats;      /* give an entry whose guid has been seen as well */
    size_t max_entries;     /* later ones are dropped and counted; 0 = no limit */
    size_t max_entry_bytes; /* per text field, longer ones are cut at a character; 0 = no limit */
};

struct feed_enclosure {
    const char *url;  /* address */
    const char *type; /* media type as given */
    int64_t length;   /* bytes as given; -1 = not given, or not a number */
};

struct feed_entry {
    const char *guid;         /* the feed's own id, or one made: never NULL, never empty */
    bool guid_made;           /* the feed gave none: made from link, or title and date */
    const char *title;        /* HTML */
    bool title_made;          /* the feed gave none: the first words of summary or content */
    const char *link;         /* address */
    const char *summary;      /* HTML */
    const char *summary_base; /* address; NULL = the document's own */
    const char *content;      /* HTML */
    const char *content_base; /* address; NULL = the document's own */
    const char *author;       /* text */
    const char *language;     /* as given, a BCP 47 tag in most cases */
    const char *thumbnail;    /* address */
    const char *comments;     /* address */
    int64_t published_ms;     /* milliseconds since 1970, UTC; FEED_NO_TIME = none */
    int64_t updated_ms;
    const char **categories; /* text; each once, 256 at most, as with enclosures */
    size_t category_count;
    struct feed_enclosure *enclosures;
    size_t enclosure_count;
    bool cut; /* a text was longer than max_entry_bytes */
};

/* A feed that a web page points to. */
struct feed_alternate {
    const char *url; /* address */
    const char *type;
    const char *title; /* text */
};

struct feed {
    enum feed_version version;
    const char *title;       /* HTML */
    const char *link;        /* address of the web site */
    const char *description; /* HTML */
    const char *description_base;
    const char *language;
    const char *id;
    const char *author;     /* text */
    const char *image;      /* address: logo or icon */
    const char *self;       /* address the feed gives for itself */
    const char *hub;        /* address of its WebSub hub */
    const char *next;       /* address of the next page of a paged feed (RFC 5005) */
    const char *new_url;    /* address: itunes:new-feed-url, the feed has moved */
    int64_t published_ms;   /* JSON Feed: that of its newest entry */
    int64_t updated_ms;     /* where the feed gives none, that of its newest entry */
    int32_t ttl_minutes;    /* how long it may be kept; -1 = not said */
    int64_t update_every_s; /* sy:updatePeriod / sy:updateFrequency; -1 = not said */
    uint32_t skip_hours;    /* bit n: not in hour n, UTC */
    uint8_t skip_days;      /* bit 0 = Sunday */
    bool expired;           /* JSON Feed: there will be no more entries */
    bool wellformed;        /* read as it stands; false: repaired, or its encoding lied */
    enum feed_ends ends;
    const char *encoding; /* the one it was read in, lower case */
    const char **categories;
    size_t category_count;
    struct feed_entry *entries; /* in the feed's order; a guid once, see feed_fold.c */
    size_t count;
    size_t dropped;                    /* entries beyond max_entries */
    size_t folded;                     /* entries whose guid had been seen */
    struct feed_alternate *alternates; /* of a web page only */
    size_t alternate_count;
    struct feed_alternate *anchors; /* its <a href> whose addresses look like feeds; no type */
    size_t anchor_count;
    struct feed_arena *arena; /* owns all of the above */
};

/* Reads body.  *out is made in every case, also where the status is not FEED_OK (then it has no
 * entries); the caller owns it.  ctx is needed only during the call. */
enum feed_status feed_parse(struct span body, const struct feed_context *ctx, struct feed **out);
void feed_destroy(struct feed **feed);

/* The bytes that, with the source, identify an entry (see hash_key ()). */
struct span feed_entry_guid(const struct feed_entry *entry);
/* A fingerprint over title, link, summary, content, author and enclosures as they came, and not
 * over dates: an entry whose fingerprint is known need not be sanitised again. */
uint64_t feed_entry_revision(const struct feed_entry *entry);

/* "rss20", "atom10", ...: "" for FEED_VERSION_NONE. */
const char *feed_version_name(enum feed_version version);
/* In words, for logs. */
const char *feed_status_text(enum feed_status status);

#endif
