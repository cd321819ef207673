/* The options of a source: the JSON object of a job's private frame (common/PROTOCOL.md).  What may
 * stand in it, for whoever sets it and for whoever goes by it.  Pure. */
#ifndef WEIR_COMMON_SOURCE_OPTIONS_H
#define WEIR_COMMON_SOURCE_OPTIONS_H

#include <jansson.h>
#include <stdbool.h>

enum { SOURCE_OPTIONS_BYTES_MAX = 65536, SOURCE_HEADERS_MAX = 64 };

/* What a member that this version does not know is: a fault, or another version's. */
enum source_unknown { SOURCE_UNKNOWN_FAULT, SOURCE_UNKNOWN_PASSED };

/* NULL where options (NULL: no object) say only what a fetcher can do, else static words that begin
 * with the member at fault.  They never quote a value: it may be a password. */
const char *source_options_fault(const json_t *options, enum source_unknown unknown);

/* Whether a field can carry the text: no control characters but the tab (RFC 9110 section 5.5). */
bool source_is_sendable(const char *text);

/* --- the member proxy ------------------------------------------------------------------------- */

/* All text is owned by the struct. */
struct source_proxy {
    char *address; /* scheme://host[:port] */
    char *user;    /* percent-encoding undone; NULL where none was given */
    char *password;
};

/* Reads http://, https://, socks5:// or socks5h://[user[:password]@]host[:port]; what the struct
 * held before is not looked at.  False where text is none of these, or gives what cannot be sent:
 * the struct is then empty. */
bool source_proxy_read(const char *text, struct source_proxy *proxy);
/* Overwrites what it held; the struct is then empty. */
void source_proxy_clear(struct source_proxy *proxy);

#endif
