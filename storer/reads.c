#include "storer/reads.h"

#include <stdlib.h>
#include <string.h>

#include "common/app.h"
#include "storer/db_read.h"
#include "storer/reads_inner.h"

struct verb {
    const char *name;
    reads_fn *fn;
    bool transaction; /* sees one state of the store */
};

static const struct verb verbs[] = {
#define READ(name, fn, transaction) {name, fn, transaction},
#include "storer/reads.def"
#undef READ
};

static const struct verb *find(const char *name)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

bool reads_knows(const char *verb)
{
    return find(verb) != NULL;
}

/* The arguments, or NULL after reads_fail. */
static json_t *parse(struct reads *reads, struct span json)
{
    json_error_t error = {0};
    json_t *args = NULL;

    if (json.n == 0)
        return json_object();
    args = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &error);
    if (!args)
        return reads_fail(reads, APP_USAGE, "the arguments are no JSON: %s (byte %d)", error.text,
                          error.position);
    if (!json_is_object(args)) {
        json_decref(args);
        return reads_fail(reads, APP_USAGE, "the arguments must be a JSON object");
    }
    return args;
}

/* What went wrong below the verb. */
static void check_store(struct reads *reads)
{
    if (db_read_status(reads->db) == DB_READ_STOPPED)
        reads_fail(reads, APP_LEFT, "stopped: the query's time was over");
    else if (db_read_status(reads->db) == DB_READ_FAILED)
        reads_fail(reads, APP_IO, "the store failed: %s", db_read_error(reads->db));
}

static int sink(const char *text, size_t n, void *arg)
{
    buf_add(arg, text, n);
    return 0;
}

static void finish(struct reads *reads, json_t *object)
{
    struct reads_answer *answer = reads->answer;

    if (object && answer->code == 0)
        json_dump_callback(object, sink, &answer->json, JSON_COMPACT);
    if (answer->json.len > reads->limits->json_bytes)
        reads_fail(reads, APP_DATA, "the answer has %zu bytes, more than a message takes (%zu)",
                   answer->json.len, reads->limits->json_bytes);
    if (answer->code == 0)
        return;
    buf_clear(&answer->json);
    buf_clear(&answer->page);
}

static void run(struct reads *reads, const struct verb *verb)
{
    json_t *object = NULL;

    if (!verb->transaction || db_read_begin(reads->db) == DB_READ_OK)
        object = verb->fn(reads);
    /* `verify` tells of a failing store in its answer. */
    if (verb->transaction || !object)
        check_store(reads);
    db_read_end(reads->db);
    finish(reads, object);
    json_decref(object);
}

void reads_run(struct db_read *db, const struct reads_limits *limits, const char *verb,
               struct span json, struct span extra, struct reads_answer *answer)
{
    struct reads reads = {.db = db, .limits = limits, .extra = extra, .answer = answer};
    const struct verb *known = find(verb);

    answer->code = 0;
    buf_clear(&answer->error);
    buf_clear(&answer->json);
    buf_clear(&answer->page);
    if (!known) {
        reads_fail(&reads, APP_USAGE, "unknown verb");
        return;
    }
    reads.args = parse(&reads, json);
    if (reads.args)
        run(&reads, known);
    json_decref(reads.args);
}

void reads_answer_free(struct reads_answer *answer)
{
    buf_free(&answer->error);
    buf_free(&answer->json);
    buf_free(&answer->page);
    *answer = (struct reads_answer){0};
}
