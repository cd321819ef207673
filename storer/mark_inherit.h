/* What a copy takes over from the items that it is a copy of. */
#ifndef WEIR_STORER_MARK_INHERIT_H
#define WEIR_STORER_MARK_INHERIT_H

#include <stdint.h>

struct writer;

/* An item that was stored, or came to a story, as a copy of another one (copy_of; 0: it is none,
 * and nothing happens) is read, or hidden, where an item of its group is: unless it adds text,
 * which is: it has storer.adds_words words more than any of those, and storer.adds_percent per cent
 * more. words: as in its vector frame. */
void mark_inherit(struct writer *writer, uint64_t item, uint64_t source, uint64_t copy_of,
                  uint64_t words);

#endif
