/* Settings: defaults from params.def, then a file (ZPL, zeromq RFC 4), then the environment, then
 * --set.  Every error names where it stands, the key, and what is allowed. */
#ifndef WEIR_COMMON_CONFIG_H
#define WEIR_COMMON_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/buf.h"

struct config {
#define INT(section, name, ...) int64_t section##_##name;
#define STR(section, name, ...) char *section##_##name;
#include "common/params.def"
#undef INT
#undef STR
};

/* The defaults.  Caller owns the result. */
struct config *config_create(void);
void config_destroy(struct config **config);

/* Each returns 0, or -1 with a sentence added to error; the config keeps what was set before. */
int config_load(struct config *config, const char *path, struct buf *error);
int config_environment(struct config *config, char *const *environment, struct buf *error);
/* assignment is "section.name=value"; where says where it stands ("--set"). */
int config_set(struct config *config, const char *assignment, const char *where, struct buf *error);
/* Fills runtime.dir and store.path where they are empty, and checks settings against each other. */
int config_finish(struct config *config, struct buf *error);

/* What is to be known of a setting; texts are constants. */
struct config_about {
    const char *key;
    const char *help;
    const char *unit;         /* "text" where it is one */
    const char *text;         /* the default of a text; NULL: a number */
    int64_t preset, min, max; /* of a text: max is the longest, in bytes */
};
/* Calls fn for each, in the order of the table. */
void config_each(void (*fn)(const struct config_about *about, void *arg), void *arg);
/* The table of all settings, for --help-config. */
void config_print(FILE *out);

#endif
