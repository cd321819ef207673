/* weir-storer: the head and the tail of the ring.  See README.md. */
#include "common/service.h"
#include "storer/restore.h"
#include "storer/verify.h"
#include "storer/writer.h"
#include "storer/writer_inner.h"

static int start(struct service *service, void *self)
{
    return writer_open(self, service);
}

static void stop(struct service *service, void *self, int64_t within_ms)
{
    (void)service;
    writer_stop(*(struct writer **)self, within_ms);
}

static void end(struct service *service, void *self)
{
    (void)service;
    writer_close(self);
}

static const struct app_oneshot oneshots[] = {
    {"verify", "FILE", "check a store that no storer has open, and end", verify_cli, NULL},
    {"restore", "FILE", "put a backup in the store's place, which no storer has open, and end",
     NULL, restore_cli},
    {0},
};

static const struct service_spec spec = {
    .app = {.name = "weir-storer",
            .stage = "storer",
            .summary = "keeps sources, journal, items and stories; the only one that stores",
            .oneshots = oneshots},
    .start = start,
    .stop = stop,
    .end = end,
    .beat = control_beat,
    .control = control_message,
    .welcomed = control_welcomed,
    .memory = strain_memory,
};

int main(int argc, char **argv)
{
    struct writer *writer = NULL;

    return service_main(&spec, &writer, argc, argv);
}
