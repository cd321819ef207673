/* What link.c does where a socket is reached over tcp; for link.c only. */
#ifndef WEIR_COMMON_LINK_TCP_H
#define WEIR_COMMON_LINK_TCP_H

#include "common/link.h"

/* The tcp address at which this process reaches an endpoint; NULL: it is in runtime.dir.  Caller
 * owns it. */
char *link_tcp_address(const struct config *config, const char *name);
/* Puts the keys on a socket before it is connected there; nothing where endpoint is not tcp.  -1
 * with a logged line: it must not be connected. */
int link_tcp_keys(const struct config *config, zsock_t *socket, const char *endpoint);
/* Binds an endpoint on tcp, too, where the settings say so, with CURVE and the endpoint's name as
 * ZAP domain; the last bind of the socket.  -1 with a logged line. */
int link_tcp_bind(const struct config *config, zsock_t *socket, const char *name);

#endif
