/* Asks the storer (query) and the broker (control), and waits with a deadline. */
#ifndef WEIR_READER_CLIENT_H
#define WEIR_READER_CLIENT_H

#include <jansson.h>

struct client;
struct config;

enum client_peer { CLIENT_STORER, CLIENT_BROKER };

/* Connects once somebody listens; NULL (told) where nobody does within reader.connect_ms. */
struct client *client_open(const struct config *config, enum client_peer peer);
/* Waits until somebody listens at an endpoint, as client_open does: 0, or an exit code, told. */
int client_await(const struct config *config, const char *peer, const char *endpoint);
/* Takes NULL. */
void client_close(struct client **client);

/* From now on answers are waited for so long, not reader.timeout_ms. */
void client_patience(struct client *client, int64_t ms);
/* Asks the storer; args is an object, consumed, or NULL.  0 and *answer (an object, the caller's),
 * else an exit code, told.  Where the storer is busy it waits as told and asks again, within its
 * patience.  Ctrl-C cancels the query and ends the process.  With --later the question is left with
 * the storer: LATER_LEFT. */
int client_query(struct client *client, const char *verb, json_t *args, json_t **answer);
/* Asks the broker: verb "status", "stop", "leave". */
int client_admin(struct client *client, const char *verb, const char *argument, json_t **answer);

/* The same with a connection of its own. */
int client_ask(const struct config *config, const char *verb, json_t *args, json_t **answer);
int client_tell(const struct config *config, const char *verb, const char *argument,
                json_t **answer);

#endif
