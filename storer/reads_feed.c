/* The main feed: the filters of feed.h, in order. */
#include <stdlib.h>

#include "common/clock.h"
#include "common/config.h"
#include "storer/db_read.h"
#include "storer/reads_feed_inner.h"
#include "storer/reads_inner.h"

static bool must_stop(void *arg)
{
    return db_read_stopped(arg);
}

/* --- the filters ------------------------------------------------------------------------------ */

static bool apply(struct feed_run *run, enum feed_filter filter)
{
    const struct config *c = run->config;
    struct feed *feed = &run->feed;
    size_t most = (size_t)c->feed_items;
    bool all = json_is_true(json_object_get(run->reads->args, "all"));

    switch (filter) {
    case FEED_WINDOW:
        return feed_window(feed, run->now_ms, run->window_ms, most);
    case FEED_MARKS:
        return feed_marks(feed, all ? NULL : run->filter.marks[MARK_READ],
                          run->filter.marks[MARK_HIDDEN], most);
    case FEED_QUERY:
        return feed_query(feed, run->filter.set, most);
    case FEED_COPIES:
        return feed_copies(feed, most);
    case FEED_SOURCE:
        return feed_source(feed, (size_t)c->feed_per_source, most);
    case FEED_INTEREST:
        if (run->taste.count == 0)
            reads_feed_sources(run);
        return feed_interest(feed, &run->taste, run->now_ms, (size_t)run->limit);
    default:
        return true;
    }
}

static bool step(struct feed_run *run, enum feed_filter filter)
{
    struct feed_step *step = &run->steps[run->step_count++];
    int64_t began_us = clock_mono_us();
    bool whole = false;

    *step = (struct feed_step){.filter = filter, .in = feed_left(&run->feed)};
    whole = apply(run, filter) && db_read_status(run->reads->db) == DB_READ_OK;
    step->out = feed_left(&run->feed);
    step->us = clock_mono_us() - began_us;
    return whole;
}

static bool run_filters(struct feed_run *run)
{
    return step(run, FEED_WINDOW) && step(run, FEED_MARKS) && step(run, FEED_QUERY) &&
           step(run, FEED_COPIES) && step(run, FEED_SOURCE) && step(run, FEED_INTEREST);
}

/* --- the verb --------------------------------------------------------------------------------- */

static void free_run(struct feed_run *run)
{
    reads_filter_free(&run->filter);
    feed_free(&run->feed);
    free(run->taste.interests);
    buf_free(&run->vectors);
    buf_free(&run->vector);
}

static void read_arguments(struct feed_run *run)
{
    struct reads *reads = run->reads;
    int64_t since_ms = 0;

    run->limit = reads_limit(reads, 50);
    since_ms = reads_arg(reads, "since_ms", run->now_ms - run->config->feed_window_ms, INT64_MIN,
                         INT64_MAX);
    run->window_ms = since_ms < run->now_ms ? run->now_ms - since_ms : 0;
}

/* Within one transaction. */
static json_t *make(struct feed_run *run, bool explain)
{
    json_t *answer = NULL;
    bool whole = reads_filter(run->reads, &run->filter);

    if (whole)
        reads_feed_entries(run);
    if (whole)
        reads_feed_interests(run);
    whole = whole && db_read_status(run->reads->db) == DB_READ_OK && run_filters(run);
    if (whole)
        reads_feed_sources(run);
    if (whole)
        answer = reads_feed_told(run, explain);
    return answer;
}

json_t *reads_feed(struct reads *reads)
{
    struct feed_run run = {.reads = reads,
                           .config = reads->limits->config,
                           .now_ms = clock_utc_ms(),
                           .feed = {.stop = must_stop, .arg = reads->db}};
    bool explain = json_is_true(json_object_get(reads->args, "explain"));
    json_t *answer = NULL;

    read_arguments(&run);
    if (reads_ok(reads) && db_read_begin(reads->db) == DB_READ_OK)
        answer = make(&run, explain);
    if (answer && db_read_status(reads->db) != DB_READ_OK) { /* it has holes */
        json_decref(answer);
        answer = NULL;
    }
    db_read_end(reads->db);
    if (answer && json_is_true(json_object_get(reads->args, "rerank")))
        reads_feed_rerank(reads, answer);
    free_run(&run);
    return answer;
}
