/* What is said to model servers, and what of their answers is taken. */
#include "embedder/embeddings.h"

#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "tests/common/world.h"

static struct embeddings found;

static void teardown(void)
{
    embeddings_free(&found);
}

static const char *read_as(enum dialect dialect, const char *body, size_t count)
{
    return embeddings_read(dialect, span_str(body), count, &found);
}

static void check_values(const float *wanted, size_t count, size_t dims)
{
    ck_assert_uint_eq(found.count, count);
    ck_assert_uint_eq(found.dims, dims);
    for (size_t i = 0; i < count * dims; i++)
        ck_assert_float_eq(found.values[i], wanted[i]);
}

/* Refused, and the words have this in them. */
static void check_refused(enum dialect dialect, const char *body, size_t count, const char *part)
{
    const char *why = read_as(dialect, body, count);

    ck_assert_msg(why && strstr(why, part), "%s: %s", body, why ? why : "taken");
}

START_TEST(ollama)
{
    static const float wanted[] = {.5F, -1, 2, 0, 1e-3F, 7};

    ck_assert_ptr_null(read_as(DIALECT_OLLAMA,
                               "{\"model\":\"m\",\"embeddings\":[[0.5,-1,2e0],[0,1e-3,7.0]],"
                               "\"total_duration\":14143917,\"load_duration\":1019500,"
                               "\"prompt_eval_count\":8}",
                               2));
    check_values(wanted, 2, 3);
}
END_TEST

/* Sorted by index, whatever order they come in. */
START_TEST(openai)
{
    static const float wanted[] = {1, 2, 3, 4, 5, 6};

    ck_assert_ptr_null(read_as(DIALECT_OPENAI,
                               "{\"object\":\"list\",\"data\":["
                               "{\"object\":\"embedding\",\"index\":2,\"embedding\":[5,6]},"
                               "{\"object\":\"embedding\",\"index\":0,\"embedding\":[1,2]},"
                               "{\"object\":\"embedding\",\"index\":1,\"embedding\":[3,4]}],"
                               "\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}",
                               3));
    check_values(wanted, 3, 2);
}
END_TEST

START_TEST(no_vectors)
{
    static const char *const bodies[] = {"",
                                         "{",
                                         "null",
                                         "[]",
                                         "{}",
                                         "{\"embeddings\":[[0.1,0.2]",
                                         "{\"embeddings\":[[0.1,0.2]]} x",
                                         "{\"embeddings\":{}}",
                                         "{\"embeddings\":[0.1,0.2]}",
                                         "{\"embeddings\":[[]]}",
                                         "{\"embeddings\":[[NaN]]}",
                                         "{\"embeddings\":[[Infinity]]}",
                                         "{\"embeddings\":[[1e999]]}",
                                         "{\"embeddings\":[[1e39]]}",
                                         "{\"embeddings\":[[null]]}",
                                         "{\"embeddings\":[[\"0.1\"]]}",
                                         "{\"embeddings\":[[[0.1]]]}",
                                         "{\"embeddings\":[[0.1],[0.2]]}",
                                         "{\"embeddings\":[]}",
                                         "{\"embeddings\":[[0.1]],\"embeddings\":[[0.2]]}",
                                         "{\"data\":[{\"index\":0,\"embedding\":[0.1]}]}"};

    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        ck_assert_msg(read_as(DIALECT_OLLAMA, bodies[i], 1) != NULL, "%s", bodies[i]);
    ck_assert_ptr_nonnull(read_as(DIALECT_OLLAMA, "{\"embeddings\":[]}", 0));
    ck_assert_ptr_nonnull(read_as(DIALECT_OLLAMA, "{\"embeddings\":[]}", EMBEDDINGS_MOST + 1));
}
END_TEST

