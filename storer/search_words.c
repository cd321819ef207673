/* The words of a query: which must be in a hit, and which will do. */
#include <stdlib.h>
#include <string.h>

#include "storer/db_rank.h"
#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/lang_words.h"
#include "storer/reads_inner.h"
#include "storer/reads_marks.h"
#include "storer/search.h"

enum { SOME = 12 }; /* words that will do: the rarest */

/* Words have no quotation marks in them: those split words. */
static void add_word(struct buf *out, const char *between, const struct excerpt_word *word)
{
    buf_printf(out, "%s\"%s\"%s", out->len ? between : "", word->text, word->prefix ? " *" : "");
}

/* --- words ------------------------------------------------------------------------------------ */

static bool knows(const struct search *search, struct span word)
{
    for (size_t i = 0; i < search->word_count; i++)
        if (span_eq(span_str(search->words[i].text), word))
            return true;
    return false;
}

/* The last one is a prefix where the text is one. */
static void split(struct search *search, struct span text, bool prefix)
{
    struct buf word = {0};
    size_t at = 0;

    while (search->word_count < SEARCH_WORDS && lang_word_next(text, &at, &word)) {
        bool last = prefix && !lang_has_word(span_of(text.p + at, text.n - at));

        if (!knows(search, buf_span(&word)))
            search->words[search->word_count++] =
                (struct excerpt_word){.text = buf_take(&word), .prefix = last};
        buf_clear(&word);
    }
    buf_free(&word);
}

/* All that is looked for; what must not be there is not.  The parser bounds the depth. */
static void collect(struct search *search, const struct lang *lang)
{
    if (lang->kind == LANG_TEXT)
        split(search, span_str(lang->text), lang->prefix);
    if (lang->kind != LANG_AND && lang->kind != LANG_OR)
        return;
    for (size_t i = 0; i < lang->count; i++)
        collect(search, lang->parts[i]);
}

bool search_read(struct search *search)
{
    if (!reads_query(search->reads, &search->query))
        return false;
    lang_plain(search->query.lang, &search->plain);
    lang_fts_part(search->query.lang, &search->match);
    collect(search, search->query.lang);
    for (size_t i = 0; i < search->word_count; i++)
        add_word(&search->marks, " OR ", &search->words[i]);
    return true;
}

/* --- sets ------------------------------------------------------------------------------------- */

/* A word as people type it: a hit that lacks it may be what they look for all the same.  So may one
 * that lacks the phrase for which a wrong query was taken. */
static bool is_soft(const struct search *search, const struct lang *part)
{
    struct buf word = {0};
    size_t at = 0, words = 0;

    if (part->kind != LANG_TEXT || part->field != LANG_ANYWHERE || part->prefix)
        return false;
    if (search->query.phrase)
        return true;
    while (words < 2 && lang_word_next(span_str(part->text), &at, &word))
        words++;
    buf_free(&word);
    return words < 2;
}

static bool is_negative(const struct lang *part)
{
    return part->kind == LANG_NOT && lang_is_text(part->parts[0]);
}

/* What is no text to be ranked by: a filter. */
static bool is_filter(const struct search *search, const struct lang *part)
{
    return !lang_is_text(part) && !(search->match.len > 0 && is_negative(part));
}

static bool is_hard(const struct search *search, const struct lang *part)
{
    return !is_soft(search, part);
}

/* The items that meet those parts of the query; NULL: all do. */
static struct idset *set_of(struct search *search,
                            bool (*wanted)(const struct search *, const struct lang *))
{
    const struct lang *lang = search->query.lang;
    struct lang *one = search->query.lang, *parts[LANG_NODES];
    struct lang both = {.kind = LANG_AND, .parts = parts};
    size_t count = lang->kind == LANG_AND ? lang->count : 1;
    struct reads_lang_told told = {0};
    struct idset *set = NULL;

    if (lang->kind == LANG_ALL)
        return NULL;
    for (size_t i = 0; i < count && both.count < LANG_NODES; i++) {
        struct lang *part = lang->kind == LANG_AND ? lang->parts[i] : one;

        if (wanted(search, part))
            parts[both.count++] = part;
    }
    if (both.count > 0)
        set = reads_lang_set(search->reads, both.count == 1 ? parts[0] : &both, &told);
    search->told.capped = search->told.capped || told.capped;
    return set;
}

static bool has_hard_text(const struct search *search)
{
    const struct lang *lang = search->query.lang;
    size_t count = lang->kind == LANG_AND ? lang->count : 1;

    for (size_t i = 0; i < count; i++) {
        const struct lang *part = lang->kind == LANG_AND ? lang->parts[i] : lang;

        if (is_hard(search, part) && !is_filter(search, part))
            return true;
    }
    return false;
}

void search_sets(struct search *search)
{
    search->filter = set_of(search, is_filter);
    if (db_read_status(search->reads->db) == DB_READ_OK && search->query.lang->kind != LANG_ALL &&
        has_hard_text(search))
        search->wording = set_of(search, is_hard);
    if (db_read_status(search->reads->db) == DB_READ_OK && !search->query.hidden)
        search->hidden = reads_mark_set(search->reads, MARK_HIDDEN);
    search_lap(search, "filters");
}

/* --- some of the words ------------------------------------------------------------------------ */

struct counted {
    const struct excerpt_word *word;
    uint64_t count;
};

static int by_count(const void *x, const void *y)
{
    const struct counted *a = x, *b = y;

    return a->count < b->count ? -1 : a->count > b->count;
}

/* The rarest words say most, and the fewest items have them: as many words as leave no more items
 * than are looked at, one at least.  What is in no item is no help. */
static void choose(struct search *search, struct counted *counted)
{
    uint64_t left = (uint64_t)search->reads->limits->search_candidates;
    size_t taken = 0;

    qsort(counted, search->word_count, sizeof(*counted), by_count);
    for (size_t i = 0; i < search->word_count && taken < SOME; i++) {
        if (counted[i].count == 0 || (taken && counted[i].count > left))
            continue;
        add_word(&search->any, " OR ", counted[i].word);
        left -= counted[i].count < left ? counted[i].count : left;
        taken++;
    }
}

void search_any(struct search *search)
{
    struct counted counted[SEARCH_WORDS];

    if (search->word_count < 2)
        return;
    for (size_t i = 0; i < search->word_count; i++) {
        struct buf word = {0};

        add_word(&word, "", &search->words[i]);
        counted[i].word = &search->words[i];
        counted[i].count = db_rank_count(search->reads->db, word.data,
                                         (uint64_t)search->reads->limits->search_candidates);
        buf_free(&word);
    }
    choose(search, counted);
}
