/* Writing certificates: weir keygen. */
#include "common/curve.h"

#include <czmq.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/mem.h"

static int fail(struct buf *error, const char *path)
{
    buf_printf(error, "%s: %s", path,
               errno == EEXIST ? "it is there already, and keys are never overwritten"
                               : strerror(errno));
    return -1;
}

/* A new file or none: what was written of it is taken away again. */
static int write_new(const char *path, mode_t mode, const char *text, struct buf *error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    ssize_t n = 0;
    bool fine = false;

    if (fd < 0)
        return fail(error, path);
    n = write(fd, text, strlen(text));
    fine = n == (ssize_t)strlen(text) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
    if (!fine)
        fail(error, path);
    close(fd);
    if (!fine)
        unlink(path);
    return fine ? 0 : -1;
}

static char *certificate_text(const char *name, const char *public_key, const char *secret_key)
{
    char role[CURVE_NAME];

    curve_role_of(name, role);
    return mem_printf("#   Weir: a CURVE certificate (ZPL).%s\n"
                      "metadata\n    role = \"%s\"\n"
                      "curve\n    public-key = \"%s\"\n%s%s%s",
                      secret_key ? "  SECRET: stays on the machine that uses it." : "", role,
                      public_key, secret_key ? "    secret-key = \"" : "",
                      secret_key ? secret_key : "", secret_key ? "\"\n" : "");
}

int curve_make(const char *folder, const char *name, struct buf *error)
{
    char public_key[CURVE_TEXT], secret_key[CURVE_TEXT];
    char *paths[] = {mem_printf("%s/%s.secret", folder, name),
                     mem_printf("%s/%s.public", folder, name)};
    char *texts[] = {NULL, NULL};
    int result = -1;

    if (zmq_curve_keypair(public_key, secret_key)) {
        buf_printf(error, "no keys can be made: %s", zmq_strerror(zmq_errno()));
        goto out;
    }
    texts[0] = certificate_text(name, public_key, secret_key);
    texts[1] = certificate_text(name, public_key, NULL);
    result = write_new(paths[0], 0600, texts[0], error);
    if (result)
        goto out;
    result = write_new(paths[1], 0644, texts[1], error);
    if (result)
        unlink(paths[0]);
out:
    explicit_bzero(secret_key, sizeof(secret_key));
    if (texts[0])
        explicit_bzero(texts[0], strlen(texts[0]));
    for (int i = 0; i < 2; i++) {
        free(paths[i]);
        free(texts[i]);
    }
    return result;
}
