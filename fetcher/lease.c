#include "fetcher/fetcher.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/backlog.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/service.h"
#include "fetcher/http.h"
#include "fetcher/parser.h"

static struct counters *counters(const struct fetcher *fetcher)
{
    return &fetcher->service->app.counters;
}

static const struct config *config(const struct fetcher *fetcher)
{
    return fetcher->service->app.config;
}

/* --- reading a job ---------------------------------------------------------------------------- */

static int read_job(struct fetcher *fetcher, zmsg_t *message, struct msg_header *header,
                    struct msg_job *job)
{
    struct span first = link_span(zmsg_first(message));
    struct span second = link_span(zmsg_next(message));

    msg_pool_reset(&fetcher->pool);
    fetcher->pool.why = "wrong number of frames";
    if (zmsg_size(message) < 2 || zmsg_size(message) > 3)
        return -1;
    return msg_header_read(first, &fetcher->pool, header) ||
                   msg_job_read(second, &fetcher->pool, job)
               ? -1
               : 0;
}

/* The job of a lease was read once already when it was taken. */
static void read_again(struct lease *lease, struct msg_header *header, struct msg_job *job)
{
    if (read_job(lease->fetcher, lease->message, header, job)) {
        *header = (struct msg_header){.kind = MSG_KIND_FETCH, .fetch = lease->fetch};
        *job = (struct msg_job){0};
    }
}

static struct lease *new_lease(struct fetcher *fetcher, enum lane lane, zmsg_t **message,
                               const struct msg_header *header)
{
    struct lease *lease = mem_calloc(1, sizeof(*lease));

    *lease = (struct lease){.fetcher = fetcher,
                            .next = fetcher->leases,
                            .fetch = header->fetch,
                            .lane = lane,
                            .replay = zmsg_size(*message) == 3,
                            .message = *message};
    *message = NULL;
    if (fetcher->leases)
        fetcher->leases->previous = lease;
    fetcher->leases = lease;
    fetcher->lease_count++;
    return lease;
}

void lease_free(struct lease *lease)
{
    struct fetcher *fetcher = lease->fetcher;

    if (lease->previous)
        lease->previous->next = lease->next;
    else
        fetcher->leases = lease->next;
    if (lease->next)
        lease->next->previous = lease->previous;
    fetcher->lease_count--;
    zmsg_destroy(&lease->message);
    free(lease->url);
    free(lease->content_type);
    free(lease->etag);
    free(lease->last_modified);
    free(lease->permanent_url);
    free(lease);
}

/* --- reports without a document --------------------------------------------------------------- */

static void send_report(struct lease *lease, struct msg_report *report)
{
    struct fetcher *fetcher = lease->fetcher;
    zmsg_t *message = zmsg_new();
    zframe_t *header = zframe_dup(zmsg_first(lease->message));

    report->instance = span_str(fetcher->service->app.instance);
    report->seen_ms = clock_utc_ms();
    zmsg_append(message, &header);
    buf_clear(&fetcher->out);
    if (msg_report_write(report, &fetcher->out))
        log_error("unwritable", "message=report fetch=%" PRIu64, lease->fetch);
    link_append(message, &fetcher->out);
    zmsg_addmem(message, "", 0);
    backlog_send(fetcher->reports, lease->lane, &message);
}

static struct msg_report blank_report(enum msg_outcome outcome)
{
    return (struct msg_report){.outcome = outcome,
                               .retry_after_ms = -1,
                               .max_age_ms = -1,
                               .ttl_ms = -1,
                               .mean_gap_ms = -1};
}

void lease_give_back(struct lease *lease)
{
    struct msg_report report = blank_report(MSG_OUTCOME_ABORTED);

    if (lease->transfer)
        http_abort(lease->fetcher->http, lease->transfer);
    counters_add(counters(lease->fetcher), COUNTER_aborted, 1);
    send_report(lease, &report);
    lease_free(lease);
}

static struct span short_text(const char *text, size_t most)
{
    struct span span = span_str(text);

    if (span.n > most)
        span.n = most;
    return span;
}

