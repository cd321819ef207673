#include "fetcher/lease.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/hash.h"
#include "common/mem.h"
#include "common/service.h"
#include "fetcher/discover.h"
#include "fetcher/fetcher.h"
#include "fetcher/http.h"
#include "fetcher/parser.h"
#include "fetcher/status.h"

/* The limits of messages.def. */
enum { URL_LONGEST = 8192, ETAG_MAX = 4096, MODIFIED_MAX = 256, TYPE_MAX = 512 };

/* --- documents -------------------------------------------------------------------------------- */

/* The parser gets header and job, and a body: never what is private. */
static void give_to_parser(struct lease *lease, struct parser_ticket *ticket, struct span body)
{
    struct fetcher *fetcher = lease->fetcher;
    zmsg_t *message = zmsg_new();
    zframe_t *header = zframe_dup(zmsg_first(lease->message));
    zframe_t *job = zframe_dup(zmsg_next(lease->message));

    ticket->lease = lease;
    ticket->url = lease->url;
    ticket->content_type = lease->content_type;
    ticket->etag = lease->etag;
    ticket->last_modified = lease->last_modified;
    ticket->permanent_url = lease->permanent_url;
    ticket->found_url = lease->found_url;
    ticket->instance = fetcher->service->app.instance;
    ticket->replay = lease->replay;
    ticket->full = lease->full;
    zmsg_addmem(message, ticket, sizeof(*ticket));
    zmsg_append(message, &header);
    zmsg_append(message, &job);
    zmsg_addmem(message, body.p, body.n);
    if (lease->discover) {
        buf_clear(&fetcher->out);
        discover_write(lease->discover, &fetcher->out);
        link_append(message, &fetcher->out);
    }
    zmsg_send(&message, zactor_sock(fetcher->parser));
    fetcher->parsing++;
}

void lease_replay(struct lease *lease, const struct msg_job *job)
{
    struct parser_ticket ticket = {.retry_after_ms = -1, .max_age_ms = -1, .seen_ms = job->seen_ms};

    lease_set(&lease->url, mem_dup(job->final_url.p, job->final_url.n));
    lease_set(&lease->content_type, mem_dup(job->content_type.p, job->content_type.n));
    zmsg_first(lease->message);
    zmsg_next(lease->message);
    FAULT(replay_taken);
    give_to_parser(lease, &ticket, link_span(zmsg_next(lease->message)));
}

/* A value that is too long means nothing any more. */
static char *copy(const char *text, size_t most)
{
    return mem_strdup(text && strlen(text) <= most ? text : "");
}

static void read_response(struct lease *lease, const struct http_result *result,
                          const struct msg_job *job, uint64_t body_hash)
{
    const struct headers *headers = &result->headers;
    int64_t most = lease_config(lease)->fetcher_discover;
    struct parser_ticket ticket = {.http_status = headers->status,
                                   .retry_after_ms = headers->retry_after_ms,
                                   .max_age_ms = headers->max_age_ms,
                                   .seen_ms = clock_utc_ms(),
                                   .took_ms = result->took_ms,
                                   .body_hash = body_hash,
                                   .discover = job->discover ? (uint64_t)most : 0};

    lease_set(&lease->url, copy(result->final_url, URL_LONGEST));
    lease_set(&lease->content_type, copy(headers->content_type, TYPE_MAX));
    lease_set(&lease->etag, copy(headers->etag, ETAG_MAX));
    lease_set(&lease->last_modified, copy(headers->last_modified, MODIFIED_MAX));
    lease_set(&lease->permanent_url, copy(result->permanent_url, URL_LONGEST));
    /* A redirect that is not for good is followed, and not written down. */
    if (lease->discover && *lease->permanent_url)
        lease_set(&lease->found_url, mem_strdup(lease->permanent_url));
    give_to_parser(lease, &ticket, buf_span(&result->body));
}

/* --- responses -------------------------------------------------------------------------------- */

static void refuse(struct lease *lease, const struct http_result *result)
{
    struct buf words = {0};

    if (result->error) {
        lease_report_failure(lease, result->error, result->words, result);
        return;
    }
    status_words(result->headers.status, lease->options, &words);
    lease_report_failure(lease, MSG_ERROR_HTTP, words.data, result);
    buf_free(&words);
}

/* A 304 to a request without validators says nothing. */
static bool is_not_modified(const struct http_result *result, const struct msg_job *job)
{
    return result->headers.status == 304 && (job->etag.n || job->last_modified.n);
}

/* A part, which nobody asked for, must not be taken for the whole with its validators. */
static bool is_document(const struct http_result *result)
{
    return !result->error && result->headers.status / 100 == 2 && result->headers.status != 206;
}

static void take_response(struct lease *lease, const struct http_result *result)
{
    bool read = is_document(result);
    uint64_t body_hash = 0;
    struct msg_job job;

    lease_read(lease, &job);
    if (lease->discover && !read) {
        if (!lease_discover_ended(lease, result))
            lease_discover_next(lease);
    } else if (read) {
        body_hash = hash_64(result->body.data, result->body.len);
        if (body_hash == job.body_hash && job.body_hash)
            lease_report_same(lease, MSG_OUTCOME_UNCHANGED, &job, result);
        else
            read_response(lease, result, &job, body_hash);
    } else if (!result->error && is_not_modified(result, &job)) {
        lease_report_same(lease, MSG_OUTCOME_NOT_MODIFIED, &job, result);
    } else {
        refuse(lease, result);
    }
}

void lease_responded(void *self, void *token, struct http_result *result)
{
    struct fetcher *fetcher = self;
    struct lease *lease = token;
    struct counters *counters = lease_counters(lease);

    lease->transfer = NULL;
    FAULT(response_whole);
    counters_add(counters, COUNTER_fetches, 1);
    if (status_is_throttled(result->headers.status))
        counters_add(counters, COUNTER_throttled, 1);
    take_response(lease, result);
    fetcher_turn(fetcher);
}
