/* Deleting items: what the store, memory and dedupers know of them goes in one commit, and their
 * keys stay known, so that a feed that still shows them does not bring them back. */
#ifndef WEIR_STORER_FORGET_H
#define WEIR_STORER_FORGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct msg_report;
struct writer;

/* Deletes one item, in the open transaction (or a new one): its row, its entry in the text index,
 * its vectors, enclosures, marks, full text; its story counts anew, gets another lead, or goes; the
 * first copy of an original takes its place; a tombstone is committed and published as an entry
 * that says `gone`.  false: there is no such item.  The totals of DESIGN 3.1 stay as they are; the
 * total `gone` counts it. */
bool forget_item(struct writer *writer, uint64_t item);
/* The same for many, until the clock (clock_mono_us) says so, but at least one.  Returns how many
 * of them were looked at; *bytes: of the texts that went are added. */
size_t forget_items(struct writer *writer, const uint64_t *items, size_t count, int64_t until_us,
                    uint64_t *bytes);

/* UTC: deleted items that a feed showed since then are named in its jobs; others it has to show. */
int64_t forget_shown_since_ms(const struct writer *writer);
/* A feed was answered: where it was read whole, deleted items that it no longer shows may be
 * forgotten altogether. */
void forget_read(struct writer *writer, uint64_t source, const struct msg_report *report);

#endif
