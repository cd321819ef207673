#include "fetcher/feed_starts.h"

#include <string.h>
#include <strings.h>

#include "fetcher/feed_build.h"

static bool is(struct span text, const char *word)
{
    return text.n == strlen(word) && strncasecmp(text.p, word, text.n) == 0;
}

static bool begins(struct span text, const char *word)
{
    return text.n >= strlen(word) && strncasecmp(text.p, word, strlen(word)) == 0;
}

static bool ends(struct span text, const char *word)
{
    size_t n = strlen(word);

    return text.n >= n && strncasecmp(text.p + text.n - n, word, n) == 0;
}

/* An attribute of RDF's: with its prefix, as it should be, or without. */
static struct span rdf_attr(const struct feed_element *element, const char *name)
{
    for (size_t i = 0; i < element->attr_count; i++)
        if (element->attrs[i].ns == NS_RDF && strcmp(element->attrs[i].name, name) == 0)
            return element->attrs[i].value;
    return (struct span){0};
}

FEED_START(category)
{
    struct span term = feed_attr(element, element->ns == NS_ITUNES ? "text" : "term");

    (void)rule;
    if (term.n == 0)
        term = feed_attr(element, "label");
    if (term.n)
        feed_put_category(b, term);
}

FEED_START(channel)
{
    struct span href = feed_attr(element, "href"); /* CDF */

    (void)rule;
    if (href.n)
        feed_put(b, FIELD_LINK, 3, href);
    feed_put(b, FIELD_UPDATED, 4, feed_attr(element, "lastmod"));
    feed_put(b, FIELD_LINK, 1, rdf_attr(element, "about"));
}

FEED_START(enclosure)
{
    struct span url = feed_attr(element, "url");

    (void)rule;
    if (url.n == 0)
        url = feed_attr(element, "href");
    if (url.n == 0)
        url = rdf_attr(element, "resource");
    feed_put_enclosure(b, &(struct feed_attached){.url = url,
                                                  .type = feed_attr(element, "type"),
                                                  .length = feed_attr(element, "length")});
}

FEED_START(entry)
{
    struct feed_frame *frame = &b->frames[b->depth];
    struct span about = rdf_attr(element, "about");

    (void)rule;
    if (!feed_put_entry(b)) {
        frame->where = WHERE_SKIP;
        return;
    }
    frame->where = WHERE_ENTRY;
    frame->opened_entry = true;
    if (about.n) {
        feed_put(b, FIELD_ID, 3, about);
        feed_put(b, FIELD_LINK, 1, about);
    }
    feed_put(b, FIELD_LINK, 3, feed_attr(element, "href")); /* CDF */
    feed_put(b, FIELD_UPDATED, 4, feed_attr(element, "lastmod"));
    if (frame->lang)
        feed_put(b, FIELD_LANGUAGE, 1, span_str(frame->lang));
}

FEED_START(foreign)
{
    (void)element;
    (void)rule;
    b->frames[b->depth].where = WHERE_FOREIGN;
}

FEED_START(guid)
{
    struct span said = feed_attr(element, "isPermaLink");

    b->capture.permalink = !is(said, "false");
    b->capture.link_said = is(said, "true");
    (void)rule;
}

FEED_START(image)
{
    struct span href = feed_attr(element, "href");

    feed_put(b, FIELD_IMAGE, rule->rank, href.n ? href : feed_attr(element, "url"));
}

FEED_START(image_group)
{
    (void)element;
    (void)rule;
    b->frames[b->depth].where = WHERE_IMAGE;
}

static bool is_page_type(struct span type)
{
    return type.n == 0 || begins(type, "text/html") || begins(type, "application/xhtml");
}

/* RFC 4287, 4.2.7; the ranks: a link to a page, the text of RSS, a link of Atom's inside RSS. */
FEED_START(link)
{
    struct span rel = feed_attr(element, "rel");
    struct span href = feed_attr(element, "href");
    struct span type = feed_attr(element, "type");
    uint8_t rank = rule->rank;

    if (!href.p)
        href = rdf_attr(element, "resource");
    if (rel.n == 0 || is(rel, "alternate") || ends(rel, "/alternate")) {
        /* An address without a character is that of the base (RFC 3986, 4.4). */
        if (href.n == 0 && href.p && element->ns != NS_CORE)
            href = span_str(b->frames[b->depth].base);
        feed_put(b, FIELD_LINK, is_page_type(type) ? rank : 2, href);
        return;
    }
    b->capture.rank = 0; /* the text inside, if any, is no link to the page */
    if (href.n == 0)
        return;
    if (is(rel, "enclosure"))
        feed_put_enclosure(b, &(struct feed_attached){.url = href,
                                                      .type = type,
                                                      .length = feed_attr(element, "length")});
    else if (is(rel, "self") && !b->entry)
        feed_put(b, FIELD_SELF, 1, href);
    else if (is(rel, "hub") && !b->entry)
        feed_put(b, FIELD_HUB, 1, href);
    else if (is(rel, "next") && !b->entry)
        feed_put(b, FIELD_NEXT, 1, href);
    else if (is(rel, "replies"))
        feed_put(b, FIELD_COMMENTS, 1, href);
}

/* Media RSS: an attachment; a picture is a thumbnail as well. */
FEED_START(media)
{
    struct span url = feed_attr(element, "url");
    struct span type = feed_attr(element, "type");

    (void)rule;
    if (url.n == 0)
        return;
    feed_put_enclosure(
        b, &(struct feed_attached){
               .url = url, .type = type, .length = feed_attr(element, "fileSize"), .media = true});
    if (is(feed_attr(element, "medium"), "image") || begins(type, "image/"))
        feed_put(b, FIELD_IMAGE, 3, url);
}

FEED_START(source)
{
    (void)element;
    (void)rule;
    b->frames[b->depth].where = WHERE_SOURCE;
}

static bool is_xml_type(struct span type)
{
    return is(type, "xhtml") || ends(type, "+xml") || ends(type, "/xml");
}

/* RFC 4287, 3.1.1 and 4.1.3.3 (other texts than content have media types too, against the rules);
 * Atom 0.3 says the same with a mode. */
FEED_START(text)
{
    struct feed_capture *capture = &b->capture;
    struct span type = feed_attr(element, "type");
    struct span mode = feed_attr(element, "mode");

    (void)rule;
    if (is(mode, "base64")) {
        capture->mode = MODE_BASE64;
    } else if (is(type, "html") || (begins(type, "text/html") && !is(mode, "xml"))) {
        capture->mode = MODE_HTML;
    } else if (is(type, "xhtml")) {
        capture->strip_div = element->ns != NS_ATOM03;
    } else if (is(mode, "escaped") && begins(type, "application/xhtml")) {
        capture->mode = MODE_HTML;
    } else if (element->ns == NS_ATOM10 && type.n && memchr(type.p, '/', type.n) &&
               !begins(type, "text/") && !is_xml_type(type)) {
        capture->mode = MODE_BASE64;
    }
}

FEED_START(thumbnail)
{
    feed_put(b, FIELD_IMAGE, rule->rank, feed_attr(element, "url"));
}
