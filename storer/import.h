/* Items from elsewhere, as an archive or another store has them.  They come in batches, and each
 * becomes an accepted fetch of a source that is never polled, `import:NAME`: a body in the journal
 * that is sent round as a replay is.  So everything else is as with any feed: read, sanitised,
 * embedded, judged, stored, replayed after a loss, or a dead letter.
 *
 *   import {source: NAME, items: [JSON Feed item]}
 *        -> {fetch, source: its id, items: different ones} once the batch is committed, or
 *           {busy: why, retry_after_ms}
 *   import.state {fetch}  -> {fetch, source, items, stored, known, dead, done}
 *
 * At most IMPORT_ITEMS items; each has an `id`, its guid: a text of at most IMPORT_GUID bytes,
 * without control characters and white space at its ends.  A guid that the source has already is
 * known, and the item that is there stays as it is.  One batch of a source is open at a time; busy
 * is also a window that is nearly full, and a ring that runs empty.  A wrong batch is answered 64,
 * and nothing of it is taken.  The states of the last IMPORT_KEPT batches are kept. */
#ifndef WEIR_STORER_IMPORT_H
#define WEIR_STORER_IMPORT_H

enum { IMPORT_ITEMS = 1024, IMPORT_GUID = 4096, IMPORT_NAME = 100, IMPORT_KEPT = 1000 };

#endif
