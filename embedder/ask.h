/* Vectors of some texts, waited for: for the one-shot commands.  By the back end of the settings,
 * the built-in model or a model server. */
#ifndef WEIR_EMBEDDER_ASK_H
#define WEIR_EMBEDDER_ASK_H

#include <stddef.h>

#include "common/buf.h"

struct ask;
struct config;
struct traits_buf;

/* A text as an item has it.  Everything is lent. */
struct ask_item {
    struct span title, text, url;
};

/* NULL where the settings cannot be, with a logged line.  config is borrowed. */
struct ask *ask_open(const struct config *config);
void ask_close(struct ask **ask);
/* The name of the model. */
const char *ask_model(const struct ask *ask);
/* Fills out[i] with all traits of items[i].  0, or 69 (APP_NO_PEER) with words on standard error
 * where the server gave no vector to one of them; that one has no vector then. */
int ask_traits(struct ask *ask, const struct ask_item *items, size_t count, struct traits_buf *out);

#endif
