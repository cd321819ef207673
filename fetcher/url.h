/* Addresses: cleaning and resolving (RFC 3986 section 5, with the leniencies that browsers have).
 * Pure: no socket, no name is looked up. */
#ifndef WEIR_FETCHER_URL_H
#define WEIR_FETCHER_URL_H

#include <stdbool.h>
#include "common/buf.h"

enum { URL_MAX = 65536 }; /* bytes; a longer reference is nonsense */

/* Resolves ref against base and cleans it.  White space around it and control characters anywhere
 * are taken out; spaces, quotes, angle brackets and bytes that are not UTF-8 are percent-encoded;
 * other characters beyond ASCII stay (IRI, RFC 3987); a backslash before the query is a slash; the
 * scheme is written in lower case.
 * base may be NULL, empty or itself relative: a relative reference then comes out relative.
 * Returns NULL where the scheme is not one that a reader may follow (http, https, mailto, tel, ...;
 * never javascript, data, file, ...), where http or https has no sensible host, and where ref is
 * longer than URL_MAX.  Caller owns the result. */
char *url_resolve(const char *base, struct span ref);

/* Whether url is an absolute http or https address with a host.  NULL is not. */
bool url_is_http(const char *url);

/* The host in lower case, without user, port and brackets; NULL where there is none.
 * Caller owns the result. */
char *url_host(const char *url);

#endif
