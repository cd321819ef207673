#include "storer/db_mark.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "storer/db_inner.h"
#include "storer/facts.h"
#include "storer/idset.h"
#include "storer/map64.h"

/* Changes of a block that are looked up one by one: always, or without columns. */
enum { HANDFUL = 4, FEW = 200 };

/* What changes for a source. */
struct delta {
    uint64_t source;
    int64_t marks[MARKS];
    int64_t done;
};

/* A block of bits of each kind that matters. */
struct block {
    unsigned char bits[IDSET_BYTES];
    unsigned char other[IDSET_BYTES]; /* of the other kind that makes an item done */
};

struct marking {
    struct db *db;
    enum mark_kind kind;
    bool on;
    struct map64 deltas;
    uint64_t count;
};

/* --- rows ------------------------------------------------------------------------------------- */

static void read_block(struct db *db, enum mark_kind kind, uint64_t block,
                       unsigned char bits[IDSET_BYTES])
{
    sqlite3_stmt *s = db_get(db, SQL_mark_get);
    struct span row = {0};

    memset(bits, 0, IDSET_BYTES);
    db_uint(s, 1, kind);
    db_uint(s, 2, block);
    if (!db_row(db, s))
        return;
    row = db_get_blob(s, 0);
    memcpy(bits, row.p, row.n < IDSET_BYTES ? row.n : IDSET_BYTES);
    db_done(s);
}

static bool is_empty(const unsigned char bits[IDSET_BYTES])
{
    static const unsigned char none[IDSET_BYTES];

    return memcmp(bits, none, IDSET_BYTES) == 0;
}

static void write_block(struct db *db, enum mark_kind kind, uint64_t block,
                        const unsigned char bits[IDSET_BYTES])
{
    bool empty = is_empty(bits);
    sqlite3_stmt *s = db_get(db, empty ? SQL_mark_drop : SQL_mark_put);

    db_uint(s, 1, kind);
    db_uint(s, 2, block);
    if (!empty)
        db_blob(s, 3, span_of((const char *)bits, IDSET_BYTES));
    db_run(db, s);
}

static void write_delta(struct db *db, const struct delta *delta)
{
    sqlite3_stmt *s = db_get(db, SQL_source_count_add);

    db_uint(s, 1, delta->source);
    for (int i = 0; i < MARKS; i++)
        db_int(s, 2 + i, delta->marks[i]);
    db_int(s, 2 + MARKS, delta->done);
    db_run(db, s);
}

/* --- bits ------------------------------------------------------------------------------------- */

static bool bit_of(const unsigned char *bits, uint64_t id)
{
    return bits[id % IDSET_BLOCK / 8] >> (id % 8) & 1;
}

static void flip(unsigned char *bits, uint64_t id)
{
    bits[id % IDSET_BLOCK / 8] ^= (unsigned char)(1 << (id % 8));
}

/* The kind that makes an item done beside this one; MARKS: this one has nothing to do with it. */
static enum mark_kind partner(enum mark_kind kind)
{
    return kind == MARK_READ ? MARK_HIDDEN : kind == MARK_HIDDEN ? MARK_READ : MARKS;
}

static void read_blocks(struct db *db, enum mark_kind kind, uint64_t number, struct block *block)
{
    read_block(db, kind, number, block->bits);
    if (partner(kind) != MARKS)
        read_block(db, partner(kind), number, block->other);
}

static void count(struct delta *delta, enum mark_kind kind, const struct block *block, uint64_t id,
                  bool on)
{
    delta->marks[kind] += on ? 1 : -1;
    if (partner(kind) != MARKS && !bit_of(block->other, id))
        delta->done += on ? 1 : -1;
}

/* --- one item --------------------------------------------------------------------------------- */

bool db_mark_has(struct db *db, enum mark_kind kind, uint64_t item)
{
    unsigned char bits[IDSET_BYTES];

    read_block(db, kind, item / IDSET_BLOCK, bits);
    return bit_of(bits, item);
}

void db_mark_put(struct db *db, enum mark_kind kind, uint64_t item, uint64_t source, bool on)
{
    struct block block;
    struct delta delta = {.source = source};

    read_blocks(db, kind, item / IDSET_BLOCK, &block);
    if (bit_of(block.bits, item) == on)
        return;
    count(&delta, kind, &block, item, on);
    flip(block.bits, item);
    write_block(db, kind, item / IDSET_BLOCK, block.bits);
    write_delta(db, &delta);
}

void db_mark_forget(struct db *db, uint64_t item, uint64_t source)
{
    for (enum mark_kind kind = 0; kind < MARKS; kind++)
        db_mark_put(db, kind, item, source, false);
}

/* --- many ------------------------------------------------------------------------------------- */

