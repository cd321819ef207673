/* What class, id, role and the like say of an element. */
#include <string.h>
#include <strings.h>

#include "fetcher/readable_inner.h"

enum { LOOK_BYTES = 256 };

/* Parts of names that sites give to what is not the article ... */
static const char *const UNLIKELY[] = {
    "-ad-",      "ad-break",   "advert",   "banner",  "breadcrumb", "combx",   "comment",
    "community", "consent",    "cookie",   "disqus",  "footer",     "gdpr",    "masthead",
    "menu",      "newsletter", "outbrain", "pager",   "pagination", "popup",   "promo",
    "recommend", "related",    "replies",  "share",   "shoutbox",   "sidebar", "skyscraper",
    "social",    "sponsor",    "subscri",  "taboola", "toolbar",    "widget",
};
/* ... unless they have one of these, too. */
static const char *const MAYBE[] = {"article", "body", "column", "content", "main", "story"};

static const char *const GOOD[] = {"article", "body", "content", "entry", "main",
                                   "post",    "text", "blog",    "story"};
static const char *const BAD[] = {"hidden",  "combx", "comment", "contact", "foot",
                                  "meta",    "promo", "share",   "related", "sidebar",
                                  "sponsor", "tags",  "tool",    "widget"};
static const char *const ROLES[] = {"navigation", "complementary", "banner", "contentinfo",
                                    "dialog",     "alertdialog",   "search", "menu",
                                    "menubar",    "toolbar"};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool has_any(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strstr(text, words[i]))
            return true;
    return false;
}

static bool is_any(struct span text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i]) == text.n && strncasecmp(text.p, words[i], text.n) == 0)
            return true;
    return false;
}

static bool is_named(const struct html_attribute *attribute, const char *name)
{
    return attribute->name.n == strlen(name) &&
           strncasecmp(attribute->name.p, name, attribute->name.n) == 0;
}

/* Lower case, with a blank before it. */
static size_t add(char *to, size_t n, struct span value)
{
    to[n++] = ' ';
    for (size_t i = 0; i < value.n && n + 2 < LOOK_BYTES; i++) {
        char c = value.p[i];

        to[n++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c ? c : ' ');
    }
    return n;
}

static bool hides(struct span style)
{
    const char *word = style.n ? memmem(style.p, style.n, "display", 7) : NULL;
    size_t left = word ? style.n - (size_t)(word - style.p) - 7 : 0;

    for (word = word ? word + 7 : NULL; left > 0 && (*word == ' ' || *word == ':'); left--)
        word++;
    return left >= 4 && strncasecmp(word, "none", 4) == 0;
}

static void judge_names(struct readable_node *node, const char *names)
{
    bool good = has_any(names, GOOD, COUNT(GOOD)), bad = has_any(names, BAD, COUNT(BAD));

    node->weight = (int8_t)(good - bad);
    if (has_any(names, UNLIKELY, COUNT(UNLIKELY)) && !has_any(names, MAYBE, COUNT(MAYBE)))
        node->flags |= READABLE_UNLIKELY;
}

void readable_judge(struct readable_node *node, const struct html_token *token)
{
    char names[LOOK_BYTES + 2];
    size_t n = 0;

    for (size_t i = 0; i < token->count; i++) {
        const struct html_attribute *a = &token->attributes[i];

        if ((is_named(a, "class") || is_named(a, "id")) && n + 2 < LOOK_BYTES)
            n = add(names, n, a->value);
        else if (is_named(a, "role") && is_any(a->value, ROLES, COUNT(ROLES)))
            node->flags |= READABLE_ASIDE;
        else if (is_named(a, "hidden") || (is_named(a, "style") && hides(a->value)) ||
                 (is_named(a, "aria-hidden") && span_eq(a->value, span_str("true"))))
            node->flags |= READABLE_HIDDEN;
    }
    names[n] = '\0';
    if (n)
        judge_names(node, names);
}
