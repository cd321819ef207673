/* Keys, ports and roles; sockets over tcp with CURVE, and who is kept out of them. */
#include "tests/common/world.h"

#include <sys/stat.h>

#include "common/curve.h"
#include "common/guard.h"
#include "common/link_place.h"

static char *folder;

static void setup(void)
{
    world_open();
    folder = mem_printf("%s/keys", world_folder);
    ck_assert_int_eq(mkdir(folder, 0700), 0);
}

static void teardown(void)
{
    world_close();
    free(folder);
}

static void make(const char *name)
{
    struct buf error = {0};

    ck_assert_msg(curve_make(folder, name, &error) == 0, "%s", error.data);
    buf_free(&error);
}

static char *file(const char *name)
{
    return mem_printf("%s/%s", folder, name);
}

/* --- the table -------------------------------------------------------------------------------- */

static int port_of(const char *name)
{
    char *address = link_place_listen(world_config, name);
    int port = 0;

    ck_assert_msg(address && strncmp(address, "tcp://127.0.0.1:", 16) == 0, "%s: %s", name,
                  address);
    port = atoi(address + 16);
    free(address);
    return port;
}

/* 33 endpoints of the broker on 33 ports in a row, in the order that PROTOCOL.md gives. */
START_TEST(each_endpoint_has_a_port)
{
    static const char *const first[] = {"control", "events.in", "events.out"};
    static const char *const sides[] = {"in", "out", "tap"};
    int next = 7000;

    world_set("broker.listen=tcp://127.0.0.1:7000");
    world_set("storer.listen=tcp://127.0.0.1:6000");
    for (size_t i = 0; i < 3; i++)
        ck_assert_int_eq(port_of(first[i]), next++);
    for (enum link_id link = 0; link < LINKS; link++)
        for (enum lane lane = 0; lane < LANES; lane++)
            for (size_t i = 0; i < 3; i++) {
                char *name =
                    mem_printf("%s.%s.%s", link_name(link), link_lane_name(lane), sides[i]);

                ck_assert_int_eq(port_of(name), next++);
                free(name);
            }
    ck_assert_int_eq(next, 7033);
    ck_assert_int_eq(port_of("query"), 6000);
    ck_assert_ptr_null(link_place_listen(world_config, "nothing"));
}
END_TEST

START_TEST(a_role_has_its_own)
{
    static const struct {
        const char *role, *opens;
    } roles[] = {
        {"storer",
         "control events.in events.out jobs.hi.in items.hi.in items.lo.in verdicts.hi.out "
         "reports.lo.out"},
        {"fetcher", "control jobs.hi.out jobs.lo.out items.hi.in items.lo.in reports.lo.in"},
        {"embedder", "control events.in items.hi.out vectors.lo.in"},
        {"deduper", "control events.out query vectors.hi.out verdicts.lo.in"},
        {"reader", "control events.out query jobs.hi.tap items.lo.tap verdicts.lo.tap"},
        {"broker", ""},
    };
    static const char *const all[] = {
        "control",         "events.in",       "events.out",    "query",          "jobs.hi.in",
        "jobs.hi.out",     "jobs.lo.out",     "jobs.hi.tap",   "items.lo.in",    "items.hi.in",
        "items.hi.out",    "items.lo.tap",    "vectors.lo.in", "vectors.hi.out", "verdicts.lo.in",
        "verdicts.hi.out", "verdicts.lo.tap", "reports.lo.in", "reports.lo.out"};

    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        for (size_t j = 0; j < sizeof(all) / sizeof(all[0]); j++) {
            char *words = mem_printf(" %s ", roles[i].opens);
            char *word = mem_printf(" %s ", all[j]);

            ck_assert_msg(link_place_admits(all[j], roles[i].role) == (strstr(words, word) != NULL),
                          "%s %s", roles[i].role, all[j]);
            free(words);
            free(word);
        }
    ck_assert(!link_place_admits("nothing", "reader"));
    ck_assert(!link_place_admits("control", "stor"));
    ck_assert(!link_place_admits("control", "storer fetcher"));
}
END_TEST

