/* Cuts HTML into tags and text (HTML Living Standard, 13.2.5), without copying and in linear time.
 * Comments, declarations and processing instructions are passed over.  Pure. */
#ifndef WEIR_FETCHER_HTML_TOKEN_H
#define WEIR_FETCHER_HTML_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include "common/buf.h"

enum { HTML_NAME_MAX = 16, HTML_ATTRIBUTES_MAX = 64, HTML_UNENDED_MAX = 16 };

enum html_token_type { HTML_TEXT, HTML_START, HTML_END };

struct html_attribute {
    struct span name;  /* as written */
    struct span value; /* as written, without quotes; references not read */
};

struct html_token {
    enum html_token_type type;
    char name[HTML_NAME_MAX]; /* lower case; "" where it is longer than any name we know */
    struct span text;         /* HTML_TEXT: references not read */
    bool closed;              /* HTML_START: written with a slash at its end */
    size_t count;             /* of attributes; those beyond the maximum are left out */
    struct html_attribute attributes[HTML_ATTRIBUTES_MAX];
};

struct html_lexer {
    const char *p, *end;
    bool keep_broken; /* a tag that never ends is text, rather than nothing */
    bool endless;     /* a comment without an end was met: none further on has one */
    unsigned cdata;   /* marked sections that are open */
    const char *unended[HTML_UNENDED_MAX]; /* raw text elements without an end tag further on */
    size_t unended_count;
};

/* in is borrowed while the lexer is used. */
void html_lexer_init(struct html_lexer *lexer, struct span in, bool keep_broken);
/* The next token; false at the end. */
bool html_lexer_next(struct html_lexer *lexer, struct html_token *token);
/* Passes over everything up to and including the end tag of a raw text element (script, ...);
 * false, and stays, where it has none.  name is compared by its address and has to outlive the
 * lexer. */
bool html_lexer_skip_raw(struct html_lexer *lexer, const char *name);

#endif
