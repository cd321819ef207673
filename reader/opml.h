/* Lists of subscriptions: OPML 1 and 2 (http://opml.org/spec2.opml), nested, and the many that are
 * not well-formed.  Pure: works on a buffer. */
#ifndef WEIR_READER_OPML_H
#define WEIR_READER_OPML_H

#include <stdbool.h>
#include <stddef.h>
#include "common/buf.h"

/* One outline with an xmlUrl.  Strings are valid UTF-8 without control characters, never NULL. */
struct opml_feed {
    char *url;
    char *title;    /* title, or else text, html_url, url */
    char *html_url; /* "" where there is none */
    char **path;    /* names of the enclosing outlines, outermost first */
    size_t depth;   /* of path */
    int line;       /* where the outline starts, from 1 */
};

/* Something that was left out. */
struct opml_skip {
    int line;
    const char *reason; /* static */
    char *what;         /* name or address of the outline, "" where it has none */
};

struct opml {
    bool seen; /* the text has an opml element, or an outline at least */
    char *title;
    struct opml_feed *feeds;
    size_t feed_count;
    struct opml_skip *skipped;
    size_t skip_count;
};

/* Reads a list.  Never fails: what makes no sense is named in `skipped`.  Caller owns the result.
 */
struct opml *opml_parse(struct span in);
/* Takes NULL; *opml is NULL afterwards. */
void opml_destroy(struct opml **opml);

#endif
