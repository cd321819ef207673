/* weir-deduper: proposes, for each item, the committed ones that it resembles. */
#include "common/service.h"
#include "deduper/deduper.h"

int main(int argc, char **argv)
{
    static const struct service_spec spec = {
        .app = {.name = "weir-deduper",
                .stage = "deduper",
                .summary = "Proposes what items resemble: takes `vectors`, gives `verdicts`."},
        .start = deduper_start,
        .stop = deduper_stop,
        .end = deduper_end,
        .beat = deduper_beat,
    };
    struct deduper deduper = {0};

    return service_main(&spec, &deduper, argc, argv);
}
