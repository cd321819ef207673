/* Element and namespace names as numbers.  Pure tables. */
#ifndef WEIR_FETCHER_FEED_NAMES_H
#define WEIR_FETCHER_FEED_NAMES_H

#include <stddef.h>

enum feed_tag {
    TAG_OTHER,
#define NAME(name) TAG_##name,
#include "fetcher/feed_names.def"
#undef NAME
    TAG_COUNT
};

enum feed_ns {
    NS_CORE, /* none at all, or one of those of RSS */
    NS_ATOM03,
    NS_ATOM10,
    NS_RDF,
    NS_CONTENT,
    NS_DC,
    NS_DCTERMS,
    NS_MEDIA,
    NS_ITUNES,
    NS_PODCAST,
    NS_SY,
    NS_XHTML,
    NS_FEEDBURNER,
    NS_XML,
    NS_OTHER,
};

/* The tag of a local name; upper and lower case are the same. */
enum feed_tag feed_names_tag(const char *name);
/* The namespace of an address; the variants met in the wild are known. */
enum feed_ns feed_names_ns(const char *uri);
/* The namespace that a prefix nobody declared stands for. */
enum feed_ns feed_names_prefix(const char *prefix);

#endif