START_TEST(addresses)
{
    static const char *const good[] = {"", "tcp://*:7100", "tcp://hub.example:1",
                                       "tcp://[::1]:65503"};
    static const char *const wrong[] = {"7100",          "tcp://:7100",   "tcp://a",
                                        "ipc:///tmp/x",  "tcp://a:",      "tcp://a:0",
                                        "tcp://a:65504", "tcp://a:7100x", "tcp://a\":7100"};

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(link_place_fits("broker.listen", good[i]), "%s", good[i]);
    world_catch();
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ck_assert_msg(!link_place_fits("broker.listen", wrong[i]), "%s", wrong[i]);
    free(world_caught());
    ck_assert(link_place_fits("storer.listen", "tcp://a:65535"));
}
END_TEST

/* --- files ------------------------------------------------------------------------------------ */

START_TEST(names)
{
    char role[CURVE_NAME];

    ck_assert(curve_role_of("fetcher", role));
    ck_assert_str_eq(role, "fetcher");
    ck_assert(curve_role_of("deduper-rack-2", role));
    ck_assert_str_eq(role, "deduper");
    ck_assert(!curve_role_of("fetch", role));
    ck_assert(!curve_role_of("fetcher-", role));
    ck_assert(!curve_role_of("fetchers", role));
    ck_assert(!curve_role_of("", role));
    ck_assert(!curve_role_of("../broker", role));
    ck_assert(!curve_role_of("reader-"
                             "0123456789012345678901234567890123456789012345678901234567890",
                             role));
}
END_TEST

START_TEST(made_once_and_read_again)
{
    struct curve_certificate own = {0};
    struct buf error = {0};
    uint8_t key[CURVE_KEY];
    struct stat about;
    char *path = file("fetcher.secret");

    make("fetcher");
    ck_assert_int_eq(stat(path, &about), 0);
    ck_assert_int_eq(about.st_mode & 0777, 0600);
    ck_assert_int_eq(curve_own(folder, "fetcher", &own), 0);
    ck_assert_int_eq(curve_public(folder, "fetcher", key), 0);
    ck_assert_mem_eq(own.public_key, key, CURVE_KEY);
    ck_assert_str_eq(own.name, "fetcher");
    ck_assert_int_eq(curve_make(folder, "fetcher", &error), -1);
    ck_assert_ptr_nonnull(strstr(error.data, "never overwritten"));
    ck_assert_int_eq(curve_public(folder, "fetcher", key), 0);
    ck_assert_mem_eq(own.public_key, key, CURVE_KEY);
    buf_free(&error);
    free(path);
}
END_TEST

/* Where only the public file is in the way, the new secret one does not stay behind. */
START_TEST(half_a_certificate_is_none)
{
    struct buf error = {0};
    char *path = file("fetcher.secret");

    make("fetcher");
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(curve_make(folder, "fetcher", &error), -1);
    ck_assert_int_ne(access(path, F_OK), 0);
    buf_free(&error);
    free(path);
}
END_TEST

static void refuses(const char *role, const char *words)
{
    struct curve_certificate own = {0};
    char *text = NULL;
    int result = 0;

    world_catch();
    result = curve_own(folder, role, &own);
    text = world_caught();
    ck_assert_int_eq(result, -1);
    ck_assert_msg(strstr(text, words) != NULL, "%s", text);
    free(text);
}

