#include "storer/forget.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/mem.h"
#include "common/msg.h"
#include "storer/db_facts.h"
#include "storer/db_forget.h"
#include "storer/db_mark.h"
#include "storer/decide.h"
#include "storer/reembed.h"
#include "storer/writer_inner.h"

enum { READ_ROWS = 512 }; /* keys that one report may end */
static const int64_t day_ms = 86400000;

/* --- one item --------------------------------------------------------------------------------- */

static void copy_moved(void *arg, uint64_t item, uint64_t copy_of)
{
    struct writer *writer = arg;

    decide_copy(writer->decide, item, copy_of);
}

static void publish_gone(struct writer *writer, uint64_t item)
{
    struct msg_entry entry = {.sequence = writer->meta.head, .id = item, .gone = 1};

    batch_entry(writer, &entry);
}

static bool forget_one(struct writer *writer, uint64_t id, struct db_doomed *item)
{
    if (!db_doomed_of(writer->db, id, item))
        return false;
    reembed_gone(writer, id);
    db_mark_forget(writer->db, id, item->source);
    if (item->copy_of == 0)
        db_forget_copies(writer->db, item, copy_moved, writer);
    db_forget_rows(writer->db, item, ++writer->meta.head, clock_utc_ms());
    db_facts_again(writer->db, id);
    decide_gone(writer->decide, id, item->story);
    publish_gone(writer, id);
    writer->meta.gone++;
    return true;
}

bool forget_item(struct writer *writer, uint64_t item)
{
    struct db_doomed doomed;

    batch_open(writer);
    if (!forget_one(writer, item, &doomed))
        return false;
    db_forget_story(writer->db, doomed.story);
    return true;
}

/* --- many ------------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Of a large story many go at once: it is counted once. */
static void settle_stories(struct writer *writer, uint64_t *stories, size_t count)
{
    qsort(stories, count, sizeof(*stories), by_number);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || stories[i] != stories[i - 1])
            db_forget_story(writer->db, stories[i]);
}

size_t forget_items(struct writer *writer, const uint64_t *items, size_t count, int64_t until_us,
                    uint64_t *bytes)
{
    uint64_t *stories = mem_calloc(count + 1, sizeof(*stories));
    struct db_doomed doomed;
    size_t done = 0, gone = 0;

    batch_open(writer);
    while (done < count && (done == 0 || clock_mono_us() < until_us)) {
        if (!forget_one(writer, items[done++], &doomed))
            continue;
        stories[gone++] = doomed.story;
        *bytes += doomed.bytes;
    }
    settle_stories(writer, stories, gone);
    free(stories);
    return done;
}

/* --- keys that stay known --------------------------------------------------------------------- */

int64_t forget_shown_since_ms(const struct writer *writer)
{
    return clock_utc_ms() - writer->config->keep_tombstone_days * day_ms;
}

/* Only those count that were not named in the job: it may have been made a lease's time ago. */
void forget_read(struct writer *writer, uint64_t source, const struct msg_report *report)
{
    int64_t before_ms = forget_shown_since_ms(writer) - writer->config->storer_lease_ms;

    if (report->outcome == MSG_OUTCOME_READ && report->entries > 0)
        db_forgotten_read(writer->db, source, before_ms, report->keys, READ_ROWS);
}
