#include "storer/said.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <time.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "storer/db_source_said.h"
#include "storer/url_host.h"
#include "storer/writer_inner.h"

enum {
    HOST_MAX = 253,
    URL_MAX = 8192,
    ALTERNATES_MAX = 32768, /* bytes of JSON: an event must hold them */
};

void said_date(int64_t utc_ms, char text[SAID_DATE])
{
    time_t seconds = (time_t)(utc_ms / 1000);
    struct tm parts;

    text[0] = '\0';
    if (gmtime_r(&seconds, &parts))
        strftime(text, SAID_DATE, "%Y-%m-%d", &parts);
}

struct json_t *said_text(struct span text)
{
    json_t *made = json_stringn(text.n ? text.p : "", text.n);

    return made ? made : json_string("");
}

/* --- validators --- */

/* RFC 9110, 8.8: another representation has another validator.  A server that gives two bodies the
 * same one may also say 304 to what has changed.  It has not lied where no item came of it: a
 * counter of comments, or the time of day, is what a weak validator may leave out. */
static bool has_lied(const struct db_source_said *said, const struct msg_report *report)
{
    if (report->keys.n == 0 || said->body_hash == 0 || report->body_hash == 0 ||
        said->body_hash == report->body_hash)
        return false;
    if (said->etag.n > 0 || report->etag.n > 0)
        return span_eq(said->etag, report->etag);
    return said->last_modified.n > 0 && span_eq(said->last_modified, report->last_modified);
}

static void judge_validators(struct writer *writer, uint64_t source,
                             const struct db_source_said *said, const struct msg_report *report)
{
    if (said->distrust || !has_lied(said, report))
        return;
    log_notice("validators-lie", "source=%" PRIu64 " kind=%s do=\"sending none from now on\"",
               source, report->etag.n ? "etag" : "last-modified");
    db_source_distrust(writer->db, source);
}

/* --- addresses --- */

/* An address a source can have. */
static bool is_address(struct span text, struct buf *url, struct buf *host)
{
    return text.n > 0 && url_host(text, url, host) == 0 && url->len <= URL_MAX &&
           host->len <= HOST_MAX;
}

/* A permanent redirect counts once it was seen on several polls over a time, so that a mistake of a
 * server, or a hotel's login page, does not change what a person has subscribed to. */
static bool redirected(struct writer *writer, uint64_t source, const struct db_source_said *said,
                       const struct said_place *to)
{
    const struct config *config = writer->config;
    int64_t utc_ms = clock_utc_ms();
    /* Since a time to come: the clock was ahead, and the day is counted anew. */
    bool again = span_eq(to->url, said->moved_url) && said->moved_since_ms <= utc_ms;
    uint64_t times = again ? said->moved_times + 1 : 1;
    int64_t since_ms = again ? said->moved_since_ms : utc_ms;

    if (times >= (uint64_t)config->storer_moved_times &&
        utc_ms - since_ms >= config->storer_moved_ms)
        return said_move(writer, source, said, to);
    db_source_moving(writer->db, source, to->url, times, since_ms);
    return false;
}

/* The page's other feeds, as many as fit. */
static char *alternates_of(const struct msg_report *report)
{
    const struct msg_alternate *at = report->alternates.at;
    json_t *list = json_array();
    char *json = NULL;
    size_t bytes = 0;

    for (size_t i = 0; i < report->alternates.count; i++) {
        /* A character takes six bytes at most. */
        bytes += 6 * (at[i].url.n + at[i].title.n) + 32;
        if (bytes > ALTERNATES_MAX)
            break;
        json_array_append_new(list, json_pack("{s:o, s:o}", "url", said_text(at[i].url), "title",
                                              said_text(at[i].title)));
    }
    json = json_array_size(list) ? json_dumps(list, JSON_COMPACT) : NULL;
    json_decref(list);
    return json;
}

static bool elsewhere(struct writer *writer, uint64_t source, const struct db_source_said *said,
                      const struct msg_report *report)
{
    struct buf url = {0}, host = {0};
    bool read = report->outcome == MSG_OUTCOME_READ, merged = false;
    bool found = read && is_address(report->found_url, &url, &host);
    bool moved = !found && is_address(report->permanent_url, &url, &host);
    struct said_place to = {.found = found, .url = buf_span(&url), .host = buf_span(&host)};
    char *alternates = found ? alternates_of(report) : NULL;

    to.alternates = span_str(alternates);
    if (!(found || moved) || span_eq(to.url, said->url)) {
        if (said->moved_times > 0)
            db_source_moving(writer->db, source, (struct span){0}, 0, 0);
    } else if (found) {
        merged = said_move(writer, source, said, &to);
    } else {
        merged = redirected(writer, source, said, &to);
    }
    free(alternates);
    buf_free(&url);
    buf_free(&host);
    return merged;
}

bool said_answer(struct writer *writer, uint64_t source, const struct msg_report *report)
{
    struct db_source_said said = {0};

    buf_clear(&writer->space);
    if (!db_source_said(writer->db, source, &writer->space, &said))
        return false;
    if (report->outcome == MSG_OUTCOME_READ) {
        db_source_rhythm(writer->db, source, report);
        judge_validators(writer, source, &said, report);
    }
    return elsewhere(writer, source, &said, report);
}
