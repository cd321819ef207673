#include "deduper/engines.h"

#include <string.h>

#include "deduper/flat.h"
#include "deduper/hnsw.h"

struct named {
    const char *name;
    enum engine_kind kind;
    struct engine *(*create)(uint32_t dims, size_t capacity);
};

static const struct named engines[] = {
    {"flat", ENGINE_FLAT, flat_create},
#ifdef WEIR_HAVE_HNSW
    {"hnsw", ENGINE_HNSW, hnsw_create},
#endif
};

enum { COUNT = sizeof engines / sizeof engines[0] };

bool engine_kind_of(const char *name, enum engine_kind *kind)
{
    for (size_t i = 0; i < COUNT; i++)
        if (strcmp(engines[i].name, name) == 0) {
            *kind = engines[i].kind;
            return true;
        }
    return false;
}

struct engine *engine_create(enum engine_kind kind, uint32_t dims, size_t capacity)
{
    for (size_t i = 0; i < COUNT; i++)
        if (engines[i].kind == kind)
            return engines[i].create(dims, capacity);
    return NULL;
}
