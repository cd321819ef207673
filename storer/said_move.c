/* A source's address becomes another one. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/origin.h"
#include "storer/command_options.h"
#include "storer/db_source.h"
#include "storer/db_source_said.h"
#include "storer/said.h"
#include "storer/writer_inner.h"

/* --- what stays behind --- */

/* The options without what is meant for one origin alone; the new place has just answered without.
 * Caller owns it; NULL: they hold nothing of the kind. */
static char *options_elsewhere(struct span options)
{
    static const char *const own[] = {"credentials", "headers", "cookies", "tls"};
    json_t *object = options_of_text(options);
    bool held = false;
    char *text = NULL;

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        held |= json_object_del(object, own[i]) == 0;
    text = held ? options_text(object) : NULL;
    json_decref(object);
    return text;
}

/* --- moving --- */

static void tell(struct writer *writer, uint64_t source, const struct db_source_said *said,
                 const struct said_place *to, uint64_t into)
{
    json_t *detail =
        json_pack("{s:I, s:o, s:o}", "source", (json_int_t)source, to->found ? "page" : "from",
                  said_text(said->url), to->found ? "url" : "to", said_text(to->url));

    if (into)
        json_object_set_new(detail, "into", json_integer((json_int_t)into));
    if (to->alternates.n)
        json_object_set_new(detail, "alternates",
                            json_loadb(to->alternates.p, to->alternates.n, 0, NULL));
    publish_later(writer, to->found ? "source-found" : "source-moved", detail);
    log_notice(to->found ? "source-found" : "source-moved",
               "source=%" PRIu64 " to=\"%.*s\" into=%" PRIu64, source, (int)to->url.n, to->url.p,
               into);
}

/* The other one polls this address already, and gives the same items. */
static void merge(struct writer *writer, uint64_t source, uint64_t into, enum db_source_state state,
                  const struct said_place *to)
{
    char *note =
        mem_printf("moved to %.*s, which is source %" PRIu64, (int)to->url.n, to->url.p, into);

    if (state == DB_SOURCE_RETIRED || state == DB_SOURCE_GONE)
        db_source_revive(writer->db, into, clock_utc_ms());
    db_source_merge(writer->db, source, into, span_str(note));
    batch_touched(writer, into);
    free(note);
}

static char *note_of(const struct db_source_said *said, const struct said_place *to, bool bare)
{
    char date[SAID_DATE];
    const char *without = bare ? ", without its credentials and the like" : "";

    said_date(clock_utc_ms(), date);
    if (to->found)
        return mem_printf("found on %.*s%s", (int)said->url.n, said->url.p, without);
    return mem_printf("moved from %.*s on %s%s", (int)said->url.n, said->url.p, date, without);
}

bool said_move(struct writer *writer, uint64_t source, const struct db_source_said *said,
               const struct said_place *to)
{
    struct db_source_place place = {.url = to->url,
                                    .host = to->host,
                                    .credentials = said->credentials,
                                    .options = said->options};
    enum db_source_state state = DB_SOURCE_ACTIVE;
    char *bare = NULL, *note = NULL;
    uint64_t other = 0;
    bool merged = false;

    if (!origin_is_same(said->url, to->url)) {
        bare = options_elsewhere(said->options);
        place.credentials = (struct span){0};
        place.options = bare ? span_str(bare) : said->options;
    }
    other = db_source_find(writer->db, to->url, place.credentials, &state);
    merged = other != 0 && other != source;
    if (merged) {
        merge(writer, source, other, state, to);
    } else {
        place.note = span_str(note = note_of(said, to, bare != NULL));
        db_source_move(writer->db, source, &place);
    }
    if (to->found)
        db_source_alternates(writer->db, source, to->alternates);
    tell(writer, source, said, to, merged ? other : 0);
    counters_add(writer->counters, COUNTER_moved, !merged && !to->found);
    batch_touched(writer, source);
    free(bare);
    free(note);
    return merged;
}
