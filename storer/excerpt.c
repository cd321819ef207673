#include "storer/excerpt.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/utf8.h"
#include "storer/lang_words.h"
#include "storer/marked.h"

enum { NONE = -1, PLACES_FIRST = 256, DIFFERENT = 64 };

/* A word of the text. */
struct place {
    size_t from, to; /* bytes */
    int word;        /* of the query, or NONE */
};

struct places {
    struct place *list;
    size_t count, room;
};

/* A piece, in places. */
struct window {
    size_t first, end;
    int score;
};

static int word_of(struct span word, const struct excerpt_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(words[i].text);

        if (word.n >= n && (word.n == n || words[i].prefix) &&
            memcmp(word.p, words[i].text, n) == 0)
            return (int)i;
    }
    return NONE;
}

static void find(struct span text, const struct excerpt_word *words, size_t count,
                 struct places *places)
{
    struct buf word = {0};
    size_t at = 0, from = 0;

    while (lang_word_at(text, &at, &from, &word)) {
        if (places->count == places->room) {
            places->room = places->room ? places->room * 2 : PLACES_FIRST;
            places->list = mem_realloc(places->list, places->room, sizeof(*places->list));
        }
        places->list[places->count++] =
            (struct place){from, at, word_of(buf_span(&word), words, count)};
        buf_clear(&word);
    }
    buf_free(&word);
}

/* Appends text[from .. to) with marks around the places in it. */
static void add_marked(struct buf *out, struct span text, size_t from, size_t to,
                       const struct places *places)
{
    for (size_t i = 0; i < places->count; i++) {
        const struct place *place = &places->list[i];

        if (place->word == NONE || place->from < from || place->to > to)
            continue;
        buf_add(out, text.p + from, place->from - from);
        buf_addc(out, MARKED_BEGIN);
        buf_add(out, text.p + place->from, place->to - place->from);
        buf_addc(out, MARKED_END);
        from = place->to;
    }
    buf_add(out, text.p + from, to - from);
}

void excerpt_whole(struct span text, const struct excerpt_word *words, size_t count,
                   struct buf *out)
{
    struct places places = {0};

    find(text, words, count, &places);
    if (text.n)
        add_marked(out, text, 0, text.n, &places);
    free(places.list);
}

/* What a piece is worth that begins with this place, and where its last word of the query is. */
static struct window look(const struct places *places, size_t first)
{
    struct window window = {.first = first, .end = first + 1};
    uint64_t seen = 0;

    for (size_t i = first; i < places->count && i < first + EXCERPT_WORDS; i++) {
        int word = places->list[i].word;

        if (word == NONE)
            continue;
        window.score += word < 64 && seen & 1ULL << word ? 1 : DIFFERENT;
        seen |= word < 64 ? 1ULL << word : 0;
        window.end = i + 1;
    }
    return window;
}

static struct window choose(const struct places *places)
{
    struct window best = {0};
    size_t beside = 0;

    for (size_t i = 0; i < places->count; i++) {
        struct window window = {0};

        if (places->list[i].word == NONE)
            continue;
        window = look(places, i);
        if (window.score > best.score)
            best = window;
    }
    /* As many words before as behind. */
    beside = (EXCERPT_WORDS - (best.end - best.first)) / 2;
    best.first = best.first > beside ? best.first - beside : 0;
    best.end = best.first + EXCERPT_WORDS;
    return best;
}

void excerpt_piece(struct span text, const struct excerpt_word *words, size_t count,
                   struct buf *out)
{
    struct places places = {0};
    struct window window = {0};
    size_t from = 0, to = 0;

    text = utf8_clip(text, EXCERPT_BYTES);
    find(text, words, count, &places);
    window = choose(&places);
    to = window.end < places.count ? places.list[window.end - 1].to : text.n;
    from = window.first > 0 ? places.list[window.first].from : 0;
    if (from > 0)
        buf_adds(out, "…");
    if (text.n)
        add_marked(out, text, from, to, &places);
    if (to < text.n)
        buf_adds(out, "…");
    free(places.list);
}
