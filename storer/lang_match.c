#include "storer/lang_match.h"

#include <stdlib.h>
#include <strings.h>

#include "common/mem.h"
#include "storer/facts.h"
#include "storer/lang_words.h"

enum place {
    PLACE_TITLE,
    PLACE_TEXT,
    PLACE_AUTHOR,
    PLACE_SOURCE_TITLE,
    PLACE_CATEGORIES,
    PLACE_SOURCE_CATEGORIES,
    PLACES
};

struct lang_seen {
    const struct lang_item *item;
    struct lang_words words[PLACES];
    bool split[PLACES];
};

struct lang_seeker {
    const struct lang *lang;
    struct lang_words words;
};

/* --- words of the item ------------------------------------------------------------------------ */

struct lang_seen *lang_seen_create(const struct lang_item *item)
{
    struct lang_seen *seen = mem_calloc(1, sizeof(*seen));

    seen->item = item;
    return seen;
}

void lang_seen_destroy(struct lang_seen **seen)
{
    if (!seen || !*seen)
        return;
    for (int i = 0; i < PLACES; i++)
        lang_words_free(&(*seen)->words[i]);
    free(*seen);
    *seen = NULL;
}

void lang_seen_again(struct lang_seen *seen)
{
    buf_clear(&seen->words[PLACE_CATEGORIES].bytes);
    seen->words[PLACE_CATEGORIES].count = 0;
    seen->split[PLACE_CATEGORIES] = false;
}

static struct span text_of(const struct lang_item *item, enum place place)
{
    switch (place) {
    case PLACE_TITLE:
        return item->title;
    case PLACE_TEXT:
        return item->text;
    case PLACE_AUTHOR:
        return item->author;
    case PLACE_SOURCE_TITLE:
        return item->source_title;
    case PLACE_CATEGORIES:
        return item->categories;
    default:
        return item->source_categories;
    }
}

/* FTS5 knows no lines, so a phrase may reach from one category of the item into the next; those of
 * sources are names of their own. */
static const struct lang_words *words_of(struct lang_seen *seen, enum place place)
{
    struct span text = text_of(seen->item, place);

    if (seen->split[place])
        return &seen->words[place];
    seen->split[place] = true;
    for (size_t at = 0; place == PLACE_SOURCE_CATEGORIES && at < text.n;) {
        const char *end = memchr(text.p + at, '\n', text.n - at);
        size_t n = end ? (size_t)(end - text.p) - at : text.n - at;

        lang_words_add(&seen->words[place], span_of(text.p + at, n));
        lang_words_cut(&seen->words[place]);
        at += n + 1;
    }
    if (place != PLACE_SOURCE_CATEGORIES)
        lang_words_add(&seen->words[place], text);
    return &seen->words[place];
}

static bool in_places(const struct lang *lang, struct lang_seen *seen, enum place first,
                      enum place last)
{
    struct lang_words phrase = {0};
    bool found = false;

    lang_words_add(&phrase, span_str(lang->text));
    for (enum place place = first; place <= last && !found; place++)
        found = lang_words_have(words_of(seen, place), &phrase, lang->prefix);
    lang_words_free(&phrase);
    return found;
}

static bool in_text(const struct lang *lang, struct lang_seen *seen)
{
    if (lang->kind == LANG_CATEGORY)
        return in_places(lang, seen, PLACE_CATEGORIES, PLACE_SOURCE_CATEGORIES);
    if (lang->field == LANG_TITLE)
        return in_places(lang, seen, PLACE_TITLE, PLACE_TITLE);
    if (lang->field == LANG_AUTHOR)
        return in_places(lang, seen, PLACE_AUTHOR, PLACE_AUTHOR);
    return in_places(lang, seen, PLACE_TITLE, PLACE_SOURCE_TITLE);
}

/* --- names ------------------------------------------------------------------------------------ */

