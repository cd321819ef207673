/* What has to be done where an element starts, besides collecting its text: the attributes that
 * carry meaning.  Named in the rules of feed_rules.c.  Not for use outside feed_*.c. */
#ifndef WEIR_FETCHER_FEED_STARTS_H
#define WEIR_FETCHER_FEED_STARTS_H

struct feed_builder;
struct feed_element;
struct feed_rule;

#define FEED_START(name)                                                                           \
    void feed_start_##name(struct feed_builder *b, const struct feed_element *element,             \
                           const struct feed_rule *rule)

FEED_START(category);
FEED_START(channel);
FEED_START(enclosure);
FEED_START(entry);
FEED_START(foreign);
FEED_START(guid);
FEED_START(image);
FEED_START(image_group);
FEED_START(link);
FEED_START(media);
FEED_START(source);
FEED_START(text); /* the types of Atom's texts */
FEED_START(thumbnail);

#endif
