/* What the broker says: QUIESCE, LOST, ROSTER; and what it hears: heartbeats, QUIESCED. */
#include <inttypes.h>

#include "common/config.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/service.h"
#include "storer/full_text.h"
#include "storer/journal.h"
#include "storer/lease.h"
#include "storer/writer_inner.h"

/* A crash blames the one item that travelled alone (rule 5). */
static void blame_lonely(struct writer *writer)
{
    struct journal_fetch *fetch = NULL;
    struct journal_item *item = journal_lonely(writer->journal, &fetch);

    if (!item || writer->stuck != DB_OK)
        return;
    batch_open(writer);
    settle_blame(writer, fetch, item, "a process crashed each time it travelled alone");
}

static void on_lost(struct writer *writer, const struct msg_lost *lost)
{
    bool fetcher = span_eq(lost->stage, span_str("fetcher"));

    log_info("instance-lost", "stage=%.*s instance=%.*s crashed=%d leases=%zu", (int)lost->stage.n,
             lost->stage.p, (int)lost->instance.n, lost->instance.p, (int)lost->crashed,
             lost->leases.n / 8);
    writer_lost(writer, "instance");
    if (lost->crashed)
        blame_lonely(writer);
    if (fetcher)
        full_lost(writer);
    if (fetcher && lost->crashed)
        leases_crashed(writer->leases, writer_now(writer));
    if (fetcher && writer->stuck == DB_OK)
        issue_fetcher_lost(writer, lost->leases, lost->crashed != 0);
}

static void on_roster(struct writer *writer, const struct msg_roster *roster)
{
    bool first = writer->broker == 0;
    bool other = !first && roster->broker != writer->broker;

    if (other || (!first && roster->losses > writer->losses))
        full_lost(writer);
    if (other)
        writer_lost(writer, "broker");
    else if (!first && roster->losses > writer->losses)
        writer_torn(writer); /* a crash is told by itself, and first */
    writer->broker = roster->broker;
    writer->losses = roster->losses;
    writer->fetchers = roster->fetchers;
    writer->embedders = roster->embedders;
    writer->dedupers = roster->dedupers;
    writer->whole = roster->fetchers > 0 && roster->embedders > 0 && roster->dedupers > 0;
    leases_roster(writer->leases, roster->leases, roster->fetchers, writer_now(writer));
}

static void on_quiesce(struct writer *writer, const struct msg_quiesce *quiesce)
{
    bool news = quiesce_take(&writer->quiesce, (unsigned)quiesce->purpose, (int64_t)quiesce->ttl_ms,
                             (int64_t)quiesce->within_ms, writer_now(writer));

    quiesce_number(&writer->quiesce, quiesce->round);
    if (!news)
        return;
    log_notice(quiesce->purpose ? "quiescing" : "resumed", "purpose=%" PRIu64 " in_flight=%zu",
               quiesce->purpose, writer_in_flight(writer));
}

void control_message(struct service *service, void *self, enum msg_type type, const void *message)
{
    struct writer *writer = *(struct writer **)self;

    (void)service;
    if (!writer)
        return;
    if (type == MSG_lost)
        on_lost(writer, message);
    else if (type == MSG_roster)
        on_roster(writer, message);
    else if (type == MSG_quiesce)
        on_quiesce(writer, message);
    if (type == MSG_quiesce)
        control_tend(writer);
}

void control_welcomed(struct service *service, void *self, uint64_t broker)
{
    struct writer *writer = *(struct writer **)self;

    (void)service;
    if (!writer || broker == writer->broker)
        return;
    if (writer->broker != 0)
        writer_lost(writer, "broker");
    writer->broker = broker;
    writer->losses = 0;
}

void control_beat(struct service *service, void *self, struct msg_heartbeat *heartbeat)
{
    struct writer *writer = *(struct writer **)self;

    (void)service;
    if (!writer)
        return;
    heartbeat->in_hand = writer_left(writer);
    heartbeat->quiesce = writer->quiesce.purpose;
    buf_clear(&writer->note);
    stats_note(writer, &writer->note);
    heartbeat->note = buf_span(&writer->note);
}

void control_tend(struct writer *writer)
{
    int64_t now_ms = writer_now(writer);
    size_t in_flight = 0;
    bool done = false;

    if (quiesce_lapse(&writer->quiesce, now_ms))
        log_notice("resumed", "why=\"QUIESCE was not renewed\"");
    if (!quiesce_active(&writer->quiesce))
        return;
    in_flight = writer_in_flight(writer);
    done = quiesce_done(&writer->quiesce, in_flight, now_ms);
    if (quiesce_answer(&writer->quiesce, done, writer->config->service_heartbeat_ms, now_ms)) {
        struct msg_quiesced quiesced = {.purpose = writer->quiesce.purpose,
                                        .round = writer->quiesce.round,
                                        .done = done,
                                        .in_flight = in_flight,
                                        .left = writer_left(writer),
                                        .where = span_str(writer->config->store_path)};

        service_tell(writer->service, MSG_quiesced, &quiesced);
        FAULT(quiesced_said);
    }
}
