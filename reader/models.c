#include "reader/models.h"

#include <string.h>

#include "common/buf.h"
#include "reader/print.h"

/* "model    NAME by BACKEND at URL (PID): circuit closed, 384 dimensions, 17 requests ..." */
static void print_model(struct buf *out, const json_t *instance, const json_t *note)
{
    const char *breaker = print_text(note, "breaker"), *error = print_text(note, "last_error");
    bool closed = strcmp(breaker, "closed") == 0;
    int64_t dims = print_int(note, "dims"), opened = print_int(note, "opened");

    buf_adds(out, "model    ");
    print_cut(out, print_text(note, "model"), 0);
    buf_printf(out, " by %s, embedder pid %lld: ", print_text(note, "backend"),
               (long long)print_int(instance, "pid"));
    buf_adds(out, "circuit ");
    print_styled(out, closed ? PRINT_GREEN : PRINT_YELLOW, breaker);
    if (opened)
        buf_printf(out, " (opened %lld time%s)", (long long)opened, opened == 1 ? "" : "s");
    if (dims)
        buf_printf(out, ", %lld dimensions", (long long)dims);
    buf_printf(out, ", %lld requests, %lld of them again, %lld vectors from the cache of %lld\n",
               (long long)print_int(note, "requests"), (long long)print_int(note, "retries"),
               (long long)print_int(note, "cache_hits"), (long long)print_int(note, "cache_items"));
    if (!*error)
        return;
    buf_adds(out, closed ? "         last error: " : "         items go on without a vector: ");
    print_cut(out, error, 0);
    buf_addc(out, '\n');
}

void models_print(struct buf *out, const json_t *instances)
{
    for (size_t i = 0; i < json_array_size(instances); i++) {
        const json_t *instance = json_array_get(instances, i);
        const json_t *note = json_object_get(instance, "note");

        if (*print_text(note, "breaker"))
            print_model(out, instance, note);
    }
}
