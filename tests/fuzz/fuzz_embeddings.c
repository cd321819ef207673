/* Answers of model servers.  The first byte says the dialect and how many texts were sent.  What is
 * taken has a vector for each text, all of one length within its bound, of finite numbers; and it
 * reads as the same when it is written anew.  What is refused says why.  The other answers (list of
 * models, error, ranking) are read as well; the words of an error are clean UTF-8 and short.  The
 * same bytes, taken for texts, make a request that is JSON. */
#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"
#include "embedder/embeddings.h"
#include "embedder/reranks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void write_anew(enum dialect dialect, const struct embeddings *found, struct buf *out)
{
    bool ollama = dialect == DIALECT_OLLAMA;

    buf_adds(out, ollama ? "{\"embeddings\":[" : "{\"data\":[");
    for (size_t i = 0; i < found->count; i++) {
        buf_adds(out, i ? "," : "");
        if (!ollama)
            buf_printf(out, "{\"index\":%zu,\"embedding\":", i);
        for (size_t k = 0; k < found->dims; k++)
            buf_printf(out, "%s%.9e", k ? "," : "[", (double)found->values[i * found->dims + k]);
        buf_adds(out, ollama ? "]" : "]}");
    }
    buf_adds(out, "]}");
}

static void read_vectors(enum dialect dialect, struct span body, size_t count)
{
    struct embeddings found = {0}, again = {0};
    struct buf out = {0};
    const char *why = embeddings_read(dialect, body, count, &found);

    must(!why || *why);
    if (!why) {
        must(found.count == count && found.dims >= 1 && found.dims <= 4096);
        for (size_t i = 0; i < count * found.dims; i++)
            must(isfinite(found.values[i]));
        write_anew(dialect, &found, &out);
        must(!embeddings_read(dialect, buf_span(&out), count, &again));
        must(again.dims == found.dims);
        must(!memcmp(again.values, found.values, count * found.dims * sizeof(float)));
    }
    buf_free(&out);
    embeddings_free(&found);
    embeddings_free(&again);
}

static void read_ranking(struct span body, size_t count)
{
    float scores[RERANKS_MOST];
    const char *why = reranks_read(body, count, scores);

    must(!why || *why);
    for (size_t i = 0; i < count && !why; i++)
        must(isfinite(scores[i]));
}

static void read_others(struct span body)
{
    char *words = embeddings_read_error(body);
    const char *end = words + strlen(words);
    uint32_t c = 0;

    must(strlen(words) <= 160);
    for (const char *at = words; at < end; at += utf8_next(at, end, &c)) {
        utf8_next(at, end, &c);
        must(c != UTF8_BAD);
    }
    free(words);
    embeddings_read_tags(body, "m");
}

static void ask(struct span text)
{
    struct span texts[] = {text, text};
    struct buf out = {0};
    json_t *body = NULL;

    embeddings_ask(&out, "m", texts, 2);
    body = json_loadb(out.data, out.len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
    must(body && json_array_size(json_object_get(body, "input")) == 2);
    json_decref(body);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span body = size ? span_of(data + 1, size - 1) : span_of(NULL, 0);
    size_t count = size ? (size_t)(data[0] >> 1) % 5 + 1 : 1;

    read_vectors(size && data[0] & 1 ? DIALECT_OPENAI : DIALECT_OLLAMA, body, count);
    read_ranking(body, count);
    read_others(body);
    ask(body);
    return 0;
}
