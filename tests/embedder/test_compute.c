/* The compute actor: frames in, frames out. */
#include "tests/common/world.h"

#include "common/msg.h"
#include "embedder/backend.h"
#include "embedder/compute.h"
#include "embedder/finish.h"
#include "embedder/settings.h"

static zactor_t *compute;
static struct msg_pool pool;
static zmsg_t *answer;

static void setup(void)
{
    setenv("ZSYS_SIGHANDLER", "false", 1);
    world_config = config_create();
    compute = compute_start(world_config);
    ck_assert_ptr_nonnull(compute);
}

static void teardown(void)
{
    zmsg_destroy(&answer);
    zactor_destroy(&compute);
    msg_pool_free(&pool);
    config_destroy(&world_config);
}

static void add(zmsg_t *message, enum msg_type type, const void *frame)
{
    struct buf out = {0};

    ck_assert_int_eq(msg_write(type, frame, &out), 0);
    link_append(message, &out);
    buf_free(&out);
}

/* Hands a message over and waits for what comes back; its ticket. */
static struct compute_ticket work(zmsg_t *message)
{
    struct compute_ticket ticket = {.lane = 1};
    zframe_t *frame = NULL;

    zmsg_pushmem(message, &ticket, sizeof(ticket));
    ck_assert_int_eq(zmsg_send(&message, zactor_sock(compute)), 0);
    zmsg_destroy(&answer);
    answer = world_recv(zactor_sock(compute));
    frame = zmsg_pop(answer);
    ck_assert_uint_eq(zframe_size(frame), sizeof(ticket));
    memcpy(&ticket, zframe_data(frame), sizeof(ticket));
    zframe_destroy(&frame);
    ck_assert_uint_eq(ticket.lane, 1);
    return ticket;
}

static zmsg_t *any_message(const char *model, int64_t deadline_ms, enum msg_kind kind,
                           uint64_t attempt, int64_t seen_ms)
{
    struct msg_header header = {.kind = kind,
                                .attempt = attempt,
                                .fetch = 9,
                                .key = span_of("0123456789abcdef", 16),
                                .deadline_ms = deadline_ms,
                                .model = span_str(model)};
    struct msg_item item = {.guid = span_str("g"),
                            .url = span_str("http://example.org/a"),
                            .title = span_str("The dam in the northern valley failed"),
                            .text = span_str("On Tuesday night 1,200 people left their homes when "
                                             "the dam in the northern valley failed."),
                            .seen_ms = seen_ms};
    zmsg_t *message = zmsg_new();

    add(message, MSG_header, &header);
    add(message, MSG_item, &item);
    return message;
}

static zmsg_t *item_message(const char *model, int64_t deadline_ms)
{
    return any_message(model, deadline_ms, MSG_KIND_FETCH, 1, 0);
}

static struct msg_vector vector_of(void)
{
    struct msg_vector vector;

    ck_assert_uint_eq(zmsg_size(answer), 3);
    zmsg_first(answer);
    zmsg_next(answer);
    msg_pool_reset(&pool);
    ck_assert_int_eq(msg_vector_read(link_span(zmsg_next(answer)), &pool, &vector), 0);
    return vector;
}

/* What came before is passed on byte for byte, with the vector behind it. */
START_TEST(appends_its_frame)
{
    zmsg_t *message = item_message("builtin-512-v1", 0);
    zmsg_t *copy = zmsg_dup(message);
    struct compute_ticket ticket = work(message);
    struct msg_vector vector = vector_of();

    ck_assert_uint_eq(ticket.result, COMPUTE_DONE);
    ck_assert_int_ge(ticket.busy_us, 0);
    ck_assert(zframe_eq(zmsg_first(answer), zmsg_first(copy)));
    ck_assert(zframe_eq(zmsg_next(answer), zmsg_next(copy)));
    ck_assert_uint_eq(vector.vector.n, 512);
    ck_assert_uint_eq(vector.signature.n, 512);
    ck_assert_uint_gt(vector.words, 10);
    ck_assert_uint_gt(vector.figures.n, 0);
    ck_assert_uint_ne(vector.url_key, 0);
    ck_assert_uint_ne(vector.title_key, 0);
    ck_assert(span_eq(vector.model, span_str("builtin-512-v1")));
    ck_assert_uint_eq(vector.reason.n, 0);
    zmsg_destroy(&copy);
}
END_TEST