static struct delta *delta_of(struct marking *marking, uint64_t source)
{
    struct delta *delta = map64_get(&marking->deltas, source);

    if (!delta) {
        delta = mem_calloc(1, sizeof(*delta));
        delta->source = source;
        map64_put(&marking->deltas, source, delta);
    }
    return delta;
}

/* Of wish, what would change. */
static size_t narrow(const struct marking *marking, const struct block *block, const void *wish,
                     unsigned char out[IDSET_BYTES])
{
    const unsigned char *bytes = wish;
    size_t n = 0;

    for (size_t i = 0; i < IDSET_BYTES; i++) {
        out[i] = (unsigned char)(bytes[i] & (marking->on ? ~block->bits[i] : block->bits[i]));
        n += (size_t)__builtin_popcount(out[i]);
    }
    return n;
}

static void change(struct marking *marking, struct block *block, uint64_t id, uint64_t source,
                   unsigned char done[IDSET_BYTES])
{
    count(delta_of(marking, source), marking->kind, block, id, marking->on);
    flip(block->bits, id);
    flip(done, id);
    marking->count++;
}

static void change_few(struct marking *marking, struct block *block, uint64_t first,
                       const unsigned char *wish, unsigned char done[IDSET_BYTES])
{
    for (uint64_t i = 0; i < IDSET_BLOCK; i++) {
        sqlite3_stmt *s = NULL;

        if (!bit_of(wish, i))
            continue;
        s = db_get(marking->db, SQL_mark_source);
        db_uint(s, 1, first + i);
        if (db_row(marking->db, s)) {
            uint64_t source = db_get_uint(s, 0);

            db_done(s);
            change(marking, block, first + i, source, done);
        }
    }
}

/* The sources of a block's items from table fact (facts.h), where the whole block is there. */
static bool change_by_facts(struct marking *marking, struct block *block, uint64_t first,
                            const unsigned char *wish, unsigned char done[IDSET_BYTES])
{
    sqlite3_stmt *s = db_get(marking->db, SQL_mark_facts);
    struct span blob = {0};

    db_int(s, 1, facts_row(FACT_SOURCE, first / IDSET_BLOCK));
    db_uint(s, 2, first + IDSET_BLOCK - 1);
    if (!db_row(marking->db, s))
        return false;
    blob = db_get_blob(s, 0);
    for (uint64_t i = 0; i < IDSET_BLOCK && blob.n == facts_bytes(FACT_SOURCE); i++) {
        uint32_t source = 0;

        memcpy(&source, blob.p + i * sizeof(source), sizeof(source));
        if (source != 0 && bit_of(wish, i))
            change(marking, block, first + i, le32toh(source), done);
    }
    db_done(s);
    return blob.n == facts_bytes(FACT_SOURCE);
}

static void change_many(struct marking *marking, struct block *block, uint64_t first,
                        const unsigned char *wish, unsigned char done[IDSET_BYTES])
{
    sqlite3_stmt *s = db_get(marking->db, SQL_mark_sources);

    db_uint(s, 1, first);
    db_uint(s, 2, first + IDSET_BLOCK);
    while (db_row(marking->db, s)) {
        uint64_t id = db_get_uint(s, 0);

        if (bit_of(wish, id))
            change(marking, block, id, db_get_uint(s, 1), done);
    }
}

static void mark_block(struct marking *marking, uint64_t number, const void *wish,
                       struct idset *changed)
{
    struct block block;
    unsigned char narrowed[IDSET_BYTES], done[IDSET_BYTES] = {0};
    size_t n = 0;

    read_blocks(marking->db, marking->kind, number, &block);
    n = narrow(marking, &block, wish, narrowed);
    if (n == 0)
        return;
    if (n <= HANDFUL || !change_by_facts(marking, &block, number * IDSET_BLOCK, narrowed, done))
        (n <= FEW ? change_few : change_many)(marking, &block, number * IDSET_BLOCK, narrowed,
                                              done);
    if (is_empty(done))
        return;
    write_block(marking->db, marking->kind, number, block.bits);
    if (changed)
        idset_add_block(changed, number, done);
}

static void write_deltas(struct marking *marking)
{
    struct delta *delta = NULL;

    for (size_t at = 0; (delta = map64_next(&marking->deltas, &at));) {
        write_delta(marking->db, delta);
        free(delta);
    }
    map64_free(&marking->deltas);
}

uint64_t db_mark_set(struct db *db, enum mark_kind kind, const struct idset *set, bool on,
                     struct idset *changed)
{
    struct marking marking = {.db = db, .kind = kind, .on = on};

    for (size_t i = 0; i < idset_blocks(set); i++) {
        uint64_t number = idset_block_number(set, i);

        mark_block(&marking, number, idset_block(set, number), changed);
    }
    write_deltas(&marking);
    return marking.count;
}
