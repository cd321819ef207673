/* --embed and --compare: what they print, what they return. */
#include "common/config.h"
#include "embedder/embed_cli.h"

#include "tests/embedder/model_server.h"

#include <check.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static char input[] = "/tmp/weir-embed-XXXXXX";
static struct config *config;
static char output[] = "/tmp/weir-embed-out-XXXXXX";

/* Each test is a process of its own (check forks), so standard output may be turned to a file. */
static void set_up(void)
{
    int in = mkstemp(input), out = mkstemp(output);

    config = config_create();
    ck_assert_int_ge(in, 0);
    ck_assert_int_ge(out, 0);
    close(in);
    close(out);
    ck_assert_ptr_nonnull(freopen(output, "w", stdout));
}

static void tear_down(void)
{
    config_destroy(&config);
    unlink(input);
    unlink(output);
}

static void write_input(const char *text)
{
    FILE *file = fopen(input, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

/* Line number `line` (from 0) of what was printed; NULL where there is none. */
static json_t *read_line(int line)
{
    FILE *file = fopen(output, "r");
    json_t *json = NULL;

    ck_assert_ptr_nonnull(file);
    for (int i = 0; i <= line; i++) {
        json_decref(json);
        json = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL);
    }
    fclose(file);
    return json;
}

START_TEST(embed_prints_a_vector)
{
    write_input("Dam fails\nThe dam failed at 12.5 metres.\n");
    ck_assert_int_eq(embed_cli(input, config), EX_OK);
    json_t *json = read_line(0);
    ck_assert_str_eq(json_string_value(json_object_get(json, "model")), "builtin-512-v1");
    ck_assert_int_eq(json_integer_value(json_object_get(json, "dims")), 512);
    ck_assert_uint_eq(json_array_size(json_object_get(json, "vector")), 512);
    ck_assert_uint_eq(json_array_size(json_object_get(json, "signature")), 128);
    ck_assert_uint_eq(json_array_size(json_object_get(json, "figures")), 1);
    ck_assert_int_eq(json_integer_value(json_object_get(json, "words")), 6);
    json_decref(json);
}
END_TEST

START_TEST(embed_takes_an_empty_file)
{
    write_input("");
    ck_assert_int_eq(embed_cli(input, config), EX_OK);
    json_t *json = read_line(0);
    ck_assert_uint_eq(json_array_size(json_object_get(json, "vector")), 0);
    ck_assert(json_is_null(json_object_get(json, "signature")));
    json_decref(json);
}
END_TEST

START_TEST(a_missing_file_is_an_error)
{
    ck_assert_int_eq(embed_cli("/nonexistent/file", config), EX_IOERR);
    ck_assert_int_eq(compare_cli("/nonexistent/file", config), EX_IOERR);
    ck_assert_int_eq(embed_cli("/tmp", config), EX_IOERR);
}
END_TEST

START_TEST(compare_prints_one_line_a_pair)
{
    write_input("{\"a\":\"the dam failed at night\",\"b\":\"the dam failed at night\"}\n"
                "no pair\n\n"
                "{\"a\":{\"id\":\"x\",\"title\":\"Cup\",\"text\":\"a late goal\"},"
                "\"b\":{\"id\":\"y\",\"title\":\"Dam\",\"content_text\":\"water rose\"}}\n");
    ck_assert_int_eq(compare_cli(input, config), EX_DATAERR);
    json_t *same = read_line(0), *other = read_line(1), *none = read_line(2);
    ck_assert_double_eq_tol(json_real_value(json_object_get(same, "score")), 1.0, 1e-4);
    ck_assert_double_eq_tol(json_real_value(json_object_get(same, "overlap")), 1.0, 1e-9);
    ck_assert_int_eq(json_integer_value(json_object_get(same, "a")), 1);
    ck_assert_str_eq(json_string_value(json_object_get(other, "a")), "x");
    ck_assert_str_eq(json_string_value(json_object_get(other, "b")), "y");
    ck_assert_double_lt(json_real_value(json_object_get(other, "score")), 0.3);
    ck_assert(json_is_null(json_object_get(other, "overlap")));
    ck_assert_ptr_null(none);
    json_decref(same);
    json_decref(other);
}
END_TEST

/* --- by a model server -------------------------------------------------------------------------
 */

static void set(const char *assignment)
{
    struct buf error = {0};

    ck_assert_msg(config_set(config, assignment, "test", &error) == 0, "%s", error.data);
    buf_free(&error);
}

static void answer_well(int n)
{
    ck_assert_int_le(server_texts(n), 32);
    server_vectors(n);
}

static void have_no_model(int n)
{
    server_say(n, 404, "", "{\"error\":\"model not found\"}");
}

/* A server in a process of its own, since the commands wait; its pid. */
static pid_t start_server(void (*answer)(int n))
{
    struct loop *loop = loop_create(60000);
    char *url = NULL;
    pid_t child = -1;

    server_open(loop);
    server.answer = answer;
    url = mem_printf("embedder.url=http://127.0.0.1:%d", server.port);
    set(url);
    set("embedder.backend=ollama");
    set("embedder.model=m");
    set("embedder.retry_ms=10");
    free(url);
    child = fork();
    if (child == 0) {
        loop_run(loop);
        _exit(0);
    }
    server_close();
    loop_destroy(&loop);
    return child;
}

static void end_server(pid_t child)
{
    kill(child, SIGKILL);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
}

START_TEST(embed_by_a_server)
{
    pid_t child = start_server(answer_well);

    write_input("t123");
    ck_assert_int_eq(embed_cli(input, config), EX_OK);
    json_t *json = read_line(0), *vector = json_object_get(json, "vector");
    ck_assert_str_eq(json_string_value(json_object_get(json, "model")), "m");
    ck_assert_int_eq(json_integer_value(json_object_get(json, "dims")), 4);
    ck_assert_int_eq(json_integer_value(json_array_get(vector, 0)), 127);
    ck_assert_int_eq(json_integer_value(json_array_get(vector, 1)), 13);
    json_decref(json);
    end_server(child);
}
END_TEST

/* 300 texts: several requests, and each pair has its own vectors. */
START_TEST(compare_by_a_server)
{
    pid_t child = start_server(answer_well);
    FILE *file = fopen(input, "w");

    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 150; i++)
        fprintf(file, "{\"a\":\"t%d\",\"b\":{\"title\":\"t%d\"}}\n", i, i % 2 ? i : i + 500);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(compare_cli(input, config), EX_OK);
    for (int i = 0; i < 150; i++) {
        json_t *json = read_line(i);
        double score = json_real_value(json_object_get(json, "score"));

        ck_assert_int_eq(json_integer_value(json_object_get(json, "a")), i + 1);
        ck_assert_msg(i % 2 ? score > .9999 : score < .99, "line %d: %f", i, score);
        json_decref(json);
    }
    end_server(child);
}
END_TEST

START_TEST(no_vectors)
{
    pid_t child = start_server(have_no_model);

    write_input("{\"a\":\"t1\",\"b\":\"t2\"}\n");
    ck_assert_int_eq(embed_cli(input, config), EX_UNAVAILABLE);
    ck_assert_int_eq(compare_cli(input, config), EX_UNAVAILABLE);
    ck_assert_ptr_null(read_line(0));
    end_server(child);
    ck_assert_int_eq(compare_cli(input, config), EX_UNAVAILABLE); /* nobody there */
    set("embedder.url=nonsense");
    ck_assert_int_eq(compare_cli(input, config), EX_CONFIG);
    set("embedder.backend=builtin");
    ck_assert_int_eq(embed_cli(input, config), EX_CONFIG); /* it has no model "m" */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("embed_cli");
    TCase *tests = tcase_create("all");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, embed_prints_a_vector);
    tcase_add_test(tests, embed_takes_an_empty_file);
    tcase_add_test(tests, a_missing_file_is_an_error);
    tcase_add_test(tests, compare_prints_one_line_a_pair);
    tcase_add_test(tests, embed_by_a_server);
    tcase_add_test(tests, compare_by_a_server);
    tcase_add_test(tests, no_vectors);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
