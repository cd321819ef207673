#include "reader/interrupt.h"

#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t came;
static bool ours;

static void note(int number)
{
    (void)number;
    came = 1;
}

void interrupt_start(void)
{
    struct sigaction action = {.sa_handler = note}, before;

    if (sigaction(SIGINT, NULL, &before) || before.sa_handler != SIG_DFL)
        return;
    came = 0;
    ours = sigaction(SIGINT, &action, NULL) == 0;
}

bool interrupt_came(void)
{
    return came;
}

void interrupt_end(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};

    if (!ours)
        return;
    ours = false;
    sigaction(SIGINT, &action, NULL);
    if (!came)
        return;
    fflush(stdout);
    raise(SIGINT);
}
