/* Shows what is printed on a terminal in a pager. */
#ifndef WEIR_READER_PAGER_H
#define WEIR_READER_PAGER_H

/* The pager of now: $WEIR_PAGER, else the setting (reader.pager), else $PAGER, else "less -FRX"; ""
 * or "cat": none.  Borrowed. */
const char *pager_choose(const char *setting);
/* From now on pager_begin starts this; "": nothing.  Borrowed until then. */
void pager_use(const char *command);
/* Standard output is a pager's from now on, if one is to be used; the second time nothing happens.
 */
void pager_begin(void);
/* Closes standard output and waits until the pager has ended, if there is one. */
void pager_end(void);

#endif
