#include "embedder/settings.h"

#include <string.h>

#include "common/config.h"
#include "common/log.h"
#include "embedder/embeddings.h"

bool settings_has_server(const struct config *config)
{
    return dialect_of(config->embedder_backend) != DIALECT_NONE;
}

/* A model's name is what vectors are told apart by: no server's may look like ours. */
static bool check_server(const struct config *config)
{
    const char *name = config->embedder_model;

    if (*name && strncmp(name, "builtin-", strlen("builtin-")) != 0)
        return true;
    log_error("bad-setting",
              "embedder.model=\"%s\" embedder.backend=%s do=\"set embedder.model to the name of a "
              "model of that server\"",
              name, config->embedder_backend);
    return false;
}

bool settings_check(const struct config *config, const char *model)
{
    if (settings_has_server(config))
        return check_server(config);
    if (strcmp(config->embedder_backend, "builtin") != 0) {
        log_error("bad-setting",
                  "embedder.backend=\"%s\" why=\"builtin, ollama or openai is expected\"",
                  config->embedder_backend);
        return false;
    }
    if (strcmp(config->embedder_model, model) == 0)
        return true;
    log_error("unknown-model",
              "embedder.model=%s do=\"set it to %s, or name a model server by embedder.backend\"",
              config->embedder_model, model);
    return false;
}
