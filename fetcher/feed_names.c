#include "fetcher/feed_names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const tags[] = {
#define NAME(name) #name,
#include "fetcher/feed_names.def"
#undef NAME
};

enum { LONGEST = 16 };

static int compare(const void *key, const void *member)
{
    return strcmp(key, *(const char *const *)member);
}

enum feed_tag feed_names_tag(const char *name)
{
    char lower[LONGEST];
    const char *const *found = NULL;
    size_t n = 0;

    for (; name[n]; n++) {
        if (n + 1 == LONGEST)
            return TAG_OTHER;
        lower[n] = name[n] == '-' ? '_' : (char)tolower((unsigned char)name[n]);
    }
    lower[n] = '\0';
    found = bsearch(lower, tags, TAG_COUNT - 1, sizeof(tags[0]), compare);
    return found ? (enum feed_tag)(found - tags + 1) : TAG_OTHER;
}

struct known {
    const char *text;
    enum feed_ns ns;
};

/* Without scheme and trailing "/" or "#". */
static const struct known uris[] = {
    {"www.w3.org/2005/atom", NS_ATOM10},
    {"purl.org/atom/ns", NS_ATOM03},
    {"purl.org/atom-blog/ns", NS_ATOM03},
    {"example.com/newformat", NS_ATOM03},
    {"example.com/necho", NS_ATOM03},
    {"purl.org/echo", NS_ATOM03},
    {"purl.org/pie", NS_ATOM03},
    {"uri/of/echo/namespace", NS_ATOM03},
    {"purl.org/rss/1.0", NS_CORE},
    {"my.netscape.com/rdf/simple/0.9", NS_CORE},
    {"channel.netscape.com/rdf/simple/0.9", NS_CORE},
    {"my.netscape.com/publish/formats/rss-0.91.dtd", NS_CORE},
    {"purl.org/net/rss1.1", NS_CORE},
    {"backend.userland.com/rss", NS_CORE},
    {"backend.userland.com/rss2", NS_CORE},
    {"backend.userland.com/rss091", NS_CORE},
    {"backend.userland.com/rss092", NS_CORE},
    {"backend.userland.com/rss2.0", NS_CORE},
    {"blogs.law.harvard.edu/tech/rss", NS_CORE},
    {"cyber.law.harvard.edu/rss", NS_CORE},
    {"cyber.law.harvard.edu/rss/rss.html", NS_CORE},
    {"purl.org/rss/1.0/modules/rss091", NS_CORE},
    {"www.w3.org/1999/02/22-rdf-syntax-ns", NS_RDF},
    {"purl.org/rss/1.0/modules/content", NS_CONTENT},
    {"purl.org/dc/elements/1.1", NS_DC},
    {"purl.org/dc/elements/1.0", NS_DC},
    {"purl.org/dc/terms", NS_DCTERMS},
    {"search.yahoo.com/mrss", NS_MEDIA},
    {"search.yahoo.com/rss", NS_MEDIA},
    {"video.search.yahoo.com/mrss", NS_MEDIA},
    {"www.rssboard.org/media-rss", NS_MEDIA},
    {"www.itunes.com/dtds/podcast-1.0.dtd", NS_ITUNES},
    {"example.com/dtds/podcast-1.0.dtd", NS_ITUNES},
    {"podcastindex.org/namespace/1.0", NS_PODCAST},
    {"github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md", NS_PODCAST},
    {"purl.org/rss/1.0/modules/syndication", NS_SY},
    {"www.w3.org/1999/xhtml", NS_XHTML},
    {"www.w3.org/1999/html", NS_XHTML},
    {"rssnamespace.org/feedburner/ext/1.0", NS_FEEDBURNER},
    {"www.w3.org/xml/1998/namespace", NS_XML},
};

static const struct known prefixes[] = {
    {"atom", NS_ATOM10},
    {"atom10", NS_ATOM10},
    {"a10", NS_ATOM10},
    {"rdf", NS_RDF},
    {"content", NS_CONTENT},
    {"dc", NS_DC},
    {"dcterms", NS_DCTERMS},
    {"media", NS_MEDIA},
    {"itunes", NS_ITUNES},
    {"podcast", NS_PODCAST},
    {"sy", NS_SY},
    {"xhtml", NS_XHTML},
    {"feedburner", NS_FEEDBURNER},
    {"xml", NS_XML},
    {"rss", NS_CORE},
};

static enum feed_ns find(const struct known *table, size_t n, const char *text, size_t length)
{
    for (size_t i = 0; i < n; i++)
        if (strncasecmp(table[i].text, text, length) == 0 && table[i].text[length] == '\0')
            return table[i].ns;
    return NS_OTHER;
}

enum feed_ns feed_names_ns(const char *uri)
{
    const char *host = NULL;
    size_t n = 0;

    while (isspace((unsigned char)*uri))
        uri++;
    host = strstr(uri, "://");
    uri = host ? host + 3 : uri;
    n = strlen(uri);
    while (n && (strchr("/#", uri[n - 1]) || isspace((unsigned char)uri[n - 1])))
        n--;
    return n ? find(uris, sizeof(uris) / sizeof(uris[0]), uri, n) : NS_CORE;
}

enum feed_ns feed_names_prefix(const char *prefix)
{
    return find(prefixes, sizeof(prefixes) / sizeof(prefixes[0]), prefix, strlen(prefix));
}
