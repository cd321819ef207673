/* Items that were alone and join a story that has grown (storer/decide_again.c): their rows. */
#include "common/counters.h"
#include "storer/db_item.h"
#include "storer/decide.h"
#include "storer/settle_inner.h"

struct grown {
    struct writer *writer;
    uint64_t story;
};

static void join(void *arg, uint64_t id, uint64_t former)
{
    const struct grown *grown = arg;
    struct writer *writer = grown->writer;
    struct db_item row = {.id = id, .story = grown->story};
    uint64_t source = db_item_source(writer->db, id, &row.time_ms);

    if (source == 0)
        return;
    db_item_join(writer->db, &row, source, former);
    decide_moved(writer->decide, id, former, grown->story);
    counters_add(writer->counters, COUNTER_joined_again, 1);
}

void again_join(struct writer *writer, uint64_t id, uint64_t story)
{
    struct grown grown = {writer, story};

    decide_again(writer->decide, id, story, join, &grown);
}
