/* Hands a document to libxml2's push parser, but for long texts: those go to the builder directly,
 * where the parser says that a text is what comes next.  Not for use outside feed_*.c. */
#ifndef WEIR_FETCHER_FEED_XML_PUSH_H
#define WEIR_FETCHER_FEED_XML_PUSH_H

#include <libxml/parser.h>
#include <stdbool.h>

#include "common/buf.h"

enum { FEED_XML_TAG_BYTES = 64 * 1024 };

struct feed_builder;

/* Pushes text, without the call that ends a document, and stops early where the parser found it not
 * well-formed.  False where it has a tag longer than FEED_XML_TAG_BYTES: what is in front of it was
 * pushed. */
bool feed_xml_push(xmlParserCtxtPtr parser, struct feed_builder *b, struct span text);

#endif
