/* A request's way through redirects: where it goes next, and when it has gone far enough (RFC 9110
 * section 15.4).  Pure. */
#ifndef WEIR_FETCHER_REDIRECT_H
#define WEIR_FETCHER_REDIRECT_H

#include <stdbool.h>
#include <stddef.h>

/* Begin with redirect_begin.  URLs have neither user information nor fragment, and are ASCII but
 * for the host; they are owned by the struct. */
struct redirect {
    char *url;       /* to be asked for now */
    char *user;      /* user information of the first URL, as it stood there; NULL = none */
    char *permanent; /* where the 301 and 308 at the beginning led; NULL = there were none */
    bool wandered;   /* a redirect that was not permanent has been followed */
    char **seen;     /* what was asked for before; [0] is the source's own */
    size_t hops;
};

/* False where url is no absolute http or https URL with a host; the struct is empty then. */
bool redirect_begin(struct redirect *chain, const char *url);
/* Frees all; the struct may begin anew. */
void redirect_end(struct redirect *chain);

/* Whether a response of this status and Location (NULL = none) asks to go elsewhere. */
bool redirect_is(long status, const char *location);
/* Goes there.  False with *words, which stay valid until redirect_end, where it cannot: no
 * Location, one that is no http or https URL, a URL that was asked for before, more than most
 * redirects, from https to http unless downgrade; chain stays where it was. */
bool redirect_next(struct redirect *chain, long status, const char *location, size_t most,
                   bool downgrade, const char **words);
/* Whether what belongs to the source (credentials, headers, cookies) may be sent to the present
 * URL: scheme, host and port are the source's own, or http on port 80 has become https on port 443.
 */
bool redirect_own(const struct redirect *chain);

#endif
