/* Recorded commits. */
#include <jansson.h>
#include <stdlib.h>

#include "common/mem.h"
#include "common/msg.h"
#include "tests/quality/replay.h"

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool unhex(const json_t *line, const char *name, struct buf *out)
{
    const char *text = json_string_value(json_object_get(line, name));

    for (; text && text[0]; text += 2) {
        if (digit(text[0]) < 0 || digit(text[1]) < 0)
            return false;
        buf_addc(out, (char)(digit(text[0]) * 16 + digit(text[1])));
    }
    return text != NULL;
}

static int64_t number(const json_t *line, const char *name)
{
    return json_integer_value(json_object_get(line, name));
}

static bool read_traits(const json_t *line, struct commit *commit)
{
    struct buf signature = {0}, figures = {0};
    bool read = unhex(line, "vector", &commit->vector) && unhex(line, "signature", &signature) &&
                unhex(line, "figures", &figures) && unhex(line, "terms", &commit->terms) &&
                commit->terms.len <= (size_t)TRAITS_TERM * TRAITS_TERMS_MAX &&
                figures.len <= 4 * TRAITS_FIGURES_MAX &&
                (signature.len == 0 || signature.len == 4 * TRAITS_SIGNATURE);
    struct msg_vector vector = {.vector = buf_span(&commit->vector),
                                .signature = buf_span(&signature),
                                .figures = buf_span(&figures),
                                .terms = buf_span(&commit->terms),
                                .words = (uint64_t)number(line, "words"),
                                .url_key = (uint64_t)number(line, "url_key"),
                                .title_key = (uint64_t)number(line, "title_key")};

    if (read)
        msg_vector_traits(&vector, commit->space, &commit->traits);
    buf_free(&signature);
    buf_free(&figures);
    return read;
}

void commit_free(struct commit *commit)
{
    if (!commit)
        return;
    free(commit->model);
    buf_free(&commit->vector);
    buf_free(&commit->terms);
    free(commit);
}

/* NULL where the line is no commit. */
static struct commit *commit_read(const char *text, size_t n)
{
    json_t *line = json_loadb(text, n, 0, NULL);
    struct commit *commit = mem_calloc(1, sizeof(*commit));
    const char *model = json_string_value(json_object_get(line, "model"));

    commit->id = (uint64_t)number(line, "id");
    commit->sequence = (uint64_t)number(line, "sequence");
    commit->time_ms = number(line, "time_ms");
    commit->seen_ms = number(line, "seen_ms");
    commit->revision = number(line, "revision");
    commit->model = mem_strdup(model ? model : "");
    if (!model || commit->id == 0 || !read_traits(line, commit)) {
        commit_free(commit);
        commit = NULL;
    }
    json_decref(line);
    return commit;
}

struct commit **commits_read(FILE *file, size_t *count)
{
    struct commit **commits = mem_calloc(1, sizeof(*commits)), *commit = NULL;
    char *text = NULL;
    size_t cap = 0;

    *count = 0;
    for (ssize_t n; (n = getline(&text, &cap, file)) > 0;) {
        commit = commit_read(text, (size_t)n);
        if (!commit)
            break;
        commits = mem_realloc(commits, *count + 1, sizeof(*commits));
        commits[(*count)++] = commit;
    }
    free(text);
    if (feof(file))
        return commits;
    fprintf(stderr, "replay: line %zu is no commit\n", *count + 1);
    while (*count > 0)
        commit_free(commits[--*count]);
    free(commits);
    return NULL;
}
