#include "fetcher/feed_build.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "fetcher/feed_xml_push.h"

enum {
    NAMES = 256,                 /* slots of a cache, a power of two */
    ATTRS_MAX = 64,              /* of one element; further ones are passed over */
    ENTITIES = 32,               /* declared ones that are kept, */
    ENTITY_BYTES = 128,          /* their length, */
    EXPANDED_BYTES = 256 * 1024, /* and what all of them may come to in a document */
    /* libxml2 compares each attribute of an element with each, and looks a prefix up in the list of
     * all that are in scope: these, and FEED_XML_TAG_BYTES, keep the time linear. */
    NAMESPACES_MAX = 2048,   /* in scope */
    DECLARATIONS_MAX = 4096, /* of entities: libxml2 keeps them all */
    DEPTH_MAX = 8192         /* open elements, for libxml2's own stacks */
};

/* libxml2 keeps each name once, so that a pointer stands for it. */
struct name_slot {
    const void *name;
    int value;
};

/* An entity of the document type: plain text only. */
struct declared {
    const xmlChar *name; /* libxml2's */
    xmlChar text[ENTITY_BYTES + 1];
};

struct reader {
    struct feed_builder *b;
    xmlParserCtxtPtr parser;
    struct name_slot tags[NAMES];
    struct name_slot spaces[NAMES];
    struct feed_attr attrs[ATTRS_MAX];
    const xmlChar *root_uri; /* the unknown namespace of a root with a feed's name */
    enum feed_ns root_ns;
    xmlEntity entity;
    xmlChar entity_text[ENTITY_BYTES + 1];
    bool html_entity;
    struct declared declared[ENTITIES];
    size_t declared_count;
    size_t expanded; /* bytes that came out of declared entities */
    size_t namespaces;
    unsigned namespaces_at[FEED_DEPTH_MAX]; /* declared by the open element of each depth */
    size_t depth;
    size_t declarations; /* of entities, kept or not */
    bool stopped;        /* beyond a limit: what was read stays, the rest is not read */
};

static size_t slot_of(const void *name)
{
    uintptr_t p = (uintptr_t)name;

    return (p ^ p >> 9) >> 1 & (NAMES - 1);
}

static enum feed_tag tag_of(struct reader *r, const xmlChar *name)
{
    struct name_slot *slot = &r->tags[slot_of(name)];

    if (slot->name != name)
        *slot = (struct name_slot){name, (int)feed_names_tag((const char *)name)};
    return (enum feed_tag)slot->value;
}

static enum feed_ns ns_of(struct reader *r, const xmlChar *prefix, const xmlChar *uri)
{
    const xmlChar *name = uri ? uri : prefix;
    struct name_slot *slot = &r->spaces[slot_of(name)];

    if (!name)
        return NS_CORE;
    if (name == r->root_uri)
        return r->root_ns;
    if (slot->name != name)
        *slot = (struct name_slot){name, uri ? (int)feed_names_ns((const char *)uri)
                                             : (int)feed_names_prefix((const char *)prefix)};
    return (enum feed_ns)slot->value;
}

static size_t read_attrs(struct reader *r, int count, const xmlChar **attrs)
{
    size_t n = 0;

    for (int i = 0; i < count && n < ATTRS_MAX; i++, attrs += 5) {
        struct feed_attr *attr = &r->attrs[n++];
        attr->name = (const char *)attrs[0];
        attr->ns = attrs[1] ? ns_of(r, attrs[1], attrs[2]) : NS_CORE;
        if (attrs[1] && attr->ns == NS_CORE)
            attr->ns = NS_OTHER;
        attr->value = span_of(attrs[3], (size_t)(attrs[4] - attrs[3]));
    }
    return n;
}

static void stop(struct reader *r)
{
    r->stopped = true;
    xmlStopParser(r->parser);
}

/* A mistyped namespace on a root that is plainly a feed's is taken for the one that was meant. */
static enum feed_ns adopt_root(struct reader *r, enum feed_tag tag, const xmlChar *uri)
{
    if (tag == TAG_feed || tag == TAG_entry)
        r->root_ns = NS_ATOM10;
    else if (tag == TAG_rss || tag == TAG_channel)
        r->root_ns = NS_CORE;
    else
        return NS_OTHER;
    r->root_uri = uri;
    return r->root_ns;
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces, const xmlChar **declared, int attr_count, int defaulted,
                     const xmlChar **attrs)
{
    struct reader *r = user;
    struct feed_element element = {.ns = ns_of(r, prefix, uri),
                                   .tag = tag_of(r, name),
                                   .name = (const char *)name,
                                   .attrs = r->attrs,
                                   .attr_count = read_attrs(r, attr_count, attrs)};

    (void)declared;
    (void)defaulted;
    if (r->depth < FEED_DEPTH_MAX)
        r->namespaces_at[r->depth] = (unsigned)namespaces;
    r->depth++;
    r->namespaces += (size_t)namespaces;
    if (r->depth > DEPTH_MAX || r->namespaces > NAMESPACES_MAX)
        stop(r);
    if (r->b->depth == 0 && uri && element.ns == NS_OTHER)
        element.ns = adopt_root(r, element.tag, uri);
    if (element.tag == TAG_channel && uri && strstr((const char *)uri, "/rdf/simple/0.9"))
        r->b->feed->version = FEED_RSS090;
    feed_build_start(r->b, &element);
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct reader *r = user;

    (void)name;
    (void)prefix;
    (void)uri;
    r->depth--;
    /* Those of deeper elements are counted for good: nobody declares any there. */
    if (r->depth < FEED_DEPTH_MAX)
        r->namespaces -= r->namespaces_at[r->depth];
    feed_build_end(r->b);
}

