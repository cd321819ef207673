/* What a person can set of a source: KEY=VALUE words, as `weir set` and `weir add` take them. */
#ifndef WEIR_READER_SETTINGS_H
#define WEIR_READER_SETTINGS_H

#include <jansson.h>
#include <stdbool.h>

/* Whether a word is KEY=VALUE with a key there is. */
bool settings_is(const char *word);
/* Reads one into wishes, the arguments of source.set: title, category, interval_ms, options.  An
 * empty value removes.  A secret that stands on the command line is taken with a warning.  0, or an
 * exit code, told. */
int settings_take(json_t *wishes, const char *key, const char *value);
/* The same for a whole KEY=VALUE. */
int settings_word(json_t *wishes, const char *word);
/* For --help. */
extern const char settings_help[];

#endif
