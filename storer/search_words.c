/* The words of a query: which of them must be in a hit, and which will do. */
#include <stdlib.h>
#include <string.h>

#include "storer/db_rank.h"
#include "storer/lang_words.h"
#include "storer/reads_inner.h"
#include "storer/search.h"

enum { SOME = 12 }; /* words that will do: the rarest */

/* Words have no quotation marks in them: those split words. */
static void add_quoted(struct buf *out, const char *between, const char *word)
{
    buf_printf(out, "%s\"%s\"", out->len ? between : "", word);
}

static bool knows(const struct search *search, struct span word)
{
    for (size_t i = 0; i < search->word_count; i++)
        if (span_eq(span_str(search->words[i]), word))
            return true;
    return false;
}

static void split(struct search *search)
{
    struct buf word = {0};
    size_t at = 0;

    while (search->word_count < SEARCH_WORDS &&
           lang_word_next(buf_span(&search->plain), &at, &word)) {
        if (!knows(search, buf_span(&word)))
            search->words[search->word_count++] = buf_take(&word);
        buf_clear(&word);
    }
    buf_free(&word);
}

void search_words(struct search *search, struct span text)
{
    buf_add(&search->plain, text.p, text.n);
    split(search);
    for (size_t i = 0; i < search->word_count; i++) {
        add_quoted(&search->match, " ", search->words[i]);
        add_quoted(&search->marks, " OR ", search->words[i]);
    }
}

struct counted {
    const char *word;
    uint64_t count;
};

static int by_count(const void *x, const void *y)
{
    const struct counted *a = x, *b = y;

    return a->count < b->count ? -1 : a->count > b->count;
}

/* The rarest words say most, and the fewest items have them: as many words as leave no more items
 * than are looked at, one at least.  What is in no item is no help. */
void search_any(struct search *search)
{
    struct counted counted[SEARCH_WORDS];
    uint64_t left = (uint64_t)search->reads->limits->search_candidates;
    size_t taken = 0;

    for (size_t i = 0; i < search->word_count; i++) {
        buf_clear(&search->any);
        add_quoted(&search->any, "", search->words[i]);
        counted[i].word = search->words[i];
        counted[i].count = db_rank_count(search->reads->db, search->any.data, left);
    }
    buf_clear(&search->any);
    if (search->word_count < 2)
        return;
    qsort(counted, search->word_count, sizeof(*counted), by_count);
    for (size_t i = 0; i < search->word_count && taken < SOME; i++) {
        if (counted[i].count == 0 || (taken && counted[i].count > left))
            continue;
        add_quoted(&search->any, " OR ", counted[i].word);
        left -= counted[i].count < left ? counted[i].count : left;
        taken++;
    }
}
