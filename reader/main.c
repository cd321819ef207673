/* weir: reads and steers a running Weir. */
#include <czmq.h>
#include <errno.h>

#include "common/app.h"
#include "common/config.h"
#include "common/log.h"
#include "common/sandbox.h"
#include "reader/call.h"
#include "reader/later.h"
#include "reader/options.h"
#include "reader/pager.h"
#include "reader/print.h"

/* How the terminal, where it is one, is used. */
static void start_output(const struct call *call)
{
    if (call->colour != CALL_COLOUR_AUTO)
        print_colour(call->colour == CALL_COLOUR_ALWAYS);
    if (print_terminal() && !call->no_pager)
        pager_use(pager_choose(call->config->reader_pager));
}

int main(int argc, char **argv)
{
    struct call call = {0};
    int code = 0;

    sandbox_guard();
    log_start("weir");
    log_set_level("warning");
    print_start();
    code = options_read(&call, argc, argv);
    if (code < 0) {
        zsys_init();
        zsys_handler_set(NULL); /* Ctrl-C ends the command, or what follows sets its own handler */
        if (call.later)
            later_start(argc, argv, call.json);
        start_output(&call);
        code = call.verb->run(&call);
        code = code == LATER_LEFT ? APP_OK : code;
        zsys_shutdown();
    }
    options_end(&call);
    if ((fflush(stdout) || ferror(stdout)) && errno != EPIPE) /* whoever reads has read enough */
        code = code ? code : APP_IO;
    pager_end();
    return code;
}
