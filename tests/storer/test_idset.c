/* Sets of item ids: against a plain table of booleans. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "storer/idset.h"

enum { IDS = 5 * IDSET_BLOCK, HEAD = IDS - 17 };

/* The plain form: what the set is to be. */
struct plain {
    bool in[IDS];
};

static uint64_t seed;

static unsigned draw(unsigned below)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(seed >> 33) % below;
}

static void fill(struct idset *set, struct plain *plain, unsigned share)
{
    memset(plain, 0, sizeof(*plain));
    for (unsigned i = 0; i < share; i++) {
        unsigned id = 1 + draw(IDS - 1);

        idset_add(set, id);
        plain->in[id] = true;
    }
    if (draw(2)) { /* a range */
        unsigned first = 1 + draw(IDS - 1), last = first + draw(IDS - first);

        idset_add_range(set, first, last);
        for (unsigned id = first; id <= last; id++)
            plain->in[id] = true;
    }
    if (draw(3) == 0) {
        idset_not(set);
        for (unsigned id = 1; id < IDS; id++)
            plain->in[id] = !plain->in[id];
    }
}

/* Counted, not asserted one by one: check writes a line for each assertion. */
static void check_same(const struct idset *set, const struct plain *plain)
{
    uint64_t count = 0, below = HEAD + 1, above = 0;
    int wrong = 0;

    for (unsigned id = 1; id < IDS; id++)
        wrong += idset_has(set, id) != plain->in[id];
    for (unsigned id = 1; id <= HEAD; id++) {
        count += plain->in[id];
        if (plain->in[id])
            wrong += (above = idset_above(set, above, HEAD)) != id;
    }
    for (unsigned id = HEAD; id >= 1; id--)
        if (plain->in[id])
            wrong += (below = idset_below(set, below)) != id;
    ck_assert_int_eq(wrong, 0);
    ck_assert_uint_eq(idset_count(set, HEAD), count);
    ck_assert_uint_eq(idset_below(set, below), 0);
    ck_assert_uint_eq(idset_above(set, above, HEAD), 0);
}

static void combine(struct plain *a, const struct plain *b, bool either)
{
    for (unsigned id = 1; id < IDS; id++)
        a->in[id] = either ? a->in[id] || b->in[id] : a->in[id] && b->in[id];
}

START_TEST(as_plain_sets)
{
    static struct plain a, b;

    seed = 99;
    for (int round = 0; round < 60; round++) {
        struct idset *x = idset_create(), *y = idset_create(), *copy = NULL;
        bool either = draw(2) != 0;

        fill(x, &a, draw(3000));
        fill(y, &b, draw(300));
        copy = idset_copy(y);
        if (either)
            idset_or(x, y);
        else
            idset_and(x, y);
        combine(&a, &b, either);
        check_same(x, &a);
        check_same(y, &b);
        check_same(copy, &b);
        idset_destroy(&x);
        idset_destroy(&y);
        idset_destroy(&copy);
    }
}
END_TEST

START_TEST(settles)
{
    static struct plain a;

    seed = 7;
    for (int round = 0; round < 20; round++) {
        struct idset *x = idset_create(), *again = idset_create();

        fill(x, &a, draw(2000));
        idset_settle(x, HEAD);
        for (unsigned id = HEAD + 1; id < IDS; id++)
            a.in[id] = false;
        check_same(x, &a);
        for (size_t i = 0; i < idset_blocks(x); i++)
            idset_add_block(again, idset_block_number(x, i),
                            idset_block(x, idset_block_number(x, i)));
        check_same(again, &a);
        idset_destroy(&x);
        idset_destroy(&again);
    }
}
END_TEST

START_TEST(order_of_bits)
{
    struct idset *x = idset_create();
    unsigned char bits[IDSET_BYTES] = {0x01, 0x80};

    idset_add_block(x, 0, bits);
    ck_assert(!idset_has(x, 0)); /* no id */
    ck_assert(idset_has(x, 15));
    ck_assert_uint_eq(idset_count(x, 100), 1);
    idset_add_block(x, 2, bits);
    ck_assert(idset_has(x, 2 * IDSET_BLOCK));
    ck_assert_int_eq(*(const unsigned char *)idset_block(x, 2), 1);
    ck_assert_ptr_null(idset_block(x, 1));
    idset_remove(x, 2 * IDSET_BLOCK);
    idset_remove(x, 99999999);
    ck_assert(!idset_has(x, 2 * IDSET_BLOCK));
    idset_destroy(&x);
    idset_destroy(&x);
}
END_TEST

START_TEST(far_ids)
{
    struct idset *x = idset_create(), *y = idset_create();
    uint64_t far = INT64_MAX;

    idset_add(x, far);
    idset_add(x, 5);
    ck_assert_uint_eq(idset_below(x, far), 5);
    ck_assert_uint_eq(idset_below(x, far + 1), far);
    ck_assert_uint_eq(idset_above(x, 5, far), far);
    ck_assert_uint_eq(idset_count(x, far), 2);
    idset_not(y); /* all */
    idset_and(y, x);
    ck_assert_uint_eq(idset_count(y, far), 2);
    idset_not(y);
    ck_assert_uint_eq(idset_below(y, far + 1), far - 1);
    ck_assert_uint_eq(idset_above(y, 4, far), 6);
    idset_destroy(&x);
    idset_destroy(&y);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("idset");
    TCase *set = tcase_create("set");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_test(set, as_plain_sets);
    tcase_add_test(set, settles);
    tcase_add_test(set, order_of_bits);
    tcase_add_test(set, far_ids);
    suite_add_tcase(suite, set);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
