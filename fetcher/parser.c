#include "fetcher/parser.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/link.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/msg.h"
#include "fetcher/article.h"
#include "fetcher/discover.h"
#include "fetcher/produce.h"

enum { ZSTD_LEVEL = 1 }; /* 3 takes twice the time to save two in a hundred bytes of a feed */

struct parser {
    const struct config *config;
    struct msg_pool pool;
    ZSTD_CCtx *compressor;
    struct produce_space space;
    struct buf frame;
    struct buf packed;
    struct buf unpacked;
};

/* One fetch while it is read. */
struct reading {
    struct parser *parser;
    struct parser_ticket *ticket;
    struct msg_header header;
    zmsg_t *items; /* header and item, again and again */
};

/* --- bodies ----------------------------------------------------------------------------------- */

static void room(struct buf *buf, size_t n)
{
    buf_free(buf);
    buf->data = mem_alloc(n + 1);
    buf->cap = n + 1;
}

static void pack(struct parser *parser, struct span body)
{
    size_t bound = ZSTD_compressBound(body.n);
    size_t n = 0;

    room(&parser->packed, bound);
    n = ZSTD_compressCCtx(parser->compressor, parser->packed.data, bound, body.p, body.n,
                          ZSTD_LEVEL);
    parser->packed.len = ZSTD_isError(n) ? 0 : n;
}

/* What the journal gave back; false where it is damaged or larger than any body may be. */
static bool unpack(struct parser *parser, struct span packed)
{
    unsigned long long size = ZSTD_getFrameContentSize(packed.p, packed.n);
    size_t n = 0;

    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN ||
        size > (unsigned long long)parser->config->fetcher_body_bytes)
        return false;
    room(&parser->unpacked, (size_t)size);
    n = ZSTD_decompress(parser->unpacked.data, (size_t)size, packed.p, packed.n);
    parser->unpacked.len = ZSTD_isError(n) ? 0 : n;
    return n == size;
}

/* --- messages --------------------------------------------------------------------------------- */

static void on_item(void *self, const struct hash_key *key, struct span frame)
{
    struct reading *reading = self;

    reading->header.key = span_of(key->bytes, HASH_KEY_BYTES);
    buf_clear(&reading->parser->frame);
    msg_header_write(&reading->header, &reading->parser->frame);
    link_append(reading->items, &reading->parser->frame);
    zmsg_addmem(reading->items, frame.p, frame.n);
    reading->ticket->items++;
}

static struct msg_report first_report(const struct parser_ticket *ticket, struct span body)
{
    return (struct msg_report){.outcome = MSG_OUTCOME_READ,
                               .http_status = (uint64_t)ticket->http_status,
                               .etag = span_str(ticket->etag),
                               .last_modified = span_str(ticket->last_modified),
                               .final_url = span_str(ticket->url),
                               .permanent_url = span_str(ticket->permanent_url),
                               .content_type = span_str(ticket->content_type),
                               .retry_after_ms = ticket->retry_after_ms,
                               .max_age_ms = ticket->max_age_ms,
                               .ttl_ms = -1,
                               .mean_gap_ms = -1,
                               .body_hash = ticket->body_hash,
                               .body_bytes = body.n,
                               .seen_ms = ticket->seen_ms,
                               .took_ms = (uint64_t)ticket->took_ms,
                               .instance = span_str(ticket->instance)};
}

/* The report's frames; its body goes with it where there is anything to replay. */
static zmsg_t *report_frames(struct reading *reading, const struct msg_report *report,
                             struct span body)
{
    struct parser *parser = reading->parser;
    zmsg_t *frames = zmsg_new();

    reading->header.key = span_str("");
    buf_clear(&parser->frame);
    msg_header_write(&reading->header, &parser->frame);
    link_append(frames, &parser->frame);
    if (msg_report_write(report, &parser->frame))
        log_error("unwritable", "message=report url=%s", reading->ticket->url);
    link_append(frames, &parser->frame);
    parser->packed.len = 0;
    if (report->keys.n && !reading->ticket->replay)
        pack(parser, body);
    zmsg_addmem(frames, parser->packed.data, parser->packed.len);
    return frames;
}

static zmsg_t *page_frames(struct parser *parser, struct discover **page)
{
    zmsg_t *frames = zmsg_new();

    buf_clear(&parser->frame);
    discover_write(*page, &parser->frame);
    link_append(frames, &parser->frame);
    discover_destroy(page);
    return frames;
}

