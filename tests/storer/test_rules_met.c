/* Filter rules by themselves. */
#include <check.h>
#include <string.h>

#include "storer/rules.h"

static struct rules *rules;

static void setup(void)
{
    rules = rules_create();
}

static void teardown(void)
{
    rules_destroy(&rules);
}

static void add(const char *query, const char *actions)
{
    struct lang_error error = {0};

    ck_assert_msg(
        rules_add(rules, rules_count(rules) + 1, span_str(query), span_str(actions), &error),
        "%s: %s", query, error.words);
}

static struct lang_item item_of(const char *title, const char *categories)
{
    return (struct lang_item){
        .id = 3, .title = span_str(title), .categories = span_str(categories)};
}

START_TEST(in_their_order)
{
    struct rules_outcome outcome = {0};
    struct lang_item item = item_of("Comet seen", "space");

    add("comet category:space", "[\"category:sky\", \"star\"]");
    add("category:sky -is:read", "[\"read\"]");
    add("is:read is:starred", "[\"category:both\", \"category:sky\"]");
    add("nothing", "[\"hide\"]");
    rules_apply(rules, &item, 0, false, &outcome);
    ck_assert(outcome.read && outcome.star && !outcome.hide && outcome.categorised);
    ck_assert_uint_eq(outcome.met, 3);
    ck_assert_str_eq(outcome.categories.data, "space\nsky\nboth");
    buf_free(&outcome.categories);
}
END_TEST

START_TEST(categories_only)
{
    struct rules_outcome outcome = {0};
    struct lang_item item = item_of("Comet seen", "");

    add("comet", "[\"read\", \"star\", \"hide\", \"category:sky\"]");
    rules_apply(rules, &item, 0, true, &outcome);
    ck_assert(!outcome.read && !outcome.star && !outcome.hide);
    ck_assert_str_eq(outcome.categories.data, "sky");
    buf_free(&outcome.categories);
    outcome = (struct rules_outcome){0};
    item = item_of("Comet seen", "sky\nskyline"); /* it has it already */
    rules_apply(rules, &item, 0, true, &outcome);
    ck_assert(!outcome.categorised);
    buf_free(&outcome.categories);
}
END_TEST

START_TEST(what_cannot_be_met)
{
    struct lang_error error = {0};

    ck_assert(!rules_add(rules, 1, span_str("(a"), span_str("[\"read\"]"), &error));
    ck_assert(strstr(error.words, "not closed") != NULL && error.at == 0);
    ck_assert(!rules_add(rules, 1, span_str("a"), span_str("[\"burn\"]"), &error));
    ck_assert(!rules_add(rules, 1, span_str("a"), span_str("[]"), &error));
    ck_assert(!rules_add(rules, 1, span_str("a"), span_str("{"), NULL));
    ck_assert(!rules_add(rules, 1, span_str("a"), span_str("[\"category:\"]"), &error));
    ck_assert(!rules_add(rules, 1, span_str("a"), span_str("[\"category:a\\nb\"]"), &error));
    ck_assert_uint_eq(rules_count(rules), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("filter rules");
    TCase *met = tcase_create("met");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(met, setup, teardown);
    tcase_add_test(met, in_their_order);
    tcase_add_test(met, categories_only);
    tcase_add_test(met, what_cannot_be_met);
    suite_add_tcase(suite, met);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