struct lang_seeker *lang_seeker_create(const struct lang *lang)
{
    struct lang_seeker *seeker = mem_calloc(1, sizeof(*seeker));

    seeker->lang = lang;
    lang_words_add(&seeker->words, span_str(lang->text));
    return seeker;
}

void lang_seeker_destroy(struct lang_seeker **seeker)
{
    if (!seeker || !*seeker)
        return;
    lang_words_free(&(*seeker)->words);
    free(*seeker);
    *seeker = NULL;
}

bool lang_text_fits(const struct lang_seeker *seeker, struct span name)
{
    struct lang_words words = {0};
    bool found = false;

    lang_words_add(&words, name);
    found = lang_words_have(&words, &seeker->words, seeker->lang->prefix);
    lang_words_free(&words);
    return found;
}

/* Whether part stands in text, ASCII letters of either case. */
static bool contains(struct span text, struct span part)
{
    for (size_t i = 0; part.n > 0 && i + part.n <= text.n; i++)
        if (strncasecmp(text.p + i, part.p, part.n) == 0)
            return true;
    return false;
}

bool lang_source_fits(const struct lang_seeker *seeker, uint64_t id, struct span url,
                      struct span title)
{
    if (seeker->lang->number)
        return id == seeker->lang->number;
    return contains(url, span_str(seeker->lang->text)) || lang_text_fits(seeker, title);
}

static bool of_source(const struct lang *lang, const struct lang_item *item)
{
    struct lang_seeker *seeker = lang_seeker_create(lang);
    bool found = lang_source_fits(seeker, item->source, item->url, item->feed_title) ||
                 lang_source_fits(seeker, item->source, (struct span){0}, item->own_title);

    lang_seeker_destroy(&seeker);
    return found;
}

/* --- trees ------------------------------------------------------------------------------------ */

static bool in_time(const struct lang *lang, const struct lang_item *item, int64_t now_ms)
{
    int64_t at_ms = lang_time(lang, now_ms);

    /* Items before 1970 count as of its first second, as in storer/facts.h. */
    int64_t time_ms = item->time_ms < 0 ? 0 : item->time_ms;

    return lang->before ? time_ms < at_ms : time_ms >= at_ms;
}

static bool in_state(const struct lang *lang, const struct lang_item *item)
{
    switch (lang->is) {
    case LANG_READ:
        return item->read;
    case LANG_UNREAD:
        return !item->read && !item->hidden;
    case LANG_STARRED:
        return item->starred;
    case LANG_HIDDEN:
        return item->hidden;
    default:
        return item->copy;
    }
}

static bool any_part(const struct lang *lang, struct lang_seen *seen, int64_t now_ms, bool wanted)
{
    for (size_t i = 0; i < lang->count; i++)
        if (lang_match(lang->parts[i], seen, now_ms) == wanted)
            return true;
    return false;
}

static bool leaf(const struct lang *lang, struct lang_seen *seen, int64_t now_ms)
{
    switch (lang->kind) {
    case LANG_TEXT:
    case LANG_CATEGORY:
        return in_text(lang, seen);
    case LANG_SOURCE:
        return of_source(lang, seen->item);
    case LANG_LANGUAGE:
        return facts_tag_fits(seen->item->language, lang->text);
    case LANG_TIME:
        return in_time(lang, seen->item, now_ms);
    case LANG_IS:
        return in_state(lang, seen->item);
    case LANG_STORY:
        return seen->item->story == lang->number;
    case LANG_ID:
        return seen->item->id == lang->number;
    default:
        return true;
    }
}

bool lang_match(const struct lang *lang, struct lang_seen *seen, int64_t now_ms)
{
    switch (lang->kind) {
    case LANG_AND:
        return !any_part(lang, seen, now_ms, false);
    case LANG_OR:
        return any_part(lang, seen, now_ms, true);
    case LANG_NOT:
        return !lang_match(lang->parts[0], seen, now_ms);
    default:
        return leaf(lang, seen, now_ms);
    }
}
