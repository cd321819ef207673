/* Verbs that the front answers itself: cancelling, answers for later, what is asked. */
#include <jansson.h>
#include <stdlib.h>
#include <sys/random.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/link.h"
#include "common/mem.h"
#include "storer/query_front.h"
#include "storer/reads.h"

enum { LISTED = 100, CALL_BYTES = 2048, CALL_WORDS = 64 };

typedef void own_fn(struct front *front, struct task *task, const json_t *args);
#define OWN(name, fn) static own_fn fn;
#include "storer/query_own.def"
#undef OWN

static const struct {
    const char *name;
    own_fn *fn;
} verbs[] = {
#define OWN(name, fn) {name, fn},
#include "storer/query_own.def"
#undef OWN
};

static void fail(struct front *front, struct task *task, int code, const char *words)
{
    front_answer(front, task, code, 0, words, (struct span){0});
}

/* Answers with an object, which it takes over. */
static void answer(struct front *front, struct task *task, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);

    front_answer(front, task, APP_OK, 0, NULL, span_str(text ? text : "{}"));
    free(text);
    json_decref(object);
}

/* --- tickets ---------------------------------------------------------------------------------- */

static json_t *ticket_name(uint64_t id)
{
    char name[17];

    snprintf(name, sizeof(name), "%016llx", (unsigned long long)id);
    return json_string(name);
}

/* 0: it is none. */
static uint64_t ticket_of(const json_t *args)
{
    const char *name = json_string_value(json_object_get(args, "ticket"));
    char *end = NULL;
    unsigned long long id = name ? strtoull(name, &end, 16) : 0;

    return name && *name && !*end ? id : 0;
}

/* Random, so that a ticket of a storer before this one is no ticket of this one. */
static uint64_t new_ticket(const struct front *front)
{
    uint64_t id = 0;

    while (id == 0 || tickets_find(front->tickets, id))
        if (getrandom(&id, sizeof(id), 0) != (ssize_t)sizeof(id))
            abort();
    return id;
}

static bool is_own(const char *verb)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(verbs[i].name, verb) == 0)
            return true;
    return false;
}

/* The list of texts that comes back with the answer, as JSON; NULL: it is none, or too long. */
static char *call_of(const json_t *args)
{
    const json_t *call = json_object_get(args, "call");
    size_t words = json_array_size(call);
    char *text = NULL;

    if (!call)
        return mem_strdup("");
    if (!json_is_array(call) || words > CALL_WORDS)
        return NULL;
    for (size_t i = 0; i < words; i++)
        if (!json_is_string(json_array_get(call, i)))
            return NULL;
    text = json_dumps(call, JSON_COMPACT);
    if (text && strlen(text) <= CALL_BYTES)
        return text;
    free(text);
    return NULL;
}

/* The query itself, or NULL: it does not fit into a message. */
static struct task *task_for_later(struct front *front, const struct task *asker, const char *verb,
                                   const json_t *args, uint64_t ticket)
{
    int64_t most_ms = strcmp(verb, "verify") == 0 ? front->setup.verify_ms : front->setup.later_ms;
    char *json = args ? json_dumps(args, JSON_COMPACT) : NULL;
    struct task *task =
        task_create_later(asker, verb, span_str(json), ticket, clock_mono_ms() + most_ms);

    free(json);
    return task;
}

static void own_later(struct front *front, struct task *task, const json_t *args)
{
    const char *verb = json_string_value(json_object_get(args, "verb"));
    const json_t *inner = json_object_get(args, "args");
    char *call = call_of(args);
    uint64_t id = new_ticket(front);
    struct task *later = NULL;

    if (!verb || !*verb || is_own(verb) || strcmp(verb, "vectors") == 0)
        fail(front, task, APP_USAGE, "verb: what is to be done later?");
    else if ((inner && !json_is_object(inner)) || !call)
        fail(front, task, APP_USAGE, "args is an object, call a short list of texts");
    else if (!(later = task_for_later(front, task, verb, inner, id)))
        fail(front, task, APP_DATA, "too much for one query");
    else if (!tickets_add(front->tickets, id, verb, call, task->come_ms))
        front_answer(front, task, APP_LEFT, front->setup.later_ms / 10,
                     "busy, retry after: no ticket is free", (struct span){0});
    else
        answer(front, task,
               json_pack("{s:o, s:I}", "ticket", ticket_name(id), "keep_ms",
                         (json_int_t)front->setup.ticket_ms));
    free(call);
    if (later && tickets_find(front->tickets, id))
        front_take(front, later);
    else
        task_destroy(&later);
}

static json_t *told_of(const struct ticket *ticket)
{
    static const char *const states[] = {"waiting", "running", "done"};

    return json_pack("{s:o, s:s, s:s, s:I}", "ticket", ticket_name(ticket->id), "state",
                     states[ticket->state], "verb", ticket->verb, "asked_ms",
                     (json_int_t)ticket->asked_ms);
}

