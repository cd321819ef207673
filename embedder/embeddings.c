/* Answers: nothing in them is trusted. */
#include "embedder/embeddings.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "common/mem.h"
#include "common/traits.h"
#include "common/utf8.h"

enum {
    VALUES_BESIDE = 64, /* commas an answer may have beside those of its vectors, for each text */
    ERROR_BYTES = 160,
};

static const size_t flags = JSON_REJECT_DUPLICATES;

/* --- vectors ---------------------------------------------------------------------------------- */

/* A value in memory is twenty times as large as "0,": what has more than there can be numbers in
 * the vectors asked for is not read at all. */
static bool has_too_many_values(struct span body, size_t count)
{
    size_t most = (count + 1) * (TRAITS_DIMS_MAX + VALUES_BESIDE), found = 0;

    for (size_t i = 0; i < body.n; i++)
        found += body.p[i] == ',' || body.p[i] == '[';
    return found > most;
}

static void make_room(struct embeddings *out, size_t count, size_t dims)
{
    if (count * dims > out->capacity) {
        out->capacity = count * dims;
        out->values = mem_realloc(out->values, out->capacity, sizeof(*out->values));
    }
    out->count = count;
    out->dims = dims;
}

static const char *read_vector(const json_t *list, size_t at, struct embeddings *out)
{
    float *vector = NULL;

    if (!json_is_array(list))
        return "a vector is not a list";
    if (out->dims == 0 && (json_array_size(list) == 0 || json_array_size(list) > TRAITS_DIMS_MAX))
        return "a vector has no numbers, or more than 4096";
    if (out->dims == 0)
        make_room(out, out->count, json_array_size(list));
    if (json_array_size(list) != out->dims)
        return "the vectors are of different lengths";
    vector = out->values + at * out->dims;
    for (size_t i = 0; i < out->dims; i++) {
        const json_t *number = json_array_get(list, i);

        vector[i] = (float)json_number_value(number);
        if (!json_is_number(number) || !isfinite(vector[i]))
            return "a vector has something else than finite numbers in it";
    }
    return NULL;
}

static const char *read_ollama(const json_t *answer, struct embeddings *out)
{
    const json_t *list = json_object_get(answer, "embeddings");
    const char *why = NULL;

    if (!json_is_array(list))
        return "it has no list of embeddings";
    if (json_array_size(list) != out->count)
        return "it has another number of vectors than texts were sent";
    for (size_t i = 0; i < out->count && !why; i++)
        why = read_vector(json_array_get(list, i), i, out);
    return why;
}

static const char *read_openai(const json_t *answer, struct embeddings *out)
{
    const json_t *list = json_object_get(answer, "data");
    bool seen[EMBEDDINGS_MOST] = {false};
    const char *why = NULL;

    if (!json_is_array(list))
        return "it has no list of data";
    if (json_array_size(list) != out->count)
        return "it has another number of vectors than texts were sent";
    for (size_t i = 0; i < out->count && !why; i++) {
        const json_t *entry = json_array_get(list, i);
        const json_t *index = json_object_get(entry, "index");
        json_int_t at = json_integer_value(index);

        if (!json_is_integer(index) || at < 0 || at >= (json_int_t)out->count || seen[at])
            return "an index is missing, wrong or there twice";
        seen[at] = true;
        why = read_vector(json_object_get(entry, "embedding"), (size_t)at, out);
    }
    return why;
}

const char *embeddings_read(enum dialect dialect, struct span body, size_t count,
                            struct embeddings *out)
{
    json_t *answer = NULL;
    const char *why = NULL;

    out->count = count;
    out->dims = 0;
    if (count == 0 || count > EMBEDDINGS_MOST)
        return "nothing was asked for";
    if (has_too_many_values(body, count))
        return "it has too many values";
    answer = json_loadb(body.p ? body.p : "", body.n, flags, NULL);
    if (!json_is_object(answer))
        why = answer ? "it is not a JSON object" : "it is not JSON";
    else
        why = dialect == DIALECT_OLLAMA ? read_ollama(answer, out) : read_openai(answer, out);
    json_decref(answer);
    return why;
}

void embeddings_free(struct embeddings *embeddings)
{
    free(embeddings->values);
    *embeddings = (struct embeddings){0};
}

/* --- other answers ---------------------------------------------------------------------------- */

static bool is_model(const json_t *entry, const char *member, const char *model)
{
    const char *name = json_string_value(json_object_get(entry, member));
    size_t n = strlen(model);

    return name && strncmp(name, model, n) == 0 && (!name[n] || strcmp(name + n, ":latest") == 0);
}

const char *embeddings_read_tags(struct span body, const char *model)
{
    json_t *answer =
        has_too_many_values(body, 1) ? NULL : json_loadb(body.p ? body.p : "", body.n, flags, NULL);
    const json_t *list = json_object_get(answer, "models");
    const char *why = "the server's list of models cannot be read";

    if (json_is_array(list))
        why = "the server does not have the model";
    for (size_t i = 0; i < json_array_size(list); i++)
        if (is_model(json_array_get(list, i), "name", model) ||
            is_model(json_array_get(list, i), "model", model))
            why = NULL;
    json_decref(answer);
    return why;
}

char *embeddings_read_error(struct span body)
{
    json_t *answer =
        has_too_many_values(body, 1) ? NULL : json_loadb(body.p ? body.p : "", body.n, flags, NULL);
    const json_t *error = json_object_get(answer, "error");
    struct span text = {0};
    char *words = NULL;

    if (json_is_object(error))
        error = json_object_get(error, "message");
    if (!json_is_string(error))
        error = json_object_get(answer, "message");
    if (!json_is_string(error))
        error = json_object_get(answer, "detail");
    text = utf8_clip(span_of(json_string_value(error), json_string_length(error)), ERROR_BYTES);
    words = mem_dup(text.p ? text.p : "", text.n);
    json_decref(answer);
    return words;
}
