#include "storer/command_source.h"

#include <inttypes.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/log.h"
#include "storer/db_fetch.h"
#include "storer/db_source.h"
#include "storer/held.h"
#include "storer/lease.h"
#include "storer/offline.h"
#include "storer/writer_inner.h"

uint64_t command_id(const json_t *arguments)
{
    json_int_t id = json_integer_value(json_object_get(arguments, "id"));

    return id > 0 ? (uint64_t)id : 0;
}

void command_give_up_lease(struct writer *writer, uint64_t id)
{
    struct schedule_source *source = schedule_find(writer->schedule, id);
    uint64_t fetch = source ? source->fetch : 0;

    if (!fetch || !leases_find(writer->leases, fetch))
        return;
    leases_remove(writer->leases, fetch);
    counters_add(writer->counters, COUNTER_strays, held_drop(writer->held, fetch));
    db_fetch_end(writer->db, fetch);
    offline_lapsed(writer, id);
    schedule_closed(writer->schedule, source);
}

/* The schedule learns of rows at the commit; a wish needs the source to be there before. */
void command_source_changed(struct writer *writer, uint64_t id, bool now)
{
    struct db_source source;

    batch_touched(writer, id);
    if (!now || !db_source_get(writer->db, id, &source))
        return;
    schedule_put(writer->schedule, &source);
    schedule_refresh(writer->schedule, id);
}

void command_source_remove(struct writer *writer, struct input *input, json_t *arguments)
{
    uint64_t id = command_id(arguments);

    if (id == 0 || !db_source_retire(writer->db, id)) {
        command_refuse(input, APP_DATA, "there is no such source");
        return;
    }
    command_give_up_lease(writer, id);
    command_source_changed(writer, id, false);
    log_info("source-removed", "source=%" PRIu64, id);
    command_answer(input, json_pack("{s:i}", "removed", 1));
}

static const char *why_not(struct writer *writer, uint64_t id)
{
    struct db_source source;

    return db_source_get(writer->db, id, &source) && source.state == DB_SOURCE_GONE
               ? "this source is gone, its server said; add its address again to have it asked"
               : "there is no such source";
}

void command_source_refresh(struct writer *writer, struct input *input, json_t *arguments)
{
    uint64_t id = command_id(arguments);
    size_t asked = schedule_refresh(writer->schedule, id);
    int64_t now_ms = clock_utc_ms();

    offline_hurry(writer);
    if (id != 0 && asked == 0)
        command_refuse(input, APP_DATA, why_not(writer, id));
    else
        command_answer(input,
                       json_pack("{s:I, s:I, s:I}", "asked", (json_int_t)asked, "now_ms",
                                 (json_int_t)now_ms, "waits_ms",
                                 (json_int_t)schedule_host_wait_ms(writer->schedule, id, now_ms)));
}
