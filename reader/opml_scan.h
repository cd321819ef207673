/* Inside of opml.c: finds the tags of a list without asking that it be well-formed. */
#ifndef WEIR_READER_OPML_SCAN_H
#define WEIR_READER_OPML_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include "common/buf.h"

enum { OPML_ATTRIBUTES_MAX = 48 };

enum opml_tag_type { OPML_START, OPML_END, OPML_CUT /* the text ends within it */ };

struct opml_attribute {
    struct span name, value; /* as written; value without its quotes, references not read */
};

struct opml_tag {
    enum opml_tag_type type;
    struct span name;
    bool closed; /* ends with a slash */
    int line;
    const char *behind; /* first byte after the tag */
    size_t count;
    struct opml_attribute attributes[OPML_ATTRIBUTES_MAX];
};

struct opml_scan {
    const char *p, *end;
    int line;
};

/* The next tag; false at the end.  Comments, marked sections and declarations are passed over. */
bool opml_scan_next(struct opml_scan *scan, struct opml_tag *tag);
/* Appends a value: references read, white space made blanks, only valid UTF-8, no controls. */
void opml_scan_value(struct buf *out, struct span raw);
/* The text in UTF-8, by byte order mark or declaration.  Caller frees *out. */
void opml_scan_decode(struct span in, struct buf *out);

#endif
