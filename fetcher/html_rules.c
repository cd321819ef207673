#include "fetcher/html_rules.h"
#include <strings.h>

enum {
    K = HTML_KEEP,
    BLOCK = HTML_KEEP | HTML_BLOCK | HTML_ENDS_P | HTML_SPECIAL,
    UNWRAPPED_BLOCK = HTML_BLOCK,
    PART = HTML_KEEP | HTML_TABLE_PART | HTML_BLOCK | HTML_SPECIAL,
    GONE = HTML_VOID,
};

/* In byte order of the names. */
static const struct html_element ELEMENTS[] = {
    {"a", HTML_A, K},
    {"abbr", HTML_OTHER, K},
    {"acronym", HTML_OTHER, K},
    {"address", HTML_OTHER, HTML_KEEP | HTML_BLOCK | HTML_ENDS_P},
    {"annotation", HTML_OTHER, HTML_MUTE},
    {"annotation-xml", HTML_OTHER, HTML_MUTE},
    {"area", HTML_OTHER, GONE},
    {"article", HTML_OTHER, BLOCK},
    {"aside", HTML_OTHER, BLOCK},
    {"audio", HTML_AUDIO, K},
    {"b", HTML_OTHER, K},
    {"base", HTML_OTHER, GONE},
    {"basefont", HTML_OTHER, GONE},
    {"bdi", HTML_OTHER, K},
    {"bdo", HTML_OTHER, K},
    {"bgsound", HTML_OTHER, GONE},
    {"big", HTML_OTHER, K},
    {"blockquote", HTML_OTHER, BLOCK},
    {"body", HTML_OTHER, UNWRAPPED_BLOCK},
    {"br", HTML_BR, K | HTML_VOID},
    {"canvas", HTML_OTHER, HTML_MUTE},
    {"caption", HTML_CAPTION, PART | HTML_SCOPE},
    {"center", HTML_OTHER, BLOCK},
    {"cite", HTML_OTHER, K},
    {"code", HTML_OTHER, K},
    {"col", HTML_COL, HTML_KEEP | HTML_VOID | HTML_TABLE_PART},
    {"colgroup", HTML_COLGROUP, PART},
    {"command", HTML_OTHER, GONE},
    {"dd", HTML_DD, BLOCK},
    {"del", HTML_OTHER, K},
    {"details", HTML_OTHER, BLOCK},
    {"dfn", HTML_OTHER, K},
    {"dir", HTML_OTHER, BLOCK},
    {"div", HTML_OTHER, HTML_KEEP | HTML_BLOCK | HTML_ENDS_P},
    {"dl", HTML_OTHER, BLOCK},
    {"dt", HTML_DT, BLOCK},
    {"em", HTML_OTHER, K},
    {"embed", HTML_OTHER, GONE},
    {"figcaption", HTML_OTHER, BLOCK},
    {"figure", HTML_OTHER, BLOCK},
    {"font", HTML_OTHER, K},
    {"footer", HTML_OTHER, BLOCK},
    {"form", HTML_OTHER, UNWRAPPED_BLOCK},
    {"frame", HTML_OTHER, GONE},
    {"frameset", HTML_OTHER, HTML_MUTE},
    {"h1", HTML_HEADING, BLOCK},
    {"h2", HTML_HEADING, BLOCK},
    {"h3", HTML_HEADING, BLOCK},
    {"h4", HTML_HEADING, BLOCK},
    {"h5", HTML_HEADING, BLOCK},
    {"h6", HTML_HEADING, BLOCK},
    {"header", HTML_OTHER, BLOCK},
    {"hgroup", HTML_OTHER, BLOCK},
    {"hr", HTML_OTHER, BLOCK | HTML_VOID},
    {"i", HTML_OTHER, K},
    {"iframe", HTML_FRAME, HTML_RAW},
    {"image", HTML_IMG, K | HTML_VOID},
    {"img", HTML_IMG, K | HTML_VOID},
    {"input", HTML_OTHER, GONE},
    {"ins", HTML_OTHER, K},
    {"isindex", HTML_OTHER, GONE},
    {"kbd", HTML_OTHER, K},
    {"keygen", HTML_OTHER, GONE},
    {"li", HTML_LI, BLOCK},
    {"link", HTML_OTHER, GONE},
    {"main", HTML_OTHER, BLOCK},
    {"mark", HTML_OTHER, K},
    {"menu", HTML_OTHER, BLOCK},
    {"meta", HTML_OTHER, GONE},
    {"nav", HTML_OTHER, BLOCK},
    {"noembed", HTML_FRAME, HTML_RAW},
    {"noframes", HTML_FRAME, HTML_RAW},
    {"noscript", HTML_NOSCRIPT, HTML_RAW},
    {"ol", HTML_OL, BLOCK},
    {"optgroup", HTML_OTHER, HTML_BLOCK},
    {"option", HTML_OTHER, HTML_BLOCK},
    {"p", HTML_P, BLOCK},
    {"param", HTML_OTHER, GONE},
    {"picture", HTML_OTHER, K},
    {"pre", HTML_PRE, BLOCK},
    {"q", HTML_Q, K},
    {"rb", HTML_RUBY_PART, K},
    {"rp", HTML_RUBY_PART, K},
    {"rt", HTML_RUBY_PART, K},
    {"rtc", HTML_RUBY_PART, K},
    {"ruby", HTML_RUBY, K},
    {"s", HTML_OTHER, K},
    {"samp", HTML_OTHER, K},
    {"script", HTML_OTHER, HTML_RAW},
    {"section", HTML_OTHER, BLOCK},
    {"small", HTML_OTHER, K},
    {"source", HTML_SOURCE, K | HTML_VOID},
    {"span", HTML_OTHER, K},
    {"strike", HTML_OTHER, K},
    {"strong", HTML_OTHER, K},
    {"style", HTML_OTHER, HTML_RAW},
    {"sub", HTML_OTHER, K},
    {"summary", HTML_OTHER, BLOCK},
    {"sup", HTML_OTHER, K},
    {"svg", HTML_OTHER, HTML_MUTE},
    {"table", HTML_TABLE, BLOCK | HTML_SCOPE},
    {"tbody", HTML_SECTION, PART},
    {"td", HTML_CELL, PART | HTML_SCOPE},
    {"template", HTML_OTHER, HTML_MUTE},
    {"textarea", HTML_OTHER, HTML_RAW},
    {"tfoot", HTML_SECTION, PART},
    {"th", HTML_CELL, PART | HTML_SCOPE},
    {"thead", HTML_SECTION, PART},
    {"time", HTML_OTHER, K},
    {"title", HTML_OTHER, HTML_RAW},
    {"tr", HTML_ROW, PART},
    {"track", HTML_TRACK, K | HTML_VOID},
    {"tt", HTML_OTHER, K},
    {"u", HTML_OTHER, K},
    {"ul", HTML_OTHER, BLOCK},
    {"var", HTML_OTHER, K},
    {"video", HTML_VIDEO, K},
    {"wbr", HTML_OTHER, K | HTML_VOID},
    {"xml", HTML_OTHER, HTML_MUTE},
};

