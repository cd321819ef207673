/* The half that looks for vectors: the ring's answer, and what the query's vector says of the hits
 * by words. */
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/msg.h"
#include "common/utf8.h"
#include "common/vec.h"
#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/reads_inner.h"
#include "storer/search.h"

enum { TEXT_MOST = 16384 };

void search_ask(struct search *search)
{
    const struct reads_ring *ring = search->reads->limits->ring;
    struct msg_item item = {.title = buf_span(&search->title), .text = buf_span(&search->plain)};
    struct buf frame = {0};

    if (search->mode == SEARCH_KEYWORDS || search->plain.len + search->title.len == 0)
        return;
    if (!ring) {
        search->partial = "there is no way to the ring";
        return;
    }
    if (item.text.n > TEXT_MOST)
        item.text = utf8_clip(item.text, TEXT_MOST);
    if (msg_item_write(&item, &frame) == 0) {
        ring->ask(ring->self, MSG_KIND_SEARCH, buf_span(&frame),
                  search->reads->limits->semantic_ms);
        search->asked = true;
    }
    buf_free(&frame);
}

/* --- the ring's answer ------------------------------------------------------------------------ */

static const char *keep_words(struct search *search, struct span words)
{
    buf_clear(&search->why);
    buf_add(&search->why, words.p, words.n);
    return search->why.data ? search->why.data : "";
}

/* Any two texts are a little alike: hits that are so by chance only would push others back.  Where
 * vectors alone are asked for there are no others. */
static bool is_near_enough(const struct search *search, double cosine)
{
    if (search->mode == SEARCH_VECTORS && !search->except)
        return cosine > 0;
    return cosine > 0 && cosine * 100 >= (double)search->reads->limits->cosine_percent;
}

static void take_near(struct search *search, const struct msg_verdict *verdict)
{
    const struct msg_candidate *near = verdict->candidates.at;

    for (size_t i = 0; i < verdict->candidates.count && search->vector_count < SEARCH_LIST; i++)
        if (is_near_enough(search, near[i].cosine) && search_admits_any(search, near[i].id))
            search->vector[search->vector_count++] =
                (struct rank_hit){near[i].id, (float)near[i].cosine};
}

static const char *take_answer(struct search *search, struct msg_pool *pool, struct span first,
                               struct span second)
{
    struct msg_vector vector;
    struct msg_verdict verdict;

    if (msg_vector_read(first, pool, &vector) || msg_verdict_read(second, pool, &verdict))
        return "the ring's answer cannot be read";
    if (vector.vector.n == 0)
        return vector.reason.n ? keep_words(search, vector.reason) : "the query has no vector";
    if (verdict.epoch == 0)
        return "the deduper has not read the store yet";
    if (verdict.epoch != (uint64_t)db_read_meta(search->reads->db, "epoch", 0))
        return "the deduper knows another store";
    search->dims = vector.vector.n;
    search->sought = mem_alloc(search->dims);
    memcpy(search->sought, vector.vector.p, search->dims);
    take_near(search, &verdict);
    return NULL;
}

/* --- hits by words ---------------------------------------------------------------------------- */

int8_t *search_vector_of(struct search *search, uint64_t id)
{
    struct db_rows *rows = db_rows_start(
        search->reads->db, "SELECT vector FROM vector WHERE item = ?1", "i", (int64_t)id);
    struct span bytes = db_rows_next(rows) ? db_rows_blob(rows, 0) : (struct span){0};
    int8_t *vector = NULL;

    if (bytes.n > 0 && (search->dims == 0 || bytes.n == search->dims)) {
        search->dims = bytes.n;
        vector = mem_alloc(bytes.n);
        memcpy(vector, bytes.p, bytes.n);
    }
    db_rows_end(rows);
    return vector;
}

static bool is_near(const struct search *search, uint64_t id)
{
    for (size_t i = 0; i < search->vector_count; i++)
        if (search->vector[i].id == id)
            return true;
    return false;
}

static int by_cosine(const void *x, const void *y)
{
    const struct rank_hit *a = x, *b = y;

    if (a->score < b->score || a->score > b->score)
        return a->score < b->score ? 1 : -1;
    return a->id < b->id ? 1 : -(a->id > b->id);
}

/* The deduper knows the items of some days; what words have found may be older. */
static void add_found(struct search *search)
{
    float norm = vec_norm(search->sought, search->dims);

    for (size_t i = 0; i < search->keyword_count; i++) {
        uint64_t id = search->keyword[i].id;
        int8_t *vector = is_near(search, id) ? NULL : search_vector_of(search, id);
        float cosine = 0;

        if (vector)
            cosine = vec_cosine(search->sought, norm, vector, vec_norm(vector, search->dims),
                                search->dims);
        free(vector);
        if (is_near_enough(search, (double)cosine))
            search->vector[search->vector_count++] = (struct rank_hit){id, cosine};
    }
}

void search_vector(struct search *search)
{
    const struct reads_ring *ring = search->reads->limits->ring;
    struct msg_pool pool = {0};
    struct span first = {0}, second = {0};
    const char *why = NULL;

    if (!search->asked)
        return;
    why = ring->wait(ring->self, &first, &second);
    if (why)
        search->partial = keep_words(search, span_str(why));
    else
        search->partial = take_answer(search, &pool, first, second);
    msg_pool_free(&pool);
    search_lap(search, "semantic");
    if (search->sought) {
        add_found(search);
        if (search->vector_count)
            qsort(search->vector, search->vector_count, sizeof(*search->vector), by_cosine);
        if (search->vector_count > SEARCH_LIST)
            search->vector_count = SEARCH_LIST;
        search_lap(search, "vectors");
    }
}
