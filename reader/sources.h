/* Subscriptions: finding one, and how they look. */
#ifndef WEIR_READER_SOURCES_H
#define WEIR_READER_SOURCES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct buf;
struct client;
struct config;

/* The id of a source given by number or address; 0 (told) where there is none, or more than one. */
int64_t sources_find(const struct config *config, const char *word);
/* One source as source.list has it: 0 and *source (the caller's), or an exit code, told. */
int sources_read(struct client *client, int64_t id, json_t **source);

/* Appends a line, and a second where something is wrong with it or worth knowing; longer: a third
 * with next poll, interval, categories and what is set. */
void sources_line(struct buf *out, const json_t *source, bool longer);
/* Appends every field, a line each. */
void sources_details(struct buf *out, const json_t *source);

#endif