static const struct html_attribute_rule ATTRIBUTES[] = {
    {"href", " a ", HTML_ATTR_URL},
    {"src", " img audio video source track ", HTML_ATTR_MEDIA},
    {"srcset", " img source ", HTML_ATTR_SRCSET},
    {"poster", " video ", HTML_ATTR_MEDIA},
    {"alt", " img ", HTML_ATTR_TEXT},
    {"title", "*", HTML_ATTR_TEXT},
    {"lang", "*", HTML_ATTR_WORD},
    {"dir", "*", HTML_ATTR_WORD},
    {"width", " img video td th col colgroup table ", HTML_ATTR_NUMBER},
    {"height", " img video td th ", HTML_ATTR_NUMBER},
    {"sizes", " img source ", HTML_ATTR_WORD},
    {"media", " source ", HTML_ATTR_WORD},
    {"type", " source ol ul li a ", HTML_ATTR_WORD},
    {"hreflang", " a ", HTML_ATTR_WORD},
    {"cite", " blockquote q ins del ", HTML_ATTR_URL},
    {"datetime", " time ins del ", HTML_ATTR_WORD},
    {"colspan", " td th ", HTML_ATTR_NUMBER},
    {"rowspan", " td th ", HTML_ATTR_NUMBER},
    {"span", " col colgroup ", HTML_ATTR_NUMBER},
    {"scope", " th ", HTML_ATTR_WORD},
    {"abbr", " th ", HTML_ATTR_TEXT},
    {"align", " p div td th tr img table caption col colgroup tbody thead tfoot ", HTML_ATTR_WORD},
    {"valign", " td th tr tbody thead tfoot ", HTML_ATTR_WORD},
    {"start", " ol ", HTML_ATTR_NUMBER},
    {"value", " li ", HTML_ATTR_NUMBER},
    {"reversed", " ol ", HTML_ATTR_FLAG},
    {"open", " details ", HTML_ATTR_FLAG},
    {"controls", " audio video ", HTML_ATTR_FLAG},
    {"loop", " audio video ", HTML_ATTR_FLAG},
    {"muted", " audio video ", HTML_ATTR_FLAG},
    {"kind", " track ", HTML_ATTR_WORD},
    {"srclang", " track ", HTML_ATTR_WORD},
    {"label", " track ", HTML_ATTR_TEXT},
    {"decoding", " img ", HTML_ATTR_WORD},
    {"fetchpriority", " img ", HTML_ATTR_WORD},
    {"loading", " img ", HTML_ATTR_WORD},
};

