/* The accepted fetches that are open, in memory: which keys each still owes, how often they were
 * sent, and when they are to be sent again (DESIGN 5, rules 4, 5 and 8).  The rows are the truth;
 * this is what is read from them at start.  Pure: time is an argument, in the writer's clock. */
#ifndef WEIR_STORER_JOURNAL_H
#define WEIR_STORER_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal;

enum { JOURNAL_KEY = 16 };

struct journal_limits {
    int64_t replay_ms; /* without a known loss, doubling with each try */
    int64_t early_ms;  /* in silence since a loss */
    int64_t lonely_ms; /* a lonely item keeps others from travelling alone for so long */
    uint32_t alone_after;
    uint32_t dead_after;
    size_t share; /* items replayed at once */
};

struct journal_item {
    uint8_t key[JOURNAL_KEY];
    bool ended;
    bool out;       /* takes a slot of the replays' share */
    uint32_t tries; /* times sent, the first included */
    uint32_t alone; /* tries alone that ended in a crash or an error */
    int64_t sent_ms;
};

struct journal_fetch {
    uint64_t id, source;
    bool hi, revived;
    uint64_t bytes;  /* of the body */
    uint64_t stored; /* items that were new, since this process took it up */
    size_t count, left;
    struct journal_item *items;            /* ascending by key */
    int64_t since_ms;                      /* when it was taken up */
    int64_t progress_ms;                   /* when an item ended last */
    int64_t check_ms;                      /* nothing is due before */
    struct journal_fetch *next, *previous; /* in the order they were taken up */
};

struct journal *journal_create(const struct journal_limits *limits);
void journal_destroy(struct journal **journal);
/* Forgets everything but the limits and the last loss. */
void journal_clear(struct journal *journal);

/* Takes up an accepted fetch.  keys: count * 16 bytes, any order; repeats are folded.  sent_ms:
 * when its items may have been sent at the earliest.  Owned by the journal. */
struct journal_fetch *journal_add(struct journal *journal, uint64_t id, uint64_t source,
                                  const void *keys, size_t count, int64_t sent_ms, int64_t now_ms);
struct journal_fetch *journal_find(const struct journal *journal, uint64_t id);
/* NULL: not one of its keys.  One that has ended is returned, too. */
struct journal_item *journal_item(const struct journal_fetch *fetch, const void *key);
/* An item that has not ended ends. */
void journal_end(struct journal *journal, struct journal_fetch *fetch, struct journal_item *item,
                 int64_t now_ms);
void journal_remove(struct journal *journal, struct journal_fetch *fetch);
/* The first one taken up; go on by ->next. */
struct journal_fetch *journal_first(const struct journal *journal);

/* An instance or the broker was lost, or a send was dropped. */
void journal_lost(struct journal *journal, int64_t now_ms);
/* Something was lost that no item can have caused: a connection broke.  A try that ends so does not
 * count towards travelling alone. */
void journal_torn(struct journal *journal, int64_t now_ms);
/* The ring stands still, for a stage has no instance: that nothing arrives now says nothing. */
void journal_stalled(struct journal *journal, int64_t now_ms);
/* The item that travels alone; NULL where none does.  A crash now blames it. */
struct journal_item *journal_lonely(const struct journal *journal, struct journal_fetch **fetch);
/* A try alone ended in a crash or an error: the item goes again soon.  true: it has failed so often
 * that it is dead. */
bool journal_blame(struct journal *journal, struct journal_fetch *fetch, struct journal_item *item);

/* What is to be sent again: items of one fetch that are due. */
struct journal_pick {
    struct journal_fetch *fetch;
    bool alone; /* exactly one item, and it travels alone */
    size_t count;
    struct journal_item **items; /* owned by the journal, until the next call */
};
/* false: nothing is due, or the replays' share is used up. */
bool journal_pick(struct journal *journal, int64_t now_ms, struct journal_pick *pick);
/* The items picked are being sent: their tries count up. */
void journal_sent(struct journal *journal, const struct journal_pick *pick, int64_t now_ms);
/* A replay of this fetch was handed back: what it carried goes again soon. */
void journal_handed_back(struct journal *journal, struct journal_fetch *fetch);
/* An item was sent on its way again otherwise (to be judged). */
void journal_touch(struct journal_item *item, int64_t now_ms);

size_t journal_fetches(const struct journal *journal);
/* Items accepted that have not ended. */
size_t journal_under_way(const struct journal *journal);
/* Those of them that may still arrive: not those that wait to be sent again. */
size_t journal_in_flight(const struct journal *journal, int64_t now_ms);
/* Items out as replays. */
size_t journal_replaying(const struct journal *journal);
uint64_t journal_bytes(const struct journal *journal);

#endif
