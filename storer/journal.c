#include "storer/journal.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "storer/journal_inner.h"

struct journal *journal_create(const struct journal_limits *limits)
{
    struct journal *journal = mem_calloc(1, sizeof(*journal));

    journal->limits = *limits;
    journal->crash_ms = INT64_MIN;
    journal->loss_ms = journal->progress_ms = journal->stalled_ms = journal->overtook_ms =
        INT64_MIN;
    return journal;
}

void journal_clear(struct journal *journal)
{
    while (journal->first)
        journal_remove(journal, journal->first);
}

void journal_destroy(struct journal **journal)
{
    if (!journal || !*journal)
        return;
    journal_clear(*journal);
    map64_free(&(*journal)->by_id);
    free((*journal)->picked);
    free(*journal);
    *journal = NULL;
}

static int by_key(const void *a, const void *b)
{
    return memcmp(a, b, JOURNAL_KEY); /* the key stands first */
}

static void fill(struct journal_fetch *fetch, const char *keys, size_t count, int64_t sent_ms)
{
    size_t kept = 0;

    fetch->items = mem_calloc(count ? count : 1, sizeof(*fetch->items));
    for (size_t i = 0; i < count; i++) {
        memcpy(fetch->items[i].key, keys + i * JOURNAL_KEY, JOURNAL_KEY);
        fetch->items[i].tries = 1;
        fetch->items[i].sent_ms = sent_ms;
    }
    qsort(fetch->items, count, sizeof(*fetch->items), by_key);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || by_key(&fetch->items[kept - 1], &fetch->items[i]) != 0)
            fetch->items[kept++] = fetch->items[i];
    fetch->count = fetch->left = kept;
}

struct journal_fetch *journal_add(struct journal *journal, uint64_t id, uint64_t source,
                                  const void *keys, size_t count, int64_t sent_ms, int64_t now_ms)
{
    struct journal_fetch *fetch = mem_calloc(1, sizeof(*fetch));

    fetch->id = id;
    fetch->source = source;
    fetch->since_ms = fetch->progress_ms = now_ms;
    fetch->check_ms = INT64_MIN;
    fill(fetch, keys, count, sent_ms);
    fetch->previous = journal->last;
    *(journal->last ? &journal->last->next : &journal->first) = fetch;
    journal->last = fetch;
    map64_put(&journal->by_id, id, fetch);
    journal->left += fetch->left;
    return fetch;
}

struct journal_fetch *journal_find(const struct journal *journal, uint64_t id)
{
    return map64_get(&journal->by_id, id);
}

struct journal_item *journal_item(const struct journal_fetch *fetch, const void *key)
{
    return bsearch(key, fetch->items, fetch->count, sizeof(*fetch->items), by_key);
}

void journal_release(struct journal *journal, struct journal_item *item)
{
    journal->out -= item->out;
    item->out = false;
    if (journal->lonely == item) {
        journal->lonely = NULL;
        journal->lonely_fetch = NULL;
    }
}

void journal_end(struct journal *journal, struct journal_fetch *fetch, struct journal_item *item,
                 int64_t now_ms)
{
    journal_release(journal, item);
    item->ended = true;
    /* Of an item sent twice it is not known which one came. */
    if (item->tries == 1 && item->sent_ms > journal->overtook_ms)
        journal->overtook_ms = item->sent_ms;
    journal->progress_ms = now_ms;
    fetch->left--;
    fetch->progress_ms = now_ms;
    journal->left--;
}

void journal_remove(struct journal *journal, struct journal_fetch *fetch)
{
    for (size_t i = 0; i < fetch->count; i++)
        journal_release(journal, &fetch->items[i]);
    journal->left -= fetch->left;
    *(fetch->previous ? &fetch->previous->next : &journal->first) = fetch->next;
    *(fetch->next ? &fetch->next->previous : &journal->last) = fetch->previous;
    map64_remove(&journal->by_id, fetch->id);
    free(fetch->items);
    free(fetch);
}

struct journal_fetch *journal_first(const struct journal *journal)
{
    return journal->first;
}

size_t journal_fetches(const struct journal *journal)
{
    return journal->by_id.count;
}

size_t journal_under_way(const struct journal *journal)
{
    return journal->left;
}

size_t journal_replaying(const struct journal *journal)
{
    return journal->out;
}

uint64_t journal_bytes(const struct journal *journal)
{
    uint64_t sum = 0;

    for (const struct journal_fetch *f = journal->first; f; f = f->next)
        sum += f->count ? f->bytes / f->count * f->left : 0;
    return sum;
}
