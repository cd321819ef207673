/* A poll that failed. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "storer/db_source.h"
#include "storer/db_source_said.h"
#include "storer/lease.h"
#include "storer/offline.h"
#include "storer/said.h"
#include "storer/writer_inner.h"

enum { STATUS_GONE = 410 };

/* RFC 9110, 15.5.11: likely to be permanent.  Only a person asks again. */
static void gone(struct writer *writer, uint64_t source)
{
    struct db_source_said said = {0};
    int64_t utc_ms = clock_utc_ms();
    char date[SAID_DATE], *words = NULL;

    buf_clear(&writer->space);
    if (!db_source_said(writer->db, source, &writer->space, &said))
        return;
    said_date(utc_ms, date);
    words = mem_printf("410 Gone: its server says since %s that it is gone for good; weir add %.*s "
                       "asks again",
                       date, (int)said.url.n, said.url.p);
    log_warning("source-gone", "source=%" PRIu64 " why=\"%s\"", source, words);
    db_source_gone(writer->db, source, utc_ms, span_str(words));
    publish_later(
        writer, "source-gone",
        json_pack("{s:I, s:o}", "source", (json_int_t)source, "url", said_text(said.url)));
    counters_add(writer->counters, COUNTER_gone, 1);
    free(words);
}

/* What the server asks for holds for its host; how often this source failed before does not. */
static void throttle(struct writer *writer, const struct schedule_source *source,
                     const struct msg_report *report, int64_t utc_ms)
{
    int64_t until_ms = schedule_after_error_ms(&writer->times, source->id, 1, report, utc_ms);

    if (schedule_throttled(writer->schedule, source, until_ms, utc_ms))
        log_notice("host-throttled", "source=%" PRIu64 " status=%" PRIu64 " for_ms=%" PRId64,
                   source->id, report->http_status, until_ms - utc_ms);
}

static void blame(struct writer *writer, uint64_t id, const struct msg_report *report)
{
    const struct schedule_source *source = schedule_find(writer->schedule, id);
    uint64_t errors = source ? source->errors + 1 : 1;
    int64_t utc_ms = clock_utc_ms();
    int64_t next_ms = schedule_after_error_ms(&writer->times, id, errors, report, utc_ms);
    char *words = mem_printf("%s: %.*s", msg_error_name((enum msg_error)report->error_kind),
                             (int)report->error.n, report->error.p ? report->error.p : "");

    log_info("fetch-failed", "source=%" PRIu64 " errors=%" PRIu64 " why=\"%s\"", id, errors, words);
    db_source_failed(writer->db, id, next_ms, utc_ms, span_str(words));
    free(words);
    if (source && schedule_is_throttle(report))
        throttle(writer, source, report, utc_ms);
}

/* Said of the address itself: not of where it leads for now, nor by who guards it. */
static bool is_gone(const struct msg_report *report)
{
    return report->http_status == STATUS_GONE && report->error_kind == MSG_ERROR_HTTP &&
           !report->wandered;
}

void said_failed(struct writer *writer, const struct lease *lease, const struct msg_report *report)
{
    if (report->http_status > 0) {
        offline_answered(writer, lease->source);
    } else if (offline_spares(writer, lease, report)) {
        log_debug("spared", "source=%" PRIu64 " kind=%s", lease->source,
                  msg_error_name((enum msg_error)report->error_kind));
        return;
    }
    counters_add(writer->counters, COUNTER_errors, 1);
    if (is_gone(report))
        gone(writer, lease->source);
    else
        blame(writer, lease->source, report);
}
