#include "common/config.h"

#include <czmq.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/mem.h"
#include "common/nearest.h"
#include "common/log.h"

struct setting {
    const char *key;
    bool number;
    size_t offset;
    int64_t preset, min, max; /* of a text: max is the longest */
    const char *text;         /* preset of a text */
    const char *unit;
    const char *help;
};

static const struct setting settings[] = {
#define INT(section, name, preset_, min_, max_, unit_, help_)                                      \
    {.key = #section "." #name,                                                                    \
     .number = true,                                                                               \
     .offset = offsetof(struct config, section##_##name),                                          \
     .preset = (preset_),                                                                          \
     .min = (min_),                                                                                \
     .max = (max_),                                                                                \
     .unit = (unit_),                                                                              \
     .help = (help_)},
#define STR(section, name, preset_, longest, help_)                                                \
    {.key = #section "." #name,                                                                    \
     .offset = offsetof(struct config, section##_##name),                                          \
     .max = (longest),                                                                             \
     .text = (preset_),                                                                            \
     .unit = "text",                                                                               \
     .help = (help_)},
#include "common/params.def"
#undef INT
#undef STR
};

enum { SETTINGS = sizeof(settings) / sizeof(settings[0]), FILE_MOST = 1 << 20 };

static void *field(const struct config *config, const struct setting *setting)
{
    return (char *)(uintptr_t)config + setting->offset;
}

static void put_text(struct config *config, const struct setting *setting, const char *text)
{
    char **at = field(config, setting);

    free(*at);
    *at = mem_strdup(text);
}

struct config *config_create(void)
{
    struct config *config = mem_calloc(1, sizeof(*config));

    for (size_t i = 0; i < SETTINGS; i++) {
        if (settings[i].number)
            *(int64_t *)field(config, &settings[i]) = settings[i].preset;
        else
            put_text(config, &settings[i], settings[i].text);
    }
    return config;
}

void config_destroy(struct config **config)
{
    if (!*config)
        return;
    for (size_t i = 0; i < SETTINGS; i++)
        if (!settings[i].number)
            free(*(char **)field(*config, &settings[i]));
    free(*config);
    *config = NULL;
}

static const struct setting *find(const char *key, size_t n)
{
    for (size_t i = 0; i < SETTINGS; i++)
        if (strlen(settings[i].key) == n && memcmp(settings[i].key, key, n) == 0)
            return &settings[i];
    return NULL;
}

static int put(struct config *config, const struct setting *setting, const char *value,
               const char *where, struct buf *error)
{
    char *end = NULL;
    int64_t number = 0;

    if (!setting->number) {
        if ((int64_t)strlen(value) > setting->max) {
            buf_printf(error, "%s: %s: longer than %" PRId64 " bytes", where, setting->key,
                       setting->max);
            return -1;
        }
        put_text(config, setting, value);
        return 0;
    }
    errno = 0;
    number = strtoll(value, &end, 10);
    if (errno || end == value || *end || number < setting->min || number > setting->max) {
        buf_printf(error,
                   "%s: %s = %s: a whole number from %" PRId64 " to %" PRId64 " (%s) is "
                   "allowed",
                   where, setting->key, value, setting->min, setting->max, setting->unit);
        return -1;
    }
    *(int64_t *)field(config, setting) = number;
    return 0;
}

/* key may have its value behind it. */
static int unknown(const char *where, const char *key, struct buf *error)
{
    char *name = mem_dup(key, strcspn(key, "="));
    struct nearest nearest = {0};

    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        nearest_try(&nearest, name, settings[i].key);
    buf_printf(error, "%s: %s: there is no such setting%s%s%s (--help-config lists them)", where,
               key, nearest.word ? "; did you mean " : "", nearest.word ? nearest.word : "",
               nearest.word ? "?" : "");
    free(name);
    return -1;
}

int config_set(struct config *config, const char *assignment, const char *where, struct buf *error)
{
    const char *equals = strchr(assignment, '=');
    const struct setting *setting = NULL;

    if (!equals) {
        buf_printf(error, "%s: %s: section.name=value is expected", where, assignment);
        return -1;
    }
    setting = find(assignment, (size_t)(equals - assignment));
    return setting ? put(config, setting, equals + 1, where, error)
                   : unknown(where, assignment, error);
}

/* --- the file --------------------------------------------------------------------------------- */

/* czmq keeps no line numbers, so the line is looked for again: the name at this depth (4 blanks a
 * level) behind its section. */
static int line_of(const char *path, const char *section, const char *name)
{
    FILE *file = fopen(path, "r");
    char line[4096];
    bool inside = false;
    int number = 0;
    int found = 0;

    while (file && !found && fgets(line, sizeof(line), file)) {
        const char *word = line + strspn(line, " \t");
        size_t n = strcspn(word, " \t=\r\n#");
        bool top = word == line;

        number++;
        if (n == 0)
            continue;
        if (top)
            inside = strlen(section) == n && memcmp(word, section, n) == 0;
        if (name ? inside && !top && strlen(name) == n && memcmp(word, name, n) == 0
                 : top && inside)
            found = number;
    }
    if (file)
        fclose(file);
    return found;
}

/* ZPL (rfc.zeromq.org/spec/4): blanks, 4 a level, a name, and nothing or a value behind it. */
static bool is_zpl(const char *line)
{
    const char *name = line + strspn(line, " ");
    const char *rest = name + strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789$-_@.&+/");

    rest += strspn(rest, " \t\r\n");
    if (name == rest || *name == '#')
        return *rest == '\0' || *rest == '#';
    return (name - line) % 4 == 0 && (*rest == '\0' || *rest == '#' || *rest == '=');
}

/* The first line that czmq cannot have liked; 0 where none is found. */
static int bad_line(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[4096];
    int number = 0;
    bool bad = false;

    while (file && !bad && fgets(line, sizeof(line), file)) {
        number++;
        bad = !is_zpl(line);
    }
    if (file)
        fclose(file);
    return bad ? number : 0;
}

static int load_one(struct config *config, const char *path, const char *section, zconfig_t *node,
                    struct buf *error)
{
    char *where = mem_printf("%s line %d", path, line_of(path, section, zconfig_name(node)));
    char *key = mem_printf("%s.%s", section, zconfig_name(node));
    const struct setting *setting = find(key, strlen(key));
    const char *value = zconfig_value(node);
    int result = 0;

    if (!setting) {
        result = unknown(where, key, error);
    } else if (zconfig_child(node)) {
        buf_printf(error, "%s: %s: a setting has no settings of its own (line indented too far)",
                   where, key);
        result = -1;
    } else {
        result = put(config, setting, value ? value : "", where, error);
    }
    free(where);
    free(key);
    return result;
}

static int load_section(struct config *config, const char *path, zconfig_t *section,
                        struct buf *error)
{
    int result = 0;

    if (!zconfig_child(section)) {
        buf_printf(error,
                   "%s line %d: %s: a section with indented `name = value` lines is expected", path,
                   line_of(path, zconfig_name(section), NULL), zconfig_name(section));
        return -1;
    }
    for (zconfig_t *node = zconfig_child(section); node && !result; node = zconfig_next(node))
        result = load_one(config, path, zconfig_name(section), node, error);
    return result;
}

/* In place of zconfig_load, which leaks a handle where the file is no ZPL.  NULL: it is none. */
static zconfig_t *load_zpl(const char *path, size_t size)
{
    zchunk_t *text = size ? zchunk_slurp(path, size) : NULL;
    zconfig_t *root = text && zchunk_size(text) ? zconfig_chunk_load(text) : NULL;

    zchunk_destroy(&text);
    return size ? root : zconfig_new("root", NULL);
}

int config_load(struct config *config, const char *path, struct buf *error)
{
    zconfig_t *root = NULL;
    int result = 0;
    struct stat about;

    if (access(path, R_OK) || stat(path, &about)) {
        buf_printf(error, "%s: %s", path, strerror(errno));
        return -1;
    }
    if (!S_ISREG(about.st_mode) || about.st_size > FILE_MOST) {
        buf_printf(error, "%s: not a regular file of at most %d bytes", path, FILE_MOST);
        return -1;
    }
    root = load_zpl(path, (size_t)about.st_size);
    if (!root) {
        buf_printf(error,
                   "%s line %d: not a ZPL file: sections at the margin, `name = value` lines "
                   "indented by 4 blanks",
                   path, bad_line(path));
        return -1;
    }
    for (zconfig_t *node = zconfig_child(root); node && !result; node = zconfig_next(node))
        result = load_section(config, path, node, error);
    zconfig_destroy(&root);
    return result;
}

/* --- the environment -------------------------------------------------------------------------- */

/* WEIR_FETCHER_CONCURRENCY -> fetcher.concurrency: the first underscore ends the section. */
static char *key_of_variable(const char *name, size_t n)
{
    char *key = mem_dup(name, n);
    char *dot = strchr(key, '_');

    if (dot)
        *dot = '.';
    for (char *c = key; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return key;
}

int config_environment(struct config *config, char *const *environment, struct buf *error)
{
    static const char prefix[] = "WEIR_";
    int result = 0;

    for (; *environment && !result; environment++) {
        const char *name = *environment + sizeof(prefix) - 1;
        size_t n = strcspn(*environment, "=");
        char *key = NULL;
        const struct setting *setting = NULL;

        /* WEIR_CONFIG names the file, WEIR_PAGER is weir's and WEIR_FAULT for tests; none is a
         * setting.  A word without a sign of equality is no variable, though execve (2) passes it
         * on. */
        if (strncmp(*environment, prefix, sizeof(prefix) - 1) != 0 || !(*environment)[n] ||
            strncmp(name, "CONFIG=", 7) == 0 || strncmp(name, "FAULT=", 6) == 0 ||
            strncmp(name, "PAGER=", 6) == 0)
            continue;
        key = key_of_variable(name, n - (sizeof(prefix) - 1));
        setting = find(key, strlen(key));
        if (setting)
            result = put(config, setting, *environment + n + 1, "environment", error);
        else
            result = unknown("environment", *environment, error);
        free(key);
    }
    return result;
}

/* --- what follows from the rest --------------------------------------------------------------- */

static void fill(char **at, char *value)
{
    free(*at);
    *at = value;
}

static char *default_store(void)
{
    const char *state = getenv("STATE_DIRECTORY");
    const char *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");

    if (state && *state)
        return mem_printf("%.*s/weir.db", (int)strcspn(state, ":"), state);
    if (data && *data)
        return mem_printf("%s/weir/weir.db", data);
    return mem_printf("%s/.local/share/weir/weir.db", home && *home ? home : "");
}

static char *default_runtime(void)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");

    if (runtime && *runtime)
        return mem_printf("%s/weir", runtime);
    return getuid() == 0 ? mem_strdup("/run/weir") : mem_printf("/tmp/weir-%u", getuid());
}

int config_finish(struct config *config, struct buf *error)
{
    if (!*config->runtime_dir)
        fill(&config->runtime_dir, default_runtime());
    if (!*config->store_path)
        fill(&config->store_path, default_store());
    if (config->service_lost_ms <= config->service_heartbeat_ms) {
        buf_printf(error,
                   "service.lost_ms (%" PRId64 ") must be more than service.heartbeat_ms (%" PRId64
                   ")",
                   config->service_lost_ms, config->service_heartbeat_ms);
        return -1;
    }
    if (config->storer_poll_floor_ms > config->storer_poll_ceiling_ms) {
        buf_adds(error, "storer.poll_floor_ms must not be more than storer.poll_ceiling_ms");
        return -1;
    }
    if (config->fetcher_item_bytes + config->fetcher_text_bytes + 65536 >
        config->link_message_bytes) {
        buf_adds(error, "fetcher.item_bytes and fetcher.text_bytes together must leave 65536 of "
                        "link.message_bytes");
        return -1;
    }
    return 0;
}

void config_print(FILE *out)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        const struct setting *s = &settings[i];

        if (s->number)
            fprintf(out, "%s = %" PRId64 "\n    %s (%s, %" PRId64 " to %" PRId64 ")\n", s->key,
                    s->preset, s->help, s->unit, s->min, s->max);
        else
            fprintf(out, "%s = \"%s\"\n    %s (text, up to %" PRId64 " bytes)\n", s->key, s->text,
                    s->help, s->max);
    }
}

void config_each(void (*fn)(const struct config_about *about, void *arg), void *arg)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        const struct setting *s = &settings[i];
        struct config_about about = {.key = s->key,
                                     .help = s->help,
                                     .unit = s->unit,
                                     .text = s->number ? NULL : s->text,
                                     .preset = s->preset,
                                     .min = s->min,
                                     .max = s->max};

        fn(&about, arg);
    }
}
