#include "embedder/compute.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/link.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/msg.h"
#include "common/utf8.h"
#include "embedder/model.h"
#include "embedder/settings.h"
#include "embedder/texts.h"
#include "embedder/traits.h"

enum { ANSWERS_AT_ONCE = 8 };

struct compute {
    const struct config *config;
    struct model *model;
    struct traits_buf traits;
    struct msg_pool pool;
    struct buf out;
    struct buf input; /* for the model server */
    struct buf figures;
    struct buf signature;
};

static struct span cut(struct span text, int64_t most)
{
    if ((int64_t)text.n > most)
        text.n = (size_t)most;
    return text;
}

static void put_values(struct buf *out, const uint32_t *values, size_t n)
{
    buf_clear(out);
    for (size_t i = 0; i < n; i++)
        msg_put_u32(out, values[i]);
}

/* The vector frame from what the built-in model said; reason is empty where there is a vector, or
 * one is still to come. */
static void write_vector(struct compute *compute, const char *model, const char *reason)
{
    const struct traits_buf *traits = &compute->traits;
    struct msg_vector vector = {
        .model = span_str(model),
        .vector = span_of(traits->vector, traits->dims),
        .words = traits->words,
        .url_key = traits->url_key,
        .title_key = traits->title_key,
        .terms = span_of(traits->terms, (size_t)TRAITS_TERM * traits->term_count),
        .reason = span_str(reason)};

    put_values(&compute->figures, traits->figures, traits->figure_count);
    put_values(&compute->signature, traits->signature,
               traits->has_signature ? TRAITS_SIGNATURE : 0);
    vector.figures = buf_span(&compute->figures);
    vector.signature = buf_span(&compute->signature);
    buf_clear(&compute->out);
    msg_vector_write(&vector, &compute->out);
}

/* Neither the built-in model nor the server's is wanted. */
static enum compute_result refuse(struct compute *compute, struct span wanted)
{
    char *reason = mem_printf("model %.*s is wanted, this embedder has %s", (int)wanted.n, wanted.p,
                              compute->config->embedder_model);

    write_vector(compute, compute->config->embedder_model, reason);
    free(reason);
    return COMPUTE_BARE;
}

static enum compute_result embed(struct compute *compute, const struct msg_header *header,
                                 const struct msg_item *item)
{
    const struct config *config = compute->config;
    struct span text = cut(item->text, config->embedder_text_bytes);

    if (span_eq(header->model, span_str(model_name(compute->model)))) {
        model_traits(compute->model, item->title, text, item->url, &compute->traits);
        write_vector(compute, model_name(compute->model), "");
        return COMPUTE_DONE;
    }
    model_keys(compute->model, item->title, text, item->url, &compute->traits);
    if (!settings_has_server(config) || !span_eq(header->model, span_str(config->embedder_model)))
        return refuse(compute, header->model);
    write_vector(compute, config->embedder_model, "");
    texts_input(item->title, utf8_clip(item->text, text.n), (size_t)config->embedder_input_bytes,
                &compute->input);
    return COMPUTE_ASK;
}

/* How long an item has been under way.  A replay, or an item that wants its vector late, has been
 * stored or given up meanwhile: it begins anew. */
static int64_t waited_ms(const struct msg_header *header, const struct msg_item *item)
{
    int64_t ms = clock_utc_ms() - item->seen_ms;
    bool first = header->kind == MSG_KIND_FETCH && header->attempt <= 1;

    return first && item->seen_ms > 0 && ms > 0 ? ms : 0;
}

static enum compute_result work(struct compute *compute, zmsg_t *message,
                                struct compute_ticket *ticket)
{
    struct msg_header header;
    struct msg_item item;
    zframe_t *first = zmsg_first(message);
    zframe_t *second = zmsg_next(message);

    compute->pool.why = "wrong number of frames";
    msg_pool_reset(&compute->pool);
    if (zmsg_size(message) != 2 || msg_header_read(link_span(first), &compute->pool, &header) ||
        msg_item_read(link_span(second), &compute->pool, &item)) {
        ticket->why = compute->pool.why;
        return COMPUTE_MALFORMED;
    }
    FAULT_OF(compute_begun, item.text);
    ticket->deadline_ms = header.deadline_ms;
    ticket->waited_ms = waited_ms(&header, &item);
    if (header.deadline_ms && header.deadline_ms < clock_utc_ms())
        return COMPUTE_EXPIRED;
    return embed(compute, &header, &item);
}

/* Turns an item's message into its answer. */
static void serve(struct compute *compute, zmsg_t **message)
{
    zframe_t *frame = zmsg_pop(*message);
    struct compute_ticket ticket;
    int64_t began_us = clock_mono_us();

    memcpy(&ticket, zframe_data(frame), sizeof(ticket));
    zframe_destroy(&frame);
    ticket.result = (uint32_t)work(compute, *message, &ticket);
    ticket.busy_us = clock_mono_us() - began_us;
    if (ticket.result == COMPUTE_MALFORMED || ticket.result == COMPUTE_EXPIRED) {
        zmsg_destroy(message);
        *message = zmsg_new();
    } else {
        link_append(*message, &compute->out);
        if (ticket.result == COMPUTE_ASK)
            link_append(*message, &compute->input);
    }
    zmsg_pushmem(*message, &ticket, sizeof(ticket));
}

/* Answers go together while more items wait: each wakes the main thread otherwise. */
static void answer(zsock_t *pipe, zmsg_t **answers, size_t *count)
{
    for (size_t i = 0; i < *count; i++)
        zmsg_send(&answers[i], pipe);
    *count = 0;
}

static void compute_actor(zsock_t *pipe, void *arg)
{
    struct compute compute = {.config = arg, .model = model_create()};
    zmsg_t *answers[ANSWERS_AT_ONCE];
    size_t count = 0;
    bool going = true;

    zsock_signal(pipe, 0);
    while (going) {
        zmsg_t *message = NULL;

        if (count == ANSWERS_AT_ONCE || (count > 0 && !(zsock_events(pipe) & ZMQ_POLLIN)))
            answer(pipe, answers, &count);
        message = zmsg_recv(pipe);
        /* One frame alone is the word $TERM; NULL is an interrupted wait. */
        going = !message || zmsg_size(message) > 1;
        if (message && going) {
            serve(&compute, &message);
            answers[count++] = message;
        } else {
            zmsg_destroy(&message);
        }
    }
    for (size_t i = 0; i < count; i++)
        zmsg_destroy(&answers[i]);
    model_destroy(&compute.model);
    msg_pool_free(&compute.pool);
    buf_free(&compute.out);
    buf_free(&compute.input);
    buf_free(&compute.figures);
    buf_free(&compute.signature);
}

zactor_t *compute_start(const struct config *config)
{
    return zactor_new(compute_actor, (void *)(uintptr_t)config);
}
