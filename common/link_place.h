/* Endpoints by name ("control", "events.in", "events.out", "query", LINK.LANE.in|out|tap): who may
 * use each, and its port.  The only place where ports are told apart:
 *
 *   broker.listen, PORT +0 control, +1 events.in, +2 events.out, then for each link (jobs, items,
 *   vectors, verdicts, reports) hi.in, hi.out, hi.tap, lo.in, lo.out, lo.tap: 33 in all
 *   storer.listen, PORT +0 query */
#ifndef WEIR_COMMON_LINK_PLACE_H
#define WEIR_COMMON_LINK_PLACE_H

#include <stdbool.h>

#include "common/link.h"

/* Whether this role may connect to the endpoint; false where there is no such endpoint. */
bool link_place_admits(const char *name, const char *role);
/* Whether an address is empty or tcp://HOST:PORT with room for its ports; else one logged line. */
bool link_place_fits(const char *key /* "broker.listen" */, const char *address);
/* The tcp address of an endpoint, or NULL where the settings give none.  Caller owns it. */
char *link_place_listen(const struct config *config, const char *name);
char *link_place_connect(const struct config *config, const char *name);
/* The role of who binds it. */
const char *link_place_server(const char *name);

#endif
