/* What the files of storer/lang.h share. */
#ifndef WEIR_STORER_LANG_INNER_H
#define WEIR_STORER_LANG_INNER_H

#include "storer/lang.h"

/* A node without parts. */
struct lang *lang_leaf(enum lang_kind kind);
/* Sets text: what ends strings, in SQL and here, becomes a space. */
void lang_set_text(struct lang *lang, struct span text);
/* Both of two, as flat as can be: kind is LANG_AND or LANG_OR; either may be NULL. */
struct lang *lang_join(enum lang_kind kind, struct lang *a, struct lang *b);
struct lang *lang_negate(struct lang *lang);

/* The bytes of the white space at the start of text; 0 where there is none. */
size_t lang_space(struct span text);

/* Points in time (lang_time.c): what stands behind before: and after:, into when and value of lang;
 * false where it is none. */
bool lang_read_time(struct span text, struct lang *lang);
void lang_write_time(const struct lang *lang, struct buf *out);

/* Fields (lang_field.c). */
enum lang_name {
    LANG_NO_NAME,
    LANG_NAME_TITLE,
    LANG_NAME_AUTHOR,
    LANG_NAME_CATEGORY,
    LANG_NAME_SOURCE,
    LANG_NAME_LANG,
    LANG_NAME_BEFORE,
    LANG_NAME_AFTER,
    LANG_NAME_IS,
    LANG_NAME_STORY,
    LANG_NAME_ID,
};
/* What stands before a colon; LANG_NO_NAME for what is none. */
enum lang_name lang_name_of(struct span text);
const char *lang_name_text(enum lang_name name);
const char *lang_is_name(enum lang_is is);
/* The node of one value, or NULL: then *why says what is wanted, or is NULL where there is no word
 * to look for. */
struct lang *lang_value(enum lang_name name, struct span text, bool prefix, const char **why);

#endif
