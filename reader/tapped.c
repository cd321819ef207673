#include "reader/tapped.h"

#include <inttypes.h>

#include "reader/print.h"

void tapped_count(struct tapped_lane *lane, uint64_t number)
{
    if (lane->last && number > lane->last)
        lane->missed += number - lane->last - 1;
    lane->last = number;
    lane->seen++;
}

void tapped_end(struct tapped_lane *lane, uint64_t made)
{
    if (!lane->last || made <= lane->last)
        return;
    lane->missed += made - lane->last;
    lane->last = made;
}

enum msg_type tapped_type(enum link_id link, size_t place)
{
    static const enum msg_type types[LINKS][4] = {
        [LINK_JOBS] = {MSG_header, MSG_job, MSG_TYPES, MSG_private},
        [LINK_ITEMS] = {MSG_header, MSG_item, MSG_TYPES, MSG_TYPES},
        [LINK_VECTORS] = {MSG_header, MSG_item, MSG_vector, MSG_TYPES},
        [LINK_VERDICTS] = {MSG_header, MSG_item, MSG_vector, MSG_verdict},
        [LINK_REPORTS] = {MSG_header, MSG_report, MSG_TYPES, MSG_TYPES},
    };

    return link < LINKS && place < 4 ? types[link][place] : MSG_TYPES;
}

/* Room for any frame that a link carries. */
union any {
    struct msg_header header;
    struct msg_job job;
    struct msg_item item;
    struct msg_vector vector;
    struct msg_verdict verdict;
    struct msg_report report;
};

/* --- JSON ------------------------------------------------------------------------------------- */

static void add_frame(enum msg_type type, struct span frame, size_t longest, struct msg_pool *pool,
                      struct buf *out)
{
    union any any;

    if (type == MSG_TYPES || type == MSG_private) {
        if (type == MSG_private)
            buf_adds(out, ",\"private\":true");
        else
            buf_printf(out, ",\"bytes\":%zu", frame.n);
        return;
    }
    buf_printf(out, ",\"%s\":", msg_name(type));
    if (msg_read(type, frame, pool, &any))
        buf_printf(out, "{\"unreadable\":\"%s\"}", pool->why);
    else
        msg_json(type, &any, longest, out);
}

void tapped_json(enum link_id link, const struct msg_tapped *tapped, const struct span *frames,
                 size_t count, size_t longest, struct msg_pool *pool, struct buf *out)
{
    buf_printf(
        out, "{\"link\":\"%s\",\"lane\":\"%.*s\",\"number\":%" PRIu64 ",\"time_ms\":%" PRId64,
        link_name(link), (int)tapped->lane.n, tapped->lane.p, tapped->number, tapped->time_ms);
    for (size_t i = 0; i < count; i++)
        add_frame(tapped_type(link, i), frames[i], longest, pool, out);
    buf_adds(out, "}\n");
}

/* --- lines ------------------------------------------------------------------------------------ */

static void add_text(struct buf *out, const char *name, struct span text, int limit)
{
    struct buf copy = {0};

    buf_add(&copy, text.p, text.n);
    buf_printf(out, " %s\"", name);
    print_cut(out, copy.data ? copy.data : "", limit);
    buf_addc(out, '"');
    buf_free(&copy);
}

static void add_words(enum msg_type type, const union any *any, struct buf *out)
{
    if (type == MSG_header) {
        buf_printf(out, " source=%" PRIu64 " fetch=%" PRIu64, any->header.source,
                   any->header.fetch);
        if (any->header.attempt > 1)
            buf_printf(out, " try=%" PRIu64, any->header.attempt);
    } else if (type == MSG_job) {
        add_text(out, any->job.seen_ms ? "replay=" : "url=", any->job.url, 80);
    } else if (type == MSG_item) {
        add_text(out, "", any->item.title, 70);
        add_text(out, "guid=", any->item.guid, 60);
        buf_printf(out, " text=%zu", any->item.text.n);
    } else if (type == MSG_vector) {
        buf_printf(out, " dims=%zu words=%" PRIu64, any->vector.vector.n, any->vector.words);
        if (any->vector.reason.n)
            add_text(out, "reason=", any->vector.reason, 60);
    } else if (type == MSG_verdict) {
        buf_printf(out, " candidates=%zu as-of=%" PRIu64, any->verdict.candidates.count,
                   any->verdict.as_of);
    } else if (type == MSG_report) {
        buf_printf(out, " %s http=%" PRIu64 " new=%zu of=%" PRIu64,
                   msg_outcome_name((enum msg_outcome)any->report.outcome), any->report.http_status,
                   any->report.keys.n / MSG_KEY, any->report.entries);
        if (any->report.error.n)
            add_text(out, "error=", any->report.error, 80);
    }
}

void tapped_line(enum link_id link, const struct msg_tapped *tapped, const struct span *frames,
                 size_t count, struct msg_pool *pool, struct buf *out)
{
    union any any;

    print_time(out, tapped->time_ms, false);
    buf_printf(out, " %s %.*s #%" PRIu64, link_name(link), (int)tapped->lane.n, tapped->lane.p,
               tapped->number);
    for (size_t i = 0; i < count; i++) {
        enum msg_type type = tapped_type(link, i);

        if (type == MSG_private)
            buf_adds(out, " private");
        else if (type == MSG_TYPES)
            buf_printf(out, " body=%zu", frames[i].n);
        else if (msg_read(type, frames[i], pool, &any))
            buf_printf(out, " [%s cannot be read: %s]", msg_name(type), pool->why);
        else
            add_words(type, &any, out);
    }
    buf_addc(out, '\n');
}
