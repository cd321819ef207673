#include "embedder/reranks.h"

#include <jansson.h>
#include <math.h>

#include "common/mem.h"
#include "embedder/embeddings.h"

enum { VALUES_BESIDE = 4096 }; /* commas and brackets beyond what the entries need */

/* --- asking ----------------------------------------------------------------------------------- */

static bool ends_with(struct span text, const char *end)
{
    size_t n = strlen(end);

    return text.n >= n && memcmp(text.p + text.n - n, end, n) == 0;
}

char *reranks_url(const char *base, bool *texts, const char **why)
{
    struct span text = span_str(base);

    while (text.n && text.p[text.n - 1] == '/')
        text.n--;
    *why = embeddings_refuse_url(text);
    *texts = ends_with(text, "/rerank") && !ends_with(text, "/v1/rerank");
    if (*why)
        return NULL;
    return mem_printf("%.*s%s", (int)text.n, text.p,
                      ends_with(text, "/rerank") ? ""
                      : ends_with(text, "/v1")   ? "/rerank"
                                                 : "/v1/rerank");
}

void reranks_ask(struct buf *out, bool texts, const char *model, struct span query,
                 const struct span *passages, size_t count)
{
    buf_adds(out, "{");
    if (*model) {
        buf_adds(out, "\"model\":");
        embeddings_add_text(out, span_str(model));
        buf_adds(out, ",");
    }
    buf_adds(out, "\"query\":");
    embeddings_add_text(out, query);
    if (texts)
        buf_adds(out, ",\"truncate\":true,\"texts\":[");
    else
        buf_printf(out, ",\"top_n\":%zu,\"return_documents\":false,\"documents\":[", count);
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_addc(out, ',');
        embeddings_add_text(out, passages[i]);
    }
    buf_adds(out, "]}");
}

/* --- reading ---------------------------------------------------------------------------------- */

/* What is not the size of an answer is not read: see embeddings.c.  Documents that come back may
 * have any commas in them. */
static bool has_too_many_values(struct span body, size_t count)
{
    size_t most = (count + 1) * VALUES_BESIDE, found = 0;

    for (size_t i = 0; i < body.n; i++)
        found += body.p[i] == ',' || body.p[i] == '[' || body.p[i] == '{';
    return found > most;
}

static const char *read_entry(const json_t *entry, size_t count, bool *seen, float *scores)
{
    const json_t *index = json_object_get(entry, "index");
    const json_t *score = json_object_get(entry, "relevance_score");
    json_int_t at = json_integer_value(index);

    if (!score)
        score = json_object_get(entry, "score");
    if (!json_is_integer(index) || at < 0 || at >= (json_int_t)count || seen[at])
        return "an index is missing, wrong or there twice";
    seen[at] = true;
    scores[at] = (float)json_number_value(score);
    if (!json_is_number(score) || !isfinite(scores[at]))
        return "a score is missing, or no finite number";
    return NULL;
}

static const char *read_entries(const json_t *list, size_t count, float *scores)
{
    bool seen[RERANKS_MOST] = {false};
    const char *why = NULL;

    if (!json_is_array(list))
        return "it has no list of results";
    if (json_array_size(list) != count)
        return "it has another number of results than texts were sent";
    for (size_t i = 0; i < count && !why; i++)
        why = read_entry(json_array_get(list, i), count, seen, scores);
    return why;
}

const char *reranks_read(struct span body, size_t count, float *scores)
{
    const json_t *list = NULL;
    json_t *answer = NULL;
    const char *why = NULL;

    if (count == 0 || count > RERANKS_MOST)
        return "nothing was asked for";
    if (has_too_many_values(body, count))
        return "it has too many values";
    answer = json_loadb(body.p ? body.p : "", body.n, JSON_REJECT_DUPLICATES, NULL);
    list = json_is_object(answer) ? json_object_get(answer, "results") : answer;
    why = answer ? read_entries(list, count, scores) : "it is not JSON";
    json_decref(answer);
    return why;
}
