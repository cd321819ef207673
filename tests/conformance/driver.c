/* Runs the parsers over jobs that the run script sends, one JSON object per line on standard input:
 *   {"id", "kind", "path" or "text", "url", "headers": {name: value}, "seconds", "mib"}
 * and answers each with one line: {"id", "result", "error", "seconds", "rss_kib"}.
 * Every job runs in a child of its own: its data memory and its time are limited by the kernel, and
 * what kills it is named in "error". */
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "fetcher/date.h"
#include "fetcher/feed.h"
#include "fetcher/html.h"
#include "fetcher/parse_cli.h"
#include "reader/opml.h"

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static const char *header(const json_t *job, const char *name)
{
    const char *key = NULL;
    json_t *value = NULL;

    json_object_foreach(json_object_get(job, "headers"), key, value)
    {
        if (strcasecmp(key, name) == 0)
            return json_string_value(value);
    }
    return NULL;
}

static struct buf read_file(const char *path)
{
    struct buf body = {0};
    char chunk[65536];
    size_t n = 0;
    FILE *file = path ? fopen(path, "rb") : NULL;

    if (!file) {
        fprintf(stderr, "driver: %s: %s\n", path ? path : "no path", strerror(errno));
        exit(EXIT_FAILURE);
    }
    while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
        buf_add(&body, chunk, n);
    fclose(file);
    return body;
}

static json_t *run_feed(const json_t *job, const char **error)
{
    struct buf body = read_file(text_of(job, "path"));
    enum feed_status status = FEED_UNKNOWN;
    struct feed_context ctx = {.url = text_of(job, "url"),
                               .content_type = header(job, "Content-Type"),
                               .content_language = header(job, "Content-Language"),
                               .content_location = header(job, "Content-Location"),
                               .keep_repeats = true,
                               .max_entries = 10000,
                               .max_entry_bytes = 1048576};
    json_t *result = parse_json(buf_span(&body), &ctx, &status);

    if (status != FEED_OK)
        *error = feed_status_text(status);
    buf_free(&body);
    return result;
}

static json_t *opml_object(const struct opml *opml)
{
    json_t *feeds = json_array();

    for (size_t i = 0; i < opml->feed_count; i++) {
        const struct opml_feed *feed = &opml->feeds[i];
        json_t *path = json_array();
        for (size_t k = 0; k < feed->depth; k++)
            json_array_append_new(path, json_string(feed->path[k]));
        json_array_append_new(feeds, json_pack("{s:s, s:s, s:o}", "xmlUrl", feed->url, "title",
                                               feed->title, "path", path));
    }
    return json_pack("{s:{s:s?, s:o}}", "opml", "title", opml->title, "feeds", feeds);
}

static json_t *run_opml(const json_t *job, const char **error)
{
    struct buf body = read_file(text_of(job, "path"));
    struct opml *opml = opml_parse(buf_span(&body));
    json_t *result = opml_object(opml);

    if (!opml->seen)
        *error = "not a list of subscriptions";
    opml_destroy(&opml);
    buf_free(&body);
    return result;
}

static json_t *run_date(const json_t *job, const char **error)
{
    const char *text = text_of(job, "text");
    int64_t ms = 0;

    if (text && date_parse(text, strlen(text), &ms))
        return json_integer(ms);
    *error = "not a date";
    return NULL;
}

static json_t *run_sanitize(const json_t *job)
{
    const json_t *text = json_object_get(job, "text");
    struct buf html = {0};
    struct buf again = {0};
    struct buf plain = {0};
    json_t *result = NULL;

    html_sanitise(span_of(json_string_value(text), json_string_length(text)), text_of(job, "url"),
                  0, &html, &plain);
    html_sanitise(buf_span(&html), text_of(job, "url"), 0, &again, NULL);
    result = json_pack("{s:s#, s:s#, s:b}", "html", html.data ? html.data : "", html.len, "text",
                       plain.data ? plain.data : "", plain.len, "stable",
                       span_eq(buf_span(&html), buf_span(&again)));
    buf_free(&html);
    buf_free(&again);
    buf_free(&plain);
    return result;
}

static void limit(int what, rlim_t value)
{
    struct rlimit limits = {.rlim_cur = value, .rlim_max = value};

    if (setrlimit(what, &limits) != 0) {
        perror("driver: setrlimit");
        exit(EXIT_FAILURE);
    }
}

/* In the child: limits first, then the parser, then one JSON object to out. */
static void work(const json_t *job, FILE *out)
{
    const char *kind = text_of(job, "kind");
    const char *error = NULL;
    json_t *result = NULL;
    unsigned seconds = (unsigned)json_integer_value(json_object_get(job, "seconds"));

    limit(RLIMIT_DATA, (rlim_t)json_integer_value(json_object_get(job, "mib")) << 20);
    limit(RLIMIT_CPU, seconds);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    alarm(seconds);
    if (strcmp(kind, "opml") == 0)
        result = run_opml(job, &error);
    else if (strcmp(kind, "date") == 0)
        result = run_date(job, &error);
    else if (strcmp(kind, "sanitize") == 0)
        result = run_sanitize(job);
    else
        result = run_feed(job, &error);
    json_t *line = json_pack("{s:o?, s:s?}", "result", result, "error", error);
    json_dumpf(line, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
    json_decref(line);
}

static double now(void)
{
    struct timespec t = {0};

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The child's answer, or what became of it. */
static json_t *answer_of(struct buf *answer, int status)
{
    json_t *line = NULL;
    char text[64];

    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        line = json_loadb(answer->data, answer->len, 0, NULL);
    if (line)
        return line;
    if (WIFSIGNALED(status))
        snprintf(text, sizeof(text), "killed by signal %d", WTERMSIG(status));
    else
        snprintf(text, sizeof(text), "failed with exit code %d", WEXITSTATUS(status));
    return json_pack("{s:n, s:s, s:b}", "result", "error", text, "crashed", 1);
}

static void run_job(const json_t *job)
{
    int pipes[2] = {-1, -1};
    double begun = now();
    struct buf answer = {0};
    struct rusage usage = {0};
    char chunk[65536];
    ssize_t n = 0;
    int status = 0;

    fflush(stdout);
    if (pipe(pipes) != 0)
        exit(EXIT_FAILURE);
    pid_t pid = fork();
    if (pid == 0) {
        FILE *out = fdopen(pipes[1], "w");
        close(pipes[0]);
        work(job, out);
        _exit(fclose(out) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    close(pipes[1]);
    while ((n = read(pipes[0], chunk, sizeof(chunk))) > 0)
        buf_add(&answer, chunk, (size_t)n);
    close(pipes[0]);
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
        exit(EXIT_FAILURE);
    json_t *line = answer_of(&answer, status);
    json_object_set(line, "id", json_object_get(job, "id"));
    json_object_set_new(line, "seconds", json_real(now() - begun));
    json_object_set_new(line, "rss_kib", json_integer(usage.ru_maxrss));
    json_object_set_new(line, "bytes", json_integer((json_int_t)answer.len));
    json_dumpf(line, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(line);
    buf_free(&answer);
}

int main(void)
{
    char *line = NULL;
    size_t cap = 0;

    while (getline(&line, &cap, stdin) > 0) {
        json_t *job = json_loads(line, JSON_ALLOW_NUL, NULL);
        if (!job) {
            fprintf(stderr, "driver: a job is not JSON\n");
            return EXIT_FAILURE;
        }
        run_job(job);
        json_decref(job);
    }
    free(line);
    return EXIT_SUCCESS;
}
