#include "fetcher/lease.h"

#include <stdlib.h>
#include <string.h>

#include "common/backlog.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/service.h"
#include "fetcher/discover.h"
#include "fetcher/fetcher.h"
#include "fetcher/http.h"
#include "fetcher/parser.h"
#include "fetcher/url.h"

struct counters *lease_counters(const struct lease *lease)
{
    return &lease->fetcher->service->app.counters;
}

const struct config *lease_config(const struct lease *lease)
{
    return lease->fetcher->service->app.config;
}

/* --- jobs ------------------------------------------------------------------------------------- */

/* header · job [· body [· private]]; private is empty where there is no such frame. */
static int read_job(struct fetcher *fetcher, zmsg_t *message, struct msg_header *header,
                    struct msg_job *job, struct msg_private *private)
{
    struct msg_pool *pool = &fetcher->pool;
    struct span frames[4] = {0};

    msg_pool_reset(pool);
    pool->why = "wrong number of frames";
    if (zmsg_size(message) < 2 || zmsg_size(message) > 4)
        return -1;
    frames[0] = link_span(zmsg_first(message));
    for (size_t i = 1; i < zmsg_size(message); i++)
        frames[i] = link_span(zmsg_next(message));
    *private = (struct msg_private){0};
    if (msg_header_read(frames[0], pool, header) || msg_job_read(frames[1], pool, job))
        return -1;
    return zmsg_size(message) == 4 ? msg_private_read(frames[3], pool, private) : 0;
}

void lease_read(const struct lease *lease, struct msg_job *job)
{
    struct msg_header header;
    struct msg_private private;

    /* It was read once already, when it was taken. */
    if (read_job(lease->fetcher, lease->message, &header, job, &private))
        *job = (struct msg_job){0};
}

/* --- life ------------------------------------------------------------------------------------- */

static bool has_body(zmsg_t *message)
{
    zmsg_first(message);
    zmsg_next(message);
    return link_span(zmsg_next(message)).n > 0;
}

