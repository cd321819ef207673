/* Whether marks are of items that are there, and the counters of sources say what is true. */
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/map64.h"
#include "storer/mark.h"
#include "storer/verify_inner.h"

struct truth {
    int64_t items, marks[MARKS], done;
};

static void load(struct verify *verify, struct idset *marks[MARKS])
{
    struct db_rows *rows = db_rows_start(verify->db, "SELECT kind, block, bits FROM mark", "");

    while (db_rows_next(rows)) {
        int64_t kind = db_rows_int(rows, 0), block = db_rows_int(rows, 1);
        struct span bits = db_rows_blob(rows, 2);

        if (kind < 0 || kind >= MARKS || block < 0 || bits.n != IDSET_BYTES)
            verify_problem(verify, "marks of kind %lld, block %lld, have %zu bytes",
                           (long long)kind, (long long)block, bits.n);
        else
            idset_add_block(marks[kind], (uint64_t)block, bits.p);
    }
    db_rows_end(rows);
    verify_rows(verify, "SELECT printf ('marks of kind %d, block %d, are all 0', kind, block)"
                        " FROM mark WHERE bits = zeroblob (512)");
}

static struct truth *truth_of(struct map64 *sources, uint64_t source)
{
    struct truth *truth = map64_get(sources, source);

    if (!truth) {
        truth = mem_calloc(1, sizeof(*truth));
        map64_put(sources, source, truth);
    }
    return truth;
}

/* Counts the marks of items that are there, and takes them out of the sets. */
static void count(struct verify *verify, struct idset *marks[MARKS], struct map64 *sources)
{
    struct db_rows *rows = db_rows_start(
        verify->db, "SELECT id, source FROM item INDEXED BY item_ids ORDER BY id", "");

    while (db_rows_next(rows)) {
        uint64_t id = (uint64_t)db_rows_int(rows, 0);
        struct truth *truth = truth_of(sources, (uint64_t)db_rows_int(rows, 1));

        truth->items++;
        truth->done += idset_has(marks[MARK_READ], id) || idset_has(marks[MARK_HIDDEN], id);
        for (int kind = 0; kind < MARKS; kind++)
            if (idset_has(marks[kind], id)) {
                truth->marks[kind]++;
                idset_remove(marks[kind], id);
            }
    }
    db_rows_end(rows);
}

static void tell_strangers(struct verify *verify, struct idset *marks[MARKS])
{
    for (int kind = 0; kind < MARKS; kind++)
        for (uint64_t id = 0; (id = idset_above(marks[kind], id, INT64_MAX));)
            verify_problem(verify, "item %lld has a mark of kind %d and does not exist",
                           (long long)id, kind);
}

static void compare(struct verify *verify, struct map64 *sources)
{
    struct db_rows *rows = db_rows_start(
        verify->db, "SELECT source, items, read, starred, hidden, done FROM source_count", "");

    while (db_rows_next(rows)) {
        uint64_t source = (uint64_t)db_rows_int(rows, 0);
        struct truth none = {0}, *known = map64_remove(sources, source);
        const struct truth *truth = known ? known : &none;
        int64_t said[5],
            real[5] = {truth->items, truth->marks[MARK_READ], truth->marks[MARK_STARRED],
                       truth->marks[MARK_HIDDEN], truth->done};

        for (int i = 0; i < 5; i++)
            said[i] = db_rows_int(rows, i + 1);
        if (memcmp(said, real, sizeof(said)) != 0)
            verify_problem(verify,
                           "source %lld says %lld items, %lld read, %lld starred, %lld hidden,"
                           " %lld done and has %lld, %lld, %lld, %lld, %lld",
                           (long long)source, (long long)said[0], (long long)said[1],
                           (long long)said[2], (long long)said[3], (long long)said[4],
                           (long long)real[0], (long long)real[1], (long long)real[2],
                           (long long)real[3], (long long)real[4]);
        free(known);
    }
    db_rows_end(rows);
}

static void end(struct verify *verify, struct map64 *sources)
{
    struct truth *truth = NULL;

    if (sources->count > 0)
        verify_problem(verify, "%zu sources have items and no counters", sources->count);
    for (size_t at = 0; (truth = map64_next(sources, &at));)
        free(truth);
    map64_free(sources);
}

void verify_marks(struct verify *verify)
{
    struct idset *marks[MARKS];
    struct map64 sources = {0};

    for (int kind = 0; kind < MARKS; kind++)
        marks[kind] = idset_create();
    load(verify, marks);
    count(verify, marks, &sources);
    tell_strangers(verify, marks);
    compare(verify, &sources);
    end(verify, &sources);
    for (int kind = 0; kind < MARKS; kind++)
        idset_destroy(&marks[kind]);
}
