/* Articles under way: sent, answered, given up. */
#include "storer/full_text.h"

#include <inttypes.h>
#include <string.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/mem.h"
#include "storer/db_full.h"
#include "storer/full_text_inner.h"
#include "storer/fulls.h"
#include "storer/offline.h"
#include "storer/outbox.h"
#include "storer/url_host.h"
#include "storer/writer_inner.h"

uint64_t full_host(struct span url)
{
    struct buf whole = {0}, host = {0};
    uint64_t key = url_host(url, &whole, &host) == 0 ? hash_64(host.data, host.len) : 0;

    buf_free(&whole);
    buf_free(&host);
    return key;
}

static void load_one(void *arg, uint64_t item, struct span url, int64_t until_ms)
{
    struct writer *writer = arg;

    fulls_add(writer->fulls, item, full_host(url), until_ms);
}

void full_load(struct writer *writer)
{
    fulls_clear(writer->fulls);
    db_full_each(writer->db, load_one, writer);
}

void full_lost(struct writer *writer)
{
    fulls_lost(writer->fulls);
}

/* --- sending --- */

static zmsg_t *job_of(struct writer *writer, const struct full *full,
                      const struct db_full_subject *subject)
{
    struct msg_header header = issue_header(writer, MSG_KIND_FULL);
    struct msg_private private = {.options = subject->options};
    struct msg_job job = {.url = subject->url,
                          .final_url = subject->source_url,
                          .timeout_ms = (uint64_t)writer->config->fetcher_response_ms};
    zmsg_t *message = NULL;

    header.source = subject->source;
    header.item = full->item;
    header.attempt = full->tries + 1;
    header.deadline_ms = full->until_ms;
    message = issue_message(writer, &header);
    if (msg_job_write(&job, &writer->scratch) != 0) {
        zmsg_destroy(&message);
        return NULL;
    }
    link_append(message, &writer->scratch);
    if (private.options.n > 0) {
        zmsg_addmem(message, "", 0); /* no body */
        buf_clear(&writer->scratch);
        msg_private_write(&private, &writer->scratch);
        link_append(message, &writer->scratch);
    }
    return message;
}

static void send_one(struct writer *writer, const struct full *full)
{
    struct db_full_subject subject;
    zmsg_t *message = NULL;
    uint64_t item = full->item;

    batch_open(writer);
    buf_clear(&writer->space);
    if (db_full_subject(writer->db, item, &writer->space, &subject))
        message = job_of(writer, full, &subject);
    if (!message) { /* the item was deleted meanwhile */
        fulls_end(writer->fulls, item);
        return;
    }
    batch_send(writer, writer->jobs, LANE_HI, message);
    fulls_sent(writer->fulls, item, writer_now(writer));
}

void full_work(struct writer *writer)
{
    size_t most = (size_t)writer->config->link_hwm_jobs * 2;
    const struct full *full = NULL;

    if (offline_is(writer))
        return;
    for (size_t sent = outbox_waiting(writer->jobs); sent < most; sent++) {
        full = fulls_pick(writer->fulls, writer_now(writer));
        if (!full || db_error(writer->db) != DB_OK)
            return;
        send_one(writer, full);
    }
}

/* --- the end of one --- */

static void fail(struct writer *writer, uint64_t item, struct span words, int64_t wait_ms)
{
    log_info("full-text-failed", "item=%" PRIu64 " words=\"%.*s\"", item, (int)words.n, words.p);
    db_full_failed(writer->db, item, words, clock_utc_ms() + wait_ms);
    fulls_end(writer->fulls, item);
    counters_add(writer->counters, COUNTER_full_failed, 1);
}

const char *full_waits_for(const struct writer *writer)
{
    if (writer->fetchers == 0)
        return "there is no fetcher";
    if (quiesce_active(&writer->quiesce))
        return "the ring is running empty";
    if (offline_is(writer))
        return "there is no network";
    return NULL;
}

void full_sweep(struct writer *writer)
{
    const struct full *full = NULL;

    while ((full = fulls_over(writer->fulls, clock_utc_ms()))) {
        const char *why = full_waits_for(writer);
        char *words = NULL;

        if (full->tries >= (unsigned)writer->config->storer_full_tries && !full->out)
            words = mem_printf("fetchers were lost with it in hand, %u times", full->tries);
        else
            words = mem_printf("no answer in time%s%s", why ? ": " : "", why ? why : "");
        batch_open(writer);
        fail(writer, full->item, span_str(words), 0);
        free(words);
    }
}

static void got(struct writer *writer, uint64_t item, const struct msg_report *report,
                zframe_t *body)
{
    struct span article = body ? link_span(body) : (struct span){0};

    if (article.n == 0 || !memchr(article.p, '\0', article.n)) {
        fail(writer, item, span_str("the fetcher brought no text"), 0);
        return;
    }
    if (!db_full_got(writer->db, item, article, report->final_url, clock_utc_ms()))
        return; /* the transaction has failed */
    fulls_end(writer->fulls, item);
    counters_add(writer->counters, COUNTER_full_got, 1);
}

void full_report(struct writer *writer, const struct msg_header *header,
                 const struct msg_report *report, zframe_t *body)
{
    const struct full *full = fulls_find(writer->fulls, header->item);
    int64_t wait_ms = writer->config->storer_full_retry_ms;

    if (!full) { /* a second one, or too late */
        counters_add(writer->counters, COUNTER_strays, 1);
    } else if (report->outcome == MSG_OUTCOME_READ) {
        got(writer, header->item, report, body);
    } else if (report->outcome == MSG_OUTCOME_ABORTED) {
        fulls_returned(writer->fulls, header->item);
    } else {
        if (report->retry_after_ms > wait_ms)
            wait_ms = report->retry_after_ms < writer->config->storer_retry_after_ms
                          ? report->retry_after_ms
                          : writer->config->storer_retry_after_ms;
        fail(writer, header->item, report->error,
             report->error_kind == MSG_ERROR_OFFLINE ? 0 : wait_ms);
    }
}

void full_figures(const struct writer *writer, struct buf *json)
{
    buf_printf(json, ",\"full\":{\"fetching\":%zu,\"out\":%zu}", fulls_count(writer->fulls),
               fulls_out(writer->fulls));
}
