/* The command line of a stage. */
#ifndef WEIR_COMMON_APP_OPTIONS_H
#define WEIR_COMMON_APP_OPTIONS_H

struct app_spec;
struct config;

/* Reads options, file, environment and --set, in the order that lets the later win.  -1 and a
 * config that the caller owns; or an exit code, everything told and nothing owned. */
int app_options(const struct app_spec *spec, int argc, char **argv, struct config **config);

/* The settings from file (NULL: $WEIR_CONFIG, or none), environment and count assignments; 0, or an
 * exit code with the error told on standard error.  For programs with options of their own. */
int app_settings(const char *program, const char *file, char **assignments, int count,
                 struct config **config);

#endif
