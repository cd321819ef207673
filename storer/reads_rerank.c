#include "storer/reads_rerank.h"

#include <math.h>
#include <string.h>

#include "common/msg.h"
#include "common/utf8.h"
#include "storer/reads_inner.h"

enum { QUERY_MOST = 8192, PASSAGE_MOST = 16384 };

static void write_question(struct span query, const struct span *texts, size_t n, struct buf *out)
{
    struct msg_passage passages[RERANK_MOST];
    struct msg_rerank rerank = {.query = utf8_clip(query, QUERY_MOST),
                                .passages = {.at = passages, .count = n}};

    for (size_t i = 0; i < n; i++)
        passages[i].text = utf8_clip(texts[i], PASSAGE_MOST);
    msg_rerank_write(&rerank, out);
}

/* A score a text, each a number; NULL or what is wrong. */
static const char *read_scores(const struct msg_ranked *ranked, size_t n, float *scores)
{
    if (ranked->scores.n != n * sizeof(float))
        return "the reranker ranked other texts";
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = msg_get_u32(ranked->scores.p + i * sizeof(float));

        memcpy(&scores[i], &bits, sizeof(bits));
        if (!isfinite(scores[i]))
            return "the reranker gave no numbers";
    }
    return NULL;
}

/* By insertion: n is small, and ties keep their order. */
static void sort(const float *scores, size_t n, size_t *order)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = i;

        for (; at > 0 && scores[order[at - 1]] < scores[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

static const char *ask(struct reads *reads, struct span query, const struct span *texts, size_t n,
                       float *scores)
{
    const struct reads_ring *ring = reads->limits->ring;
    struct msg_pool pool = {0};
    struct msg_ranked ranked = {0};
    struct span frame = {0}, none = {0};
    struct buf question = {0};
    const char *why = NULL;

    if (!ring)
        return "there is no way to the ring";
    write_question(query, texts, n, &question);
    ring->ask(ring->self, MSG_KIND_RERANK, buf_span(&question), reads->limits->rerank_ms);
    buf_free(&question);
    why = ring->wait(ring->self, &frame, &none);
    if (!why && msg_ranked_read(frame, &pool, &ranked))
        why = "the reranker's answer cannot be read";
    else if (!why && ranked.scores.n == 0)
        why = reads_words(reads, ranked.reason);
    else if (!why)
        why = read_scores(&ranked, n, scores);
    msg_pool_free(&pool);
    return why;
}

const char *reads_rerank(struct reads *reads, struct span query, const struct span *texts, size_t n,
                         size_t *order, float *scores)
{
    float given[RERANK_MOST] = {0};
    const char *why = n <= RERANK_MOST ? ask(reads, query, texts, n, given) : "too many texts";

    if (why)
        memset(given, 0, sizeof(given));
    sort(given, n, order);
    if (scores)
        memcpy(scores, given, n * sizeof(*given));
    return why;
}
