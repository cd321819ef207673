/* Whether the settings name a back end, and a model that it can have. */
#ifndef WEIR_EMBEDDER_SETTINGS_H
#define WEIR_EMBEDDER_SETTINGS_H

#include <stdbool.h>

struct config;

/* False with a logged line that says what to set.  model: what the built-in model is called. */
bool settings_check(const struct config *config, const char *model);
/* Whether a model server makes the vectors. */
bool settings_has_server(const struct config *config);

#endif
