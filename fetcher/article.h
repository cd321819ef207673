/* From a web page to the article in it.  Pure. */
#ifndef WEIR_FETCHER_ARTICLE_H
#define WEIR_FETCHER_ARTICLE_H

#include "common/buf.h"

struct config;
struct msg_report;

/* Writes to *out the article's cleaned HTML, a zero byte, and its plain text, each cut at
 * fetcher.item_bytes and fetcher.text_bytes.  Where there is none, *out is empty and *report says
 * why: outcome and error, constant text.  url is where the page came from, after redirects. */
void article_read(const struct config *config, struct span body, const char *content_type,
                  const char *url, struct msg_report *report, struct buf *out);

#endif