static void report_failure(struct lease *lease, enum msg_error kind, const char *words,
                           const struct http_result *result)
{
    struct msg_report report = blank_report(MSG_OUTCOME_FAILED);

    report.error_kind = kind;
    report.error = short_text(words, 1000);
    if (result) {
        report.http_status = (uint64_t)result->headers.status % 1000;
        report.retry_after_ms = result->headers.retry_after_ms;
        report.final_url = short_text(result->final_url, 8192);
        report.took_ms = (uint64_t)result->took_ms;
    }
    counters_add(counters(lease->fetcher), COUNTER_failures, 1);
    log_info("fetch-failed", "fetch=%" PRIu64 " error=%s status=%" PRIu64 " words=\"%.*s\"",
             lease->fetch, msg_error_name(kind), report.http_status, (int)report.error.n,
             report.error.p);
    send_report(lease, &report);
    lease_free(lease);
}

/* 304, or the very body that was read last time: the validators may be new all the same. */
static void report_same(struct lease *lease, enum msg_outcome outcome, uint64_t body_hash,
                        const struct http_result *result)
{
    const struct headers *headers = &result->headers;
    struct msg_report report = blank_report(outcome);

    report.http_status = (uint64_t)headers->status;
    report.etag = short_text(headers->etag, 4096);
    report.last_modified = short_text(headers->last_modified, 256);
    report.max_age_ms = headers->max_age_ms;
    report.final_url = short_text(result->final_url, 8192);
    report.body_hash = body_hash;
    report.took_ms = (uint64_t)result->took_ms;
    counters_add(counters(lease->fetcher), COUNTER_not_modified, 1);
    send_report(lease, &report);
    lease_free(lease);
}

/* --- documents -------------------------------------------------------------------------------- */

static char *take_text(char **from, size_t most)
{
    char *text = *from;

    *from = NULL;
    if (text && strlen(text) > most)
        text[most] = '\0';
    return text;
}

static void give_to_parser(struct lease *lease, struct parser_ticket *ticket, struct span body)
{
    struct fetcher *fetcher = lease->fetcher;
    zmsg_t *message = zmsg_dup(lease->message);

    ticket->lease = lease;
    ticket->url = lease->url;
    ticket->content_type = lease->content_type;
    ticket->etag = lease->etag;
    ticket->last_modified = lease->last_modified;
    ticket->permanent_url = lease->permanent_url;
    ticket->instance = fetcher->service->app.instance;
    ticket->replay = lease->replay;
    if (!lease->replay)
        zmsg_addmem(message, body.p, body.n);
    zmsg_pushmem(message, ticket, sizeof(*ticket));
    zmsg_send(&message, zactor_sock(fetcher->parser));
}

static void begin_replay(struct lease *lease, const struct msg_job *job)
{
    struct parser_ticket ticket = {.retry_after_ms = -1, .max_age_ms = -1, .seen_ms = job->seen_ms};

    lease->url = mem_dup(job->final_url.p, job->final_url.n);
    lease->content_type = mem_dup(job->content_type.p, job->content_type.n);
    give_to_parser(lease, &ticket, span_of(NULL, 0));
}

static void read_response(struct lease *lease, struct http_result *result, uint64_t body_hash)
{
    struct headers *headers = &result->headers;
    struct parser_ticket ticket = {.http_status = headers->status,
                                   .retry_after_ms = headers->retry_after_ms,
                                   .max_age_ms = headers->max_age_ms,
                                   .seen_ms = clock_utc_ms(),
                                   .took_ms = result->took_ms,
                                   .body_hash = body_hash};

    lease->url = mem_strdup(strlen(result->final_url) > 8192 ? "" : result->final_url);
    lease->content_type = take_text(&headers->content_type, 512);
    lease->etag = take_text(&headers->etag, 4096);
    lease->last_modified = take_text(&headers->last_modified, 256);
    if (headers->redirected && headers->only_permanent)
        lease->permanent_url = mem_strdup(lease->url);
    give_to_parser(lease, &ticket, buf_span(&result->body));
}

