#include "storer/facts_tend.h"

#include "storer/db_facts.h"
#include "storer/writer_inner.h"

/* Items that are not entered yet are read from their rows by each filter, so they are to be few. */
enum { ENOUGH = 512, AT_ONCE = 1024 };

void facts_load(struct writer *writer)
{
    writer->facts = db_facts_done(writer->db);
}

void facts_tend(struct writer *writer)
{
    uint64_t upto = writer->facts + AT_ONCE;

    if (writer->meta.head < writer->facts + ENOUGH)
        return;
    batch_open(writer);
    writer->facts = db_facts_step(writer->db, writer->facts,
                                  upto < writer->meta.head ? upto : writer->meta.head);
}
