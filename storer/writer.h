/* The storer's main thread: the only writing connection, the journal, the judge, the schedule.
 * Everything below runs on that thread. */
#ifndef WEIR_STORER_WRITER_H
#define WEIR_STORER_WRITER_H

#include <stdint.h>

struct buf;
struct msg_heartbeat;
struct service;
struct writer;

/* Opens the store, the links and the query endpoint, and registers them in the service's loop.
 * *writer is set also where it failed (close it).  0, or an exit code that was told. */
int writer_open(struct writer **writer, struct service *service);
void writer_close(struct writer **writer);

/* Commits what is in hand, gives unfinished leases up and calls service_done. */
void writer_stop(struct writer *writer, int64_t within_ms);

/* Appends the figures only the writer knows, with the totals of the store, as one JSON object. */
void writer_stats(struct writer *writer, struct buf *json);

#endif
