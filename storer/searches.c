/* What queries ask the ring: sent beside the transactions, for nothing of it is stored. */
#include "common/clock.h"
#include "common/config.h"
#include "common/link.h"
#include "common/service.h"
#include "storer/outbox.h"
#include "storer/query_semantic.h"
#include "storer/writer_inner.h"

enum { WAITING_MOST = 64 }; /* messages that found no room; beyond them nothing is asked */

/* --- asking ----------------------------------------------------------------------------------- */

static const char *hindrance(struct writer *writer, const struct semantic_question *question)
{
    if (quiesce_active(&writer->quiesce))
        return "the ring is quiescing";
    if (writer->stuck != DB_OK)
        return "the store cannot be written to, and nothing is read from the ring";
    if (!service_has_broker(writer->service))
        return "there is no broker";
    if (writer->embedders == 0)
        return "there is no embedder";
    if (writer->dedupers == 0)
        return "there is no deduper";
    if (outbox_waiting(writer->items) >= WAITING_MOST)
        return "the ring is full";
    if (question->kind == MSG_KIND_RERANK &&
        semantic_count(writer->semantic, MSG_KIND_RERANK, clock_mono_ms()) >=
            (size_t)writer->config->search_reranks)
        return "other searches are being reranked (search.reranks)";
    return NULL;
}

static const char *ask(void *self, const struct semantic_question *question)
{
    struct writer *writer = self;
    struct msg_header header = issue_header(writer, question->kind);
    const char *why = hindrance(writer, question);
    zmsg_t *message = NULL;

    if (why)
        return why;
    header.item = question->token;
    header.deadline_ms = clock_utc_ms() + question->within_ms;
    message = issue_message(writer, &header);
    zmsg_addmem(message, question->frame.p, question->frame.n);
    return outbox_send(writer->items, LANE_HI, &message) ? NULL : "it is too large for the ring";
}

void searches_open(struct writer *writer)
{
    writer->semantic = semantic_open(writer->config->store_path, writer->loop, ask, writer);
}

/* --- hearing ---------------------------------------------------------------------------------- */

/* header · item · vector · verdict */
static bool read_search(struct writer *writer, zmsg_t *message, struct span *vector,
                        struct span *verdict)
{
    struct msg_pool *pools = writer->pools;
    struct msg_vector v;
    struct msg_verdict d;

    zmsg_first(message);
    zmsg_next(message);
    *vector = link_span(zmsg_next(message));
    *verdict = link_span(zmsg_next(message));
    for (int i = 2; i < 4; i++)
        msg_pool_reset(&pools[i]);
    pools[0].why = "wrong number of frames";
    if (zmsg_size(message) != 4)
        return false;
    pools[0].why = "no vector, or no verdict";
    return msg_vector_read(*vector, &pools[2], &v) == 0 &&
           msg_verdict_read(*verdict, &pools[3], &d) == 0;
}

/* header · rerank · ranked */
static bool read_ranked(struct writer *writer, zmsg_t *message, struct span *ranked)
{
    struct msg_pool *pools = writer->pools;
    struct msg_ranked r;

    zmsg_first(message);
    zmsg_next(message);
    *ranked = link_span(zmsg_next(message));
    msg_pool_reset(&pools[2]);
    pools[0].why = "wrong number of frames";
    if (zmsg_size(message) != 3)
        return false;
    pools[0].why = "no ranking";
    return msg_ranked_read(*ranked, &pools[2], &r) == 0;
}

static void answer(struct writer *writer, const struct msg_header *header, zmsg_t *message)
{
    struct span first = {0}, second = {0};
    bool right = header->kind == MSG_KIND_SEARCH ? read_search(writer, message, &first, &second)
                                                 : read_ranked(writer, message, &first);

    if (!right)
        intake_malformed(writer, "link=verdicts", writer->pools[0].why);
    else if (semantic_waits(writer->semantic, header->item, (enum msg_kind)header->kind))
        semantic_answer(writer->semantic, header->item, first, second);
    else
        counters_add(writer->counters, COUNTER_strays, 1);
}

bool searches_take(struct writer *writer, zmsg_t **message)
{
    struct msg_header header;
    zframe_t *first = zmsg_first(*message);

    msg_pool_reset(&writer->pools[0]);
    if (!writer->semantic || msg_header_read(link_span(first), &writer->pools[0], &header) ||
        (header.kind != MSG_KIND_SEARCH && header.kind != MSG_KIND_RERANK))
        return false;
    answer(writer, &header, *message);
    zmsg_destroy(message);
    return true;
}
