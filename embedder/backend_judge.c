/* What a response is worth: vectors, or an error in words and what to do about it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config.h"
#include "common/counters.h"
#include "common/log.h"
#include "common/utf8.h"
#include "embedder/backend_inner.h"
#include "embedder/key_file.h"

/* What a server says may quote the key, and may be cut within a character by snprintf. */
static void tidy_error(struct backend *backend)
{
    struct span whole = utf8_clip(span_str(backend->error), BACKEND_ERROR - 4);

    backend->error[whole.n] = '\0';
    key_file_hide(backend->key, backend->error);
}

/* Of 400 and its like: a text that is refused for another reason says nothing about the others. */
static bool is_about_length(const char *words)
{
    static const char *const parts[] = {"too long", "too large", "too many tokens", "length",
                                        "context",  "exceed",    "maximum"};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strcasestr(words, parts[i]))
            return true;
    return false;
}

static void say_status(struct backend *backend, const struct http_result *result)
{
    char *words = embeddings_read_error(result->body);
    const char *help = result->status == 401 || result->status == 403 ? " (see embedder.key_file)"
                       : result->status == 404 ? " (see embedder.url, embedder.model)"
                                               : "";

    key_file_hide(backend->key, words); /* while its end is that of what was clipped */
    snprintf(backend->error, sizeof(backend->error), "HTTP %d%s%s%s", result->status,
             *words ? ": " : "", words, help);
    backend->too_long = result->status == 413 || is_about_length(words);
    free(words);
    tidy_error(backend);
}

static enum retry judge_trouble(struct backend *backend, const struct http_result *result)
{
    snprintf(backend->error, sizeof(backend->error), "%s", result->words);
    tidy_error(backend);
    switch (result->trouble) {
    case HTTP_TIMEOUT:
        return RETRY_SMALLER;
    case HTTP_TOO_LARGE:
        counters_add(backend->counters, COUNTER_bad_answers, 1);
        return RETRY_APART;
    default:
        return RETRY_WHOLE;
    }
}

/* Vectors of different lengths are not of one model. */
static enum retry judge_dims(struct backend *backend)
{
    if (backend->dims == 0) {
        backend->dims = backend->values.dims;
        log_info("model-ready", "backend=%s model=\"%s\" dims=%zu", dialect_name(backend->dialect),
                 backend->config->embedder_model, backend->dims);
    }
    if (backend->values.dims == backend->dims)
        return RETRY_NONE;
    counters_add(backend->counters, COUNTER_bad_answers, 1);
    snprintf(backend->error, sizeof(backend->error),
             "vectors of %zu dimensions came, %zu are expected: another model under this name? "
             "Start the embedder anew with another embedder.model, or set embedder.dims",
             backend->values.dims, backend->dims);
    return RETRY_NEVER;
}

enum retry backend_judge(struct backend *backend, const struct http_result *result, size_t count)
{
    const char *why = NULL;

    if (result->trouble != HTTP_FINE)
        return judge_trouble(backend, result);
    if (result->status != 200) {
        say_status(backend, result);
        return retry_of_status(result->status);
    }
    why = embeddings_read(backend->dialect, result->body, count, &backend->values);
    if (!why)
        return judge_dims(backend);
    counters_add(backend->counters, COUNTER_bad_answers, 1);
    snprintf(backend->error, sizeof(backend->error), "the answer cannot be used: %s", why);
    return RETRY_APART;
}
