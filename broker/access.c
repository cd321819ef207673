/* Who may do what over tcp, beyond which ports a key opens (common/link_place.h): a stage speaks
 * for itself alone, and only a reader gives orders.  Also the connections that must end. */
#include "broker/broker.h"

#include <stdio.h>
#include <string.h>

#include "broker/bus.h"
#include "broker/forward.h"
#include "common/curve.h"
#include "common/guard.h"
#include "common/log.h"

const char *access_refuses(const char *key, enum msg_type type, const void *message)
{
    char role[CURVE_NAME];

    if (!key || !*key)
        return NULL;
    if (!curve_role_of(key, role))
        return "not a role's key";
    if (type == MSG_admin)
        return strcmp(role, "reader") == 0 ? NULL : "only a reader's key may give orders";
    if (strcmp(role, "reader") == 0)
        return "a reader is no stage";
    if (type == MSG_hello && !span_eq(((const struct msg_hello *)message)->stage, span_str(role)))
        return "this key is of another stage";
    return NULL;
}

void access_note(struct instance *instance, const char *key, const char *from)
{
    snprintf(instance->key, sizeof(instance->key), "%s", key ? key : "");
    snprintf(instance->from, sizeof(instance->from), "%s", key && from ? from : "");
}

/* What a connection carried when it broke is lost, though no process is. */
static void watch_connections(struct broker *broker)
{
    uint64_t torn = 0;

    for (enum link_id link = 0; link < LINKS; link++)
        for (enum lane lane = 0; lane < LANES; lane++) {
            struct forward_counts counts;

            forward_counts(broker->forwards[link][lane], &counts);
            torn += counts.torn;
        }
    if (torn == broker->torn)
        return;
    log_notice("connections-torn", "count=%llu so-far=%llu",
               (unsigned long long)(torn - broker->torn), (unsigned long long)torn);
    broker->torn = torn;
    broker->roster.losses++;
}

/* Whatever was on its way is lost, which is for the storer to know. */
void access_watch(struct broker *broker)
{
    struct guard_counts counts;

    if (!broker->guard)
        return;
    watch_connections(broker);
    guard_counts(broker->guard, &counts);
    broker->app.counters.at[COUNTER_refused_peers] = counts.refused;
    if (counts.removed == broker->keys_removed)
        return;
    broker->keys_removed = counts.removed;
    log_notice("connections-renewed", "why=\"keys were removed\"");
    for (enum link_id link = 0; link < LINKS; link++)
        for (enum lane lane = 0; lane < LANES; lane++)
            forward_renew(broker->forwards[link][lane], true);
    bus_renew(broker->bus);
    link_renew(broker->control);
    broker->roster.losses++;
}

void access_lost(struct broker *broker, const struct instance *instance)
{
    static const enum link_id takes[STAGES] = {[STAGE_FETCHER] = LINK_JOBS,
                                               [STAGE_EMBEDDER] = LINK_ITEMS,
                                               [STAGE_DEDUPER] = LINK_VECTORS,
                                               [STAGE_STORER] = LINK_VERDICTS};

    if (!*instance->key)
        return;
    log_notice("connections-renewed", "link=%s why=\"a machine may be gone\" instance=%s from=%s",
               link_name(takes[instance->stage]), instance->name, instance->from);
    for (enum lane lane = 0; lane < LANES; lane++) {
        forward_renew(broker->forwards[takes[instance->stage]][lane], false);
        if (instance->stage == STAGE_STORER)
            forward_renew(broker->forwards[LINK_REPORTS][lane], false);
    }
}
