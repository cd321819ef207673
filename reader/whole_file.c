#include "reader/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/app.h"
#include "common/mem.h"
#include "reader/call.h"

int whole_file_open(struct whole_file *file, const char *path)
{
    int fd = -1;

    *file = (struct whole_file){.stream = stdout};
    if (!path || strcmp(path, "-") == 0)
        return 0;
    file->path = mem_strdup(path);
    file->beside = mem_printf("%s.%ld", path, (long)getpid());
    fd = open(file->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    file->stream = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (file->stream)
        return 0;
    call_fail(APP_IO, "%s: %s", file->beside, strerror(errno));
    if (fd >= 0)
        close(fd);
    free(file->path);
    free(file->beside);
    return APP_IO;
}

static int put_in_place(struct whole_file *file)
{
    bool bad =
        fflush(file->stream) != 0 || ferror(file->stream) || fsync(fileno(file->stream)) != 0;
    int error = errno;

    if (fclose(file->stream) != 0 || bad)
        return call_fail(APP_IO, "%s: %s", file->beside, strerror(error));
    if (rename(file->beside, file->path) != 0)
        return call_fail(APP_IO, "%s: %s", file->path, strerror(errno));
    return 0;
}

int whole_file_close(struct whole_file *file, bool good)
{
    int code = 0;

    if (!file->path) {
        if (fflush(stdout) != 0 || ferror(stdout))
            code = call_fail(APP_IO, "standard output: %s", strerror(errno));
        return code;
    }
    if (good)
        code = put_in_place(file);
    else
        fclose(file->stream);
    if (!good || code)
        unlink(file->beside);
    free(file->path);
    free(file->beside);
    return code;
}
