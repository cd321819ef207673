/* When an item goes round again.  A fixed timer would bury a slow ring under copies of its own work
 * (rule 4), so an item is sent early only where something was lost since it was sent, and else
 * after a time that doubles with each try. */
#include <stdlib.h>

#include "common/mem.h"
#include "storer/journal_inner.h"

enum { DAY_MS = 86400000 };

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t patience(const struct journal_limits *limits, uint32_t tries)
{
    int64_t wait = limits->replay_ms;

    for (uint32_t i = 1; i < tries && wait < DAY_MS; i++)
        wait *= 2;
    return wait < DAY_MS ? wait : later(DAY_MS, limits->replay_ms);
}

/* Something was lost since the item was sent, but perhaps not this one.  Links keep the order, more
 * or less: when an item sent later has arrived, this one should have, too, so its fetch being
 * silent is enough; otherwise the ring may just not have come to it, and must be silent as a whole.
 */
static int64_t early_ms(const struct journal *journal, const struct journal_fetch *fetch,
                        const struct journal_item *item)
{
    int64_t since = later(later(fetch->progress_ms, journal->loss_ms), journal->stalled_ms);

    if (journal->overtook_ms <= item->sent_ms)
        since = later(since, journal->progress_ms);
    return since + journal->limits.early_ms;
}

static int64_t due_ms(const struct journal *journal, const struct journal_fetch *fetch,
                      const struct journal_item *item)
{
    if (item->tries == 0) /* of an import, and not sent yet */
        return INT64_MIN;
    if (journal->loss_ms != INT64_MIN && journal->loss_ms >= item->sent_ms)
        return early_ms(journal, fetch, item);
    if (item->sent_ms == INT64_MIN) /* its try failed */
        return fetch->progress_ms + journal->limits.early_ms;
    return item->sent_ms + patience(&journal->limits, item->tries);
}

void journal_lost(struct journal *journal, int64_t now_ms)
{
    journal->crash_ms = now_ms;
    journal_torn(journal, now_ms);
}

void journal_torn(struct journal *journal, int64_t now_ms)
{
    journal->loss_ms = now_ms;
    for (struct journal_fetch *f = journal->first; f; f = f->next)
        f->check_ms = INT64_MIN;
}

struct journal_item *journal_lonely(const struct journal *journal, struct journal_fetch **fetch)
{
    *fetch = journal->lonely_fetch;
    return journal->lonely;
}

void journal_stalled(struct journal *journal, int64_t now_ms)
{
    journal->stalled_ms = now_ms;
}

bool journal_blame(struct journal *journal, struct journal_fetch *fetch, struct journal_item *item)
{
    fetch->check_ms = INT64_MIN;
    journal_release(journal, item);
    item->alone++;
    item->sent_ms = INT64_MIN;
    return item->alone >= journal->limits.dead_after;
}

void journal_handed_back(struct journal *journal, struct journal_fetch *fetch)
{
    for (size_t i = 0; i < fetch->count; i++) {
        if (!fetch->items[i].out)
            continue;
        journal_release(journal, &fetch->items[i]);
        fetch->items[i].sent_ms = INT64_MIN;
    }
    fetch->check_ms = INT64_MIN;
}

void journal_touch(struct journal_item *item, int64_t now_ms)
{
    item->sent_ms = now_ms;
}

/* Nothing but connections was lost since the item was sent: otherwise a bad line, which breaks
 * often and under many items at once, would have all of them travel one at a time. */
static bool blameless(const struct journal *journal, const struct journal_item *item)
{
    return item->sent_ms != INT64_MIN && journal->loss_ms >= item->sent_ms &&
           journal->crash_ms < item->sent_ms && item->tries < journal->limits.alone_after;
}

static bool goes_alone(const struct journal *journal, const struct journal_item *item)
{
    return item->tries + 1 >= journal->limits.alone_after && !blameless(journal, item);
}

/* Two that travel alone at the same time could not be told apart after a crash. */
static bool may_go_alone(const struct journal *journal, int64_t now_ms)
{
    return !journal->lonely || now_ms - journal->lonely->sent_ms > journal->limits.lonely_ms;
}

static bool pick_of(struct journal *journal, struct journal_fetch *fetch, int64_t now_ms,
                    struct journal_pick *pick)
{
    int64_t next = INT64_MAX;

    *pick = (struct journal_pick){.fetch = fetch, .items = journal->picked};
    for (size_t i = 0; i < fetch->count; i++) {
        struct journal_item *item = &fetch->items[i];
        int64_t due = item->ended ? INT64_MAX : due_ms(journal, fetch, item);

        next = due < next ? due : next;
        if (due > now_ms || item->ended)
            continue;
        journal_release(journal, item);
        if (journal->out + pick->count >= journal->limits.share)
            break;
        if (!goes_alone(journal, item)) {
            journal->picked[pick->count++] = item;
        } else if (pick->count == 0 && may_go_alone(journal, now_ms)) {
            journal->picked[pick->count++] = item;
            pick->alone = true;
            break;
        }
    }
    if (pick->count == 0)
        fetch->check_ms = next;
    return pick->count > 0;
}

bool journal_pick(struct journal *journal, int64_t now_ms, struct journal_pick *pick)
{
    if (!journal->picked)
        journal->picked = mem_calloc(journal->limits.share, sizeof(struct journal_item *));
    for (struct journal_fetch *f = journal->first; f; f = f->next)
        if (f->check_ms <= now_ms && pick_of(journal, f, now_ms, pick))
            return true;
    return false;
}

void journal_sent(struct journal *journal, const struct journal_pick *pick, int64_t now_ms)
{
    for (size_t i = 0; i < pick->count; i++) {
        pick->items[i]->out = true;
        if (pick->items[i]->tries + 1 < journal->limits.alone_after ||
            !blameless(journal, pick->items[i]))
            pick->items[i]->tries++;
        pick->items[i]->sent_ms = now_ms;
    }
    journal->out += pick->count;
    pick->fetch->check_ms = INT64_MIN;
    if (pick->alone) {
        journal->lonely = pick->items[0];
        journal->lonely_fetch = pick->fetch;
    }
}

size_t journal_in_flight(const struct journal *journal, int64_t now_ms)
{
    size_t count = 0;

    for (const struct journal_fetch *f = journal->first; f; f = f->next)
        for (size_t i = 0; i < f->count; i++)
            if (!f->items[i].ended && due_ms(journal, f, &f->items[i]) > now_ms)
                count++;
    return count;
}
