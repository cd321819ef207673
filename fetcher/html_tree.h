/* The elements that are open, and the rules by which one ends where another begins (HTML Living
 * Standard, 13.2.6), so that a browser reads the output as the very tree that was written. */
#ifndef WEIR_FETCHER_HTML_TREE_H
#define WEIR_FETCHER_HTML_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include "fetcher/html_out.h"
#include "fetcher/html_rules.h"

enum {
    HTML_DEPTH = 256,      /* elements beyond this depth go, their content stays */
    HTML_DEPTH_MUTE = 320, /* muted ones may be this deep */
};

struct html_open {
    const struct html_element *element;
    bool mute;    /* nothing within is written */
    bool written; /* has a start tag in the output */
};

struct html_tree {
    struct html_out out;
    struct html_plain plain;
    const char *base;   /* borrowed */
    struct buf scratch; /* a start tag in the making */
    size_t depth;
    bool behind_pre; /* a pre's start tag was the last token */
    bool line_start; /* nothing was written since a pre's start tag */
    bool waiting;    /* the last image has no address of its own: a script would put it in */
    struct html_open open[HTML_DEPTH_MUTE];
};

/* Whether nothing is written at this point. */
bool html_tree_muted(const struct html_tree *tree);
/* Ends what cannot go on beside `element`, and opens what it needs (a row for a cell).  False where
 * the element makes no sense here. */
bool html_tree_prepare(struct html_tree *tree, const struct html_element *element);
/* Before text that is not blank: opens a cell where a table needs one. */
void html_tree_prepare_text(struct html_tree *tree);
/* Enters an element whose start tag was written or (written = false) left out. */
void html_tree_push(struct html_tree *tree, const struct html_element *element, bool mute,
                    bool written);
/* An end tag. */
void html_tree_end(struct html_tree *tree, const struct html_element *element);
/* Ends everything. */
void html_tree_finish(struct html_tree *tree);

#endif
