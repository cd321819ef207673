/* The options of a source as a person sets them and as the store keeps them: the JSON object of a
 * job's private frame (common/PROTOCOL.md), which source_options_fault () judges.  Pure. */
#ifndef WEIR_STORER_COMMAND_OPTIONS_H
#define WEIR_STORER_COMMAND_OPTIONS_H

#include <jansson.h>

struct span;

/* A new object (the caller's) with the members of both: objects are merged, anything else of
 * `changes` wins, null removes (RFC 7396).  Of credentials there is one kind: the one named last.
 */
json_t *options_merge(const json_t *options, const json_t *changes);

/* Brings an object into the one form it is kept in: a user without a password gets an empty one,
 * what says nothing (empty objects and text, downgrade false, tls.verify true) goes. */
void options_settle(json_t *options);

/* As text, members in the order of their names, so that equal objects are equal text; "" for an
 * empty one or NULL.  Released with free (). */
char *options_text(const json_t *options);

/* What options_text gave; an empty object where that cannot be read.  The caller's. */
json_t *options_of_text(struct span text);

#endif
