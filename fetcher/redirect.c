#include "fetcher/redirect.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/mem.h"
#include "common/origin.h"
#include "fetcher/url.h"

/* --- URLs ------------------------------------------------------------------------------------- */

/* Where the authority begins; only for what url_is_http has let through. */
static const char *authority_of(const char *url)
{
    return strstr(url, "://") + 3;
}

static size_t authority_length(const char *authority)
{
    return strcspn(authority, "/?#");
}

/* As it is sent: no user information, no fragment, bytes beyond ASCII of path and query encoded, at
 * least "/" as path.  Caller owns the result. */
static char *bare(const char *url, char **user)
{
    const char *authority = authority_of(url);
    const char *path = authority + authority_length(authority);
    const char *at = memrchr(authority, '@', (size_t)(path - authority));
    struct buf out = {0};

    if (at && user)
        *user = mem_dup(authority, (size_t)(at - authority));
    buf_add(&out, url, (size_t)(authority - url));
    authority = at ? at + 1 : authority;
    buf_add(&out, authority, (size_t)(path - authority));
    if (*path != '/')
        buf_addc(&out, '/');
    for (; *path && *path != '#'; path++) {
        if ((unsigned char)*path < 0x80)
            buf_addc(&out, *path);
        else
            buf_printf(&out, "%%%02X", (unsigned char)*path);
    }
    return buf_take(&out);
}

/* --- the chain -------------------------------------------------------------------------------- */

bool redirect_begin(struct redirect *chain, const char *url)
{
    char *clean = url_resolve(NULL, span_str(url));

    *chain = (struct redirect){0};
    if (url_is_http(clean))
        chain->url = bare(clean, &chain->user);
    free(clean);
    return chain->url != NULL;
}

void redirect_end(struct redirect *chain)
{
    for (size_t i = 0; i < chain->hops; i++)
        free(chain->seen[i]);
    free(chain->seen);
    free(chain->url);
    free(chain->permanent);
    mem_forget(&chain->user);
    *chain = (struct redirect){0};
}

bool redirect_is(long status, const char *location)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308 ||
           (status == 300 && location);
}

static bool was_asked(const struct redirect *chain, const char *url)
{
    for (size_t i = 0; i < chain->hops; i++)
        if (strcmp(chain->seen[i], url) == 0)
            return true;
    return strcmp(chain->url, url) == 0;
}

static bool is_secure(const char *url)
{
    return origin_of(span_str(url)).secure;
}

static const char *refusal(const struct redirect *chain, const char *next, size_t most,
                           bool downgrade)
{
    if (chain->hops >= most)
        return "too many redirects (fetcher.redirects)";
    if (!next)
        return "redirect to what is no http or https address";
    if (was_asked(chain, next))
        return "redirect loop: a URL of the chain comes again";
    if (!downgrade && is_secure(chain->url) && !is_secure(next))
        return "redirect from https to http refused (the source's option downgrade allows it)";
    return NULL;
}

static void follow(struct redirect *chain, long status, char *next)
{
    chain->seen = mem_realloc(chain->seen, chain->hops + 1, sizeof(*chain->seen));
    chain->seen[chain->hops++] = chain->url;
    chain->url = next;
    if (status != 301 && status != 308)
        chain->wandered = true;
    if (!chain->wandered) {
        free(chain->permanent);
        chain->permanent = mem_strdup(next);
    }
}

bool redirect_next(struct redirect *chain, long status, const char *location, size_t most,
                   bool downgrade, const char **words)
{
    char *target = NULL;
    char *next = NULL;

    *words = "redirect without a usable Location";
    if (!location)
        return false;
    target = url_resolve(chain->url, span_str(location));
    if (url_is_http(target))
        next = bare(target, NULL);
    free(target);
    *words = refusal(chain, next, most, downgrade);
    if (*words) {
        free(next);
        return false;
    }
    follow(chain, status, next);
    return true;
}

bool redirect_own(const struct redirect *chain)
{
    return chain->hops == 0 || origin_is_same(span_str(chain->seen[0]), span_str(chain->url));
}
