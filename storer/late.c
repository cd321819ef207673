/* Vectors that come after their item was stored.  An item that is alone in its story was judged
 * without its vector, so it is judged again: by the same rule, as a commit of its own, which makes
 * the stories a function of the commit order still.  What belongs to others stays where it is. */
#include "common/config.h"
#include "common/fault.h"
#include "common/judge.h"
#include "storer/db_item.h"
#include "storer/decide.h"
#include "storer/mark_inherit.h"
#include "storer/settle_inner.h"

static void join(struct writer *writer, const struct verdict *v, struct db_item *row,
                 const struct judge_verdict *judged)
{
    uint64_t former = row->story;

    row->story = judged->story;
    row->copy_of = judged->copy_of;
    db_item_join(writer->db, row, v->header.source, former);
    mark_inherit(writer, row->id, v->header.source, row->copy_of, v->vector.words);
    counters_add(writer->counters, COUNTER_late_joined, 1);
}

/* The times are those it was stored with, as for everybody who is compared with it. */
static void judge_late(struct writer *writer, const struct verdict *v, struct db_item *row)
{
    struct judge_verdict judged;

    decide_item(writer->decide, row->id, &v->vector, row->time_ms, row->seen_ms, writer->meta.epoch,
                &v->verdict, &judged);
    counters_add(writer->counters, COUNTER_late_judged, 1);
    if (judged.story != 0)
        join(writer, v, row, &judged);
}

void late_vector(struct writer *writer, const struct input *input, const struct verdict *v)
{
    bool alone = false;
    struct db_item row;

    db_item_find(writer->db, v->header.key, &row);
    wanted_answered(writer, row.id, v->vector.vector.n > 0);
    if (row.id == 0 || row.wanted == 0 || row.revision != v->item.revision ||
        v->vector.vector.n == 0)
        return; /* changed meanwhile, or still without: its time comes again */
    alone = row.copy_of == 0 && db_story_items(writer->db, row.story) == 1;
    if (alone && !settle_sure(writer, v)) {
        settle_again(writer, input, v->header, MSG_KIND_WANTED);
        wanted_again(writer, row.id);
        return;
    }
    if (alone)
        judge_late(writer, v, &row);
    db_item_wanted_at(writer->db, row.id, 0, 0);
    settle_vector(writer, &row, &v->vector);
    counters_add(writer->counters, COUNTER_late, 1);
    FAULT(late_vector_written);
}
