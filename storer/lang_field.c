/* Fields of the query language: what may stand behind title: and the like. */
#include <string.h>
#include <strings.h>

#include "storer/lang_inner.h"
#include "storer/lang_words.h"

static const char *const names[] = {
    [LANG_NO_NAME] = "",           [LANG_NAME_TITLE] = "title",
    [LANG_NAME_AUTHOR] = "author", [LANG_NAME_CATEGORY] = "category",
    [LANG_NAME_SOURCE] = "source", [LANG_NAME_LANG] = "lang",
    [LANG_NAME_BEFORE] = "before", [LANG_NAME_AFTER] = "after",
    [LANG_NAME_IS] = "is",         [LANG_NAME_STORY] = "story",
    [LANG_NAME_ID] = "id",
};

enum { NAMES = sizeof(names) / sizeof(names[0]) };

static const char *const states[] = {
    [LANG_READ] = "read",     [LANG_UNREAD] = "unread", [LANG_STARRED] = "starred",
    [LANG_HIDDEN] = "hidden", [LANG_COPY] = "copy",
};

enum { STATES = sizeof(states) / sizeof(states[0]) };

static const char wants_time[] = "write a date as 2026-11-20 or 2026-11-20T10:00 (UTC), an age as "
                                 "2d, 6h or 3w, today or yesterday";

static bool same(struct span text, const char *name)
{
    return text.n == strlen(name) && strncasecmp(text.p, name, text.n) == 0;
}

enum lang_name lang_name_of(struct span text)
{
    for (int i = LANG_NO_NAME + 1; i < NAMES; i++)
        if (same(text, names[i]))
            return (enum lang_name)i;
    return LANG_NO_NAME;
}

const char *lang_name_text(enum lang_name name)
{
    return names[name];
}

const char *lang_is_name(enum lang_is is)
{
    return states[is];
}

/* --- values ----------------------------------------------------------------------------------- */

/* A number from 1 on, of at most 18 digits; 0 where text is none. */
static uint64_t number_of(struct span text)
{
    uint64_t number = 0;

    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || text.n > 18)
            return 0;
        number = number * 10 + (uint64_t)(text.p[i] - '0');
    }
    return number;
}

static struct lang *number_value(enum lang_kind kind, struct span text, const char **why)
{
    struct lang *lang = NULL;

    if (number_of(text) == 0) {
        *why = kind == LANG_STORY ? "write the number of a story, as `weir stories` shows it"
                                  : "write the number of an item, as `weir items` shows it";
        return NULL;
    }
    lang = lang_leaf(kind);
    lang->number = number_of(text);
    return lang;
}

static struct lang *is_value(struct span text, const char **why)
{
    for (int i = 0; i < STATES; i++)
        if (same(text, states[i])) {
            struct lang *lang = lang_leaf(LANG_IS);

            lang->is = (enum lang_is)i;
            return lang;
        }
    *why = "is: knows unread, read, starred, hidden and copy";
    return NULL;
}

static struct lang *time_value(bool before, struct span text, const char **why)
{
    struct lang *lang = lang_leaf(LANG_TIME);

    lang->before = before;
    if (!lang_read_time(text, lang)) {
        lang_destroy(&lang);
        *why = wants_time;
    }
    return lang;
}

static bool is_tag_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static struct lang *language_value(struct span text, const char **why)
{
    struct lang *lang = lang_leaf(LANG_LANGUAGE);
    bool right = text.n >= 2 && text.n <= 35;

    lang_set_text(lang, text);
    for (char *p = lang->text; *p; p++) {
        *p = *p == '_' ? '-' : *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
        right = right && is_tag_letter(*p);
    }
    if (right && lang->text[0] != '-')
        return lang;
    lang_destroy(&lang);
    *why = "write a language as de, en or pt-br";
    return NULL;
}

static struct lang *source_value(struct span text)
{
    struct lang *lang = lang_leaf(LANG_SOURCE);

    lang_set_text(lang, text);
    lang->number = number_of(text);
    return lang;
}

static struct lang *text_value(enum lang_name name, struct span text, bool prefix, const char **why)
{
    struct lang *lang = NULL;

    if (!lang_has_word(text)) {
        if (name != LANG_NO_NAME)
            *why = "there is no letter or digit in this to look for";
        return NULL;
    }
    lang = lang_leaf(name == LANG_NAME_CATEGORY ? LANG_CATEGORY : LANG_TEXT);
    lang->field = name == LANG_NAME_TITLE    ? LANG_TITLE
                  : name == LANG_NAME_AUTHOR ? LANG_AUTHOR
                                             : LANG_ANYWHERE;
    lang->prefix = prefix;
    lang_set_text(lang, text);
    return lang;
}

static struct lang *filter_value(enum lang_name name, struct span text, const char **why)
{
    switch (name) {
    case LANG_NAME_SOURCE:
        return source_value(text);
    case LANG_NAME_LANG:
        return language_value(text, why);
    case LANG_NAME_BEFORE:
    case LANG_NAME_AFTER:
        return time_value(name == LANG_NAME_BEFORE, text, why);
    case LANG_NAME_IS:
        return is_value(text, why);
    case LANG_NAME_STORY:
        return number_value(LANG_STORY, text, why);
    default:
        return number_value(LANG_ID, text, why);
    }
}

struct lang *lang_value(enum lang_name name, struct span text, bool prefix, const char **why)
{
    *why = NULL;
    if (name <= LANG_NAME_CATEGORY)
        return text_value(name, text, prefix, why);
    if (!prefix)
        return filter_value(name, text, why);
    *why = "the * goes with words, and with title:, author: and category:, only";
    return NULL;
}
