/* What the files of backend.c share: nobody else includes this. */
#ifndef WEIR_EMBEDDER_BACKEND_INNER_H
#define WEIR_EMBEDDER_BACKEND_INNER_H

#include "embedder/backend.h"
#include "embedder/breaker.h"
#include "embedder/embeddings.h"
#include "embedder/http.h"
#include "embedder/retry.h"
#include "embedder/texts.h"

enum { BACKEND_ERROR = 240 };

/* Some texts that are asked for together. */
struct batch {
    struct batch *next; /* in delayed, or in sent */
    struct texts texts;
    bool hi;
    bool late;                      /* somebody waited for it in vain */
    int tries;                      /* made so far */
    int64_t due_ms;                 /* delayed: when it is sent again */
    struct http_transfer *transfer; /* sent: under way */
    struct backend *backend;
};

/* What the transfer of a probe has for a token. */
struct probe {
    struct backend *backend;
    struct http_transfer *transfer; /* NULL = none is under way */
    bool asking;                    /* the second half of it: for a vector */
};

struct backend {
    const struct config *config;
    struct loop *loop;
    struct counters *counters;
    struct backend_calls calls;
    int64_t hold_ms;
    enum dialect dialect;
    char *url;
    char *probe_url; /* NULL = there is none */
    char *key;       /* NULL = none */
    struct http *http;
    struct cache *cache;
    struct breaker breaker;
    struct probe probe;
    char greeting;           /* its address is the token of the first look at the server */
    struct texts waiting[2]; /* not in a request yet: of lo, of hi */
    struct batch *delayed;   /* those that are sent again */
    struct batch *sent;
    size_t sent_count[2];
    size_t count;           /* texts somebody waits for */
    size_t dims;            /* 0 = not known yet */
    int64_t batch_most;     /* texts of a request at present */
    int64_t input_most;     /* bytes of a text at present */
    int64_t quiet_until_ms; /* a server asked for it (Retry-After) */
    int64_t good_ms;        /* when the last good answer came */
    bool silent;            /* and none for as long as a text was held */
    int64_t stopping_ms;    /* told to stop: what is under way ends then; 0 = not */
    uint64_t timer;
    uint32_t chance;
    struct embeddings values;
    char error[BACKEND_ERROR]; /* the last one; "" = none since the last good answer */
    bool too_long;             /* it says that a text was too long */
};

/* --- backend.c -------------------------------------------------------------------------------- */

uint32_t backend_chance(struct backend *backend);
/* Tells the caller what became of a text, unless that was told before. */
void backend_tell(struct backend *backend, struct text *text, const struct backend_answer *answer);
/* All of them without a vector; they are destroyed. */
void backend_refuse(struct backend *backend, struct texts *texts, const char *reason);
/* How long a request may take: nobody waits longer than hold_ms for what is in it. */
int64_t backend_request_ms(const struct backend *backend);
/* Fewer texts in a request from now on: half of so many. */
void backend_ask_for_less(struct backend *backend, size_t count);
/* Does what is due and sets the timer for what will be. */
void backend_turn(struct backend *backend);

/* --- backend_send.c -----------------------------------------------------------------------------
 */

/* Sends what is due while there is room; returns when there will be more to send. */
int64_t batch_send_due(struct backend *backend, int64_t now_ms);

/* --- backend_batch.c: batches and their requests -----------------------------------------------
 */

struct batch *batch_create(struct backend *backend, struct texts *from, size_t n);
void batch_destroy(struct batch **batch);
/* Back among those to be sent, not before due_ms. */
void batch_delay(struct batch *batch, int64_t due_ms, bool first);
/* Tells the callers of all texts that are due, wherever they are; returns when the next one is. */
int64_t batch_give_up_due(struct backend *backend, int64_t now_ms);
/* Drops all that is not under way, its texts without a vector. */
void batch_refuse_all(struct backend *backend, const char *reason);

/* --- backend_answer.c: what came of a request --------------------------------------------------
 */

/* http_done_fn; the token is a batch, or the probe. */
void backend_on_http(void *self, void *token, const struct http_result *result);

/* --- backend_judge.c: what a response is worth ---------------------------------------------------
 */

/* Judges a response: RETRY_NONE, or what to do, with backend->error in words.  `count` vectors are
 * in backend->values then. */
enum retry backend_judge(struct backend *backend, const struct http_result *result, size_t count);

/* --- backend_circuit.c: the breaker and its probes ---------------------------------------------
 */

void backend_good(struct backend *backend);
/* enough: this failure alone opens the circuit. */
void backend_bad(struct backend *backend, bool enough);
/* Nothing good came for as long as a text was held: opens the circuit, unless it is. */
void backend_trip(struct backend *backend);
/* Sends a probe if one is due; returns when the next one is. */
int64_t backend_probe_due(struct backend *backend, int64_t now_ms);
void backend_on_probe(struct backend *backend, const struct http_result *result);
void backend_on_greeting(struct backend *backend, const struct http_result *result);

#endif
