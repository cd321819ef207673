/* Who is there: the instances that said HELLO, and when each was last heard.  Pure: time is an
 * argument.  Soft state: after a restart of the broker it is rebuilt from HELLOs. */
#ifndef WEIR_BROKER_ROSTER_H
#define WEIR_BROKER_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/counters.h"

struct msg_heartbeat;
struct msg_hello;

/* In the order in which a shutdown stops them. */
enum stage { STAGE_FETCHER, STAGE_EMBEDDER, STAGE_DEDUPER, STAGE_STORER, STAGES };

struct instance {
    struct buf identity; /* of its control socket */
    enum stage stage;
    char name[65];
    char version[65];
    char key[65];  /* of the certificate it came in with over tcp; "" = by ipc */
    char from[65]; /* its address, then */
    uint64_t pid;
    int64_t started_ms; /* UTC, by its own word */
    int64_t heard_ms;   /* monotonic */
    bool leaving;
    bool asked_to_leave; /* by an administrator: its heartbeats do not know */
    bool told_to_stop;
    bool heartbeat_seen;
    uint64_t quiesce; /* the storer's enum msg_purpose */
    uint64_t in_hand;
    uint64_t rss_bytes;
    struct counters counters;
    struct counters before; /* those of the heartbeat before */
    int64_t beat_ms;
    int64_t before_ms;
    struct buf leases;
    struct buf note;
};

struct roster {
    struct instance *at;
    size_t count;
    uint64_t losses; /* departures that may have taken messages with them */
};

const char *roster_stage_name(enum stage stage);
/* STAGES where the word is none. */
enum stage roster_stage_of(struct span word);

void roster_free(struct roster *roster);
/* Adds the instance, or refreshes the one with this identity or, where its connection was made
 * anew, of this name.  Pointers into the roster are good until the next add or remove. */
struct instance *roster_hello(struct roster *roster, struct span identity,
                              const struct msg_hello *hello, int64_t now_ms);
/* NULL where nobody of this identity is known. */
struct instance *roster_find(struct roster *roster, struct span identity);
struct instance *roster_find_name(struct roster *roster, const char *name);
void roster_heartbeat(struct instance *instance, const struct msg_heartbeat *heartbeat,
                      int64_t now_ms);
/* The first that was silent for longer than lost_ms; NULL where all were heard. */
struct instance *roster_silent(struct roster *roster, int64_t now_ms, int64_t lost_ms);
void roster_remove(struct roster *roster, struct instance *instance);
size_t roster_of_stage(const struct roster *roster, enum stage stage);
/* The storer, or NULL. */
struct instance *roster_storer(struct roster *roster);
bool roster_any_leaving(const struct roster *roster);
/* Appends the leases in hand of all fetchers. */
void roster_leases(const struct roster *roster, struct buf *out);
/* Nobody was looking for so long: all were heard as much later. */
void roster_was_late(struct roster *roster, int64_t late_ms);
/* How much a counter grew per second between the last two heartbeats. */
double roster_rate(const struct instance *instance, enum counter which);

#endif
