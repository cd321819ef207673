#include "storer/db_facts.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "storer/db_inner.h"
#include "storer/facts.h"

uint64_t db_facts_done(struct db *db)
{
    sqlite3_stmt *s = db_get(db, SQL_meta_get);

    db_text(s, 1, span_str("facts"));
    return db_number(db, s);
}

static void read_block(struct db *db, struct facts_block *block)
{
    for (enum fact fact = 0; fact < FACTS; fact++) {
        sqlite3_stmt *s = db_get(db, SQL_fact_get);
        struct span blob = {0};

        db_int(s, 1, facts_row(fact, block->block));
        if (!db_row(db, s))
            continue;
        blob = db_get_blob(s, 0);
        if (blob.n == facts_bytes(fact))
            memcpy(facts_blob(block, fact), blob.p, blob.n);
        db_done(s);
    }
}

static void write_block(struct db *db, struct facts_block *block)
{
    for (enum fact fact = 0; fact < FACTS; fact++) {
        sqlite3_stmt *s = db_get(db, SQL_fact_put);

        db_int(s, 1, facts_row(fact, block->block));
        db_blob(s, 2, span_of(facts_blob(block, fact), facts_bytes(fact)));
        db_run(db, s);
    }
}

static void put_rows(struct db *db, struct facts_block *block, uint64_t after, uint64_t upto)
{
    sqlite3_stmt *s = db_get(db, SQL_fact_items);

    db_uint(s, 1, after);
    db_uint(s, 2, upto);
    while (db_row(db, s))
        facts_put(block, db_get_uint(s, 0), db_get_uint(s, 1), db_get_int(s, 2), db_get_text(s, 3));
}

uint64_t db_facts_step(struct db *db, uint64_t done, uint64_t upto)
{
    uint64_t number = (done + 1) / IDSET_BLOCK, end = (number + 1) * IDSET_BLOCK - 1;
    struct facts_block *block = NULL;
    sqlite3_stmt *s = NULL;

    upto = upto < end ? upto : end;
    if (upto <= done)
        return done;
    block = mem_calloc(1, sizeof(*block));
    block->block = number;
    read_block(db, block);
    put_rows(db, block, done, upto);
    write_block(db, block);
    free(block);
    s = db_get(db, SQL_meta_put);
    db_text(s, 1, span_str("facts"));
    db_uint(s, 2, upto);
    db_run(db, s);
    return upto;
}

/* Changes the bytes of one entry where they differ: one page, not the blob.  clear: the bits of
 * FACT_HERE that are given are taken away. */
static void patch(struct db *db, int64_t row, size_t at, const void *bytes, int n, int clear)
{
    sqlite3_blob *blob = NULL;
    char old[FACT_TAG] = {0};
    int code = sqlite3_blob_open(db->handle, "main", "fact", "data", row, 1, &blob);

    if (code == SQLITE_OK)
        code = sqlite3_blob_read(blob, old, n, (int)at);
    if (code == SQLITE_OK && clear) {
        old[0] = (char)(old[0] & ~clear);
        code = sqlite3_blob_write(blob, old, n, (int)at);
    } else if (code == SQLITE_OK && memcmp(old, bytes, (size_t)n) != 0) {
        code = sqlite3_blob_write(blob, bytes, n, (int)at);
    }
    sqlite3_blob_close(blob);
    if (code != SQLITE_OK)
        db_fail(db, code);
}

void db_facts_again(struct db *db, uint64_t item)
{
    size_t at = item % IDSET_BLOCK;
    uint64_t number = item / IDSET_BLOCK;
    struct facts_block *block = NULL;

    if (item > db_facts_done(db))
        return;
    block = mem_calloc(1, sizeof(*block));
    put_rows(db, block, item - 1, item);
    if (block->source[at] == 0)
        patch(db, facts_row(FACT_HERE, number), at / 8, NULL, 1, 1 << at % 8);
    patch(db, facts_row(FACT_TIME, number), 4 * at, &block->time[at], 4, 0);
    patch(db, facts_row(FACT_SOURCE, number), 4 * at, &block->source[at], 4, 0);
    patch(db, facts_row(FACT_LANGUAGE, number), FACT_TAG * at, block->language[at], FACT_TAG, 0);
    free(block);
}
