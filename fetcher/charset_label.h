/* Names of encodings, and where documents declare them.  Pure. */
#ifndef WEIR_FETCHER_CHARSET_LABEL_H
#define WEIR_FETCHER_CHARSET_LABEL_H

#include <stdbool.h>

#include "common/buf.h"
#include "fetcher/charset.h"

/* An encoding under the two names that matter. */
struct charset_label {
    char name[CHARSET_NAME_BYTES];  /* as WHATWG Encoding calls it, lower case */
    char iconv[CHARSET_NAME_BYTES]; /* as iconv_open () takes it */
};

/* Reads a label as found in the wild.  False where it cannot be the name of an encoding. */
bool charset_label_read(struct span text, struct charset_label *out);
/* Appends what ascii-compatible documents declare: the charset of a Content-Type. */
struct span charset_label_http(const char *content_type);
/* The encoding of an XML declaration at the start of body; empty where there is none. */
struct span charset_label_xml(struct span body);
/* The charset of a meta element in the first 2 KiB of a page; empty where there is none. */
struct span charset_label_meta(struct span body);

#endif
