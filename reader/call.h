/* A call of the weir command: its verb, options and words; and what verbs share. */
#ifndef WEIR_READER_CALL_H
#define WEIR_READER_CALL_H

#include <stdbool.h>
#include <stdint.h>

struct call;
struct config;

enum { CALL_OPTIONS = 8 }; /* of one verb, at most */

struct option {
    const char *name;  /* "limit", without dashes */
    const char *value; /* what --help calls its value; NULL = a flag */
    const char *help;
};

struct verb {
    const char *name;
    const char *words; /* as in the usage line: "URL..." */
    int least, most;   /* number of words */
    const char *summary;
    const char *more; /* further lines of its help, or NULL */
    struct option options[CALL_OPTIONS + 1];
    int (*run)(struct call *call); /* gives the exit code */
};

enum call_colour { CALL_COLOUR_AUTO, CALL_COLOUR_ALWAYS, CALL_COLOUR_NEVER };

struct call {
    const struct verb *verb;
    struct config *config;
    bool json;
    bool later; /* the answer is for later */
    bool no_pager;
    enum call_colour colour;
    char **words;
    int word_count;
    const char *values[CALL_OPTIONS]; /* in the order of verb->options; "" for a flag */
};

/* All verbs; ends with a name of NULL. */
extern const struct verb *const verbs[];

/* The value of an option; NULL where it was not given. */
const char *call_option(const struct call *call, const char *name);
/* A number given as an option, or none.  false (told): not a whole number within least .. most. */
bool call_number(const struct call *call, const char *name, int64_t none, int64_t least,
                 int64_t most, int64_t *value);
/* The same for a word. */
bool call_id(const char *word, int64_t *id);
/* Tells an error as "weir: ..." on standard error and gives the code back. */
int call_fail(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
