/* The little that the storer must know of addresses: which host they ask, that two spellings of one
 * are one, and whether somebody wrote a password into one.  The fetcher does the rest.  Pure. */
#ifndef WEIR_STORER_URL_HOST_H
#define WEIR_STORER_URL_HOST_H

#include <stdbool.h>

#include "common/buf.h"

/* Splits an http or https address (RFC 3986); `feed:https://…` and `feed://…`, as browsers once
 * took them, are read as https and http.  url gets it with scheme and host in lower case, without
 * user information, fragment and the scheme's own port, and with "/" for an empty path; host gets
 * the host in lower case.  Hosts that are not ASCII stay as they are.  -1: not such an address; url
 * and host are then as they were. */
int url_host(struct span text, struct buf *url, struct buf *host);

/* Whether such an address carries user information; user and password (empty where there is none)
 * get it with percent signs read. */
bool url_user(struct span text, struct buf *user, struct buf *password);

#endif
