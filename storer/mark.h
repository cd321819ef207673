/* Reading state: what a person has done with an item.  A set of marked items of one kind is a
 * bitmap in table mark (db_mark.h on the writer's connection, reads_marks.h on a reader's).
 *
 * Reading or hiding an item is done to all its copies, and to copies that come later unless they
 * add text (mark_inherit.h); starring is done to the item alone. */
#ifndef WEIR_STORER_MARK_H
#define WEIR_STORER_MARK_H

enum mark_kind { MARK_READ, MARK_STARRED, MARK_HIDDEN, MARKS };

#endif
