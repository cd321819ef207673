/* Another order of the best hits: by a reranker, and so that they do not repeat each other. */
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"
#include "storer/db_read.h"
#include "storer/rank_mmr.h"
#include "storer/reads_inner.h"
#include "storer/reads_rerank.h"
#include "storer/search.h"

static const float lambda = .7F;

/* --- the reranker ----------------------------------------------------------------------------- */

/* Title and text of a hit, as much as the reranker reads. */
static void passage_of(struct search *search, uint64_t id, struct buf *out)
{
    size_t most = (size_t)search->reads->limits->rerank_bytes;
    struct db_rows *rows = db_rows_start(
        search->reads->db, "SELECT title, substr (text, 1, ?2) FROM item WHERE id = ?1", "ii",
        (int64_t)id, (int64_t)most);
    struct buf text = {0};
    struct span clipped = {0};

    if (db_rows_next(rows)) {
        struct span title = db_rows_text(rows, 0), rest = db_rows_text(rows, 1);

        buf_add(&text, title.p, title.n);
        buf_addc(&text, '\n');
        buf_add(&text, rest.p, rest.n);
    }
    db_rows_end(rows);
    clipped = utf8_clip(buf_span(&text), most);
    buf_add(out, clipped.p, clipped.n);
    buf_free(&text);
}

static void reorder(struct search *search, const size_t *order, size_t n)
{
    struct search_hit hits[2 * SEARCH_LIST];

    memcpy(hits, search->hits, n * sizeof(*hits));
    for (size_t i = 0; i < n; i++)
        search->hits[i] = hits[order[i]];
}

void search_rerank(struct search *search)
{
    size_t most = (size_t)search->reads->limits->rerank_hits;
    size_t n = search->count < most ? search->count : most, order[RERANK_MOST];
    struct buf passages[RERANK_MOST] = {{0}};
    struct span texts[RERANK_MOST];
    float scores[RERANK_MOST];
    const char *why = NULL;

    if (!search->rerank || n < 2)
        return;
    for (size_t i = 0; i < n; i++) {
        passage_of(search, search->hits[i].fused.id, &passages[i]);
        texts[i] = buf_span(&passages[i]);
    }
    db_read_end(search->reads->db); /* nothing is held while somebody else thinks */
    why = reads_rerank(search->reads, buf_span(&search->plain), texts, n, order, scores);
    if (why) {
        search->rerank_failed = why; /* nobody asks the ring after this */
    } else {
        for (size_t i = 0; i < n; i++)
            search->hits[i].rerank = scores[i];
        reorder(search, order, n);
        search->reranked = true;
    }
    for (size_t i = 0; i < n; i++)
        buf_free(&passages[i]);
    db_read_begin(search->reads->db);
    search_lap(search, "rerank");
}

/* --- MMR -------------------------------------------------------------------------------------- */

/* Among those that might be shown: the reranker's scores where it gave some, else the fused ones.
 */
void search_mmr(struct search *search)
{
    struct mmr_hit hits[2 * SEARCH_LIST];
    size_t order[2 * SEARCH_LIST], most = (size_t)search->reads->limits->rerank_hits;
    size_t n = search->reranked && search->count > most ? most : search->count;

    if (!search->mmr || n < 2)
        return;
    for (size_t i = 0; i < n; i++) {
        struct search_hit *hit = &search->hits[i];

        hit->vector = search_vector_of(search, hit->fused.id);
        hits[i] = (struct mmr_hit){search->reranked ? hit->rerank : hit->fused.score, hit->vector};
    }
    rank_mmr(hits, n, search->dims, lambda, n, order);
    for (size_t i = 0; i < n; i++) {
        free(search->hits[i].vector);
        search->hits[i].vector = NULL;
    }
    reorder(search, order, n);
    search_lap(search, "mmr");
}