START_TEST(what_is_not_secret_is_refused)
{
    struct curve_certificate own = {0};
    char *path = file("fetcher-berlin.secret");

    refuses("fetcher", "there is no");
    make("fetcher-berlin");
    ck_assert_int_eq(curve_own(folder, "fetcher", &own), 0);
    ck_assert_str_eq(own.name, "fetcher-berlin");
    ck_assert_int_eq(chmod(path, 0640), 0);
    refuses("fetcher", "others may read");
    ck_assert_int_eq(chmod(path, 0600), 0);
    make("fetcher-rome");
    refuses("fetcher", "more than one");
    make("fetcher");
    ck_assert_int_eq(curve_own(folder, "fetcher", &own), 0);
    ck_assert_str_eq(own.name, "fetcher");
    ck_assert_int_eq(truncate(path, 0), 0);
    ck_assert_int_eq(chmod(folder, 0720), 0);
    refuses("fetcher", "others may write");
    ck_assert_int_eq(chmod(folder, 0700), 0);
    free(path);
}
END_TEST

/* --- sockets ---------------------------------------------------------------------------------- */

static struct guard *guard;
static zsock_t *pull;

static int free_port(void)
{
    zsock_t *probe = zsock_new(ZMQ_PULL);
    int port = zsock_bind(probe, "tcp://127.0.0.1:*");

    zsock_destroy(&probe);
    return port;
}

/* items.lo.in, bound as the broker binds it; it is the thirteenth port, and that one is free. */
static void listen_here(void)
{
    static const char *const all[] = {"broker",   "storer",  "fetcher",
                                      "embedder", "deduper", "reader"};
    int port = free_port() - 12;
    char *setting = mem_printf("broker.listen=tcp://127.0.0.1:%d", port);

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        make(all[i]);
    world_set(setting);
    free(setting);
    setting = mem_printf("link.keys=%s", folder);
    world_set(setting);
    free(setting);
    world_set("link.keys_ms=50");
    ck_assert_int_eq(link_start(world_config, "broker"), 0);
    ck_assert_int_eq(guard_open(world_config, world_config->broker_listen, &guard), 0);
    pull = world_bind(ZMQ_PULL, LINK_ITEMS, LANE_LO, "in");
    setting = mem_printf("link.broker=tcp://127.0.0.1:%d", port);
    world_set(setting);
    free(setting);
}

static zsock_t *come_as(const char *role)
{
    zsock_t *socket = NULL;
    char *endpoint = NULL;

    ck_assert_int_eq(link_start(world_config, role), 0);
    endpoint = link_endpoint(world_config, LINK_ITEMS, LANE_LO, "in");
    ck_assert_int_eq(strncmp(endpoint, "tcp://", 6), 0);
    socket = link_connect(world_config, ZMQ_PUSH, LINK_ROLE_DATA_OUT, LINK_ITEMS, endpoint);
    ck_assert_ptr_nonnull(socket);
    free(endpoint);
    return socket;
}

static void stop_listening(void)
{
    zsock_destroy(&pull);
    guard_close(&guard);
}

static bool opens(zsock_t *push, int64_t ms)
{
    zmq_pollitem_t item = {.socket = zsock_resolve(push), .events = ZMQ_POLLOUT};

    return zmq_poll(&item, 1, (long)ms) == 1;
}

static uint64_t refused_with(uint64_t least)
{
    struct guard_counts counts = {0};

    for (int i = 0; i < 500 && counts.refused < least; i++) {
        guard_counts(guard, &counts);
        zsock_events(pull); /* so that it notices what became of its connections */
        zclock_sleep(20);
    }
    return counts.refused;
}

