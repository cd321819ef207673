#include "storer/offline.h"

#include <inttypes.h>
#include <string.h>

#include "common/clock.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/mem.h"
#include "storer/db_source_said.h"
#include "storer/lease.h"
#include "storer/online.h"
#include "storer/writer_inner.h"

bool offline_is(const struct writer *writer)
{
    return online_is_offline(writer->online);
}

/* --- what reports say --- */

void offline_answered(struct writer *writer, uint64_t id)
{
    const struct schedule_source *source = schedule_find(writer->schedule, id);
    uint64_t host = source ? schedule_host_key(writer->schedule, source) : 0;
    int64_t for_ms = clock_utc_ms() - writer->offline_since_ms;
    char *detail = NULL;

    if (!online_answered(writer->online, host))
        return;
    detail = mem_printf("{\"offline_ms\":%" PRId64 "}", for_ms);
    log_notice("online", "offline_ms=%" PRId64 " do=\"polling what is due\"", for_ms);
    publish_state(writer, "online", detail);
    writer->offline_since_ms = 0;
    free(detail);
}

static void went(struct writer *writer, const struct msg_report *report)
{
    char *detail = NULL;

    writer->offline_since_ms = clock_utc_ms();
    detail = mem_printf("{\"since_ms\":%" PRId64 "}", writer->offline_since_ms);
    log_warning("offline", "last=\"%s: %.*s\" do=\"probing; no source is blamed\"",
                msg_error_name((enum msg_error)report->error_kind), (int)report->error.n,
                report->error.p ? report->error.p : "");
    publish_state(writer, "offline", detail);
    free(detail);
}

static void restore(void *arg, uint64_t source, int64_t next_ms, uint64_t errors)
{
    struct writer *writer = arg;

    db_source_restore(writer->db, source, next_ms, errors);
    batch_touched(writer, source);
}

bool offline_spares(struct writer *writer, const struct lease *lease,
                    const struct msg_report *report)
{
    const struct schedule_source *source = schedule_find(writer->schedule, lease->source);
    enum online_verdict verdict = ONLINE_BLAME;

    if (!source)
        return offline_is(writer);
    verdict = online_failed(writer->online,
                            &(struct online_failure){
                                .source = source->id,
                                .host = schedule_host_key(writer->schedule, source),
                                .error_kind = (unsigned)report->error_kind,
                                .fine = source->fine,
                                .next_ms = source->next_ms,
                                .errors = source->errors,
                            },
                            schedule_fine_hosts(writer->schedule), writer_now(writer));
    if (verdict == ONLINE_BLAME)
        return false;
    if (verdict == ONLINE_WENT)
        went(writer, report);
    online_restore(writer->online, restore, writer);
    return true;
}

void offline_lapsed(struct writer *writer, uint64_t source)
{
    online_lapsed(writer->online, source, writer_now(writer));
}

/* --- probing --- */

struct aside {
    struct writer *writer;
    schedule_fits_fn *fits;
};

static bool fits_aside(void *arg, const struct schedule_source *source)
{
    const struct aside *aside = arg;

    return !online_is_evidence(aside->writer->online, source->id) &&
           aside->fits(aside->writer, source);
}

struct schedule_source *offline_pick(struct writer *writer, schedule_fits_fn *fits)
{
    int64_t now_ms = writer_now(writer), utc_ms = clock_utc_ms();
    struct aside aside = {.writer = writer, .fits = fits};
    struct schedule_source *other = NULL;
    uint64_t id = 0;

    if (!online_probe_due(writer->online, now_ms))
        return NULL;
    if (online_probe_aside(writer->online))
        other = schedule_pick(writer->schedule, utc_ms, now_ms, false, fits_aside, &aside);
    if (other)
        return other;
    for (size_t i = 0; (id = online_candidate(writer->online, i)) != 0; i++) {
        struct schedule_source *source = schedule_probe(writer->schedule, id, utc_ms, now_ms);

        if (source && fits(writer, source))
            return source;
    }
    return schedule_pick(writer->schedule, utc_ms, now_ms, false, fits, writer);
}

void offline_leased(struct writer *writer, uint64_t source)
{
    if (!offline_is(writer))
        return;
    online_probing(writer->online, source);
    counters_add(writer->counters, COUNTER_probes, 1);
}

void offline_hurry(struct writer *writer)
{
    online_hurry(writer->online);
}

void offline_figures(const struct writer *writer, struct buf *json)
{
    buf_printf(json, ",\"online\":%s,\"offline_since_ms\":%" PRId64,
               offline_is(writer) ? "false" : "true", writer->offline_since_ms);
}
