/* Vectors of another model, made by tests/quality/vectors. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "tests/quality/fit.h"

static struct fit_item *find(const struct fit_set *set, const char *name)
{
    for (size_t i = 0; name && i < set->count; i++)
        if (strcmp(set->items[i].name, name) == 0)
            return &set->items[i];
    return NULL;
}

/* NULL, or what is wrong with the line. */
static const char *take(const struct fit_set *set, const json_t *line, bool *taken, uint32_t *dims)
{
    const json_t *list = json_object_get(line, "vector");
    struct fit_item *item = find(set, json_string_value(json_object_get(line, "id")));
    size_t n = json_array_size(list), i;
    float *vector = mem_calloc(n + 1, sizeof *vector);
    json_t *value;
    bool set_it = false;
    json_array_foreach(list, i, value) vector[i] = (float)json_number_value(value);
    if (item) {
        set_it = traits_set_vector(item->buf, vector, n);
        item->traits = traits_borrow(item->buf);
        taken[item - set->items] = true;
    }
    free(vector);
    if (!item) /* of another set of that name, perhaps */
        return "an id that is not in the set";
    if (!set_it)
        return "no vector, or one of zeros";
    if (*dims && *dims != n)
        return "a vector of another length";
    *dims = (uint32_t)n;
    return NULL;
}

static bool read(struct fit_set *set, FILE *file, const char *path)
{
    bool *taken = mem_calloc(set->count + 1, sizeof *taken);
    const char *wrong = NULL;
    char *text = NULL;
    size_t cap = 0, lines = 0, missing = 0;
    uint32_t dims = 0;
    while (!wrong && getline(&text, &cap, file) > 0) {
        json_t *line = json_loads(text, 0, NULL);
        wrong = take(set, line, taken, &dims);
        json_decref(line);
        lines++;
    }
    for (size_t i = 0; i < set->count; i++)
        missing += !taken[i];
    if (wrong)
        fprintf(stderr, "fit: %s: line %zu: %s\n", path, lines, wrong);
    else if (missing)
        fprintf(stderr, "fit: %s: %zu items have no vector\n", path, missing);
    free(text);
    free(taken);
    return !wrong && missing == 0;
}

bool fit_vectors(struct fit_set *set, const char *dir)
{
    char *path = mem_printf("%s/%s.jsonl", dir, set->name);
    FILE *file = fopen(path, "re");
    bool done = file && read(set, file, path);
    if (file)
        fclose(file);
    else
        fprintf(stderr, "fit: %s: %s\n", path, strerror(errno));
    free(path);
    return done;
}