START_TEST(what_is_wrong_is_said)
{
    check_refused(DIALECT_OLLAMA, "<html>", 1, "not JSON");
    check_refused(DIALECT_OLLAMA, "[1]", 1, "not a JSON object");
    check_refused(DIALECT_OLLAMA, "{\"embeddings\":[[1]]}", 2, "another number of vectors");
    check_refused(DIALECT_OLLAMA, "{\"embeddings\":[[1,2],[1]]}", 2, "different lengths");
    check_refused(DIALECT_OLLAMA, "{\"embeddings\":[[1,null]]}", 1, "finite numbers");
    check_refused(DIALECT_OPENAI, "{\"data\":[{\"embedding\":[1]}]}", 1, "index");
    check_refused(DIALECT_OPENAI, "{\"data\":[{\"index\":1,\"embedding\":[1]}]}", 1, "index");
    check_refused(DIALECT_OPENAI, "{\"data\":[{\"index\":-1,\"embedding\":[1]}]}", 1, "index");
    check_refused(DIALECT_OPENAI, "{\"data\":[{\"index\":0.0,\"embedding\":[1]}]}", 1, "index");
    check_refused(DIALECT_OPENAI,
                  "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":0,\"embedding\":[1]}]}", 2,
                  "index");
    check_refused(DIALECT_OPENAI, "{\"data\":[{\"index\":0,\"embedding\":\"AAAA\"}]}", 1, "list");
    check_refused(DIALECT_OPENAI, "{\"data\":[7]}", 1, "index");
}
END_TEST

/* A body of nothing but small values would take twenty times its size in memory. */
START_TEST(too_many_values)
{
    struct buf body = {0};

    buf_adds(&body, "{\"embeddings\":[[0");
    for (int i = 1; i < 4097; i++)
        buf_adds(&body, ",0");
    buf_adds(&body, "]]}");
    check_refused(DIALECT_OLLAMA, body.data, 1, "more than 4096");
    for (int i = 0; i < 8000; i++)
        buf_adds(&body, ",0");
    check_refused(DIALECT_OLLAMA, body.data, 1, "too many values");
    buf_clear(&body);
    for (int i = 0; i < 100000; i++)
        buf_addc(&body, '[');
    check_refused(DIALECT_OLLAMA, body.data, 1, "too many values");
    buf_free(&body);
}
END_TEST

/* What is asked is JSON, whatever the texts hold, and says the same. */
START_TEST(requests)
{
    struct span texts[] = {span_str("plain"),
                           span_str("a \"quoted\" \\ line\nand\ttab \x7f"),
                           span_str("\xe6\xb0\xb4 caf\xc3\xa9"),
                           span_str("bad \xff\xc3("),
                           span_of("nul \0 in", 8),
                           span_str("")};
    struct buf out = {0};
    json_t *body = NULL, *input = NULL;

    embeddings_ask(&out, "my \"model\"", texts, sizeof(texts) / sizeof(texts[0]));
    body = json_loadb(out.data, out.len, JSON_ALLOW_NUL, NULL);
    ck_assert_msg(body != NULL, "%s", out.data);
    ck_assert_str_eq(json_string_value(json_object_get(body, "model")), "my \"model\"");
    input = json_object_get(body, "input");
    ck_assert_uint_eq(json_array_size(input), 6);
    for (size_t i = 0; i < 6; i++) {
        const json_t *text = json_array_get(input, i);
        struct span said = span_of(json_string_value(text), json_string_length(text));

        if (i == 3)
            ck_assert(span_eq(said, span_str("bad \xef\xbf\xbd\xef\xbf\xbd(")));
        else
            ck_assert(span_eq(said, texts[i]));
    }
    json_decref(body);
    buf_free(&out);
}
END_TEST

static void check_url(enum dialect dialect, const char *base, const char *wanted)
{
    const char *why = NULL;
    char *url = dialect_url(dialect, base, &why);

    if (wanted)
        ck_assert_str_eq(url, wanted);
    else
        ck_assert(!url && why && *why);
    free(url);
}