/* Images that nobody looks at: how their addresses go on behind "://" ... */
static const char *const TRACKER_HOSTS[] = {
    "stats.wordpress.com/",      "pixel.wp.com/",
    "pixel.quantserve.com/",     "b.scorecardresearch.com/",
    "sb.scorecardresearch.com/", "www.google-analytics.com/",
    "ssl.google-analytics.com/", "googleads.g.doubleclick.net/",
    "ad.doubleclick.net/",       "feeds.feedburner.com/~",
    "medium.com/_/stat",         "pixel.mathtag.com/",
    "www.facebook.com/tr?",      "ping.blogger.com/",
    "feeds.wordpress.com/1.0/",  "a.rfihub.com/",
    "pixel.newscred.com/",       "tracking.feedpress.it/",
    "www.pheedo.com/",           "counter.theconversation.com/",
};

/* ... and pieces anywhere in them, each with a slash or a question mark at its end. */
static const char *const TRACKER_PIECES[] = {
    "feedburner.com/~r/",
    "feedsportal.com/",
    "/piwik.php?",
    "/matomo.php?",
};

static const char *const LAZY[] = {
    "data-src",   "data-lazy-src",   "data-original",     "data-actualsrc", "data-lazyload",
    "data-lazy",  "data-hi-res-src", "data-original-src", "data-orig-src",  "data-image-src",
    "data-image", "data-url",        "data-fallback-src", "datasrc",
};

static const char *const LAZY_SETS[] = {"data-srcset", "data-lazy-srcset", "data-original-set"};

const struct html_element *html_element(const char *name)
{
    size_t low = 0, high = sizeof ELEMENTS / sizeof *ELEMENTS;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *other = ELEMENTS[middle].name;
        int order = (unsigned char)*name - (unsigned char)*other;
        order = order ? order : strcmp(name, other);
        if (order == 0)
            return &ELEMENTS[middle];
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool listed(const char *list, const char *name)
{
    size_t n = strlen(name);

    if (*list == '*')
        return true;
    for (const char *p = list; (p = strstr(p, name)); p++)
        if (p > list && p[-1] == ' ' && p[n] == ' ')
            return true;
    return false;
}

static bool is(struct span name, const char *text)
{
    return strlen(text) == name.n && strncasecmp(name.p, text, name.n) == 0;
}

const struct html_attribute_rule *html_attribute_rule(const struct html_element *element,
                                                      struct span name)
{
    for (size_t i = 0; i < sizeof ATTRIBUTES / sizeof *ATTRIBUTES; i++)
        if ((*name.p | 0x20) == *ATTRIBUTES[i].name && is(name, ATTRIBUTES[i].name))
            return listed(ATTRIBUTES[i].elements, element->name) ? &ATTRIBUTES[i] : NULL;
    return NULL;
}

static bool begins_with_tracker(const char *host)
{
    for (size_t i = 0; i < sizeof TRACKER_HOSTS / sizeof *TRACKER_HOSTS; i++)
        if (*host == *TRACKER_HOSTS[i] &&
            strncmp(host, TRACKER_HOSTS[i], strlen(TRACKER_HOSTS[i])) == 0)
            return true;
    return false;
}

static bool ends_with_tracker(struct span url)
{
    for (size_t i = 0; i < sizeof TRACKER_PIECES / sizeof *TRACKER_PIECES; i++) {
        size_t n = strlen(TRACKER_PIECES[i]);
        if (url.n >= n && memcmp(url.p + url.n - n, TRACKER_PIECES[i], n) == 0)
            return true;
    }
    return false;
}

bool html_is_tracker(const char *url)
{
    for (const char *p = url; *p; p++) {
        if (*p == ':' && p[1] == '/' && p[2] == '/' && begins_with_tracker(p + 3))
            return true;
        if ((*p == '/' || *p == '?') && ends_with_tracker(span_of(url, (size_t)(p + 1 - url))))
            return true;
    }
    return false;
}

unsigned html_lazy_rank(struct span name, bool srcset)
{
    const char *const *list = srcset ? LAZY_SETS : LAZY;
    size_t count = srcset ? sizeof LAZY_SETS / sizeof *LAZY_SETS : sizeof LAZY / sizeof *LAZY;

    if (name.n < 7 || (*name.p | 0x20) != 'd')
        return 0;
    for (unsigned i = 0; i < count; i++)
        if (is(name, list[i]))
            return i + 1;
    return 0;
}
