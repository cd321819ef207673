/* weir-embedder: turns items into vectors. */
#include "common/config.h"
#include "common/service.h"
#include "embedder/embed_cli.h"
#include "embedder/embedder.h"
#include "embedder/settings.h"

/* The built-in model needs no network, but a reranker, or a broker on another machine, does. */
static enum sandbox sandbox(const struct config *config)
{
    return settings_has_server(config) || *config->embedder_rerank_url || *config->link_broker
               ? SANDBOX_NET
               : SANDBOX_LINKS;
}

int main(int argc, char **argv)
{
    static const struct app_oneshot oneshots[] = {
        {.name = "embed",
         .argument = "FILE",
         .help = "print the vector of a text (first line: title) and leave",
         .run_with = embed_cli},
        {.name = "compare",
         .argument = "FILE",
         .help = "print how alike the pairs of a JSON-lines file are",
         .run_with = compare_cli},
        {0},
    };
    static const struct service_spec spec = {
        .app = {.name = "weir-embedder",
                .stage = "embedder",
                .summary = "Turns items into vectors: takes `items`, gives `vectors`.",
                .oneshots = oneshots},
        .start = embedder_start,
        .stop = embedder_stop,
        .end = embedder_end,
        .beat = embedder_beat,
        .memory = embedder_memory,
        .sandbox = sandbox,
    };
    struct embedder embedder = {0};

    return service_main(&spec, &embedder, argc, argv);
}
