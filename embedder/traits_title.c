#include "embedder/traits.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* What a desk puts before a headline; none of it tells what the item says. */
static const char *const labels[] = {
    "breaking news", "breaking",    "live updates", "live blog",  "live",      "update", "updated",
    "watch",         "video",       "photos",       "exclusive",  "just in",   "urgent", "analysis",
    "opinion",       "eilmeldung",  "liveblog",     "ticker",     "en direct", "direct", "urgence",
    "última hora",   "en vivo",     "en directo",   "in diretta", "ultim'ora", "срочно", "Срочно",
    "СРОЧНО",        "Última hora", "ÚLTIMA HORA",  "son dakika", "pilne",
};

/* What stands between a headline and the name of its site. */
static const char *const dividers[] = {" - ", " | ", " – ", " — ", " :: ", " » ", " · "};

enum { SITE_WORDS_MAX = 5, CORE_WORDS_MIN = 3 };

static struct span trim(struct span s)
{
    while (s.n && (unsigned char)s.p[0] <= ' ') {
        s.p++;
        s.n--;
    }
    while (s.n && (unsigned char)s.p[s.n - 1] <= ' ')
        s.n--;
    return s;
}

/* The bytes of a label, its colon or dash and spaces in front of s; 0 where there is none. */
static size_t label_length(struct span s)
{
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        size_t n = strlen(labels[i]), open = s.n && s.p[0] == '[';
        if (s.n < n + open + 2 ||
            tolower((unsigned char)s.p[open]) != (unsigned char)labels[i][0] ||
            strncasecmp(s.p + open, labels[i], n) != 0)
            continue;
        const char *after = s.p + open + n;
        if (open ? *after == ']' : *after == ':' || *after == '|')
            return open + n + 1;
        if (!open && s.n > n + 3 && memcmp(after, " - ", 3) == 0)
            return n + 3;
        if (!open && s.n > n + 2 && memcmp(after, " |", 2) == 0)
            return n + 2;
    }
    return 0;
}

static size_t count_words(const char *p, size_t n)
{
    size_t words = 0;

    for (size_t i = 0; i < n; i++)
        words += p[i] != ' ' && (i == 0 || p[i - 1] == ' ');
    return words;
}

/* Whether the bytes behind a divider may be the name of a site: few words, no digits. */
static bool is_site(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] >= '0' && p[i] <= '9')
            return false;
    size_t words = count_words(p, n);
    return words >= 1 && words <= SITE_WORDS_MAX;
}

/* The title without the last divider and what follows, where that may be a site. */
static struct span cut_site(struct span s)
{
    for (size_t at = s.n; at-- > 1;) {
        /* Most spaces stand before a word. */
        if (s.p[at] != ' ' || at + 1 == s.n || isalnum((unsigned char)s.p[at + 1]))
            continue;
        for (size_t i = 0; i < sizeof dividers / sizeof *dividers; i++) {
            size_t n = strlen(dividers[i]);
            if (s.n - at <= n || memcmp(s.p + at, dividers[i], n) != 0)
                continue;
            if (is_site(s.p + at + n, s.n - at - n) && count_words(s.p, at) >= CORE_WORDS_MIN)
                s.n = at;
            return s;
        }
    }
    return s;
}

struct span traits_title_core(struct span title)
{
    size_t length = 0;

    title = trim(title);
    while ((length = label_length(title)) > 0)
        title = trim(span_of(title.p + length, title.n - length));
    return trim(cut_site(title));
}
