#include "fetcher/feed_build.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/mem.h"
#include "fetcher/feed_arena.h"
#include "fetcher/url.h"

struct feed_builder *feed_builder_new(struct feed *feed, const struct feed_context *ctx)
{
    struct feed_builder *b = mem_calloc(1, sizeof(*b));
    const char *base = ctx->url;

    b->feed = feed;
    b->ctx = ctx;
    b->frames[0].where = WHERE_FEED;
    b->frames[0].base = base;
    b->frequency = 1;
    feed_rules_index(b->first_rule);
    if (ctx->content_location && *ctx->content_location) {
        base = feed_put_address(b, span_str(ctx->content_location));
        if (url_is_http(base))
            b->frames[0].base = base;
    }
    return b;
}

void feed_builder_destroy(struct feed_builder **builder)
{
    struct feed_builder *b = *builder;

    if (!b)
        return;
    buf_free(&b->capture.text);
    buf_free(&b->capture.name);
    buf_free(&b->capture.email);
    buf_free(&b->scratch);
    free(b);
    *builder = NULL;
}

struct span feed_attr(const struct feed_element *element, const char *name)
{
    for (size_t i = 0; i < element->attr_count; i++)
        if (element->attrs[i].ns == NS_CORE && strcasecmp(element->attrs[i].name, name) == 0)
            return element->attrs[i].value;
    return (struct span){0};
}

/* xml:base and xml:lang hold for the element itself and all inside. */
static void inherit(struct feed_builder *b, const struct feed_element *element)
{
    struct feed_frame *frame = &b->frames[b->depth];
    const char *base = NULL;

    for (size_t i = 0; i < element->attr_count; i++) {
        const struct feed_attr *attr = &element->attrs[i];
        if (attr->ns != NS_XML)
            continue;
        if (strcmp(attr->name, "base") == 0) {
            base = feed_put_address(b, attr->value);
            frame->base = base ? base : frame->base;
        } else if (strcmp(attr->name, "lang") == 0) {
            frame->lang = feed_put_text(b, attr->value);
        }
    }
}

static struct feed_frame *push(struct feed_builder *b, const struct feed_element *element)
{
    struct feed_frame *frame = &b->frames[b->depth + 1];

    *frame = b->frames[b->depth];
    b->depth++;
    frame->tag = element->tag;
    frame->opened_entry = false;
    frame->written = false;
    inherit(b, element);
    return frame;
}

/* A child of the element that is being collected. */
static void start_inside(struct feed_builder *b, const struct feed_element *element)
{
    struct feed_capture *capture = &b->capture;
    struct feed_frame *frame = &b->frames[b->depth];

    if (capture->mode == MODE_PERSON) {
        capture->mark = capture->text.len;
        return;
    }
    if (capture->mode != MODE_HTML && capture->mode != MODE_MARKUP)
        return;
    if (capture->strip_div && b->depth == capture->depth + 1 && element->tag == TAG_div)
        return;
    frame->written = true;
    frame->name = element->name;
    feed_markup_open(b, element);
}

static void start_capture(struct feed_builder *b, const struct feed_rule *rule)
{
    struct feed_capture *capture = &b->capture;

    capture->depth = b->depth;
    capture->field = rule->field;
    capture->mode = rule->mode;
    capture->rank = rule->rank;
    capture->strip_div = false;
    capture->permalink = true;
    capture->link_said = false;
    buf_clear(&capture->text);
    buf_clear(&capture->name);
    buf_clear(&capture->email);
}

void feed_build_start(struct feed_builder *b, const struct feed_element *element)
{
    const struct feed_rule *rule = NULL;
    struct feed_frame *frame = NULL;

    if (b->depth == FEED_DEPTH_MAX) {
        b->beyond++;
        return;
    }
    frame = push(b, element);
    if (b->capture.depth) {
        start_inside(b, element);
        return;
    }
    if (frame->where == WHERE_SKIP)
        return;
    if (b->depth == 1)
        feed_root(b, element);
    rule = feed_rules_find(b, element);
    if (!rule) {
        if (b->depth > 1)
            frame->where = frame->where & (WHERE_FEED | WHERE_FOREIGN) ? WHERE_FOREIGN : WHERE_SKIP;
        return;
    }
    if (rule->field != FIELD_NONE)
        start_capture(b, rule);
    if (rule->start)
        rule->start(b, element, rule);
}

void feed_build_text(struct feed_builder *b, const char *text, size_t n)
{
    struct feed_capture *capture = &b->capture;
    size_t limit = b->ctx->max_entry_bytes;

    if (!capture->depth)
        return;
    /* A little more than the limit, so that the cut is made, and noted, in one place. */
    if (limit && capture->text.len > limit + FEED_DEPTH_MAX)
        return;
    if (capture->mode == MODE_MARKUP || (capture->mode == MODE_HTML && b->depth > capture->depth))
        feed_markup_escape(&capture->text, span_of(text, n));
    else
        buf_add(&capture->text, text, n);
}

/* The name or the address of a person ends: it moves from the text to its own place. */
static void end_person_part(struct feed_builder *b, const struct feed_frame *frame)
{
    struct feed_capture *capture = &b->capture;
    struct buf *to = frame->tag == TAG_email ? &capture->email : &capture->name;

    if (b->depth != capture->depth + 1 || capture->mark > capture->text.len)
        return;
    if ((frame->tag == TAG_name || frame->tag == TAG_email) && to->len == 0)
        buf_add(to, capture->text.data + capture->mark, capture->text.len - capture->mark);
    capture->text.len = capture->mark;
}

void feed_build_end(struct feed_builder *b)
{
    struct feed_frame *frame = &b->frames[b->depth];
    struct feed_capture *capture = &b->capture;

    if (b->beyond) {
        b->beyond--;
        return;
    }
    if (b->depth == 0)
        return;
    if (capture->depth == b->depth)
        feed_put_capture(b);
    else if (capture->depth && capture->mode == MODE_PERSON)
        end_person_part(b, frame);
    else if (frame->written)
        feed_markup_close(b, frame->name);
    if (frame->opened_entry)
        b->entry = NULL;
    b->depth--;
}
