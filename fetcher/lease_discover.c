#include "fetcher/lease.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/origin.h"
#include "fetcher/discover.h"
#include "fetcher/fetcher.h"
#include "fetcher/http.h"
#include "fetcher/status.h"

/* What the source's owner meant for its site stays there: a page may name any other one. */
const struct options *lease_options_for(struct lease *lease, struct span owner, const char *url)
{
    if (!lease->options || origin_is_same(owner, span_str(url)))
        return lease->options;
    lease->elsewhere = (struct options){.proxy = lease->options->proxy,
                                        .proxy_user = lease->options->proxy_user,
                                        .proxy_password = lease->options->proxy_password,
                                        .user_agent = lease->options->user_agent,
                                        .downgrade = lease->options->downgrade};
    return &lease->elsewhere;
}

void lease_discover_next(struct lease *lease)
{
    const struct span none = {0};
    int64_t left_ms = lease->discover_until_ms - clock_mono_ms();
    const char *url = NULL;
    struct msg_job job;

    if (lease_must_wait(lease)) {
        lease_give_back(lease);
        return;
    }
    lease_read(lease, &job);
    while (left_ms > 0 && (url = discover_next(lease->discover))) {
        lease_set(&lease->found_url, mem_strdup(url));
        if (lease_ask(lease, url, none, none, lease_options_for(lease, job.url, url), left_ms))
            return;
    }
    lease_report_no_feed(lease);
}

static void begin(struct lease *lease, struct discover *candidates, int64_t page_ms)
{
    struct msg_job job;

    lease_read(lease, &job);
    lease->discover = candidates;
    lease->page_ms = page_ms;
    lease_set(&lease->page_url, mem_strdup(lease->url));
    /* All of them together have the time that a single response has. */
    lease->discover_until_ms = clock_mono_ms() + lease_time_ms(lease, &job);
}

void lease_discover_page(struct lease *lease, struct discover *candidates, int64_t page_ms)
{
    if (lease->discover)
        discover_join(lease->discover, &candidates);
    else
        begin(lease, candidates, page_ms);
    lease_discover_next(lease);
}

static char *words_of(const struct lease *lease, const struct http_result *result)
{
    struct buf words = {0};

    if (result->error)
        return mem_strdup(result->words);
    status_words(result->headers.status, lease->options, &words);
    return buf_take(&words);
}

bool lease_discover_ended(struct lease *lease, const struct http_result *result)
{
    bool throttled = !result->error && status_is_throttled(result->headers.status);
    bool absent = !result->error && result->headers.status == 404;
    char *said = words_of(lease, result);
    char *words = NULL;

    /* Further requests would make these worse. */
    if (throttled || result->error == MSG_ERROR_OFFLINE) {
        words = mem_printf("%s, while the feed of a web page was looked for", said);
        lease_report_failure(lease, throttled ? MSG_ERROR_HTTP : result->error, words, result);
        free(words);
        free(said);
        return true;
    }
    /* Many addresses are guesses: that nothing is there says nothing. */
    if (lease->refusal || absent)
        free(said);
    else
        lease->refusal = said;
    return false;
}
