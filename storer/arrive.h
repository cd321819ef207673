/* What happens to an item when it is stored: the marks of its group of copies (mark_inherit.h), and
 * the rules (rules.h). */
#ifndef WEIR_STORER_ARRIVE_H
#define WEIR_STORER_ARRIVE_H

#include <stdint.h>

struct db_item;
struct msg_item;
struct writer;

/* Compiles the rules of the file; those that cannot be read are logged and left out.  Again after
 * each change of them. */
void arrive_load(struct writer *writer);
/* Before a new item is stored, whose row is known: marks it, and adds categories to item, in memory
 * that lives until the next call.  words: as in its vector frame. */
void arrive_new(struct writer *writer, const struct db_item *row, uint64_t source, uint64_t words,
                struct msg_item *item);
/* Before an item is updated: rules add their categories to those of the new text, too; marks stay
 * what they are. */
void arrive_update(struct writer *writer, const struct db_item *row, uint64_t source,
                   struct msg_item *item);

#endif
