/* Figures, as JSON. */
#include "storer/writer_inner.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/config.h"
#include "storer/full_text.h"
#include "storer/backup.h"
#include "storer/held.h"
#include "storer/journal.h"
#include "storer/learn.h"
#include "storer/lease.h"
#include "storer/offline.h"
#include "storer/outbox.h"
#include "storer/query.h"

enum { RATE_MS = 2000 };

static int64_t oldest_ms(struct writer *writer)
{
    const struct journal_fetch *first = journal_first(writer->journal);
    int64_t oldest = first ? first->since_ms : INT64_MAX;
    int64_t lease = leases_oldest(writer->leases);

    oldest = lease < oldest ? lease : oldest;
    return oldest == INT64_MAX ? 0 : writer_now(writer) - oldest;
}

static void measure_rate(struct writer *writer)
{
    int64_t now_ms = clock_mono_ms();
    uint64_t items = writer->counters->at[COUNTER_items];

    if (now_ms - writer->rate_ms < RATE_MS)
        return;
    writer->stored_per_s =
        1000.0 * (double)(items - writer->rate_items) / (double)(now_ms - writer->rate_ms);
    writer->rate_items = items;
    writer->rate_ms = now_ms;
}

static void window_figures(struct writer *writer, struct buf *json)
{
    writer->window.under_way = journal_under_way(writer->journal);
    writer->window.reserved = leases_reserved(writer->leases);
    writer->window.asked = asked_count(&writer->asked);
    measure_rate(writer);
    buf_printf(json,
               "\"window\":%" PRIu64 ",\"window_max\":%" PRIu64 ",\"under_way\":%" PRIu64
               ",\"reserved\":%" PRIu64 ",\"asked\":%" PRIu64 ",\"leases\":%zu,\"held\":%zu"
               ",\"replaying\":%zu,\"oldest_ms\":%" PRId64 ",\"rate\":%.1f",
               window_used(&writer->window), writer->window.items_max, writer->window.under_way,
               writer->window.reserved, writer->window.asked, leases_count(writer->leases),
               held_items(writer->held), journal_replaying(writer->journal), oldest_ms(writer),
               writer->stored_per_s);
    buf_printf(json, ",\"paused\":%s,\"quiesce\":%u", writer->committed.paused ? "true" : "false",
               writer->quiesce.purpose);
    disk_figures(writer, json);
    strain_figures(writer, json);
    offline_figures(writer, json);
    reembed_figures(writer, json);
}

static void totals(const struct writer *writer, struct buf *json)
{
    const struct db_meta *m = &writer->committed;

    buf_printf(json,
               ",\"accepted\":%" PRIu64 ",\"stored\":%" PRIu64 ",\"updated\":%" PRIu64
               ",\"known\":%" PRIu64 ",\"dead\":%" PRIu64 ",\"gone\":%" PRIu64 ",\"head\":%" PRIu64,
               m->accepted, m->stored, m->updated, m->known, m->dead, m->gone, m->head);
}

void stats_note(struct writer *writer, struct buf *json)
{
    buf_addc(json, '{');
    window_figures(writer, json);
    totals(writer, json);
    buf_addc(json, '}');
}

static void counters(const struct writer *writer, struct buf *json)
{
    buf_adds(json, ",\"counters\":{");
    for (int i = 0; i < COUNTERS; i++)
        buf_printf(json, "%s\"%s\":%" PRIu64, i ? "," : "", counters_name((enum counter)i),
                   writer->counters->at[i]);
    buf_addc(json, '}');
}

/* The address is one of our own settings: checked, and without quotes. */
static void tcp_figures(struct writer *writer, const struct guard_counts *tcp, struct buf *json)
{
    writer->counters->at[COUNTER_refused_peers] = tcp->refused;
    buf_printf(json,
               ",\"tcp\":{\"listen\":\"%s\",\"security\":\"CURVE\",\"keys\":%" PRIu64
               ",\"admitted\":%" PRIu64 ",\"refused\":%" PRIu64 "}",
               writer->config->storer_listen, tcp->keys, tcp->admitted, tcp->refused);
}

static void made_backup(const struct writer *writer, struct buf *json)
{
    const struct backup_figures *b = backup_figures(writer->backup);
    json_t *figures =
        json_pack("{s:I, s:s, s:I, s:I, s:i, s:s, s:s, s:I}", "number", (json_int_t)b->number,
                  "phase", b->phase, "done", (json_int_t)b->done, "all", (json_int_t)b->all, "code",
                  b->code, "path", b->path, "why", b->why, "took_ms", (json_int_t)b->took_ms);
    char *text = figures ? json_dumps(figures, JSON_COMPACT) : NULL;

    if (text)
        buf_printf(json, ",\"backup\":%s", text);
    free(text);
    json_decref(figures);
}

void writer_stats(struct writer *writer, struct buf *json)
{
    const struct query_figures *q = writer->query ? query_figures(writer->query) : NULL;

    buf_addc(json, '{');
    window_figures(writer, json);
    totals(writer, json);
    buf_printf(json,
               ",\"epoch\":%" PRIu64 ",\"fetches\":%zu,\"sources\":%zu,\"due\":%zu"
               ",\"fetchers\":%zu,\"embedders\":%zu,\"jobs_waiting\":%zu",
               writer->committed.epoch, journal_fetches(writer->journal),
               schedule_sources(writer->schedule), schedule_due(writer->schedule, clock_utc_ms()),
               writer->fetchers, writer->embedders, outbox_waiting(writer->jobs));
    full_figures(writer, json);
    if (q)
        buf_printf(json,
                   ",\"queries\":{\"queued\":%" PRIu64 ",\"active\":%" PRIu64
                   ",\"answered\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"interrupted\":%" PRIu64
                   ",\"cancelled\":%" PRIu64 ",\"limited\":%" PRIu64 ",\"gone\":%" PRIu64
                   ",\"malformed\":%" PRIu64 ",\"tickets\":%" PRIu64 ",\"ticket_bytes\":%" PRIu64
                   ",\"tickets_lost\":%" PRIu64 "}",
                   q->queued, q->active, q->answered, q->refused, q->interrupted, q->cancelled,
                   q->limited, q->gone, q->malformed, q->tickets, q->ticket_bytes, q->tickets_lost);
    learn_figures(writer, json);
    if (q && *writer->config->storer_listen)
        tcp_figures(writer, &q->tcp, json);
    sweep_figures(writer, json);
    made_backup(writer, json);
    counters(writer, json);
    buf_addc(json, '}');
}
