/* Completion of the command line in shells, made from the table of verbs and their options.  Pure.
 */
#ifndef WEIR_READER_COMPLETION_H
#define WEIR_READER_COMPLETION_H

#include <stdbool.h>

struct buf;
struct option;
struct verb;

/* Appends a script for "bash", "zsh" or "fish"; false: another shell. */
bool completion_write(struct buf *out, const char *shell);
/* What an option's value is completed with: a kind of `weir complete-words`, "file", or "" for
 * nothing; NULL where it takes none. */
const char *completion_of_option(const struct option *option);
/* The same of a verb's words. */
const char *completion_of_words(const struct verb *verb);

#endif
