/* Reading certificates. */
#include "common/curve.h"

#include <czmq.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "common/mem.h"

enum { FILE_MOST = 16384 };

static const char *const roles[] = {"broker", "storer", "fetcher", "embedder", "deduper", "reader"};

bool curve_role_of(const char *name, char *role)
{
    size_t length = strcspn(name, "-");

    if (strlen(name) >= CURVE_NAME || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] ||
        (name[length] && !name[length + 1]))
        return false;
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        if (strlen(roles[i]) == length && strncmp(roles[i], name, length) == 0) {
            strcpy(role, roles[i]);
            return true;
        }
    return false;
}

/* --- one file --------------------------------------------------------------------------------- */

static int bad(const char *path, const char *why, const char *advice)
{
    log_error("key-file", "path=%s why=\"%s\" do=\"%s\"", path, why, advice);
    return -1;
}

/* Why it cannot be used, or NULL. */
static const char *fault_of(const char *path, bool secret)
{
    struct stat about;

    if (stat(path, &about))
        return strerror(errno);
    if (!S_ISREG(about.st_mode) || about.st_size == 0 || about.st_size > FILE_MOST)
        return "not a certificate";
    if (secret && about.st_uid != geteuid())
        return "a secret key of another user";
    if (secret && (about.st_mode & 077))
        return "a secret key that others may read";
    return NULL;
}

static bool decode(zconfig_t *root, const char *which, uint8_t key[CURVE_KEY])
{
    const char *text = root ? zconfig_get(root, which, "") : "";

    return strlen(text) == CURVE_TEXT - 1 && zmq_z85_decode(key, text);
}

/* NULL, or why not.  zconfig_load is given small regular files alone: of others it may never come
 * back. */
static const char *read_file(const char *path, bool secret, struct curve_certificate *certificate)
{
    const char *fault = fault_of(path, secret);
    zconfig_t *root = fault ? NULL : zconfig_load(path);

    if (!fault && (!decode(root, "/curve/public-key", certificate->public_key) ||
                   (secret && !decode(root, "/curve/secret-key", certificate->secret_key))))
        fault = "not a certificate";
    zconfig_destroy(&root);
    return fault;
}

/* --- the folder ------------------------------------------------------------------------------- */

static DIR *open_folder(const char *path)
{
    DIR *folder = opendir(path);
    struct stat about;

    if (!folder || fstat(dirfd(folder), &about)) {
        bad(path, strerror(errno), "set link.keys to a folder made by weir keygen");
    } else if (about.st_mode & 022) {
        bad(path, "others may write to this folder", "chmod 700 it");
    } else {
        return folder;
    }
    if (folder)
        closedir(folder);
    return NULL;
}

/* NAME where the file is NAME followed by suffix and a name may be so; false otherwise. */
static bool name_of(const char *file, const char *suffix, struct curve_certificate *certificate)
{
    size_t n = strlen(file), end = strlen(suffix);

    if (n <= end || n - end >= CURVE_NAME || strcmp(file + n - end, suffix) != 0)
        return false;
    memcpy(certificate->name, file, n - end);
    certificate->name[n - end] = '\0';
    return curve_role_of(certificate->name, certificate->role);
}

/* The name of a role's file: the role itself wins, then the only one of that role. */
static int choose(const char *path, const char *role, const char *suffix,
                  struct curve_certificate *chosen)
{
    DIR *folder = open_folder(path);
    struct curve_certificate other;
    bool exact = false;
    int count = 0;

    if (!folder)
        return -1;
    for (struct dirent *entry = readdir(folder); entry && !exact; entry = readdir(folder)) {
        if (!name_of(entry->d_name, suffix, &other) || strcmp(other.role, role) != 0)
            continue;
        exact = strcmp(other.name, role) == 0;
        count = exact ? 1 : count + 1;
        *chosen = other;
    }
    closedir(folder);
    if (count == 1)
        return 0;
    log_error("key-file", "folder=%s why=\"%s %s%s\" do=\"%s\"", path,
              count ? "more than one" : "there is no", role, suffix,
              count ? "leave this machine's own, or name it after the role"
                    : "copy it here, or make it with weir keygen");
    return -1;
}

static int read_chosen(const char *folder, const char *role, bool secret,
                       struct curve_certificate *certificate)
{
    const char *suffix = secret ? ".secret" : ".public";
    const char *fault = NULL;
    char *path = NULL;

    if (choose(folder, role, suffix, certificate))
        return -1;
    path = mem_printf("%s/%s%s", folder, certificate->name, suffix);
    fault = read_file(path, secret, certificate);
    if (fault)
        bad(path, fault, secret ? "chmod 600 it, or make a new one" : "copy it again");
    free(path);
    return fault ? -1 : 0;
}

int curve_own(const char *folder, const char *role, struct curve_certificate *own)
{
    return read_chosen(folder, role, true, own);
}

int curve_public(const char *folder, const char *role, uint8_t key[CURVE_KEY])
{
    struct curve_certificate certificate = {0};
    int result = read_chosen(folder, role, false, &certificate);

    memcpy(key, certificate.public_key, CURVE_KEY);
    return result;
}

/* --- all of them ------------------------------------------------------------------------------ */

static void add(struct curve_list *list, const char *folder, const char *file, bool tell)
{
    struct curve_certificate certificate = {0};
    const char *fault = NULL;
    char *path = NULL;

    if (!name_of(file, ".public", &certificate))
        return;
    path = mem_printf("%s/%s", folder, file);
    fault = read_file(path, false, &certificate);
    if (!fault) {
        list->at = mem_realloc(list->at, list->count + 1, sizeof(*list->at));
        list->at[list->count++] = certificate;
    } else {
        list->bad++;
        if (tell)
            bad(path, fault, "nobody is let in by it");
    }
    free(path);
}

int curve_list_read(const char *path, bool tell, struct curve_list *list)
{
    DIR *folder = open_folder(path);

    *list = (struct curve_list){0};
    if (!folder)
        return -1;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        add(list, path, entry->d_name, tell);
    closedir(folder);
    return 0;
}

void curve_list_free(struct curve_list *list)
{
    free(list->at);
    *list = (struct curve_list){0};
}

const struct curve_certificate *curve_list_find(const struct curve_list *list,
                                                const uint8_t key[CURVE_KEY], size_t *from)
{
    while (*from < list->count) {
        const struct curve_certificate *at = &list->at[(*from)++];

        if (memcmp(at->public_key, key, CURVE_KEY) == 0)
            return at;
    }
    return NULL;
}
