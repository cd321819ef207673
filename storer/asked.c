#include "storer/asked.h"

#include <stdlib.h>

#include "common/mem.h"

struct question {
    uint64_t item;
    int64_t until_ms;
};

void asked_clear(struct asked *asked, enum asked_for model)
{
    size_t at = 0;
    void *question = NULL;

    while ((question = map64_next(&asked->out[model], &at)))
        free(question);
    map64_free(&asked->out[model]);
}

void asked_free(struct asked *asked)
{
    for (enum asked_for model = 0; model < ASKED_MODELS; model++)
        asked_clear(asked, model);
}

void asked_put(struct asked *asked, enum asked_for model, uint64_t item, int64_t until_ms)
{
    struct question *question = mem_alloc(sizeof(*question));

    *question = (struct question){.item = item, .until_ms = until_ms};
    free(map64_put(&asked->out[model], item, question));
}

bool asked_has(const struct asked *asked, enum asked_for model, uint64_t item)
{
    return map64_get(&asked->out[model], item) != NULL;
}

void asked_end(struct asked *asked, enum asked_for model, uint64_t item)
{
    free(map64_remove(&asked->out[model], item));
}

void asked_lost(struct asked *asked, int64_t until_ms)
{
    for (int model = 0; model < ASKED_MODELS; model++) {
        size_t at = 0;
        struct question *question = NULL;

        while ((question = map64_next(&asked->out[model], &at)))
            if (question->until_ms > until_ms)
                question->until_ms = until_ms;
    }
}

static void lapse(struct map64 *out, int64_t now_ms)
{
    size_t at = 0;
    struct question *question = NULL;

    while ((question = map64_next(out, &at)))
        if (question->until_ms <= now_ms) {
            free(map64_remove(out, question->item));
            at = 0; /* the map has changed */
        }
}

void asked_lapse(struct asked *asked, int64_t now_ms)
{
    for (int model = 0; model < ASKED_MODELS; model++)
        lapse(&asked->out[model], now_ms);
}

size_t asked_of(const struct asked *asked, enum asked_for model)
{
    return asked->out[model].count;
}

size_t asked_count(const struct asked *asked)
{
    return asked_of(asked, ASKED_SERVING) + asked_of(asked, ASKED_NEXT);
}
