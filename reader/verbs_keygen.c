/* keygen. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/app.h"
#include "common/buf.h"
#include "common/curve.h"
#include "common/mem.h"
#include "reader/call.h"
#include "reader/verbs.h"

static const char *const all[] = {"broker", "storer", "fetcher", "embedder", "deduper", "reader"};

/* The name of the next certificate; NULL behind the last. */
static const char *name_at(const struct call *call, int i)
{
    if (call->word_count > 1)
        return i + 1 < call->word_count ? call->words[i + 1] : NULL;
    return i < (int)(sizeof(all) / sizeof(all[0])) ? all[i] : NULL;
}

/* The folder, of this user and closed to others: made so, or found so. */
static int prepare_folder(const char *folder)
{
    struct stat about;

    if (mkdir(folder, 0700) && errno != EEXIST)
        return call_fail(APP_IO, "%s: %s", folder, strerror(errno));
    if (stat(folder, &about))
        return call_fail(APP_IO, "%s: %s", folder, strerror(errno));
    if (!S_ISDIR(about.st_mode) || about.st_uid != geteuid() || (about.st_mode & 077))
        return call_fail(APP_CONFIG, "%s: a folder of this user with mode 0700 is wanted", folder);
    return 0;
}

static int refuse_old(const char *folder, const char *name, const char *suffix)
{
    char *path = mem_printf("%s/%s.%s", folder, name, suffix);
    struct stat about;
    bool there = lstat(path, &about) == 0;

    if (there)
        call_fail(APP_IO, "%s: it is there already, and keys are never overwritten", path);
    free(path);
    return there ? APP_IO : 0;
}

/* Nothing is made where a part of it could not be. */
static int check_names(const struct call *call, const char *folder)
{
    char role[CURVE_NAME];
    int code = 0;

    for (int i = 0; name_at(call, i) && !code; i++) {
        if (!curve_role_of(name_at(call, i), role))
            return call_fail(APP_USAGE,
                             "%s: broker, storer, fetcher, embedder, deduper or reader is "
                             "expected, or such a role and a word, as fetcher-berlin",
                             name_at(call, i));
        code = refuse_old(folder, name_at(call, i), "secret");
        if (!code)
            code = refuse_old(folder, name_at(call, i), "public");
    }
    return code;
}

static int keygen(struct call *call)
{
    const char *folder = call->words[0];
    struct buf error = {0};
    int code = check_names(call, folder), made = 0;

    if (!code)
        code = prepare_folder(folder);
    umask(077);
    for (; !code && name_at(call, made); made++) {
        if (curve_make(folder, name_at(call, made), &error))
            code = call_fail(APP_IO, "%s", error.data);
        else if (!call->json)
            printf("%s/%s.public, .secret\n", folder, name_at(call, made));
    }
    if (!code && call->json)
        printf("{\"made\":%d}\n", made);
    buf_free(&error);
    return code;
}

const struct verb verb_keygen = {
    .name = "keygen",
    .words = "DIR [ROLE]...",
    .least = 1,
    .most = 64,
    .summary = "make keys for tcp: a certificate for each role",
    .more = "ROLE is broker, storer, fetcher, embedder, deduper or reader (all of them, if none is "
            "named), or\n"
            "a role and a word, as fetcher-berlin, where machines are to have keys of their own.\n"
            "ROLE.secret goes to the machines where that role runs, ROLE.public to the machines of "
            "broker\n"
            "and storer; broker.public and storer.public to all.  Existing files are never "
            "overwritten.\n",
    .run = keygen,
};
