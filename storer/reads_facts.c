#include "storer/reads_facts.h"

#include <stdlib.h>

#include "common/mem.h"
#include "storer/db_read.h"
#include "storer/reads_inner.h"

struct reads_facts {
    struct reads *reads;
    /* Items that the blocks do not have yet. */
    struct facts_block **tail;
    size_t tail_count;
    bool tail_read;
};

/* What a filter looks for. */
struct wanted {
    enum fact fact;
    int64_t since_ms, before_ms;
    const struct idset *sources;
    const char *tag;
};

struct reads_facts *reads_facts_open(struct reads *reads)
{
    struct reads_facts *facts = mem_calloc(1, sizeof(*facts));

    facts->reads = reads;
    return facts;
}

void reads_facts_close(struct reads_facts **facts)
{
    if (!facts || !*facts)
        return;
    for (size_t i = 0; i < (*facts)->tail_count; i++)
        free((*facts)->tail[i]);
    free((*facts)->tail);
    free(*facts);
    *facts = NULL;
}

/* --- the tail --------------------------------------------------------------------------------- */

static struct facts_block *tail_block(struct reads_facts *facts, uint64_t block)
{
    size_t n = facts->tail_count;

    if (n > 0 && facts->tail[n - 1]->block == block)
        return facts->tail[n - 1];
    facts->tail = mem_realloc(facts->tail, n + 1, sizeof(struct facts_block *));
    facts->tail[n] = mem_calloc(1, sizeof(struct facts_block));
    facts->tail[n]->block = block;
    facts->tail_count++;
    return facts->tail[n];
}

static void read_tail(struct reads_facts *facts)
{
    struct db_rows *rows = NULL;

    if (facts->tail_read)
        return;
    facts->tail_read = true;
    rows = db_rows_start(facts->reads->db,
                         "SELECT id, source, time_ms, language FROM item WHERE id > ?1 ORDER BY id",
                         "i", db_read_meta(facts->reads->db, "facts", 0));
    while (db_rows_next(rows)) {
        uint64_t id = (uint64_t)db_rows_int(rows, 0);

        facts_put(tail_block(facts, id / IDSET_BLOCK), id, (uint64_t)db_rows_int(rows, 1),
                  db_rows_int(rows, 2), db_rows_text(rows, 3));
    }
    db_rows_end(rows);
}

/* --- filters ---------------------------------------------------------------------------------- */

static void filter(const struct wanted *wanted, uint64_t block, const void *blob, struct idset *set)
{
    if (wanted->fact == FACT_HERE)
        facts_here(block, blob, set);
    else if (wanted->fact == FACT_TIME)
        facts_within(block, blob, wanted->since_ms, wanted->before_ms, set);
    else if (wanted->fact == FACT_SOURCE)
        facts_of_sources(block, blob, wanted->sources, set);
    else
        facts_of_language(block, blob, wanted->tag, set);
}

static struct idset *scan(struct reads_facts *facts, const struct wanted *wanted)
{
    struct idset *set = idset_create();
    struct db_rows *rows = db_rows_start(
        facts->reads->db, "SELECT id, data FROM fact WHERE id BETWEEN ?1 AND ?2 ORDER BY id", "ii",
        facts_row(wanted->fact, 0), facts_row(wanted->fact, UINT32_MAX));

    while (db_rows_next(rows)) {
        struct span blob = db_rows_blob(rows, 1);

        if (blob.n == facts_bytes(wanted->fact))
            filter(wanted, (uint64_t)db_rows_int(rows, 0) & UINT32_MAX, blob.p, set);
    }
    db_rows_end(rows);
    read_tail(facts);
    for (size_t i = 0; i < facts->tail_count; i++)
        filter(wanted, facts->tail[i]->block, facts_blob(facts->tail[i], wanted->fact), set);
    return set;
}

struct idset *reads_facts_here(struct reads_facts *facts)
{
    return scan(facts, &(struct wanted){.fact = FACT_HERE});
}

struct idset *reads_facts_within(struct reads_facts *facts, int64_t since_ms, int64_t before_ms)
{
    return scan(facts,
                &(struct wanted){.fact = FACT_TIME, .since_ms = since_ms, .before_ms = before_ms});
}

struct idset *reads_facts_of_sources(struct reads_facts *facts, const struct idset *sources)
{
    return scan(facts, &(struct wanted){.fact = FACT_SOURCE, .sources = sources});
}

struct idset *reads_facts_of_language(struct reads_facts *facts, const char *tag)
{
    return scan(facts, &(struct wanted){.fact = FACT_LANGUAGE, .tag = tag});
}