static struct lease *new_lease(struct fetcher *fetcher, enum lane lane, zmsg_t **message,
                               const struct msg_header *header)
{
    struct lease *lease = mem_calloc(1, sizeof(*lease));

    *lease = (struct lease){.fetcher = fetcher,
                            .next = fetcher->leases,
                            .fetch = header->fetch,
                            .lane = lane,
                            .full = header->kind == MSG_KIND_FULL,
                            .replay = header->kind != MSG_KIND_FULL && zmsg_size(*message) > 2 &&
                                      has_body(*message),
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
    options_destroy(&lease->options);
    discover_destroy(&lease->discover);
    free(lease->url);
    free(lease->content_type);
    free(lease->etag);
    free(lease->last_modified);
    free(lease->permanent_url);
    free(lease->found_url);
    free(lease->page_url);
    free(lease->refusal);
    free(lease);
}

/* --- taking ----------------------------------------------------------------------------------- */

bool lease_must_wait(const struct lease *lease)
{
    return lease->fetcher->quiet_until_ms || lease->fetcher->stopping;
}

int64_t lease_time_ms(const struct lease *lease, const struct msg_job *job)
{
    return job->timeout_ms ? (int64_t)job->timeout_ms : lease_config(lease)->fetcher_response_ms;
}

bool lease_ask(struct lease *lease, const char *url, struct span etag, struct span last_modified,
               const struct options *options, int64_t timeout_ms)
{
    struct http_request request = {.url = url,
                                   .etag = etag,
                                   .last_modified = last_modified,
                                   .timeout_ms = timeout_ms,
                                   .options = options};

    if (url_is_http(url))
        lease->transfer = http_start(lease->fetcher->http, &request, lease);
    return lease->transfer != NULL;
}

static const char *why_not(const char *url)
{
    return url_is_http(url)     ? "not a URL that can be asked for"
           : strstr(url, "://") ? "not an address that can be fetched: http and https only"
                                : "not a URL: https://HOST/PATH is expected";
}

static void begin_transfer(struct lease *lease, const struct msg_job *job, struct span options)
{
    const char *why = NULL;
    char *url = NULL;

    lease->options = options_read(options, &why);
    if (why) {
        char *words = mem_printf("%s (weir set)", why);

        lease_report_failure(lease, MSG_ERROR_TRANSFER, words, NULL);
        free(words);
        return;
    }
    url = mem_dup(job->url.p, job->url.n);
    if (!lease_ask(lease, url, job->etag, job->last_modified,
                   lease->full ? lease_options_for(lease, job->final_url, url) : lease->options,
                   lease_time_ms(lease, job)))
        lease_report_failure(lease, MSG_ERROR_TRANSFER, why_not(url), NULL);
    free(url);
}

void lease_take(struct fetcher *fetcher, enum lane lane, zmsg_t **message)
{
    struct msg_header header;
    struct msg_job job;
    struct msg_private private;
    struct lease *lease = NULL;

    if (read_job(fetcher, *message, &header, &job, &private)) {
        app_malformed(&fetcher->service->app, "link=jobs", fetcher->pool.why);
        zmsg_destroy(message);
        return;
    }
    /* The job's text stays where it is: the lease keeps the message. */
    lease = new_lease(fetcher, lane, message, &header);
    /* A suspect: if this process should not survive it, the broker must know. */
    if ((header.flags & MSG_FLAG_ALONE) && !lease->replay)
        service_beat_now(fetcher->service);
    FAULT(job_taken);
    if (header.deadline_ms && header.deadline_ms < clock_utc_ms()) {
        counters_add(lease_counters(lease), COUNTER_expired, 1);
        lease_give_back(lease);
    } else if (lease->replay) {
        lease_replay(lease, &job);
    } else if (lease_must_wait(lease)) {
        lease_give_back(lease);
    } else {
        begin_transfer(lease, &job, private.options);
    }
}

/* --- handing on ------------------------------------------------------------------------------- */

static void send_parts(struct fetcher *fetcher, struct lease *lease, zmsg_t *parts)
{
    zmsg_t *report = zmsg_new();

    for (int i = 0; i < 3; i++) {
        zframe_t *frame = zmsg_pop(parts);

        zmsg_append(report, &frame);
    }
    if (FAULT_DROPS(report_send))
        zmsg_destroy(&report);
    else
        backlog_send(fetcher->reports, lease->lane, &report);
    FAULT(report_sent);
    while (zmsg_size(parts) >= 2) {
        zmsg_t *item = zmsg_new();
        zframe_t *header = zmsg_pop(parts);
        zframe_t *body = zmsg_pop(parts);

        zmsg_append(item, &header);
        zmsg_append(item, &body);
        if (FAULT_DROPS(item_send))
            zmsg_destroy(&item);
        else
            backlog_send(fetcher->items, lease->lane, &item);
    }
    FAULT(items_sent);
}

static void count(struct fetcher *fetcher, const struct parser_ticket *ticket)
{
    struct counters *counters = &fetcher->service->app.counters;

    fetcher->busy_us += ticket->busy_us;
    counters->at[COUNTER_busy_ms] = (uint64_t)(fetcher->busy_us / 1000);
    counters_add(counters, COUNTER_items, ticket->items);
    counters_add(counters, COUNTER_known, ticket->known);
    if (ticket->malformed)
        app_malformed(&fetcher->service->app, "link=jobs", ticket->why);
}

static void note_cut_short(struct lease *lease)
{
    counters_add(lease_counters(lease), COUNTER_cut_short, 1);
    log_info("cut-short", "fetch=%" PRIu64 " do=\"asking for all of it with the next poll\"",
             lease->fetch);
}

static void send_found(struct lease *lease, zmsg_t *parts)
{
    if (lease->discover) {
        counters_add(lease_counters(lease), COUNTER_discovered, 1);
        log_info("discovered", "fetch=%" PRIu64 " tried=%zu", lease->fetch,
                 discover_tried(lease->discover));
    }
    send_parts(lease->fetcher, lease, parts);
    lease_free(lease);
}

void lease_parsed(struct fetcher *fetcher, zmsg_t **message)
{
    zframe_t *frame = zmsg_pop(*message);
    struct parser_ticket ticket;

    memcpy(&ticket, zframe_data(frame), sizeof(ticket));
    zframe_destroy(&frame);
    count(fetcher, &ticket);
    FAULT(document_read);
    if (ticket.malformed)
        lease_report_failure(ticket.lease, MSG_ERROR_TRANSFER, "the job could not be read", NULL);
    else if (ticket.page)
        lease_discover_page(ticket.lease, discover_read(link_span(zmsg_first(*message))),
                            ticket.took_ms);
    else if (ticket.refused)
        lease_discover_next(ticket.lease);
    else {
        if (ticket.cut_short)
            note_cut_short(ticket.lease);
        send_found(ticket.lease, *message);
    }
    zmsg_destroy(message);
}
