/* What the writer does about `online.h`: while this machine has no network no source is blamed, one
 * probe at a time goes out, and an answer sets everything going again. */
#ifndef WEIR_STORER_OFFLINE_H
#define WEIR_STORER_OFFLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "storer/schedule.h"

struct buf;
struct lease;
struct msg_report;
struct writer;

/* Somebody answered a poll, in whatever way. */
void offline_answered(struct writer *writer, uint64_t id);
/* A poll brought no answer.  true: its source is not to be blamed, because this machine is offline.
 */
bool offline_spares(struct writer *writer, const struct lease *lease,
                    const struct msg_report *report);
/* A poll of this source ended without success or failure. */
void offline_lapsed(struct writer *writer, uint64_t source);

bool offline_is(const struct writer *writer);
/* The source to probe now, or NULL. */
struct schedule_source *offline_pick(struct writer *writer, schedule_fits_fn *fits);
/* This one was leased; while offline that is the probe. */
void offline_leased(struct writer *writer, uint64_t source);
/* A person asks for news: the next probe goes now. */
void offline_hurry(struct writer *writer);

/* Adds the members online and offline_since_ms (UTC, 0 while online), with a comma before. */
void offline_figures(const struct writer *writer, struct buf *json);

#endif
