#include "fetcher/feed_build.h"

#include <string.h>

#include "fetcher/feed_starts.h"

#define S(ns) (1u << NS_##ns)
#define ATOM  (S(ATOM03) | S(ATOM10))
#define OWN                                                                                        \
    (S(CORE) | ATOM) /* many RSS feeds declare Atom's namespace as the default, and back           \
                      */
#define DUBLIN (S(DC) | S(DCTERMS))
#define F      WHERE_FEED
#define E      WHERE_ENTRY
#define FE     (WHERE_FEED | WHERE_ENTRY)

/* Grouped by tag.  Within a tag the first rule that fits is taken. */
static const struct feed_rule rules[] = {
    {TAG_abstract, S(CORE), FE, 4, FIELD_SUMMARY, MODE_HTML, NULL}, /* CDF */
    {TAG_abstract, S(DCTERMS), FE, 2, FIELD_SUMMARY, MODE_HTML, NULL},
    {TAG_alternate, S(DCTERMS), E, 1, FIELD_LINK, MODE_TEXT, NULL},
    {TAG_author, ATOM, FE, 6, FIELD_AUTHOR, MODE_PERSON, NULL},
    {TAG_author, ATOM, WHERE_SOURCE, 1, FIELD_AUTHOR, MODE_PERSON, NULL},
    {TAG_author, S(CORE), FE, 5, FIELD_AUTHOR, MODE_PERSON, NULL},
    {TAG_author, DUBLIN, FE, 3, FIELD_AUTHOR, MODE_PERSON, NULL},
    {TAG_author, S(ITUNES), FE, 2, FIELD_AUTHOR, MODE_PERSON, NULL},
    {TAG_body, S(XHTML) | S(CORE), E, 3, FIELD_CONTENT, MODE_HTML, NULL},
    {TAG_category, OWN, FE, 0, FIELD_CATEGORY, MODE_TEXT, feed_start_category},
    {TAG_category, S(ITUNES), FE, 0, FIELD_NONE, MODE_TEXT, feed_start_category},
    {TAG_category, S(MEDIA), E, 0, FIELD_CATEGORY, MODE_TEXT, NULL},
    {TAG_channel, OWN | S(RDF), F, 0, FIELD_NONE, MODE_TEXT, feed_start_channel},
    {TAG_comments, S(CORE), E, 1, FIELD_COMMENTS, MODE_TEXT, NULL},
    {TAG_content, S(MEDIA), E, 0, FIELD_NONE, MODE_TEXT, feed_start_media},
    {TAG_content, OWN, E, 5, FIELD_CONTENT, MODE_MARKUP, feed_start_text},
    {TAG_created, ATOM, E, 1, FIELD_PUBLISHED, MODE_TEXT, NULL},
    {TAG_created, S(DCTERMS), FE, 1, FIELD_PUBLISHED, MODE_TEXT, NULL},
    {TAG_creator, DUBLIN, FE, 6, FIELD_AUTHOR, MODE_PERSON, NULL},
    {TAG_date, DUBLIN, FE, 2, FIELD_PUBLISHED, MODE_TEXT, NULL},
    {TAG_day, S(CORE), F, 0, FIELD_DAY, MODE_TEXT, NULL},
    {TAG_description, S(CORE), FE, 5, FIELD_SUMMARY, MODE_HTML, NULL},
    {TAG_description, DUBLIN, FE, 2, FIELD_SUMMARY, MODE_HTML, NULL},
    {TAG_description, S(MEDIA), FE, 1, FIELD_SUMMARY, MODE_MARKUP, feed_start_text},
    {TAG_div, S(XHTML), E, 3, FIELD_CONTENT, MODE_HTML, NULL},
    {TAG_enclosure, OWN, E, 0, FIELD_NONE, MODE_TEXT, feed_start_enclosure},
    {TAG_encoded, S(CONTENT), E, 6, FIELD_CONTENT, MODE_HTML, NULL},
    {TAG_entry, OWN, F | WHERE_FOREIGN, 0, FIELD_NONE, MODE_TEXT, feed_start_entry},
    {TAG_feed, OWN, F, 0, FIELD_NONE, MODE_TEXT, NULL},
    {TAG_fullitem, S(CORE), E, 2, FIELD_CONTENT, MODE_HTML, NULL},
    {TAG_fulltext, S(CORE), E, 2, FIELD_CONTENT, MODE_HTML, NULL},
    {TAG_group, S(MEDIA), E, 0, FIELD_NONE, MODE_TEXT, NULL},
    {TAG_guid, OWN, E, 5, FIELD_GUID, MODE_TEXT, feed_start_guid},
    {TAG_hour, S(CORE), F, 0, FIELD_HOUR, MODE_TEXT, NULL},
    {TAG_icon, ATOM, F, 3, FIELD_IMAGE, MODE_TEXT, NULL},
    {TAG_id, OWN, FE, 5, FIELD_ID, MODE_TEXT, NULL},
    {TAG_identifier, DUBLIN, E, 1, FIELD_ID, MODE_TEXT, NULL},
    {TAG_image, S(ITUNES), FE, 2, FIELD_IMAGE, MODE_TEXT, feed_start_image},
    {TAG_image, OWN, F, 0, FIELD_NONE, MODE_TEXT, feed_start_image_group},
    {TAG_info, ATOM, F, 1, FIELD_SUMMARY, MODE_MARKUP, feed_start_text},
    {TAG_issued, ATOM, FE, 3, FIELD_PUBLISHED, MODE_TEXT, NULL},
    {TAG_issued, S(DCTERMS), FE, 2, FIELD_PUBLISHED, MODE_TEXT, NULL},
    {TAG_item, OWN | S(RDF), F | WHERE_FOREIGN, 0, FIELD_NONE, MODE_TEXT, feed_start_entry},
    {TAG_items, OWN, F, 0, FIELD_NONE, MODE_TEXT, feed_start_foreign},
    {TAG_keywords, S(ITUNES) | S(MEDIA), FE, 0, FIELD_KEYWORDS, MODE_TEXT, NULL},
    {TAG_language, S(CORE) | ATOM, FE, 5, FIELD_LANGUAGE, MODE_TEXT, NULL},
    {TAG_language, DUBLIN, FE, 4, FIELD_LANGUAGE, MODE_TEXT, NULL},
    {TAG_lastbuilddate, S(CORE), F, 5, FIELD_UPDATED, MODE_TEXT, NULL},
    {TAG_lastmod, S(CORE), E, 4, FIELD_UPDATED, MODE_TEXT, NULL}, /* CDF */
    {TAG_link, ATOM, FE, 4, FIELD_LINK, MODE_TEXT, feed_start_link},
    {TAG_link, S(CORE), FE, 5, FIELD_LINK, MODE_TEXT, feed_start_link},
    {TAG_logo, OWN, F, 4, FIELD_IMAGE, MODE_TEXT, feed_start_image},
    {TAG_managingeditor, S(CORE), F, 3, FIELD_AUTHOR, MODE_PERSON, NULL},
    {TAG_modified, ATOM, FE, 4, FIELD_UPDATED, MODE_TEXT, NULL},
    {TAG_modified, S(DCTERMS), FE, 3, FIELD_UPDATED, MODE_TEXT, NULL},
    {TAG_new_feed_url, S(ITUNES), F, 1, FIELD_NEW_URL, MODE_TEXT, NULL},
    {TAG_owner, S(ITUNES), F, 1, FIELD_AUTHOR, MODE_PERSON, NULL},
    {TAG_pubdate, OWN, FE, 5, FIELD_PUBLISHED, MODE_TEXT, NULL},
    {TAG_published, OWN, FE, 4, FIELD_PUBLISHED, MODE_TEXT, NULL},
    {TAG_publisher, DUBLIN, FE, 1, FIELD_AUTHOR, MODE_PERSON, NULL},
    {TAG_rdf, S(RDF) | S(CORE), F, 0, FIELD_NONE, MODE_TEXT, NULL},
    {TAG_rss, OWN | S(RDF), F, 0, FIELD_NONE, MODE_TEXT, NULL},
    {TAG_skipdays, S(CORE), F, 0, FIELD_NONE, MODE_TEXT, NULL},
    {TAG_skiphours, S(CORE), F, 0, FIELD_NONE, MODE_TEXT, NULL},
    {TAG_source, ATOM, E, 0, FIELD_NONE, MODE_TEXT, feed_start_source},
    {TAG_subject, DUBLIN, FE, 0, FIELD_CATEGORY, MODE_TEXT, NULL},
    {TAG_subtitle, ATOM, F, 5, FIELD_SUMMARY, MODE_MARKUP, feed_start_text},
    {TAG_subtitle, S(ITUNES), FE, 1, FIELD_SUMMARY, MODE_HTML, NULL},
    {TAG_summary, OWN, E, 4, FIELD_SUMMARY, MODE_MARKUP, feed_start_text},
    {TAG_summary, S(ITUNES), FE, 2, FIELD_SUMMARY, MODE_HTML, NULL},
    {TAG_tagline, ATOM, F, 5, FIELD_SUMMARY, MODE_MARKUP, feed_start_text},
    {TAG_tags, S(CORE), E, 0, FIELD_KEYWORDS, MODE_TEXT, NULL},
    {TAG_thumbnail, S(MEDIA), E, 4, FIELD_NONE, MODE_TEXT, feed_start_thumbnail},
    {TAG_title, ATOM, FE, 5, FIELD_TITLE, MODE_MARKUP, feed_start_text},
    {TAG_title, S(CORE), FE, 5, FIELD_TITLE, MODE_HTML, NULL},
    {TAG_title, DUBLIN, FE, 3, FIELD_TITLE, MODE_HTML, NULL},
    {TAG_title, S(MEDIA), E, 1, FIELD_TITLE, MODE_MARKUP, feed_start_text},
    {TAG_title, S(ITUNES), FE, 2, FIELD_TITLE, MODE_HTML, NULL},
    {TAG_ttl, S(CORE), F, 0, FIELD_TTL, MODE_TEXT, NULL},
    {TAG_updated, OWN, FE, 4, FIELD_UPDATED, MODE_TEXT, NULL},
    {TAG_updatefrequency, S(SY), F, 0, FIELD_FREQUENCY, MODE_TEXT, NULL},
    {TAG_updateperiod, S(SY), F, 0, FIELD_PERIOD, MODE_TEXT, NULL},
    {TAG_url, S(CORE) | ATOM, WHERE_IMAGE, 5, FIELD_IMAGE, MODE_TEXT, NULL},
};

enum { RULE_COUNT = sizeof(rules) / sizeof(rules[0]) };
_Static_assert(RULE_COUNT < UINT8_MAX, "an index of a rule takes one byte");

/* first[tag] is the index of the tag's first rule, RULE_COUNT where it has none. */
void feed_rules_index(uint8_t first[TAG_COUNT])
{
    memset(first, RULE_COUNT, TAG_COUNT);
    for (size_t i = RULE_COUNT; i-- > 0;)
        first[rules[i].tag] = (uint8_t)i;
}

const struct feed_rule *feed_rules_find(const struct feed_builder *b,
                                        const struct feed_element *element)
{
    enum feed_where where = b->frames[b->depth].where;

    for (size_t i = b->first_rule[element->tag]; i < RULE_COUNT && rules[i].tag == element->tag;
         i++)
        if ((rules[i].spaces & 1u << element->ns) && (rules[i].where & where))
            return &rules[i];
    return NULL;
}
