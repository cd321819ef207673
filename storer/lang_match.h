/* Whether an item in memory is what a query looks for: the same answer that the store gives of it
 * once it lies there.  Pure. */
#ifndef WEIR_STORER_LANG_MATCH_H
#define WEIR_STORER_LANG_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "storer/lang.h"

/* An item; spans are borrowed. */
struct lang_item {
    uint64_t id, story, source;
    int64_t time_ms;
    struct span title, text, author, source_title;
    struct span categories;                 /* one a line, as items have them */
    struct span source_categories;          /* the same of its source */
    struct span url, feed_title, own_title; /* of its source */
    struct span language;
    bool read, starred, hidden, copy;
};

/* The words of an item, split when they are first asked for. */
struct lang_seen;
/* The item is borrowed until lang_seen_destroy; its marks may change between two matches. */
struct lang_seen *lang_seen_create(const struct lang_item *item);
void lang_seen_destroy(struct lang_seen **seen);
/* The item's categories have changed. */
void lang_seen_again(struct lang_seen *seen);

bool lang_match(const struct lang *lang, struct lang_seen *seen, int64_t now_ms);

/* --- single names -------------------------------------------------------------------------------
 */

/* A LANG_SOURCE or LANG_CATEGORY, made ready to be compared with many names; lang is borrowed. */
struct lang_seeker;
struct lang_seeker *lang_seeker_create(const struct lang *lang);
void lang_seeker_destroy(struct lang_seeker **seeker);
/* Its number, a part of its URL (without case), or words of its title. */
bool lang_source_fits(const struct lang_seeker *seeker, uint64_t id, struct span url,
                      struct span title);
/* Whether the words stand in a name. */
bool lang_text_fits(const struct lang_seeker *seeker, struct span name);

#endif
