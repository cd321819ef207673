#include "storer/strain.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/service.h"
#include "storer/decide.h"
#include "storer/query.h"
#include "storer/writer_inner.h"

static const struct {
    const char *name;
    const char *doing[LADDER_RUNGS];
} strains[STRAINS] = {
    [STRAIN_WINDOW] = {"window", {"", "nothing yet", "background fetches wait", "fetches wait"}},
    [STRAIN_QUERIES] = {"queries",
                        {"", "nothing yet", "background queries are refused",
                         "all further queries are refused"}},
};

static void publish(struct writer *writer, const char *what, unsigned percent,
                    const struct ladder_step *step)
{
    char *json =
        mem_printf("{\"what\":\"%s\",\"rung\":\"%s\",\"percent\":%u,\"for_ms\":%" PRId64 "}", what,
                   ladder_name(step->rung), percent, step->for_ms);

    publish_state(writer, step->begun ? "load-begun" : "load-ended", json);
    free(json);
}

static void climb(struct writer *writer, enum strain_of which, unsigned percent)
{
    const char *what = strains[which].name;
    struct ladder_step step;

    while (ladder_set(&writer->strain.of[which], percent, clock_mono_ms(), &step)) {
        if (step.begun)
            log_notice("load-begun", "what=%s rung=%s percent=%u do=\"%s\"", what,
                       ladder_name(step.rung), percent, strains[which].doing[step.rung]);
        else
            log_notice("load-ended", "what=%s rung=%s percent=%u for_ms=%" PRId64, what,
                       ladder_name(step.rung), percent, step.for_ms);
        publish(writer, what, percent, &step);
    }
}

/* A fetch that would bring more than the last tenth of the window is put off below 90 % already. */
static unsigned window_now(struct writer *writer)
{
    unsigned percent = window_percent(&writer->window);
    bool put_off = writer->strain.put_off;

    writer->strain.put_off = false;
    return put_off && percent < 90 ? 90 : percent;
}

void strain_tend(struct writer *writer)
{
    climb(writer, STRAIN_WINDOW, window_now(writer));
    if (writer->query)
        climb(writer, STRAIN_QUERIES, query_fullest(writer->query));
}

void strain_memory(struct service *service, void *self, const struct ladder_step *step)
{
    struct writer *writer = *(struct writer **)self;

    if (!writer)
        return;
    decide_strain(writer->decide, service->memory.rung);
    publish(writer, "memory", service->memory.percent, step);
}

static void figure(struct buf *json, const char *name, const struct ladder *ladder)
{
    buf_printf(json, "\"%s\":{\"percent\":%u,\"rung\":\"%s\"}", name, ladder->percent,
               ladder_name(ladder->rung));
}

void strain_figures(const struct writer *writer, struct buf *json)
{
    buf_adds(json, ",\"load\":{");
    for (int i = 0; i < STRAINS; i++) {
        figure(json, strains[i].name, &writer->strain.of[i]);
        buf_addc(json, ',');
    }
    figure(json, "memory", &writer->service->memory);
    buf_addc(json, '}');
}
