#include "reader/pager.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *command = "";
static pid_t child;

const char *pager_choose(const char *setting)
{
    const char *own = getenv("WEIR_PAGER"), *all = getenv("PAGER");

    if (own)
        return strcmp(own, "cat") == 0 ? "" : own;
    if (*setting)
        return strcmp(setting, "cat") == 0 ? "" : setting;
    if (all)
        return strcmp(all, "cat") == 0 ? "" : all;
    return "less -FRX";
}

void pager_use(const char *use)
{
    command = use;
}

/* In the new process, before there is another program in it. */
static void become(const int ends[2])
{
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    close(ends[1]);
    setenv("LESS", "FRX", 0); /* for a bare `less` */
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

void pager_begin(void)
{
    int ends[2] = {-1, -1};

    if (!*command || child)
        return;
    fflush(stdout);
    if (pipe(ends))
        return;
    child = fork();
    if (child == 0)
        become(ends);
    if (child > 0)
        dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    signal(SIGPIPE, SIG_IGN); /* whoever has read enough ends it early */
    if (child < 0)
        child = 0;
    command = "";
}

void pager_end(void)
{
    if (child <= 0)
        return;
    signal(SIGINT, SIG_IGN); /* the pager's, as long as it is there */
    fflush(stdout);
    close(STDOUT_FILENO);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    child = 0;
}
