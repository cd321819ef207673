#include "fetcher/lease.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/backlog.h"
#include "common/clock.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/service.h"
#include "common/utf8.h"
#include "fetcher/discover.h"
#include "fetcher/fetcher.h"
#include "fetcher/http.h"

/* The limits of messages.def. */
enum { WORDS_MAX = 1000, URL_LONGEST = 8192, ETAG_MAX = 4096, MODIFIED_MAX = 256 };

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

/* Addresses and validators mean something whole only. */
static struct span whole(const char *text, size_t most)
{
    struct span span = span_str(text);

    return span.n > most ? span_str("") : span;
}

static struct span first_words(const char *text)
{
    return utf8_clip(span_str(text), WORDS_MAX);
}

static void add_response(struct msg_report *report, const struct http_result *result)
{
    report->http_status = (uint64_t)result->headers.status % 1000;
    report->retry_after_ms = result->headers.retry_after_ms;
    report->max_age_ms = result->headers.max_age_ms;
    report->final_url = whole(result->final_url, URL_LONGEST);
    report->permanent_url = whole(result->permanent_url, URL_LONGEST);
    report->wandered = result->wandered;
    report->took_ms = (uint64_t)result->took_ms;
}

void lease_give_back(struct lease *lease)
{
    struct msg_report report = blank_report(MSG_OUTCOME_ABORTED);

    if (lease->transfer)
        http_abort(lease->fetcher->http, lease->transfer);
    counters_add(lease_counters(lease), COUNTER_aborted, 1);
    send_report(lease, &report);
    FAULT(given_back);
    lease_free(lease);
}

static void send_failure(struct lease *lease, struct msg_report *report)
{
    counters_add(lease_counters(lease), COUNTER_failures, 1);
    log_info("fetch-failed", "fetch=%" PRIu64 " error=%s status=%" PRIu64 " words=\"%.*s\"",
             lease->fetch, msg_error_name((enum msg_error)report->error_kind), report->http_status,
             (int)report->error.n, report->error.p);
    send_report(lease, report);
    lease_free(lease);
}

void lease_report_failure(struct lease *lease, enum msg_error kind, const char *words,
                          const struct http_result *result)
{
    struct msg_report report = blank_report(MSG_OUTCOME_FAILED);

    report.error_kind = kind;
    report.error = first_words(words);
    if (result)
        add_response(&report, result);
    send_failure(lease, &report);
}

void lease_report_no_feed(struct lease *lease)
{
    struct msg_report report = blank_report(MSG_OUTCOME_FAILED);
    struct msg_alternate alternates[DISCOVER_ALTERNATES];
    const char *why = lease->refusal ? lease->refusal : "";
    char *words = mem_printf("a web page, and no feed was found there (%zu addresses tried)%s%s",
                             discover_tried(lease->discover), *why ? "; one of them: " : "", why);

    report.error_kind = MSG_ERROR_NOT_A_FEED;
    report.error = first_words(words);
    report.http_status = 200;
    report.final_url = whole(lease->page_url, URL_LONGEST);
    report.took_ms = (uint64_t)lease->page_ms;
    report.alternates.at = alternates;
    report.alternates.count = discover_alternates(lease->discover, NULL, alternates);
    send_failure(lease, &report);
    free(words);
}

void lease_report_same(struct lease *lease, enum msg_outcome outcome, const struct msg_job *job,
                       const struct http_result *result)
{
    const struct headers *headers = &result->headers;
    struct msg_report report = blank_report(outcome);

    add_response(&report, result);
    if (outcome == MSG_OUTCOME_NOT_MODIFIED) {
        /* One that names another validator speaks of a document that was never read (RFC 9111
         * section 4.3.4): taken over, it would keep that document away for good. */
        report.etag = job->etag;
        report.last_modified = job->last_modified;
    } else {
        report.etag = whole(headers->etag, ETAG_MAX);
        report.last_modified = whole(headers->last_modified, MODIFIED_MAX);
    }
    report.body_hash = job->body_hash;
    counters_add(lease_counters(lease), COUNTER_not_modified, 1);
    send_report(lease, &report);
    lease_free(lease);
}
