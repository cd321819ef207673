#include "reader/reembed.h"

#include <string.h>

#include "common/buf.h"
#include "reader/print.h"

void reembed_progress(struct buf *out, int64_t done, int64_t failed, int64_t items)
{
    buf_printf(out, "%lld of %lld (%lld %%)", (long long)done, (long long)items,
               items > 0 ? (long long)(done * 100 / items) : 100LL);
    if (failed > 0)
        buf_printf(out, ", %lld without a vector", (long long)failed);
}

static void missing(struct buf *out, const json_t *answer, bool dry)
{
    int64_t count = print_int(answer, "missing");

    if (count == 0)
        return;
    buf_printf(out, "%lld items have no vector of ", (long long)count);
    print_cut(out, print_text(answer, "serving"), 0);
    buf_printf(out, "; %s\n",
               dry ? "they are asked for again, each in its time" : "they are asked for now");
}

void reembed_words(struct buf *out, const json_t *answer, bool dry)
{
    const char *serving = print_text(answer, "serving"), *wanted = print_text(answer, "wanted");
    int64_t items = print_int(answer, "items"), failed = print_int(answer, "failed");
    int64_t done = print_int(answer, "done") + failed;

    buf_adds(out, "the vectors of ");
    print_cut(out, serving, 0);
    buf_printf(out, " serve, %lld items\n", (long long)items);
    if (json_is_true(json_object_get(answer, "changing"))) {
        buf_adds(out, "new vectors by ");
        print_cut(out, wanted, 0);
        buf_adds(out, ": ");
        reembed_progress(out, done, failed, items);
        buf_adds(out, dry || failed == 0 ? "\n" : "; these are asked for again\n");
    } else if (strcmp(serving, wanted) != 0) {
        buf_adds(out, "the settings name ");
        print_cut(out, wanted, 0);
        buf_printf(out, ": new vectors for %lld items begin when a worker of each stage is there\n",
                   (long long)items);
    } else {
        buf_adds(out, "it is the model of the settings: no vector has to be made anew\n");
    }
    missing(out, answer, dry);
}

void reembed_status(struct buf *out, const json_t *stats)
{
    const json_t *change = json_object_get(stats, "reembed");

    if (!json_is_object(change))
        return;
    buf_adds(out, "model    ");
    print_cut(out, print_text(stats, "model"), 0);
    buf_adds(out, " serves; new vectors by ");
    print_cut(out, print_text(change, "model"), 0);
    buf_adds(out, ": ");
    reembed_progress(out, print_int(change, "done") + print_int(change, "failed"),
                     print_int(change, "failed"), print_int(change, "total"));
    if (json_is_true(json_object_get(change, "pausing")))
        print_styled(out, PRINT_YELLOW, "; pausing, for it gives none");
    buf_addc(out, '\n');
}
