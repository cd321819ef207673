/* What the owner of a key may say on the control socket. */
#include <check.h>
#include <stdlib.h>

#include "broker/broker.h"

static bool may(const char *key, enum msg_type type, const void *message)
{
    return access_refuses(key, type, message) == NULL;
}

static struct msg_hello hello_of(const char *stage)
{
    return (struct msg_hello){.stage = span_str(stage)};
}

START_TEST(a_stage_speaks_for_itself)
{
    static const char *const stages[] = {"storer", "fetcher", "embedder", "deduper"};
    struct msg_heartbeat beat = {0};

    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++) {
            struct msg_hello hello = hello_of(stages[j]);

            ck_assert_int_eq(may(stages[i], MSG_hello, &hello), i == j);
        }
    ck_assert(may("fetcher", MSG_heartbeat, &beat));
    ck_assert(may("fetcher-berlin", MSG_heartbeat, &beat));
    ck_assert(!may("reader", MSG_heartbeat, &beat));
    ck_assert(!may("nobody", MSG_heartbeat, &beat));
}
END_TEST

START_TEST(only_readers_give_orders)
{
    struct msg_admin admin = {.verb = span_str("stop")};
    struct msg_hello hello = hello_of("fetcher");

    ck_assert(may("reader", MSG_admin, &admin));
    ck_assert(may("reader-desk", MSG_admin, &admin));
    ck_assert(!may("storer", MSG_admin, &admin));
    ck_assert(!may("broker", MSG_admin, &admin));
    ck_assert(!may("reader", MSG_hello, &hello));
}
END_TEST

/* Who comes by ipc has no key: the folder's mode lets in this user alone. */
START_TEST(by_ipc_all_is_allowed)
{
    struct msg_admin admin = {.verb = span_str("stop")};
    struct msg_hello hello = hello_of("storer");

    ck_assert(may(NULL, MSG_admin, &admin));
    ck_assert(may("", MSG_hello, &hello));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("access");
    TCase *tcase = tcase_create("access");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_test(tcase, a_stage_speaks_for_itself);
    tcase_add_test(tcase, only_readers_give_orders);
    tcase_add_test(tcase, by_ipc_all_is_allowed);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