static void on_text(void *user, const xmlChar *text, int n)
{
    struct reader *r = user;

    feed_build_text(r->b, (const char *)text, (size_t)n);
}

/* Few, short, and without markup or references: they cannot grow by nesting. */
static void on_entity_declared(void *user, const xmlChar *name, int type, const xmlChar *public_id,
                               const xmlChar *system_id, xmlChar *content)
{
    struct reader *r = user;
    size_t n = content ? strlen((const char *)content) : 0;

    (void)public_id;
    if (++r->declarations > DECLARATIONS_MAX)
        stop(r);
    if (type != XML_INTERNAL_GENERAL_ENTITY || system_id || n > ENTITY_BYTES ||
        r->declared_count == ENTITIES || !content || strpbrk((const char *)content, "&<%"))
        return;
    struct declared *declared = &r->declared[r->declared_count++];
    declared->name = xmlDictLookup(r->parser->dict, name, -1);
    memcpy(declared->text, content, n + 1);
}

/* The text of an entity into entity_text; 0 = none. */
static int entity_length(struct reader *r, const xmlChar *name)
{
    const htmlEntityDesc *known = NULL;
    const xmlChar *text = NULL;
    int n = 0;

    for (size_t i = 0; i < r->declared_count && !text; i++)
        if (xmlStrEqual(r->declared[i].name, name))
            text = r->declared[i].text;
    if (text && r->expanded < EXPANDED_BYTES) {
        n = xmlStrlen(text);
        memcpy(r->entity_text, text, (size_t)n);
        r->expanded += (size_t)n;
    } else if (!text && (known = htmlEntityLookup(name))) {
        n = xmlCopyCharMultiByte(r->entity_text, (int)known->value);
        r->html_entity = true;
    }
    r->entity_text[n] = 0;
    return n;
}

/* The names of HTML stand for themselves, declared or not. */
static xmlEntityPtr on_entity(void *user, const xmlChar *name)
{
    struct reader *r = user;
    int n = 0;

    /* Of an entity in an attribute libxml2 would take the first byte alone: left to the repair. */
    if (r->parser->instate == XML_PARSER_ATTRIBUTE_VALUE)
        return NULL;
    n = entity_length(r, name);
    if (n == 0)
        return NULL;
    r->entity.type = XML_ENTITY_DECL;
    r->entity.name = name;
    r->entity.content = r->entity_text;
    r->entity.orig = r->entity_text;
    r->entity.length = n;
    r->entity.etype = XML_INTERNAL_PREDEFINED_ENTITY;
    return &r->entity;
}

static void on_error(void *user, xmlErrorPtr error)
{
    (void)user;
    (void)error;
}

/* No external document type, entity or file is ever read: there are no handlers for them. */
static const xmlSAXHandler handlers = {
    .initialized = XML_SAX2_MAGIC,
    .startElementNs = on_start,
    .endElementNs = on_end,
    .characters = on_text,
    .ignorableWhitespace = on_text,
    .cdataBlock = on_text,
    .getEntity = on_entity,
    .entityDecl = on_entity_declared,
    .serror = on_error,
};

/* NOENT is what makes SAX give attribute values in plain text; there are no entities to replace.
 * HUGE lifts the limit on the length of a text: the document's size is bounded by the caller. */
enum {
    OPTIONS = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOENT |
              XML_PARSE_IGNORE_ENC | XML_PARSE_HUGE
};

bool feed_xml_read(struct feed_builder *b, struct span text, bool *wellformed)
{
    struct reader *r = mem_calloc(1, sizeof(*r));
    xmlSAXHandler sax = handlers;
    bool good = false;

    r->b = b;
    r->parser = xmlCreatePushParserCtxt(&sax, r, NULL, 0, NULL);
    xmlCtxtUseOptions(r->parser, OPTIONS);
    good = feed_xml_push(r->parser, b, text);
    if (good)
        xmlParseChunk(r->parser, NULL, 0, 1);
    good = good && r->parser->wellFormed && !r->stopped;
    *wellformed = good && r->parser->nsWellFormed && !r->html_entity;
    /* libxml2 makes one to keep entities in. */
    xmlFreeDoc(r->parser->myDoc);
    r->parser->myDoc = NULL;
    xmlFreeParserCtxt(r->parser);
    free(r);
    return good;
}