static zmsg_t *article_frames(struct reading *reading, struct span body)
{
    struct parser *parser = reading->parser;
    const struct parser_ticket *ticket = reading->ticket;
    struct msg_report report = first_report(ticket, body);
    zmsg_t *frames = zmsg_new();

    article_read(parser->config, body, ticket->content_type, ticket->url, &report,
                 &parser->unpacked);
    msg_header_write(&reading->header, &parser->frame);
    link_append(frames, &parser->frame);
    if (msg_report_write(&report, &parser->frame))
        log_error("unwritable", "message=report url=%s", ticket->url);
    link_append(frames, &parser->frame);
    zmsg_addmem(frames, parser->unpacked.data, parser->unpacked.len);
    return frames;
}

/* NULL where there is nothing to send: the ticket says why. */
static zmsg_t *read_document(struct reading *reading, const struct msg_job *job, struct span body,
                             const struct discover *looked)
{
    struct parser *parser = reading->parser;
    struct parser_ticket *ticket = reading->ticket;
    struct msg_report report = first_report(ticket, body);
    struct produce_input input = {.source = reading->header.source,
                                  .body = body,
                                  .url = ticket->url,
                                  .content_type = ticket->content_type,
                                  .known = job->known,
                                  .only = job->only,
                                  .seen_ms = ticket->seen_ms,
                                  .discover = (size_t)ticket->discover,
                                  .looked = looked,
                                  .found_url = ticket->found_url};
    struct discover *page = NULL;
    enum produce_result result =
        produce(parser->config, &input, on_item, reading, &report, &parser->space, &page);
    zmsg_t *frames = NULL;
    zframe_t *frame = NULL;

    ticket->page = result == PRODUCE_PAGE;
    ticket->refused = result == PRODUCE_REFUSED && looked;
    if (ticket->page)
        return page_frames(parser, &page);
    if (ticket->refused)
        return NULL;
    ticket->known = report.known;
    ticket->cut_short = ticket->body_hash && !report.body_hash;
    frames = report_frames(reading, &report, body);
    while ((frame = zmsg_pop(reading->items)))
        zmsg_append(frames, &frame);
    return frames;
}

static zmsg_t *work(struct parser *parser, struct parser_ticket *ticket, zmsg_t *message)
{
    struct reading reading = {.parser = parser, .ticket = ticket, .items = zmsg_new()};
    struct msg_job job;
    struct span header = link_span(zmsg_first(message));
    struct span second = link_span(zmsg_next(message));
    struct span body = link_span(zmsg_next(message));
    struct discover *looked =
        ticket->found_url ? discover_read(link_span(zmsg_next(message))) : NULL;
    zmsg_t *frames = NULL;

    msg_pool_reset(&parser->pool);
    parser->pool.why = "damaged body";
    if (msg_header_read(header, &parser->pool, &reading.header) ||
        msg_job_read(second, &parser->pool, &job) || (ticket->replay && !unpack(parser, body))) {
        ticket->why = parser->pool.why;
        ticket->malformed = true;
    } else if (ticket->full) {
        frames = article_frames(&reading, body);
    } else {
        FAULT_OF(parse_begun, ticket->replay ? buf_span(&parser->unpacked) : body);
        frames = read_document(&reading, &job, ticket->replay ? buf_span(&parser->unpacked) : body,
                               looked);
    }
    zmsg_destroy(&reading.items);
    discover_destroy(&looked);
    return frames ? frames : zmsg_new();
}

/* --- the actor -------------------------------------------------------------------------------- */

static void serve(struct parser *parser, zsock_t *pipe, zmsg_t *message)
{
    zframe_t *frame = zmsg_pop(message);
    struct parser_ticket ticket;
    int64_t began_us = clock_mono_us();
    zmsg_t *answer = NULL;

    memcpy(&ticket, zframe_data(frame), sizeof(ticket));
    zframe_destroy(&frame);
    answer = work(parser, &ticket, message);
    ticket.busy_us = clock_mono_us() - began_us;
    zmsg_pushmem(answer, &ticket, sizeof(ticket));
    zmsg_send(&answer, pipe);
}

static void parser_actor(zsock_t *pipe, void *arg)
{
    struct parser parser = {.config = arg, .compressor = ZSTD_createCCtx()};
    bool going = true;

    zsock_signal(pipe, 0);
    while (going) {
        zmsg_t *message = zmsg_recv(pipe);

        /* One frame alone is the word $TERM; NULL is an interrupted wait. */
        going = !message || zmsg_size(message) > 1;
        if (message && going)
            serve(&parser, pipe, message);
        zmsg_destroy(&message);
    }
    ZSTD_freeCCtx(parser.compressor);
    msg_pool_free(&parser.pool);
    produce_space_free(&parser.space);
    buf_free(&parser.frame);
    buf_free(&parser.packed);
    buf_free(&parser.unpacked);
}

zactor_t *parser_start(const struct config *config)
{
    return zactor_new(parser_actor, (void *)(uintptr_t)config);
}
