/* The query language of search, filters, saved views and rules: text to a tree and back.
 *
 *   river flood           both words, in title, text, author or name of the source
 *   "river flood"         one behind the other        flo*  "river flo"*   words that begin so
 *   a OR b   -a   NOT a   (a OR b) c                  AND may be written and means nothing
 *   title:a  author:a     there alone; title:(a OR b) is title:a OR title:b, for all of these
 *   category:a            of the item or of its source
 *   source:12, source:bbc, source:example.org/feed    number, words of its name, or part of its URL
 *   lang:de               a language tag or the beginning of one: de-AT too
 *   after:T, before:T     T: 2026-11-20, 2026-11-20T10:00 (UTC), an age as 2d or 6h, today,
 * yesterday is:unread             read, starred, hidden, copy story:7, id:9
 *
 * Words fit as SQLite's tokenizer unicode61 with remove_diacritics 2 splits them: case and accents
 * do not count, and what is no letter or digit separates.  A word without letters is left out.
 *
 * Pure.  A text that comes from a stranger makes no tree deeper or larger than the limits below. */
#ifndef WEIR_STORER_LANG_H
#define WEIR_STORER_LANG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

enum { LANG_BYTES = 4096, LANG_DEPTH = 16, LANG_NODES = 256 };

enum lang_kind {
    LANG_ALL,      /* everything: the empty query */
    LANG_AND,      /* parts: 2 or more, none of them LANG_AND or LANG_ALL */
    LANG_OR,       /* parts: 2 or more, none of them LANG_OR */
    LANG_NOT,      /* one part, not LANG_NOT */
    LANG_TEXT,     /* text: words that stand one behind the other in field; prefix: of the last */
    LANG_CATEGORY, /* the same in the name of a category of the item or of its source */
    LANG_SOURCE,   /* text; number where it is one, else 0 */
    LANG_LANGUAGE, /* text: a tag in lower case */
    LANG_TIME,     /* when: before that point, or at or after it */
    LANG_IS,       /* is */
    LANG_STORY,    /* number */
    LANG_ID,       /* number */
};

enum lang_field { LANG_ANYWHERE, LANG_TITLE, LANG_AUTHOR };
enum lang_is { LANG_READ, LANG_UNREAD, LANG_STARRED, LANG_HIDDEN, LANG_COPY };
/* A point in time; those of a view or a rule move with the clock. */
enum lang_when {
    LANG_AT,  /* value: UTC ms */
    LANG_AGO, /* value: ms before now */
    LANG_DAY, /* value: the beginning of today (0), yesterday (1), in UTC */
};

struct lang {
    enum lang_kind kind;
    enum lang_field field;
    bool prefix;
    enum lang_is is;
    bool before;
    enum lang_when when;
    int64_t value;
    uint64_t number;
    char *text; /* without quotation marks and control characters */
    struct lang **parts;
    size_t count;
};

/* Where a query is wrong: bytes from its start, bytes of the place (0: at that place something is
 * missing), and what to do about it. */
struct lang_error {
    size_t at, length;
    char words[200];
};

/* The tree, the caller's; NULL with error filled. */
struct lang *lang_parse(struct span text, struct lang_error *error);
/* A text as one phrase, whatever is in it; LANG_ALL where there is no word in it.  What is beyond
 * LANG_BYTES is left out. */
struct lang *lang_phrase(struct span text);
/* Both must be met; takes both over. */
struct lang *lang_both(struct lang *a, struct lang *b);
void lang_destroy(struct lang **lang);

/* Appends the normal form: parsed again, it gives the same tree. */
void lang_write(const struct lang *lang, struct buf *out);
/* Appends the words that are looked for (nothing that is under a NOT), for the semantic half. */
void lang_plain(const struct lang *lang, struct buf *out);

/* The point in time of a LANG_TIME, in ms, a whole second. */
int64_t lang_time(const struct lang *lang, int64_t now_ms);

/* --- FTS5: columns title, text, author, source_title, categories --------------------------------
 */

/* Whether a tree can be said as one FTS5 expression: of LANG_TEXT, AND, OR, and NOT as a part of an
 * AND that has other parts, too. */
bool lang_is_text(const struct lang *lang);
/* Appends that expression.  All of the user's text stands in string literals. */
void lang_fts(const struct lang *lang, struct buf *out);
/* Appends the expression of as much of a query as must be met and is text: the tree itself, or
 * those parts of an AND. false (nothing appended) where there is none: then only
 * reads_lang_set () knows. */
bool lang_fts_part(const struct lang *lang, struct buf *out);
/* Appends the expression for the item's own categories of a LANG_CATEGORY. */
void lang_fts_category(const struct lang *lang, struct buf *out);

#endif
