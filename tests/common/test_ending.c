/* The last moments of a process: how many threads are left, and the limit. */
#include "tests/common/world.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/wait.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/ending.h"

static sem_t may_end;

static void *end_at_once(void *arg)
{
    return arg;
}

static void *wait_for_word(void *arg)
{
    (void)arg;
    sem_wait(&may_end);
    return NULL;
}

/* What a sanitizer has of its own once there was a thread, in a process that was forked: else 0. */
static size_t not_ours(void)
{
    pthread_t thread;
    size_t count = 0;

    ck_assert_int_eq(pthread_create(&thread, NULL, end_at_once, NULL), 0);
    pthread_join(thread, NULL);
    count = ending_threads();
#ifndef __SANITIZE_THREAD__
    ck_assert_uint_eq(count, 0);
#endif
    return count;
}

START_TEST(counts_threads)
{
    size_t before = not_ours();
    pthread_t threads[3];

    sem_init(&may_end, 0, 0);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, wait_for_word, NULL), 0);
    ck_assert_uint_eq(ending_threads(), before + 3);
    for (int i = 0; i < 3; i++)
        sem_post(&may_end);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(ending_threads(), before);
    sem_destroy(&may_end);
}
END_TEST

static void *end_soon(void *arg)
{
    (void)arg;
    poll(NULL, 0, 50);
    return NULL;
}

/* A thread that is just ending is given a moment. */
START_TEST(waits_for_the_last)
{
    size_t before = not_ours();
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, end_soon, NULL), 0);
    pthread_detach(thread);
    ck_assert_uint_eq(ending_threads(), before);
}
END_TEST

/* What a child with this limit says, and how it ends; it closes for so long. */
static int close_for(int64_t limit_ms, int64_t ms, char *said, size_t room)
{
    int pipe_ends[2] = {-1, -1};
    int status = 0;
    ssize_t got = 0;
    pid_t child = -1;

    ck_assert_int_eq(pipe(pipe_ends), 0);
    child = fork();
    if (child == 0) {
        int64_t until_ms = clock_mono_ms() + ms;

        dup2(pipe_ends[1], STDERR_FILENO);
        ending_limit(limit_ms);
        while (clock_mono_ms() < until_ms)
            poll(NULL, 0, 10);
        _exit(APP_OK);
    }
    close(pipe_ends[1]);
    got = read(pipe_ends[0], said, room - 1);
    said[got > 0 ? got : 0] = '\0';
    close(pipe_ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(limit)
{
    char said[300];

    ck_assert_int_eq(close_for(5000, 50, said, sizeof(said)), APP_OK);
    ck_assert_str_eq(said, "");
    ck_assert_int_eq(close_for(100, 20000, said, sizeof(said)), APP_LEFT);
    ck_assert_msg(strstr(said, "error: stop-stuck within_ms=100 code=75\n"), "%s", said);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ending");
    TCase *all = tcase_create("all");

    tcase_add_test(all, counts_threads);
    tcase_add_test(all, waits_for_the_last);
    tcase_add_test(all, limit);
    suite_add_tcase(suite, all);
    return world_run(suite);
}