/* Another model is wanted: passed on without a vector, with the reason, and still with its keys. */
START_TEST(another_model_is_wanted)
{
    struct compute_ticket ticket = work(item_message("large-4096", 0));
    struct msg_vector vector = vector_of();
    char *reason = mem_dup(vector.reason.p, vector.reason.n);

    ck_assert_uint_eq(ticket.result, COMPUTE_BARE);
    ck_assert_uint_eq(vector.vector.n, 0);
    ck_assert_uint_eq(vector.signature.n, 512);
    ck_assert_msg(strstr(reason, "large-4096") && strstr(reason, "builtin-512-v1"), "%s", reason);
    free(reason);
}
END_TEST

START_TEST(expired)
{
    ck_assert_uint_eq(work(item_message("builtin-512-v1", clock_utc_ms() - 1)).result,
                      COMPUTE_EXPIRED);
    ck_assert_uint_eq(zmsg_size(answer), 0);
    ck_assert_uint_eq(work(item_message("builtin-512-v1", clock_utc_ms() + 60000)).result,
                      COMPUTE_DONE);
}
END_TEST

static void check_malformed(zmsg_t *message)
{
    ck_assert_uint_eq(work(message).result, COMPUTE_MALFORMED);
    ck_assert_uint_eq(zmsg_size(answer), 0);
}

/* Each is dropped, and the next one is served. */
START_TEST(malformed)
{
    zmsg_t *message = item_message("builtin-512-v1", 0);
    zframe_t *frame = NULL;

    zmsg_addstr(message, "one frame more");
    check_malformed(message);
    message = item_message("builtin-512-v1", 0);
    frame = zmsg_pop(message);
    zframe_destroy(&frame);
    check_malformed(message);
    message = zmsg_new();
    zmsg_addstr(message, "");
    check_malformed(message);
    message = zmsg_new();
    zmsg_addmem(message, "\xdd\xff\xff\xff\xff", 5);
    zmsg_addmem(message, "\x9f", 1);
    check_malformed(message);
    ck_assert_uint_eq(work(item_message("builtin-512-v1", 0)).result, COMPUTE_DONE);
}
END_TEST

/* Text beyond embedder.text_bytes is not read: what differs only there has the same vector. */
START_TEST(long_text_is_cut)
{
    struct msg_header header = {.kind = MSG_KIND_FETCH, .model = span_str("builtin-512-v1")};
    char *text = mem_alloc(40000);
    struct msg_item item = {.title = span_str("t"), .text = span_of(text, 40000)};
    int8_t first[512];

    for (int i = 0; i < 40000; i++)
        text[i] = i % 6 == 5 ? ' ' : (char)('a' + i / 6 % 26);
    for (int round = 0; round < 2; round++) {
        zmsg_t *message = zmsg_new();
        struct msg_vector vector;

        memset(text + 20000, round ? 'q' : 'z', 20000);
        add(message, MSG_header, &header);
        add(message, MSG_item, &item);
        ck_assert_uint_eq(work(message).result, COMPUTE_DONE);
        vector = vector_of();
        ck_assert_uint_eq(vector.vector.n, 512);
        if (round == 0)
            memcpy(first, vector.vector.p, 512);
        else
            ck_assert_mem_eq(first, vector.vector.p, 512);
    }
    free(text);
}
END_TEST

/* Starts anew with a model server in the settings. */
static void start_with_server(void)
{
    zactor_destroy(&compute);
    world_set("embedder.backend=ollama");
    world_set("embedder.model=nomic");
    world_set("embedder.input_bytes=64");
    compute = compute_start(world_config);
}

/* A model server's: keys are made here, the vector is not; the text for the server comes behind. */
START_TEST(a_server_makes_the_vector)
{
    static const char wanted[] = "The dam in the northern valley failed\nOn Tuesday night 1,200";
    struct compute_ticket ticket;
    struct msg_vector vector;
    zframe_t *input = NULL;

    start_with_server();
    ticket = work(item_message("nomic", clock_utc_ms() + 60000));
    ck_assert_uint_eq(ticket.result, COMPUTE_ASK);
    ck_assert_int_gt(ticket.deadline_ms, clock_utc_ms());
    input = zmsg_last(answer);
    ck_assert_uint_eq(zframe_size(input), 64);
    ck_assert_mem_eq(zframe_data(input), wanted, strlen(wanted));
    zmsg_remove(answer, input);
    zframe_destroy(&input);
    vector = vector_of();
    ck_assert_uint_eq(vector.vector.n, 0);
    ck_assert_uint_eq(vector.signature.n, 512);
    ck_assert(span_eq(vector.model, span_str("nomic")));
    ck_assert_uint_eq(vector.reason.n, 0);
    /* The built-in model costs nothing: it is there besides. */
    ck_assert_uint_eq(work(item_message("builtin-512-v1", 0)).result, COMPUTE_DONE);
    ck_assert_uint_eq(vector_of().vector.n, 512);
    ck_assert_uint_eq(work(item_message("large-4096", 0)).result, COMPUTE_BARE);
    ck_assert(span_eq(vector_of().model, span_str("nomic")));
}
END_TEST

