#include "tests/quality/fit.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "embedder/model.h"

enum { LINE_MAX_BYTES = 4096, COLUMNS = 4 };

static struct span text_of(const json_t *item, const char *key)
{
    const json_t *value = json_object_get(item, key);
    return span_of(json_string_value(value) ? json_string_value(value) : "",
                   json_string_length(value));
}

static void add(struct fit_set *set, struct model *model, const json_t *json)
{
    struct fit_item *item = &set->items[set->count];
    item->name = mem_strdup(json_string_value(json_object_get(json, "id")));
    item->time_ms = (int64_t)set->count * 60000;
    item->buf = mem_calloc(1, sizeof *item->buf);
    model_traits(model, text_of(json, "title"), text_of(json, "content_text"), text_of(json, "url"),
                 item->buf);
    item->traits = traits_borrow(item->buf);
    set->count++;
}

static uint32_t find(const struct fit_set *set, const char *name)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (strcmp(set->items[i].name, name) == 0)
            return i;
    return UINT32_MAX;
}

static uint32_t number(char ***names, uint32_t *count, const char *name)
{
    for (uint32_t i = 0; i < *count; i++)
        if (strcmp((*names)[i], name) == 0)
            return i + 1;
    *names = mem_realloc(*names, *count + 1, sizeof **names);
    (*names)[(*count)++] = mem_strdup(name);
    return *count;
}

/* Cuts a line of tab-separated columns; returns false at the end of the file. */
static bool row(FILE *file, char *line, char *columns[COLUMNS])
{
    if (!fgets(line, LINE_MAX_BYTES, file))
        return false;
    line[strcspn(line, "\r\n")] = '\0';
    char *rest = line;
    for (int i = 0; i < COLUMNS; i++)
        columns[i] = rest ? strsep(&rest, "\t") : line + strlen(line);
    return true;
}

static void read_labels(struct fit_set *set, FILE *file)
{
    char line[LINE_MAX_BYTES], *c[COLUMNS], **stories = NULL;
    uint32_t count = 0;
    row(file, line, c);
    while (row(file, line, c)) {
        uint32_t i = find(set, c[0]), of = c[2][0] ? find(set, c[2]) : UINT32_MAX;
        if (i == UINT32_MAX)
            continue;
        set->items[i].gold_story = c[1][0] ? number(&stories, &count, c[1]) : 0;
        set->items[i].gold_copy = of == UINT32_MAX ? 0 : of + 1;
        set->has_copies |= of != UINT32_MAX;
        set->has_stories |= c[1][0] != '\0';
    }
    while (count > 0)
        free(stories[--count]);
    free(stories);
}

static void read_pairs(struct fit_set *set, FILE *file)
{
    char line[LINE_MAX_BYTES], *c[COLUMNS];
    row(file, line, c);
    while (row(file, line, c)) {
        struct fit_pair pair = {find(set, c[0]), find(set, c[1]), atof(c[2])};
        if (pair.a == UINT32_MAX || pair.b == UINT32_MAX)
            continue;
        set->pairs = mem_realloc(set->pairs, set->pair_count + 1, sizeof *set->pairs);
        set->pairs[set->pair_count++] = pair;
    }
}

static bool read_file(struct fit_set *set, const char *dir, const char *ending,
                      void (*read)(struct fit_set *set, FILE *file))
{
    char *path = mem_printf("%s/%s.%s", dir, set->name, ending);
    FILE *file = fopen(path, "r");
    if (file) {
        read(set, file);
        fclose(file);
    }
    free(path);
    return file != NULL;
}

bool fit_load(struct fit_set *set, const char *dir, const char *name)
{
    *set = (struct fit_set){.name = name};
    char *path = mem_printf("%s/%s.json", dir, name);
    json_error_t error;
    json_t *feed = json_load_file(path, 0, &error), *items = json_object_get(feed, "items"), *item;
    struct model *model = model_create();
    size_t i;
    if (!feed)
        fprintf(stderr, "fit: %s: %s\n", path, error.text);
    free(path);
    set->items = mem_calloc(json_array_size(items) + 1, sizeof *set->items);
    json_array_foreach(items, i, item) add(set, model, item);
    model_destroy(&model);
    json_decref(feed);
    if (feed && !read_file(set, dir, "labels.tsv", read_labels) &&
        !read_file(set, dir, "pairs.tsv", read_pairs)) {
        fprintf(stderr, "fit: %s has no labels\n", name);
        return false;
    }
    return feed != NULL;
}

void fit_unload(struct fit_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        free(set->items[i].name);
        free(set->items[i].buf);
    }
    free(set->items);
    free(set->pairs);
    *set = (struct fit_set){0};
}
