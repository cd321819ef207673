/* Whether the columns that filters read say what the items say. */
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "storer/db_read.h"
#include "storer/facts.h"
#include "storer/verify_inner.h"

static void read_items(struct verify *verify, struct facts_block *block, int64_t upto)
{
    int64_t first = (int64_t)block->block * IDSET_BLOCK, last = first + IDSET_BLOCK - 1;
    struct db_rows *rows = db_rows_start(verify->db,
                                         "SELECT id, source, time_ms, language FROM item"
                                         " WHERE id >= ?1 AND id <= ?2",
                                         "ii", first, last < upto ? last : upto);

    memset(block, 0, sizeof(*block));
    while (db_rows_next(rows))
        facts_put(block, (uint64_t)db_rows_int(rows, 0), (uint64_t)db_rows_int(rows, 1),
                  db_rows_int(rows, 2), db_rows_text(rows, 3));
    db_rows_end(rows);
}

/* The id of the entry that a byte of a blob belongs to. */
static uint64_t entry_of(enum fact fact, uint64_t block, size_t byte)
{
    size_t entry = fact == FACT_HERE ? 8 * byte : byte / (facts_bytes(fact) / IDSET_BLOCK);

    return block * IDSET_BLOCK + entry;
}

static void compare(struct verify *verify, struct facts_block *truth, uint64_t number)
{
    static const char *const names[] = {[FACT_HERE] = "whether it is there",
                                        [FACT_TIME] = "its time",
                                        [FACT_SOURCE] = "its source",
                                        [FACT_LANGUAGE] = "its language"};

    for (enum fact fact = 0; fact < FACTS; fact++) {
        struct db_rows *rows = db_rows_start(verify->db, "SELECT data FROM fact WHERE id = ?1", "i",
                                             facts_row(fact, number));
        struct span blob = db_rows_next(rows) ? db_rows_blob(rows, 0) : (struct span){0};
        const char *right = facts_blob(truth, fact);
        size_t at = 0;

        while (blob.n == facts_bytes(fact) && at < blob.n && blob.p[at] == right[at])
            at++;
        if (blob.n != facts_bytes(fact) && db_read_status(verify->db) == DB_READ_OK)
            verify_problem(verify, "the columns of items %lld to %lld lack %s",
                           (long long)(number * IDSET_BLOCK),
                           (long long)((number + 1) * IDSET_BLOCK - 1), names[fact]);
        else if (at < blob.n)
            verify_problem(verify, "of item %lld or one near it the columns say something else: %s",
                           (long long)entry_of(fact, number, at), names[fact]);
        db_rows_end(rows);
    }
}

void verify_facts(struct verify *verify)
{
    int64_t upto = db_read_meta(verify->db, "facts", 0);
    struct facts_block *truth = mem_calloc(1, sizeof(*truth));

    for (int64_t number = 0;
         upto > 0 && number <= upto / IDSET_BLOCK && db_read_status(verify->db) == DB_READ_OK;
         number++) {
        truth->block = (uint64_t)number;
        read_items(verify, truth, upto);
        compare(verify, truth, (uint64_t)number);
    }
    free(truth);
}
