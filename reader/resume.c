#include "reader/resume.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "common/app.h"
#include "reader/call.h"
#include "reader/print.h"
#include "reader/whole_file.h"

int resume_read(const char *path, const char *source, int64_t *lines)
{
    json_error_t error = {0};
    json_t *state = NULL;
    int code = 0;

    *lines = 0;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return 0;
    state = json_load_file(path, 0, &error);
    if (!json_is_object(state) || !json_is_integer(json_object_get(state, "lines")))
        code = call_fail(APP_DATA, "%s: no state of an import: %s", path, error.text);
    else if (strcmp(print_text(state, "source"), source) != 0)
        code = call_fail(APP_DATA, "%s: the state of another import, '%s'", path,
                         print_text(state, "source"));
    else
        *lines = print_int(state, "lines");
    json_decref(state);
    return code;
}

int resume_write(const char *path, const char *source, int64_t lines)
{
    struct whole_file file;
    json_t *state = NULL;
    int code = whole_file_open(&file, path);

    if (code)
        return code;
    state = json_pack("{s:s, s:I}", "source", source, "lines", (json_int_t)lines);
    json_dumpf(state, file.stream, JSON_COMPACT);
    fputc('\n', file.stream);
    json_decref(state);
    return whole_file_close(&file, true);
}
