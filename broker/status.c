/* What `weir status` shows of the ring. */
#include "broker/broker.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "broker/forward.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/guard.h"
#include "common/loop.h"

static json_int_t whole(uint64_t value)
{
    return value > INT64_MAX ? INT64_MAX : (json_int_t)value;
}

static json_t *counters_object(const struct counters *counters)
{
    json_t *object = json_object();

    for (int i = 0; i < COUNTERS; i++)
        if (counters->at[i])
            json_object_set_new(object, counters_name((enum counter)i),
                                json_integer(whole(counters->at[i])));
    return object;
}

static json_t *rates_object(const struct instance *instance)
{
    static const enum counter shown[] = {COUNTER_in, COUNTER_out, COUNTER_items, COUNTER_busy_ms};
    json_t *object = json_object();

    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
        json_object_set_new(object, counters_name(shown[i]),
                            json_real(roster_rate(instance, shown[i])));
    return object;
}

static json_t *instance_object(const struct instance *instance, int64_t now_ms)
{
    json_t *note =
        instance->note.len ? json_loadb(instance->note.data, instance->note.len, 0, NULL) : NULL;

    return json_pack(
        "{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:I, s:o, s:o, s:o}", "stage",
        roster_stage_name(instance->stage), "instance", instance->name, "pid", whole(instance->pid),
        "version", instance->version, "key", instance->key, "from", instance->from, "state",
        instance->told_to_stop ? "stopping"
        : instance->leaving    ? "leaving"
                               : "working",
        "leaving", instance->leaving, "silent_ms", (json_int_t)(now_ms - instance->heard_ms),
        "rss_bytes", whole(instance->rss_bytes), "in_hand", whole(instance->in_hand), "counters",
        counters_object(&instance->counters), "rates", rates_object(instance), "note",
        note ? note : json_object());
}

static json_t *links_array(struct broker *broker)
{
    json_t *links = json_array();

    for (enum link_id link = 0; link < LINKS; link++)
        for (enum lane lane = 0; lane < LANES; lane++) {
            struct forward_counts counts;

            forward_counts(broker->forwards[link][lane], &counts);
            json_array_append_new(
                links, json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:b}", "link",
                                 link_name(link), "lane", link_lane_name(lane), "forwarded",
                                 whole(counts.messages), "bytes", whole(counts.bytes), "tapped",
                                 whole(counts.tapped), "waited", whole(counts.waited), "dropped",
                                 whole(counts.dropped), "waiting", counts.waiting != 0));
        }
    return links;
}

/* null where nothing is bound on tcp. */
static json_t *tcp_object(struct broker *broker)
{
    struct guard_counts counts;

    if (!broker->guard)
        return json_null();
    guard_counts(broker->guard, &counts);
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "listen", broker->app.config->broker_listen,
                     "security", "CURVE", "keys", whole(counts.keys), "admitted",
                     whole(counts.admitted), "refused", whole(counts.refused), "torn",
                     whole(broker->torn));
}

void status_json(struct broker *broker, struct buf *out)
{
    int64_t now = loop_now(broker->app.loop);
    json_t *instances = json_array();
    json_t *all = NULL;
    char *text = NULL;

    for (size_t i = 0; i < broker->roster.count; i++)
        json_array_append_new(instances, instance_object(&broker->roster.at[i], now));
    all = json_pack("{s:{s:I, s:s, s:I, s:I, s:o}, s:s, s:I, s:o, s:o, s:o}", "broker", "pid",
                    (json_int_t)getpid(), "version", app_version, "up_ms",
                    (json_int_t)(clock_utc_ms() - broker->app.started_ms), "rss_bytes",
                    whole(app_rss_bytes()), "counters", counters_object(&broker->app.counters),
                    "phase", order_phase_name(broker->order.phase), "losses",
                    whole(broker->roster.losses), "instances", instances, "links",
                    links_array(broker), "tcp", tcp_object(broker));
    text = json_dumps(all, JSON_COMPACT);
    buf_adds(out, text ? text : "{}");
    free(text);
    json_decref(all);
}
