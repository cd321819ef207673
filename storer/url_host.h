/* The little that the storer must know of addresses: which host they ask, and that two spellings of
 * one are one.  The fetcher does the rest.  Pure. */
#ifndef WEIR_STORER_URL_HOST_H
#define WEIR_STORER_URL_HOST_H

#include "common/buf.h"

/* Splits an http or https address (RFC 3986): url gets it with scheme and host in lower case, no
 * fragment, and "/" for an empty path; host gets the host in lower case.  -1: not such an address.
 */
int url_host(struct span text, struct buf *url, struct buf *host);

#endif
