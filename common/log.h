/* One line an event on standard error: `event key=value ...`, no final period.  Under journald
 * (JOURNAL_STREAM) lines begin with a priority, else with time, level and the program's name. */
#ifndef WEIR_COMMON_LOG_H
#define WEIR_COMMON_LOG_H

#include <stdbool.h>

enum log_level {
    LOG_LEVEL_ERROR,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_NOTICE,
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG
};

/* Call once, before threads.  name is borrowed for good. */
void log_start(const char *name);
/* false where the word is no level. */
bool log_set_level(const char *word);

/* event is a constant word; format gives `key=value` pairs, or is NULL.  Control characters in the
 * line are replaced, so text from outside cannot make a second line. */
void log_write(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define log_error(...)   log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)  log_write(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)    log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
