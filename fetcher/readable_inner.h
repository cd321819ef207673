/* A page as a tree of its blocks, for readable*.c. */
#ifndef WEIR_FETCHER_READABLE_INNER_H
#define WEIR_FETCHER_READABLE_INNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "fetcher/html_token.h"

enum {
    READABLE_DEPTH = 256,
    READABLE_NODES = 400000, /* further blocks count as part of the one they are in */
    READABLE_NONE = -1,
};

enum readable_kind {
    READABLE_BOX, /* div, section, article ... */
    READABLE_CELL,
    READABLE_PARAGRAPH,
    READABLE_QUOTE,
    READABLE_HEADING,
    READABLE_LIST,
    READABLE_ENTRY,
    READABLE_TABLE,
    READABLE_FIGURE,
    READABLE_FORM,
    READABLE_SIDE, /* nav, aside, footer ... */
};

enum readable_flag {
    READABLE_HIDDEN = 1 << 0,
    READABLE_ASIDE = 1 << 1,    /* its element or role says that it is not the article */
    READABLE_UNLIKELY = 1 << 2, /* its class or id says so */
};

struct readable_counts {
    uint32_t letters, linked, commas;
};

struct readable_node {
    int32_t parent;
    uint32_t last;       /* the last node within, itself where there is none */
    uint32_t start, end; /* in the page: of the start tag, and behind the end tag */
    uint8_t kind, flags, bonus;
    int8_t weight; /* of class and id: -1, 0, 1 */
    bool blocks;   /* has others within */
    uint32_t images, inputs;
    struct readable_counts own; /* of text that is in no block within */

    /* Of one try. */
    bool dropped, candidate;
    struct readable_counts all;
    double score;
};

struct readable_page {
    struct span in;
    struct readable_node *nodes; /* each before those within; the first is the page */
    size_t count, cap;
};

/* --- readable_tree.c --- */
/* Owned by the caller: readable_page_free (). */
void readable_page_read(struct readable_page *page, struct span in);
void readable_page_free(struct readable_page *page);

/* --- readable_words.c --- */
/* Reads an element's attributes into flags and weight. */
void readable_judge(struct readable_node *node, const struct html_token *token);

/* --- readable_score.c --- */
/* Drops what has one of these flags, and gives points to the rest.  The best node's number. */
size_t readable_score(struct readable_page *page, unsigned drop);
double readable_link_share(const struct readable_node *node);

#endif
