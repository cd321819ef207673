/* weir-fetcher: asks web servers for feeds and turns them into items. */
#include "common/service.h"
#include "fetcher/fetcher.h"
#include "fetcher/parse_cli.h"

static enum sandbox sandbox(const struct config *config)
{
    (void)config;
    return SANDBOX_NET;
}

int main(int argc, char **argv)
{
    static const struct app_oneshot oneshots[] = {
        {"parse", "FILE", "print what a feed says as JSON and leave", parse_cli, NULL},
        {0},
    };
    static const struct service_spec spec = {
        .app = {.name = "weir-fetcher",
                .stage = "fetcher",
                .summary = "Fetches and reads feeds: takes `jobs`, gives `reports` and `items`.",
                .oneshots = oneshots},
        .start = fetcher_start,
        .stop = fetcher_stop,
        .end = fetcher_end,
        .beat = fetcher_beat,
        .control = fetcher_control,
        .sandbox = sandbox,
    };
    struct fetcher fetcher = {0};

    return service_main(&spec, &fetcher, argc, argv);
}