START_TEST(the_right_key_comes_in)
{
    zsock_t *push = NULL, *local = NULL;
    char *path = NULL, *text = NULL;

    listen_here();
    push = come_as("fetcher");
    ck_assert(world_wait(push, ZMQ_POLLOUT));
    ck_assert_int_eq(zstr_send(push, "by tcp"), 0);
    ck_assert(world_wait(pull, ZMQ_POLLIN));
    text = zstr_recv(pull);
    ck_assert_str_eq(text, "by tcp");
    zstr_free(&text);
    /* The same socket by ipc, without a key. */
    path = mem_printf("ipc://%s/items.lo.in", world_config->runtime_dir);
    local = link_connect(world_config, ZMQ_PUSH, LINK_ROLE_DATA_OUT, LINK_ITEMS, path);
    ck_assert(world_wait(local, ZMQ_POLLOUT));
    ck_assert_int_eq(zstr_send(local, "by ipc"), 0);
    ck_assert(world_wait(pull, ZMQ_POLLIN));
    text = zstr_recv(pull);
    ck_assert_str_eq(text, "by ipc");
    zstr_free(&text);
    free(path);
    zsock_destroy(&local);
    zsock_destroy(&push);
    stop_listening();
}
END_TEST

START_TEST(another_role_does_not)
{
    zsock_t *push = NULL;

    listen_here();
    push = come_as("embedder");
    ck_assert_uint_ge(refused_with(2), 2); /* it goes on trying */
    ck_assert(!opens(push, 0));
    zsock_destroy(&push);
    stop_listening();
}
END_TEST

/* A key that is taken away is shut out of connections that it has, and let in once it is back. */
START_TEST(a_key_removed_and_given_back)
{
    zsock_t *push = NULL, *watch = NULL;
    char *path = NULL, *away = NULL;
    struct guard_counts counts = {0};

    listen_here();
    path = file("fetcher.public"), away = file("elsewhere");
    watch = link_watch(pull, "test");
    ck_assert_ptr_nonnull(watch);
    push = come_as("fetcher");
    ck_assert(world_wait(push, ZMQ_POLLOUT));
    ck_assert_int_eq(rename(path, away), 0);
    for (int i = 0; i < 500 && !counts.removed; i++, zclock_sleep(20))
        guard_counts(guard, &counts);
    ck_assert_uint_eq(counts.removed, 1);
    ck_assert_uint_eq(counts.keys, 5);
    ck_assert_int_eq(link_renew(pull), 0);
    ck_assert_uint_ge(refused_with(1), 1);
    ck_assert(!opens(push, 0));
    ck_assert_int_eq(rename(away, path), 0);
    ck_assert(world_wait(push, ZMQ_POLLOUT));
    zsock_destroy(&push);
    ck_assert(world_wait(watch, ZMQ_POLLIN));
    ck_assert_uint_ge(link_torn(watch), 1);
    zsock_destroy(&pull);
    zsock_destroy(&watch);
    stop_listening();
    free(path);
    free(away);
}
END_TEST

START_TEST(without_keys_there_is_no_tcp)
{
    char *text = NULL;
    zsock_t *socket = NULL;

    world_set("link.broker=tcp://127.0.0.1:7100");
    world_catch();
    ck_assert_int_eq(link_start(world_config, "fetcher"), -1);
    socket = link_connect(world_config, ZMQ_PUSH, LINK_ROLE_DATA_OUT, LINK_ITEMS,
                          "tcp://127.0.0.1:7112");
    text = world_caught();
    ck_assert_ptr_null(socket);
    ck_assert_ptr_nonnull(strstr(text, "tcp without keys is refused"));
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("curve");
    TCase *tcase = tcase_create("curve");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 40);
    tcase_add_test(tcase, each_endpoint_has_a_port);
    tcase_add_test(tcase, a_role_has_its_own);
    tcase_add_test(tcase, addresses);
    tcase_add_test(tcase, names);
    tcase_add_test(tcase, made_once_and_read_again);
    tcase_add_test(tcase, half_a_certificate_is_none);
    tcase_add_test(tcase, what_is_not_secret_is_refused);
    tcase_add_test(tcase, the_right_key_comes_in);
    tcase_add_test(tcase, another_role_does_not);
    tcase_add_test(tcase, a_key_removed_and_given_back);
    tcase_add_test(tcase, without_keys_there_is_no_tcp);
    suite_add_tcase(suite, tcase);
    return world_run(suite);
}
