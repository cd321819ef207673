/* Where the caret stands. */
#include <check.h>
#include <string.h>

#include "common/buf.h"
#include "reader/call.h"
#include "reader/syntax.h"
#include "reader/width.h"

const struct verb *const verbs[] = {NULL};

static const struct {
    const char *query;
    int at, length, width;
    const char *line, *carets;
} places[] = {
    {"river (flood", 6, 1, 80, "  river (flood", "        ^"},
    {"titel:x y", 0, 6, 80, "  titel:x y", "  ^^^^^^"},
    {"a OR", 4, 0, 80, "  a OR", "      ^"},
    /* Wide letters take two columns, marks none, what moves the cursor is a space. */
    {"\xe6\x9d\xb1\xe4\xba\xac (x", 7, 1, 80, "  \xe6\x9d\xb1\xe4\xba\xac (x", "       ^"},
    {"e\xcc\x81 (x", 4, 1, 80, "  e\xcc\x81 (x", "    ^"},
    {"a\tb (x", 4, 1, 80, "  a b (x", "      ^"},
    {"x \xe6\x9d\xb1\xe4\xba\xac", 2, 6, 80, "  x \xe6\x9d\xb1\xe4\xba\xac", "    ^^^^"},
    /* Too wide: shown around the place. */
    {"aaaaaaaaaa bbbbbbbbbb cccccccccc (dddddddddd eeeeeeeeee", 33, 1, 32,
     "  \xe2\x80\xa6"
     "cccccccccc (dddddddddd eeeee",
     NULL},
    /* Places that are none do no harm. */
    {"abc", 99, 99, 80, "  abc", "     ^"},
    {"abc", -5, -5, 80, "  abc", "  ^"},
};

START_TEST(carets)
{
    struct buf out = {0};
    json_t *syntax = json_pack("{s:i, s:i, s:s}", "at", places[_i].at, "length", places[_i].length,
                               "words", "put a ) behind");
    char *line = NULL, *under = NULL;

    syntax_add(&out, syntax, places[_i].query, places[_i].width, "so");
    ck_assert(strncmp(out.data, "weir: the query cannot be read: put a ) behind; so\n", 51) == 0);
    line = strchr(out.data, '\n') + 1;
    under = strchr(line, '\n');
    *under++ = '\0';
    ck_assert(under[strlen(under) - 1] == '\n');
    under[strlen(under) - 1] = '\0';
    if (places[_i].carets) {
        ck_assert_str_eq(line, places[_i].line);
        ck_assert_str_eq(under, places[_i].carets);
    } else { /* the caret stands under the parenthesis, and nothing is wider than the terminal */
        const char *place = strchr(line, '(');

        ck_assert_ptr_nonnull(place);
        ck_assert_int_eq(width_columns(span_of(line, (size_t)(place - line))),
                         (int)(strchr(under, '^') - under));
        ck_assert_int_le(width_columns(span_str(line)), places[_i].width);
    }
    json_decref(syntax);
    buf_free(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("syntax");
    TCase *tcase = tcase_create("carets");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_loop_test(tcase, carets, 0, sizeof(places) / sizeof(places[0]));
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