/* The answer is put in as it is: it may be as large as a message. */
static void own_result(struct front *front, struct task *task, const json_t *args)
{
    const struct ticket *ticket = tickets_find(front->tickets, ticket_of(args));
    struct buf out = {0};
    json_t *told = NULL;
    char *text = NULL;

    if (!ticket) {
        fail(front, task, APP_DATA,
             "there is no such ticket: its answer was kept for its time, made room, or was"
             " cancelled; or the storer was started again");
        return;
    }
    told = told_of(ticket);
    if (ticket->state == TICKET_DONE) {
        json_object_set_new(told, "code", json_integer(ticket->code));
        if (*ticket->error)
            json_object_set_new(told, "error", json_string(ticket->error));
    }
    text = json_dumps(told, JSON_COMPACT);
    buf_add(&out, text, strlen(text) - 1); /* but its brace */
    if (*ticket->call)
        buf_printf(&out, ",\"call\":%s", ticket->call);
    if (ticket->state == TICKET_DONE && *ticket->json)
        buf_printf(&out, ",\"answer\":%s", ticket->json);
    buf_addc(&out, '}');
    front_answer(front, task, APP_OK, 0, NULL, buf_span(&out));
    free(text);
    buf_free(&out);
    json_decref(told);
}

/* --- cancelling ------------------------------------------------------------------------------- */

static bool has_ticket(const struct task *task, const void *arg)
{
    return task->ticket == *(const uint64_t *)arg;
}

struct mine {
    zframe_t *caller;
    bool all;
    uint64_t id;
};

static bool is_mine(const struct task *task, const void *arg)
{
    const struct mine *mine = arg;

    return task->ticket == 0 && (mine->all || task->id == mine->id) &&
           zframe_eq(task->caller, mine->caller);
}

static void own_cancel(struct front *front, struct task *task, const json_t *args)
{
    const json_t *id = json_object_get(args, "id");
    uint64_t ticket = ticket_of(args);
    size_t count = 0;

    if (json_object_get(args, "ticket")) {
        if (!ticket || !tickets_find(front->tickets, ticket)) {
            fail(front, task, APP_DATA, "there is no such ticket");
            return;
        }
        count = front_cancel(front, TASK_CANCELLED, has_ticket, &ticket);
        tickets_drop(front->tickets, ticket);
    } else {
        struct mine mine = {.caller = task->caller,
                            .all = !json_is_integer(id),
                            .id = (uint64_t)json_integer_value(id)};

        count = front_cancel(front, TASK_CANCELLED, is_mine, &mine);
    }
    answer(front, task, json_pack("{s:I}", "cancelled", (json_int_t)count));
}

/* --- what is asked ---------------------------------------------------------------------------- */

static json_t *told(const char *verb, const char *client, int64_t come_ms, int64_t waited_us,
                    int64_t ran_us, uint64_t ticket)
{
    json_t *object = json_pack("{s:s, s:s, s:I, s:I, s:I}", "verb", verb, "client", client,
                               "come_ms", (json_int_t)come_ms, "waited_us", (json_int_t)waited_us,
                               "ran_us", (json_int_t)ran_us);

    if (!object) /* a verb that is no UTF-8 */
        return json_object();
    if (ticket)
        json_object_set_new(object, "ticket", ticket_name(ticket));
    return object;
}

static json_t *told_of_task(const struct task *task)
{
    int64_t now_us = clock_mono_us();
    int64_t began_us = task->started_us ? task->started_us : now_us;

    return told(task->verb, task->client, task->come_ms, began_us - task->come_us,
                now_us - began_us, task->ticket);
}

static json_t *running(const struct front *front)
{
    json_t *list = json_array();

    for (int64_t i = 0; i < front->setup.readers; i++)
        if (front->workers[i].task)
            json_array_append_new(list, told_of_task(front->workers[i].task));
    for (const struct task *task = front->given.first; task; task = task->next)
        json_array_append_new(list, told_of_task(task));
    return list;
}

static bool add_waiting(const struct task *task, void *list)
{
    json_array_append_new(list, told_of_task(task));
    return json_array_size(list) < LISTED;
}

static json_t *waiting(const struct front *front)
{
    json_t *list = json_array();

    fair_each(&front->reads, add_waiting, list);
    if (json_array_size(list) < LISTED)
        fair_each(&front->commands, add_waiting, list);
    return list;
}

static json_t *recent(const struct front *front)
{
    const struct history_entry *entry = NULL;
    json_t *list = json_array();

    for (size_t ago = 0; (entry = history_at(front->history, ago)) != NULL; ago++) {
        json_t *object = told(entry->verb, entry->client, entry->come_ms, entry->waited_us,
                              entry->ran_us, entry->ticket);

        json_object_set_new(object, "code", json_integer(entry->code));
        if (entry->cancelled)
            json_object_set_new(object, "cancelled", json_true());
        json_array_append_new(list, object);
    }
    return list;
}

static void own_queries(struct front *front, struct task *task, const json_t *args)
{
    (void)args;
    answer(front, task,
           json_pack("{s:o, s:o, s:I, s:o}", "running", running(front), "waiting", waiting(front),
                     "waiting_all", (json_int_t)(front->reads.count + front->commands.count),
                     "recent", recent(front)));
}

/* --- finding ---------------------------------------------------------------------------------- */

static void serve(struct front *front, struct task *task, own_fn *fn)
{
    struct msg_query query = {0};
    json_t *args = NULL;

    msg_pool_reset(&front->pool);
    if (msg_query_read(link_span(task->frame), &front->pool, &query))
        abort(); /* it was read before */
    args = query.json.n ? json_loadb(query.json.p, query.json.n, JSON_REJECT_DUPLICATES, NULL)
                        : json_object();
    if (json_is_object(args))
        fn(front, task, args);
    else
        fail(front, task, APP_USAGE, "the arguments must be a JSON object");
    json_decref(args);
}

bool front_serves(struct front *front, struct task **task)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp((*task)->verb, verbs[i].name) != 0)
            continue;
        (*task)->own = true;
        serve(front, *task, verbs[i].fn);
        task_destroy(task);
        return true;
    }
    return false;
}
