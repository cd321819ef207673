/* Full texts on demand: articles that somebody asked for are fetched by a fetcher, and kept.
 *
 *   item.full {id, again?}  -> {id, state: "fetching", "here" or "failed", error?, retry_ms?,
 *                              waiting?: why it is not under way}
 *
 * One fetch of an article at a time: who asks for one that is fetching is told so, and shares what
 * comes.  One that is here, or failed less than storer.full_retry_ms ago, is not fetched again,
 * unless `again` is true.  The answer does not wait for the article: ask again, or read the item.
 *
 * It never fetches for ever: after storer.full_ms, or storer.full_tries lost fetchers, it has
 * failed, in words, and may be asked for again at once.  A storer that starts goes on with what was
 * fetching. */
#ifndef WEIR_STORER_FULL_TEXT_H
#define WEIR_STORER_FULL_TEXT_H

struct buf;
struct input;
struct msg_header;
struct msg_report;
struct writer;
struct _zframe_t;

/* Makes the list of articles under way from the file. */
void full_load(struct writer *writer);
/* Sends what may go now; within issue_work. */
void full_work(struct writer *writer);
/* Ends those whose time is over. */
void full_sweep(struct writer *writer);
/* Those that are under way may be lost. */
void full_lost(struct writer *writer);
/* A report of an article; body may be NULL. */
void full_report(struct writer *writer, const struct msg_header *header,
                 const struct msg_report *report, struct _zframe_t *body);
/* Adds the member full, with a comma before. */
void full_figures(const struct writer *writer, struct buf *json);

#endif
