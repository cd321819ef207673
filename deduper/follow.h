/* Following the storer's commits: what to apply, and when to ask for pages.  Pure: it says what is
 * to be done and the deduper does it.
 *
 * A commit that begins behind the next expected sequence is a gap; another epoch is a fresh start;
 * what was applied already is passed over (DESIGN 5.9).  While a page is awaited commits are left
 * alone: the pages that follow cover them. */
#ifndef WEIR_DEDUPER_FOLLOW_H
#define WEIR_DEDUPER_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

struct follow {
    uint64_t epoch;   /* of what is applied; 0 = nothing yet */
    uint64_t applied; /* last sequence */
    bool paging;
    int64_t asked_ms; /* when the last page was asked for */
    uint64_t gaps;
};

enum follow_act {
    FOLLOW_IGNORE, /* nothing new in it */
    FOLLOW_APPLY,  /* apply its entries beyond `applied`, then follow_applied */
    FOLLOW_ASK,    /* ask for a page since `applied` */
    FOLLOW_RESET,  /* clear the index, then ask for a page since 0 */
};

/* A commit event with sequences first to last. */
enum follow_act follow_commit(struct follow *follow, uint64_t epoch, uint64_t first, uint64_t last);
/* A page that brings its reader to upto, from a storer that stands at head. */
enum follow_act follow_page(struct follow *follow, uint64_t epoch, uint64_t upto, uint64_t head);
/* Everything up to here is applied; true where a further page must be asked for, because the
 * storer's head is beyond it. */
bool follow_applied(struct follow *follow, uint64_t upto, uint64_t head);
/* An item's header tells where the storer stood when the item was issued; behind is how far one may
 * be.  FOLLOW_IGNORE: go on and judge.  Otherwise the item has to wait until follow_ready, and is
 * to be judged then whatever its header says: an item of a former epoch would never find its own.
 */
enum follow_act follow_header(struct follow *follow, uint64_t epoch, uint64_t head,
                              uint64_t behind);
/* True where no page is awaited. */
bool follow_ready(const struct follow *follow);
/* True where the page that was asked for is overdue. */
bool follow_overdue(const struct follow *follow, int64_t now_ms, int64_t page_ms);
/* A page was asked for. */
void follow_asked(struct follow *follow, int64_t now_ms);

#endif
