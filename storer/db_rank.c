#include "storer/db_rank.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "storer/db_rank_inner.h"
#include "storer/db_read.h"

static const double k1 = 1.2, b = 0.75;

/* What of a row is kept until its length is asked for: the weighted hits of each phrase. */
struct kept {
    uint64_t id;
    double score;
};

/* The best so far, the worst of them at the top: a binary heap (Williams, "Algorithm 232", 1964).
 */
struct best {
    struct kept *heap;
    float *hits; /* those of heap[i] begin at hits + slots[i] * phrases */
    uint32_t *slots;
    size_t count, most;
    int phrases;
};

struct slotted {
    struct kept kept;
    uint32_t slot;
};

/* --- the best --------------------------------------------------------------------------------- */

static bool is_worse(const struct kept *a, const struct kept *c)
{
    return a->score < c->score || (!(a->score > c->score) && a->id < c->id);
}

static void exchange(struct best *best, size_t i, size_t j)
{
    struct kept kept = best->heap[i];
    uint32_t slot = best->slots[i];

    best->heap[i] = best->heap[j];
    best->slots[i] = best->slots[j];
    best->heap[j] = kept;
    best->slots[j] = slot;
}

static void sink(struct best *best, size_t i)
{
    for (;;) {
        size_t worst = i;

        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < best->count; child++)
            if (is_worse(&best->heap[child], &best->heap[worst]))
                worst = child;
        if (worst == i)
            return;
        exchange(best, i, worst);
        i = worst;
    }
}

static void rise(struct best *best, size_t i)
{
    while (i > 0 && is_worse(&best->heap[i], &best->heap[(i - 1) / 2])) {
        exchange(best, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

static void make_room(struct best *best, int phrases)
{
    best->phrases = phrases;
    best->heap = mem_calloc(best->most, sizeof(*best->heap));
    best->slots = mem_calloc(best->most, sizeof(*best->slots));
    best->hits = mem_calloc(best->most * (size_t)phrases, sizeof(*best->hits));
}

static void keep(struct best *best, const struct kept *kept, const struct rank_row *row)
{
    size_t at = 0;

    if (!best->heap)
        make_room(best, row->phrases);
    if (best->count == best->most && !is_worse(&best->heap[0], kept))
        return;
    if (best->count < best->most) {
        at = best->count++;
        best->slots[at] = (uint32_t)at;
    }
    best->heap[at] = *kept;
    memcpy(best->hits + best->slots[at] * (size_t)best->phrases, row->hits,
           (size_t)best->phrases * sizeof(*best->hits));
    if (at == 0)
        sink(best, 0);
    else
        rise(best, at);
}

static void free_best(struct best *best)
{
    free(best->heap);
    free(best->hits);
    free(best->slots);
}

/* --- scores ----------------------------------------------------------------------------------- */

/* length: of the document, in mean lengths. */
static double bm25(const struct rank_row *row, const float *hits, double length)
{
    double score = 0;

    for (int i = 0; i < row->phrases; i++)
        if (hits[i] > 0)
            score += row->idf[i] * hits[i] * (k1 + 1) / (hits[i] + k1 * (1 - b + b * length));
    return score;
}

/* FTS5's table of lengths: an SQLite varint (big-endian, 7 bits a byte, the ninth has 8) a column.
 */
static uint64_t tokens_of(struct span lengths)
{
    uint64_t sum = 0, value = 0;
    int bytes = 0;

    for (size_t i = 0; i < lengths.n; i++) {
        unsigned char c = (unsigned char)lengths.p[i];

        bytes++;
        value = bytes == 9 ? value << 8 | c : value << 7 | (c & 0x7f);
        if (bytes < 9 && c & 0x80)
            continue;
        sum += value;
        value = 0;
        bytes = 0;
    }
    return sum;
}

static double length_of(struct db_read *db, uint64_t id, double mean)
{
    struct db_rows *rows =
        db_rows_start(db, "SELECT sz FROM item_fts_docsize WHERE id = ?1", "i", (int64_t)id);
    double length = db_rows_next(rows) ? (double)tokens_of(db_rows_blob(rows, 0)) : mean;

    db_rows_end(rows);
    return mean > 0 ? length / mean : 1;
}

static int by_score(const void *x, const void *y)
{
    const struct kept *p = x, *q = y;

    return is_worse(p, q) ? 1 : is_worse(q, p) ? -1 : 0;
}

static int by_id(const void *x, const void *y)
{
    const struct slotted *p = x, *q = y;

    return p->kept.id < q->kept.id ? -1 : p->kept.id > q->kept.id;
}

/* In the order of ids: lengths of neighbours lie on one page. */
static void score_exactly(struct db_read *db, const struct rank_row *row, struct best *best,
                          struct kept *out)
{
    struct slotted *all = mem_calloc(best->count, sizeof(*all));

    for (size_t i = 0; i < best->count; i++)
        all[i] = (struct slotted){best->heap[i], best->slots[i]};
    qsort(all, best->count, sizeof(*all), by_id);
    for (size_t i = 0; i < best->count && db_read_status(db) == DB_READ_OK; i++) {
        out[i].id = all[i].kept.id;
        out[i].score = bm25(row, best->hits + all[i].slot * (size_t)best->phrases,
                            length_of(db, all[i].kept.id, row->mean));
    }
    free(all);
    qsort(out, best->count, sizeof(*out), by_score);
}

/* --- ranking ---------------------------------------------------------------------------------- */

static void scan(struct db_read *db, const struct rank_query *query, struct rank_row *row,
                 struct best *best, struct rank_told *told)
{
    struct db_rows *rows = db_rows_start(db,
                                         "SELECT rowid, weir_hits (item_fts, ?2) FROM item_fts"
                                         " WHERE item_fts MATCH ?1 ORDER BY rowid DESC LIMIT ?3",
                                         "tpi", query->match, row, (int64_t)query->candidates + 1);

    while (db_rows_next(rows)) {
        struct kept kept = {.id = (uint64_t)db_rows_int(rows, 0)};

        if (told->candidates == query->candidates) {
            told->capped = true;
            break;
        }
        told->candidates++;
        if (query->accept && !query->accept(query->arg, kept.id))
            continue;
        kept.score = bm25(row, row->hits, 1);
        keep(best, &kept, row);
    }
    db_rows_end(rows);
}

size_t db_rank(struct db_read *db, const struct rank_query *query, struct rank_hit *out,
               size_t most, struct rank_told *told)
{
    struct rank_row row = {0};
    struct best best = {.most = RANK_EXACT};
    struct kept kept[RANK_EXACT] = {{0}};
    size_t count = 0;

    *told = (struct rank_told){0};
    scan(db, query, &row, &best, told);
    if (best.count)
        score_exactly(db, &row, &best, kept);
    count = best.count < most ? best.count : most;
    for (size_t i = 0; i < count; i++)
        out[i] = (struct rank_hit){kept[i].id, (float)kept[i].score};
    free_best(&best);
    return db_read_status(db) == DB_READ_OK ? count : 0;
}

uint64_t db_rank_count(struct db_read *db, const char *match, uint64_t most)
{
    struct db_rows *rows = db_rows_start(db,
                                         "SELECT count(*) FROM (SELECT 1 FROM item_fts"
                                         " WHERE item_fts MATCH ?1 LIMIT ?2)",
                                         "ti", match, (int64_t)most);
    uint64_t count = db_rows_next(rows) ? (uint64_t)db_rows_int(rows, 0) : 0;

    db_rows_end(rows);
    return count;
}