START_TEST(addresses)
{
    char *probe = NULL;

    check_url(DIALECT_OLLAMA, "", "http://127.0.0.1:11434/api/embed");
    check_url(DIALECT_OLLAMA, "http://h:1/", "http://h:1/api/embed");
    check_url(DIALECT_OLLAMA, "https://h/below//", "https://h/below/api/embed");
    check_url(DIALECT_OLLAMA, "http://h/api/embed", "http://h/api/embed");
    check_url(DIALECT_OPENAI, "https://h", "https://h/v1/embeddings");
    check_url(DIALECT_OPENAI, "https://h/v1/", "https://h/v1/embeddings");
    check_url(DIALECT_OPENAI, "https://h/x/v1/embeddings", "https://h/x/v1/embeddings");
    check_url(DIALECT_OPENAI, "", NULL);
    check_url(DIALECT_OLLAMA, "h:11434", NULL);
    check_url(DIALECT_OLLAMA, "file:///etc/passwd", NULL);
    check_url(DIALECT_OLLAMA, "http://", NULL);
    check_url(DIALECT_OLLAMA, "http://me:secret@h", NULL);
    check_url(DIALECT_OLLAMA, "http://h/?a=b", NULL);
    check_url(DIALECT_OLLAMA, "http://h/a b", NULL);
    probe = dialect_probe_url(DIALECT_OLLAMA, "http://h/api/embed");
    ck_assert_str_eq(probe, "http://h/api/tags");
    free(probe);
    ck_assert_ptr_null(dialect_probe_url(DIALECT_OPENAI, "http://h"));
    ck_assert_int_eq(dialect_of("ollama"), DIALECT_OLLAMA);
    ck_assert_int_eq(dialect_of("openai"), DIALECT_OPENAI);
    ck_assert_int_eq(dialect_of("builtin"), DIALECT_NONE);
    ck_assert_int_eq(dialect_of("none"), DIALECT_NONE);
    ck_assert_str_eq(dialect_name(DIALECT_OPENAI), "openai");
}
END_TEST

static void check_error(const char *body, const char *wanted)
{
    char *words = embeddings_read_error(span_str(body));

    ck_assert_str_eq(words, wanted);
    free(words);
}

START_TEST(other_answers)
{
    struct span tags = span_str("{\"models\":[{\"name\":\"all-minilm:33m\"},{\"name\":"
                                "\"nomic-embed-text:latest\",\"model\":\"x:latest\"}]}");
    char long_body[2000];

    ck_assert_ptr_null(embeddings_read_tags(tags, "nomic-embed-text"));
    ck_assert_ptr_null(embeddings_read_tags(tags, "nomic-embed-text:latest"));
    ck_assert_ptr_null(embeddings_read_tags(tags, "all-minilm:33m"));
    ck_assert_ptr_null(embeddings_read_tags(tags, "x"));
    ck_assert_str_eq(embeddings_read_tags(tags, "all-minilm"),
                     "the server does not have the model");
    ck_assert_ptr_nonnull(embeddings_read_tags(tags, "nomic"));
    ck_assert_ptr_nonnull(strstr(embeddings_read_tags(span_str("{}"), "x"), "cannot be read"));
    ck_assert_ptr_nonnull(strstr(embeddings_read_tags(span_str(""), "x"), "cannot be read"));
    check_error("{\"error\":\"no such model\"}", "no such model");
    check_error("{\"error\":{\"message\":\"quota\",\"type\":\"x\"}}", "quota");
    check_error("{\"message\":\"hm\"}", "hm");
    check_error("{\"detail\":\"hm\"}", "hm");
    check_error("{\"error\":7}", "");
    check_error("<html>", "");
    snprintf(long_body, sizeof(long_body), "{\"error\":\"%01000d\"}", 7);
    char *words = embeddings_read_error(span_str(long_body));
    ck_assert_uint_eq(strlen(words), 160);
    free(words);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("embeddings");
    TCase *all = tcase_create("embeddings");

    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_add_test(all, ollama);
    tcase_add_test(all, openai);
    tcase_add_test(all, no_vectors);
    tcase_add_test(all, what_is_wrong_is_said);
    tcase_add_test(all, too_many_values);
    tcase_add_test(all, requests);
    tcase_add_test(all, addresses);
    tcase_add_test(all, other_answers);
    suite_add_tcase(suite, all);
    return world_run(suite);
}
