/* The options of a source that are nobody else's business: credentials, headers, cookies, proxy,
 * TLS (common/PROTOCOL.md, private).  Pure. */
#ifndef WEIR_FETCHER_OPTIONS_H
#define WEIR_FETCHER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

/* All text is owned by the struct; NULL where it was not given. */
struct options {
    char *user; /* Basic (RFC 7617); password is "" where only a user was given */
    char *password;
    char *bearer;   /* RFC 6750 */
    char **headers; /* lines as curl wants them: "Name: value", or "Name;" for an empty value */
    size_t header_count;
    char *cookies;
    char *proxy; /* scheme://host[:port], without user information */
    char *proxy_user;
    char *proxy_password;
    char *user_agent;
    char *ca;        /* path of a file */
    char *pin;       /* "sha256//BASE64", several joined by ; */
    bool unverified; /* the server's certificate is not looked at */
    bool downgrade;  /* https may redirect to http */
};

/* Reads the JSON object.  Empty text gives NULL and *why NULL: no options.  What is no object, and
 * what source_options_fault () finds at fault, gives NULL and *why, its words.  Unknown members are
 * passed over.  Caller owns the result. */
struct options *options_read(struct span json, const char **why);
/* Overwrites the secrets before it frees them; takes NULL. */
void options_destroy(struct options **options);

#endif
