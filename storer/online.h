/* Whether this machine has a network, as far as polls tell, so that no source is blamed for it.
 *
 * A report OFFLINE (the fetcher found no route to anywhere) settles it.  So does this: as many
 * distinct hosts as limits.hosts (or as were fine, where those are fewer; two at least) fail to
 * resolve, one after another, with no answer of anybody between them; only sources whose last poll
 * succeeded count. Any answer, whatever its status, means online.
 *
 * What the sources of the evidence were before is kept, so that the blame can be taken back: for at
 * most ONLINE_EVIDENCE sources; those beyond stay blamed.
 *
 * While offline, one probe is under way at a time; the time between two grows by half, from
 * limits.probe_ms to limits.probe_max_ms.  Pure: now_ms is the writer's clock.
 *
 * How the writer uses it:
 *
 *   a report READ, NOT_MODIFIED, UNCHANGED, or FAILED with an http_status:
 *       if (online_answered(online, host)) log, counter, event `online`; then as ever
 *   any other report FAILED:
 *       verdict = online_failed(...)
 *       ONLINE_BLAME       as ever: errors, next_ms
 *       ONLINE_WENT        log, event `offline`; then as ONLINE_SPARE
 *       ONLINE_SPARE       the fetch ends, errors and next_ms stay
 *       after ONLINE_WENT and ONLINE_SPARE: online_restore(...) writes back what sources had
 *   a lease that lapses, or a report ABORTED: online_lapsed(online, source, now_ms)
 *   giving leases, while online_is_offline: where online_probe_due, for i = 0, 1 ...
 *       id = online_candidate(online, i), until 0: source = schedule_probe(schedule, id, ...)
 *       none, or online_probe_aside: schedule_pick; the first one found is leased, and
 * online_probing(online, id) told a person asks for a refresh: online_hurry(online) a transaction
 * failed, memory is loaded again: online_unsaved(online)
 */
#ifndef WEIR_STORER_ONLINE_H
#define WEIR_STORER_ONLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct online;

enum { ONLINE_EVIDENCE = 256 };

struct online_limits {
    size_t hosts;
    int64_t probe_ms, probe_max_ms;
};

/* A poll that brought no answer. */
struct online_failure {
    uint64_t source;
    uint64_t host;       /* a hash of its name: schedule_host_key */
    unsigned error_kind; /* enum msg_error */
    bool fine;           /* the source's last poll, before this one, succeeded */
    int64_t next_ms;     /* the source's, before this one */
    uint64_t errors;     /* the same */
};

enum online_verdict { ONLINE_BLAME, ONLINE_WENT, ONLINE_SPARE };

struct online *online_create(const struct online_limits *limits);
/* NULL is taken. */
void online_destroy(struct online **online);

bool online_is_offline(const struct online *online);
/* Since when, by the writer's clock; 0 while online. */
int64_t online_since_ms(const struct online *online);

/* fine_hosts: schedule_fine_hosts. */
enum online_verdict online_failed(struct online *online, const struct online_failure *failure,
                                  size_t fine_hosts, int64_t now_ms);
/* Somebody answered, of this host.  true: it was offline until now; hosts that were evidence for it
 * are none again before they have answered, as they may be gone by themselves. */
bool online_answered(struct online *online, uint64_t host);

/* --- taking blame back --- */

/* Calls fn once for each source whose errors and next_ms are to be written back. */
typedef void online_restore_fn(void *arg, uint64_t source, int64_t next_ms, uint64_t errors);
void online_restore(struct online *online, online_restore_fn *fn, void *arg);
/* What online_restore gave since it went offline was not saved: it gives all of it again. */
void online_unsaved(struct online *online);

/* --- probing --- */

/* Whether a probe may go: offline, none under way, and the time has come. */
bool online_probe_due(const struct online *online, int64_t now_ms);
/* How long until then; INT64_MAX while online or while one is under way. */
int64_t online_probe_wait_ms(const struct online *online, int64_t now_ms);
/* Whom to probe, best first: i = 0, 1 ...; 0 at the end.  Sources of the evidence, each time
 * beginning with the one after the last that was probed. */
uint64_t online_candidate(const struct online *online, size_t i);
/* Whether the next probe had better ask somebody who is not in the evidence: every second one, as
 * hosts may have gone together while there is a network. */
bool online_probe_aside(const struct online *online);
bool online_is_evidence(const struct online *online, uint64_t source);
/* The probe is a poll of this source. */
void online_probing(struct online *online, uint64_t source);
/* A poll ended without any report of success or failure; counts where it was the probe. */
void online_lapsed(struct online *online, uint64_t source, int64_t now_ms);
/* Somebody waits: the next probe is due now, and the time between probes is short again. */
void online_hurry(struct online *online);

#endif
