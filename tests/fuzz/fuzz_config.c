/* Settings.  A first byte '#' makes the rest a file (ZPL); else there are assignments and variables
 * of the environment, one a line, whose first byte says which ('$': a variable).  A value that is
 * taken is within its range, what is refused says why; and settings that fit together are ready to
 * be used. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

static void take_lines(struct config *config, const uint8_t *data, size_t size)
{
    while (size) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t n = end ? (size_t)(end - data) : size;

        take(config, data, n);
        data += n + (end != NULL);
        size -= n + (end != NULL);
    }
}

static void take_file(struct config *config, const uint8_t *data, size_t size)
{
    int fd = memfd_create("weir.conf", 0);
    struct buf error = {0};
    char path[64];

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if ((config_load(config, path, &error) != 0) != (error.len > 0))
        abort();
    buf_free(&error);
    close(fd);
}

static void must_finish(struct config *config)
{
    struct buf error = {0};
    int result = config_finish(config, &error);

    if ((result != 0) != (error.len > 0) || !*config->runtime_dir || !*config->store_path)
        abort();
    buf_free(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config = config_create();

    if (size && data[0] == '#')
        take_file(config, data + 1, size - 1);
    else
        take_lines(config, data, size);
    must_be_in_range(config);
    must_finish(config);
    config_destroy(&config);
    return 0;
}
