/* Two lists become one, without copies. */
#include "storer/db_read.h"
#include "storer/rank_fold.h"
#include "storer/reads_inner.h"
#include "storer/search.h"

static void ids_of(const struct rank_hit *hits, size_t n, uint64_t *ids)
{
    for (size_t i = 0; i < n; i++)
        ids[i] = hits[i].id;
}

static size_t fuse(const struct search *search, struct fused *out)
{
    uint64_t keyword[SEARCH_LIST], vector[SEARCH_LIST];
    const struct reads_limits *limits = search->reads->limits;
    struct fuse_list lists[] = {
        {keyword, search->keyword_count, (float)limits->keyword_weight / 100},
        {vector, search->vector_count, (float)limits->vector_weight / 100}};

    ids_of(search->keyword, search->keyword_count, keyword);
    ids_of(search->vector, search->vector_count, vector);
    return rank_fuse(lists, 2, out);
}

/* The original of a copy; 0 where it is none.  *there: the item is still in the store. */
static uint64_t copy_of(struct search *search, uint64_t id, bool *there)
{
    struct db_rows *rows = db_rows_start(
        search->reads->db, "SELECT copy_of FROM item INDEXED BY item_ids WHERE id = ?1", "i",
        (int64_t)id);
    uint64_t original = 0;

    *there = db_rows_next(rows);
    if (*there)
        original = (uint64_t)db_rows_int(rows, 0);
    db_rows_end(rows);
    return original;
}

static size_t fold(struct search *search, const struct fused *fused, size_t n, struct fold *folds)
{
    bool there = false;
    size_t count = 0, except = search->except;
    uint64_t of_except = except ? copy_of(search, except, &there) : 0;

    for (size_t i = 0; i < n; i++) {
        uint64_t id = fused[i].id, original = copy_of(search, id, &there);

        if (!there || (except && (original == except || id == of_except ||
                                  (original && original == of_except))))
            continue;
        folds[count++] = (struct fold){.id = id, .copy_of = original, .at = i};
    }
    return rank_fold(folds, count);
}

static float score_of(const struct rank_hit *hits, uint32_t rank)
{
    return rank ? hits[rank - 1].score : 0;
}

void search_fuse(struct search *search)
{
    struct fused fused[2 * SEARCH_LIST];
    struct fold folds[2 * SEARCH_LIST];
    size_t n = fuse(search, fused);

    search->count = fold(search, fused, n, folds);
    for (size_t i = 0; i < search->count; i++) {
        const struct fused *f = &fused[folds[i].at];

        search->hits[i] =
            (struct search_hit){.fused = *f,
                                .copy_of = folds[i].copy_of,
                                .folded = folds[i].folded,
                                .keyword = score_of(search->keyword, f->ranks[SEARCH_KEYWORD]),
                                .cosine = score_of(search->vector, f->ranks[SEARCH_VECTOR]),
                                .place = i + 1};
    }
    search_lap(search, "fuse");
}
