/* A back end is opened: settings, key, cache, circuit; and closed. */
#include <stdlib.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/mem.h"
#include "embedder/backend_inner.h"
#include "embedder/key_file.h"

/* Addresses and key; false with a logged line. */
static bool read_settings(struct backend *backend)
{
    const struct config *config = backend->config;
    const char *why = NULL;

    backend->dialect = dialect_of(config->embedder_backend);
    backend->url = dialect_url(backend->dialect, config->embedder_url, &why);
    if (!backend->url) {
        log_error("bad-setting", "embedder.url why=\"%s\"", why);
        return false;
    }
    backend->probe_url = dialect_probe_url(backend->dialect, config->embedder_url);
    if (!*config->embedder_key_file)
        return true;
    backend->key = key_file_read(config->embedder_key_file);
    if (backend->key && strncmp(backend->url, "http:", 5) == 0 &&
        strncmp(backend->url, "http://127.", 11) != 0 &&
        strncmp(backend->url, "http://localhost", 16) != 0 &&
        strncmp(backend->url, "http://[::1]", 12) != 0)
        log_warning("key-in-clear", "url=%s do=\"https, or no key\"", backend->url);
    return backend->key != NULL;
}

struct backend *backend_open(const struct config *config, struct loop *loop,
                             struct counters *counters, int64_t hold_ms,
                             const struct backend_calls *calls)
{
    struct backend *backend = mem_calloc(1, sizeof(*backend));

    *backend = (struct backend){.config = config,
                                .loop = loop,
                                .counters = counters,
                                .calls = *calls,
                                .hold_ms = hold_ms,
                                .dims = (size_t)config->embedder_dims,
                                .batch_most = config->embedder_batch,
                                .input_most = config->embedder_input_bytes};
    backend->probe.backend = backend;
    texts_init(&backend->waiting[0]);
    texts_init(&backend->waiting[1]);
    breaker_init(&backend->breaker, config->embedder_breaker_failures, config->embedder_breaker_ms,
                 config->embedder_breaker_max_ms);
    backend->cache =
        cache_create((size_t)config->embedder_cache_items, (size_t)config->embedder_cache_bytes);
    if (getentropy(&backend->chance, sizeof(backend->chance)) || !backend->chance)
        backend->chance = (uint32_t)clock_mono_us() | 1U;
    if (read_settings(backend))
        backend->http = http_open(config, loop, backend->key, backend_on_http, backend);
    if (!backend->http)
        backend_close(&backend);
    return backend;
}

void backend_strain(struct backend *backend, unsigned rung)
{
    cache_resize(backend->cache, (size_t)backend->config->embedder_cache_items >> rung,
                 (size_t)backend->config->embedder_cache_bytes >> rung);
}

void backend_close(struct backend **backend)
{
    struct batch *next = NULL;

    if (!*backend)
        return;
    loop_cancel((*backend)->loop, (*backend)->timer);
    http_close(&(*backend)->http);
    for (struct batch *batch = (*backend)->sent; batch; batch = next) {
        next = batch->next;
        batch_destroy(&batch);
    }
    for (struct batch *batch = (*backend)->delayed; batch; batch = next) {
        next = batch->next;
        batch_destroy(&batch);
    }
    texts_clear(&(*backend)->waiting[0]);
    texts_clear(&(*backend)->waiting[1]);
    cache_destroy(&(*backend)->cache);
    embeddings_free(&(*backend)->values);
    free((*backend)->url);
    free((*backend)->probe_url);
    mem_forget(&(*backend)->key);
    free(*backend);
    *backend = NULL;
}
