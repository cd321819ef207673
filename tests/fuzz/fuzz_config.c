/* Assignments and variables of the environment, one a line, a first byte says which.  A value that
 * is taken is within its range, one that is refused says why. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/config.h"
#include "common/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_in_range(const struct config *config)
{
#define INT(section, name, preset, min, max, ...)                                                  \
    if (config->section##_##name < (min) || config->section##_##name > (max))                      \
        abort();
#define STR(section, name, preset, longest, ...)                                                   \
    if (!config->section##_##name || strlen(config->section##_##name) > (longest))                 \
        abort();
#include "common/params.def"
#undef INT
#undef STR
}

static void take(struct config *config, const uint8_t *line, size_t n)
{
    char *text = n ? mem_dup(line + 1, n - 1) : mem_strdup("");
    char *environment[] = {text, NULL};
    struct buf error = {0};
    int result = n && line[0] == '$' ? config_environment(config, environment, &error)
                                     : config_set(config, text, "fuzz", &error);

    if ((result != 0) != (error.len > 0))
        abort();
    buf_free(&error);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config = config_create();

    while (size) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t n = end ? (size_t)(end - data) : size;

        take(config, data, n);
        data += n + (end != NULL);
        size -= n + (end != NULL);
    }
    must_be_in_range(config);
    config_destroy(&config);
    return 0;
}