/* Since it was fetched; a replay, and what was stored meanwhile, begin anew. */
START_TEST(waited)
{
    static const struct {
        enum msg_kind kind;
        uint64_t attempt;
        int64_t ago_ms, waited_ms;
    } cases[] = {{MSG_KIND_FETCH, 1, 7000, 7000},
                 {MSG_KIND_FETCH, 2, 7000, 0},
                 {MSG_KIND_WANTED, 1, 7000, 0},
                 {MSG_KIND_FETCH, 1, -7000, 0}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t seen_ms = clock_utc_ms() - cases[i].ago_ms;
        struct compute_ticket ticket =
            work(any_message("builtin-512-v1", 0, cases[i].kind, cases[i].attempt, seen_ms));

        ck_assert_int_ge(ticket.waited_ms, cases[i].waited_ms);
        ck_assert_int_lt(ticket.waited_ms, cases[i].waited_ms + 5000);
    }
    ck_assert_int_eq(work(item_message("builtin-512-v1", 0)).waited_ms, 0);
}
END_TEST

/* The server's answer goes into the frame; the rest of it stays as it was. */
START_TEST(finished)
{
    static const int8_t components[] = {127, -3, 0, 5};
    struct backend_answer good = {.vector = components, .dims = 4}, bad = {.reason = "no luck"};
    struct finish finish = {0};
    struct msg_vector before, after;
    uint64_t title_key = 0;

    work(item_message("builtin-512-v1", 0));
    before = vector_of();
    title_key = before.title_key;
    finish_vector(&finish, answer, &good);
    after = vector_of();
    ck_assert_uint_eq(after.vector.n, 4);
    ck_assert_mem_eq(after.vector.p, components, 4);
    ck_assert_uint_eq(after.title_key, title_key);
    ck_assert_uint_eq(after.signature.n, 512);
    finish_vector(&finish, answer, &bad);
    after = vector_of();
    ck_assert_uint_eq(after.vector.n, 0);
    ck_assert(span_eq(after.reason, span_str("no luck")));
    ck_assert_uint_eq(after.title_key, title_key);
    finish_free(&finish);
}
END_TEST

/* Back end and model must fit; what to do is logged. */
START_TEST(settings)
{
    static const struct {
        const char *backend, *model;
        bool right;
    } pairs[] = {{"builtin", "builtin-512-v1", true}, {"builtin", "nomic", false},
                 {"ollama", "nomic", true},           {"openai", "nomic", true},
                 {"ollama", "builtin-512-v1", false}, {"ollama", "", false},
                 {"cohere", "nomic", false},          {"", "nomic", false}};

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        char *backend = mem_printf("embedder.backend=%s", pairs[i].backend);
        char *model = mem_printf("embedder.model=%s", pairs[i].model), *said = NULL;
        bool right = false;

        world_set(backend);
        world_set(model);
        world_catch();
        right = settings_check(world_config, "builtin-512-v1");
        said = world_caught();
        ck_assert_int_eq(right, pairs[i].right);
        ck_assert_int_eq(*said == '\0', pairs[i].right);
        free(said);
        free(backend);
        free(model);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("compute");
    TCase *all = tcase_create("compute");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, appends_its_frame);
    tcase_add_test(all, another_model_is_wanted);
    tcase_add_test(all, expired);
    tcase_add_test(all, malformed);
    tcase_add_test(all, long_text_is_cut);
    tcase_add_test(all, a_server_makes_the_vector);
    tcase_add_test(all, waited);
    tcase_add_test(all, finished);
    tcase_add_test(all, settings);
    suite_add_tcase(suite, all);
    return world_run(suite);
}