void lease_responded(void *self, void *token, struct http_result *result)
{
    struct fetcher *fetcher = self;
    struct lease *lease = token;
    struct msg_header header;
    struct msg_job job;
    uint64_t body_hash = 0;

    lease->transfer = NULL;
    counters_add(counters(fetcher), COUNTER_fetches, 1);
    read_again(lease, &header, &job);
    if (result->error) {
        report_failure(lease, result->error, result->words, result);
    } else if (result->headers.status == 304) {
        report_same(lease, MSG_OUTCOME_NOT_MODIFIED, job.body_hash, result);
    } else if (result->headers.status / 100 != 2) {
        char *words = mem_printf("HTTP status %ld", result->headers.status);

        report_failure(lease, MSG_ERROR_HTTP, words, result);
        free(words);
    } else {
        body_hash = hash_64(result->body.data, result->body.len);
        if (body_hash == job.body_hash && job.body_hash)
            report_same(lease, MSG_OUTCOME_UNCHANGED, body_hash, result);
        else
            read_response(lease, result, body_hash);
    }
    fetcher_turn(fetcher);
}

/* --- taking and handing on -------------------------------------------------------------------- */

static void begin_transfer(struct lease *lease, const struct msg_job *job)
{
    struct fetcher *fetcher = lease->fetcher;
    char *url = mem_dup(job->url.p, job->url.n);
    struct http_request request = {.url = url,
                                   .etag = job->etag,
                                   .last_modified = job->last_modified,
                                   .timeout_ms = job->timeout_ms
                                                     ? (int64_t)job->timeout_ms
                                                     : config(fetcher)->fetcher_response_ms};

    lease->transfer = http_start(fetcher->http, &request, lease);
    if (!lease->transfer)
        report_failure(lease, MSG_ERROR_TRANSFER, "not a URL that can be asked for", NULL);
    free(url);
}

void lease_take(struct fetcher *fetcher, enum lane lane, zmsg_t **message)
{
    struct msg_header header;
    struct msg_job job;
    struct lease *lease = NULL;

    if (read_job(fetcher, *message, &header, &job)) {
        counters_add(counters(fetcher), COUNTER_malformed, 1);
        log_warning("malformed", "link=jobs why=\"%s\"", fetcher->pool.why);
        zmsg_destroy(message);
        return;
    }
    /* The job's text stays where it is: the lease keeps the message. */
    lease = new_lease(fetcher, lane, message, &header);
    if (header.deadline_ms && header.deadline_ms < clock_utc_ms()) {
        counters_add(counters(fetcher), COUNTER_expired, 1);
        lease_give_back(lease);
    } else if (lease->replay) {
        begin_replay(lease, &job);
    } else if (fetcher->quiet_until_ms || fetcher->stopping) {
        lease_give_back(lease);
    } else {
        begin_transfer(lease, &job);
    }
}

static void send_parts(struct fetcher *fetcher, struct lease *lease, zmsg_t *parts)
{
    zmsg_t *report = zmsg_new();

    for (int i = 0; i < 3; i++) {
        zframe_t *frame = zmsg_pop(parts);

        zmsg_append(report, &frame);
    }
    backlog_send(fetcher->reports, lease->lane, &report);
    while (zmsg_size(parts) >= 2) {
        zmsg_t *item = zmsg_new();
        zframe_t *header = zmsg_pop(parts);
        zframe_t *body = zmsg_pop(parts);

        zmsg_append(item, &header);
        zmsg_append(item, &body);
        backlog_send(fetcher->items, lease->lane, &item);
    }
}

void lease_parsed(struct fetcher *fetcher, zmsg_t **message)
{
    zframe_t *frame = zmsg_pop(*message);
    struct parser_ticket ticket;

    memcpy(&ticket, zframe_data(frame), sizeof(ticket));
    zframe_destroy(&frame);
    fetcher->busy_us += ticket.busy_us;
    counters(fetcher)->at[COUNTER_busy_ms] = (uint64_t)(fetcher->busy_us / 1000);
    counters_add(counters(fetcher), COUNTER_items, ticket.items);
    counters_add(counters(fetcher), COUNTER_known, ticket.known);
    if (ticket.malformed) {
        counters_add(counters(fetcher), COUNTER_malformed, 1);
        report_failure(ticket.lease, MSG_ERROR_TRANSFER, "the job could not be read", NULL);
    } else {
        send_parts(fetcher, ticket.lease, *message);
        lease_free(ticket.lease);
    }
    zmsg_destroy(message);
}
