/* What tests/bench/parse times feeds with.
 *
 *   parse_bench one parse|all FILE    reads one feed and leaves: a process as `sfeed < FILE` is one
 *   parse_bench race FILE...          each file through a process of sfeed, of xmllint and two of
 *                                     our own, one after the other; a line for each file, the CPU
 *                                     (user and system, in ns) of the four; -1 where one failed
 *   parse_bench count parse FILE...  a line for each file: entries (-1: no feed), bytes
 *   parse_bench loop parse|all FILE... reads each file again and again in this process, as a
 * fetcher would; a line for each file: entries, ns of the fastest pass
 *
 * "parse" is feed_parse () alone.  "all" cleans titles and texts of each entry as well, as an item
 * frame has them. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "fetcher/feed.h"
#include "fetcher/html.h"

enum { ENTRY_BYTES = 1048576, LOOP_NS = 20 * 1000 * 1000 };

static const char *const url = "https://bench.example/feed";

extern char **environ;

static void die(const char *what)
{
    fprintf(stderr, "parse_bench: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

/* Mapped at once: what is timed is not the faults of its pages, of which readers of a stream have
 * none. */
static struct span map_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    void *bytes = NULL;

    if (fd < 0 || fstat(fd, &status) != 0 || status.st_size == 0)
        die(path);
    bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (bytes == MAP_FAILED)
        die(path);
    close(fd);
    return span_of(bytes, (size_t)status.st_size);
}

static void unmap(struct span body)
{
    munmap((void *)(uintptr_t)body.p, body.n);
}

static void clean(const struct feed *feed, struct buf out[3])
{
    for (size_t i = 0; i < feed->count; i++) {
        const struct feed_entry *entry = &feed->entries[i];
        const char *html = entry->content ? entry->content : entry->summary;
        const char *base = entry->content ? entry->content_base : entry->summary_base;

        for (size_t k = 0; k < 3; k++)
            buf_clear(&out[k]);
        html_text(span_str(entry->title), &out[0]);
        html_sanitise(span_str(html), base ? base : url, ENTRY_BYTES, &out[1], &out[2]);
    }
}

/* The entries; -1 where it is no feed. */
static long parse(struct span body, bool all)
{
    struct feed_context ctx = {.url = url, .keep_repeats = true, .max_entry_bytes = ENTRY_BYTES};
    struct feed *feed = NULL;
    struct buf out[3] = {0};
    long count = feed_parse(body, &ctx, &feed) == FEED_OK ? (long)feed->count : -1;

    if (all)
        clean(feed, out);
    for (size_t k = 0; k < 3; k++)
        buf_free(&out[k]);
    feed_destroy(&feed);
    return count;
}

static int64_t nanoseconds(struct timeval t)
{
    return (int64_t)t.tv_sec * 1000000000 + (int64_t)t.tv_usec * 1000;
}

/* The CPU of one process whose standard input is the file; -1 where it failed. */
static int64_t spawn(char *const argv[], const char *path)
{
    posix_spawn_file_actions_t files;
    struct rusage usage;
    int status = 0;
    pid_t pid = 0;

    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, path, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    if (posix_spawnp(&pid, argv[0], &files, NULL, argv, environ) != 0 ||
        wait4(pid, &status, 0, &usage) != pid)
        die(argv[0]);
    posix_spawn_file_actions_destroy(&files);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return -1;
    return nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
}

static void race(char *self, char *path)
{
    char *programs[][6] = {
        {(char[]){"sfeed"}, NULL},
        {(char[]){"xmllint"}, (char[]){"--stream"}, (char[]){"--noout"}, path, NULL},
        {self, (char[]){"one"}, (char[]){"parse"}, path, NULL},
        {self, (char[]){"one"}, (char[]){"all"}, path, NULL},
    };
    int64_t took[4];

    for (size_t i = 0; i < 4; i++)
        took[i] = spawn(programs[i], path);
    printf("%lld\t%lld\t%lld\t%lld\n", (long long)took[0], (long long)took[1], (long long)took[2],
           (long long)took[3]);
}

static int64_t cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void loop(const char *path, bool all)
{
    struct span body = map_file(path);
    long count = parse(body, all); /* warms up */
    int64_t end = cpu_ns() + LOOP_NS;
    int64_t best = INT64_MAX;

    for (int64_t start = cpu_ns(); start < end;) {
        parse(body, all);
        int64_t now = cpu_ns();
        best = now - start < best ? now - start : best;
        start = now;
    }
    printf("%ld\t%lld\n", count, (long long)best);
    unmap(body);
}

static void count(const char *path)
{
    struct span body = map_file(path);

    printf("%ld\t%zu\n", parse(body, false), body.n);
    unmap(body);
}

static int one(const char *path, bool all)
{
    struct span body = map_file(path);
    long count = parse(body, all);

    unmap(body);
    return count < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    bool all = argc > 2 && strcmp(argv[2], "all") == 0;

    if (strcmp(command, "one") == 0 && argc == 4)
        return one(argv[3], all);
    for (int i = 2; strcmp(command, "race") == 0 && i < argc; i++)
        race(argv[0], argv[i]);
    for (int i = 3; strcmp(command, "count") == 0 && i < argc; i++)
        count(argv[i]);
    for (int i = 3; strcmp(command, "loop") == 0 && i < argc; i++)
        loop(argv[i], all);
    return EXIT_SUCCESS;
}
