/* What a response means for its source, beside the items it brings.  All of it belongs to the open
 * transaction; events leave after the commit. */
#ifndef WEIR_STORER_SAID_H
#define WEIR_STORER_SAID_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

struct db_source_said;
struct json_t;
struct lease;
struct msg_report;
struct writer;

/* --- said.c --- */

/* Takes what an answer (READ, NOT_MODIFIED, UNCHANGED) says: the feed's rhythm, whether its
 * validators can be believed, whether its address is another one.  true: that address is another
 * source's, this one is retired, and its fetch is to end without being accepted. */
bool said_answer(struct writer *writer, uint64_t source, const struct msg_report *report);

/* --- said_move.c --- */

struct said_place {
    struct span url, host;  /* as url_host () gives them */
    bool found;             /* by discovery; else a permanent redirect */
    struct span alternates; /* what else the page has, as JSON; may be empty */
};
/* Writes the address to the source, or retires the source where another one has it: true.  What was
 * given for the former place alone (credentials, headers, cookies) stays behind unless the new one
 * is of the same origin. */
bool said_move(struct writer *writer, uint64_t source, const struct db_source_said *said,
               const struct said_place *place);

/* --- said_failed.c --- */

/* What a report FAILED does to its source; the fetch is still to be closed. */
void said_failed(struct writer *writer, const struct lease *lease, const struct msg_report *report);

/* --- for all three --- */

enum { SAID_DATE = 16 };
/* The day, UTC, as in 2026-11-21. */
void said_date(int64_t utc_ms, char text[SAID_DATE]);
/* A JSON string; empty where the text is no UTF-8. */
struct json_t *said_text(struct span text);

#endif
