#include "reader/follow.h"

#include <signal.h>
#include <stdio.h>

#include "reader/pager.h"

static volatile sig_atomic_t signalled;

static void note(int number)
{
    (void)number;
    signalled = 1;
}

void follow_start(void)
{
    struct sigaction action = {.sa_handler = note}, ignore = {.sa_handler = SIG_IGN};

    pager_use(""); /* what goes on is seen as it comes */
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

bool follow_ended(void)
{
    return signalled || ferror(stdout);
}
