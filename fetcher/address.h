/* Which addresses may be fetched from: what a name resolved to is judged, not the name (DESIGN 13).
 * Pure. */
#ifndef WEIR_FETCHER_ADDRESS_H
#define WEIR_FETCHER_ADDRESS_H

#include <stdbool.h>

struct sockaddr;

/* False for private, loopback, link-local, shared, multicast and reserved addresses (RFC 6890),
 * also where they are wrapped in IPv6 (v4-mapped, NAT64 of RFC 6052, 6to4), unless one of the
 * networks in allow ("127.0.0.0/8 fd00::/8") holds them. */
bool address_allowed(const struct sockaddr *address, const char *allow);
/* Whether the list can be read; bad words are never silently passed over. */
bool address_list_valid(const char *allow);

#endif
