/* What may pass: the elements and attributes of the allow-list, and how each behaves.  Pure tables.
 */
#ifndef WEIR_FETCHER_HTML_RULES_H
#define WEIR_FETCHER_HTML_RULES_H

#include <stdbool.h>
#include <stdint.h>
#include "common/buf.h"

/* Behaviour of an element; the words in capitals are those of the HTML Living Standard, 13.2.4. */
enum html_flag {
    HTML_KEEP = 1 << 0,       /* is written; else its content stays and it goes */
    HTML_MUTE = 1 << 1,       /* goes with its content */
    HTML_RAW = 1 << 2,        /* goes with its content, which is raw text */
    HTML_VOID = 1 << 3,       /* has no content and no end tag */
    HTML_ENDS_P = 1 << 4,     /* a p in button scope ends where this begins */
    HTML_BLOCK = 1 << 5,      /* stands on lines of its own in plain text */
    HTML_SCOPE = 1 << 6,      /* end tags do not reach out of it */
    HTML_TABLE_PART = 1 << 7, /* makes sense in a table only */
    HTML_SPECIAL = 1 << 8,    /* stops the search for an open li, dd or dt */
};

enum html_id {
    HTML_OTHER,
    HTML_NOSCRIPT,
    HTML_FRAME, /* what is within is shown by those that know no frames */
    HTML_A,
    HTML_AUDIO,
    HTML_BR,
    HTML_CAPTION,
    HTML_COL,
    HTML_COLGROUP,
    HTML_DD,
    HTML_DT,
    HTML_HEADING,
    HTML_IMG,
    HTML_LI,
    HTML_OL,
    HTML_P,
    HTML_PRE,
    HTML_RUBY,
    HTML_RUBY_PART,
    HTML_SOURCE,
    HTML_TABLE,
    HTML_CELL,
    HTML_ROW,
    HTML_SECTION,
    HTML_VIDEO,
    HTML_TRACK,
    HTML_Q,
};

struct html_element {
    const char *name;
    enum html_id id;
    uint32_t flags;
};

enum html_kind {
    HTML_ATTR_URL,   /* an address to follow */
    HTML_ATTR_MEDIA, /* an address that is loaded at once */
    HTML_ATTR_SRCSET,
    HTML_ATTR_NUMBER, /* digits, perhaps a sign or a percent sign */
    HTML_ATTR_WORD,   /* letters, digits and - _ . / : + , ( ) space */
    HTML_ATTR_TEXT,
    HTML_ATTR_FLAG, /* its presence counts */
};

struct html_attribute_rule {
    const char *name;
    const char *elements; /* names between blanks, "*" = all */
    enum html_kind kind;
};

/* NULL where the element is not known: it goes, and its content stays. */
const struct html_element *html_element(const char *name);
/* NULL where the element may not have the attribute. */
const struct html_attribute_rule *html_attribute_rule(const struct html_element *element,
                                                      struct span name);
/* Whether an image at this address only counts readers. */
bool html_is_tracker(const char *url);
/* The rank, from 1, of an attribute that holds the real address of an image which waits for a
 * script (or, with srcset, its candidates); 0 for others.  The lowest rank wins. */
unsigned html_lazy_rank(struct span name, bool srcset);

#endif
