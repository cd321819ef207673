#include "fetcher/parse_cli.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static bool read_all(const char *path, struct buf *out)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    char chunk[65536];
    size_t n = 0;
    bool good = false;

    if (!file)
        return false;
    while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
        buf_add(out, chunk, n);
    good = !ferror(file);
    if (file != stdin)
        fclose(file);
    return good;
}

int parse_cli(const char *path)
{
    struct buf body = {0};
    const struct feed_context ctx = {.keep_repeats = true};
    enum feed_status status = FEED_UNKNOWN;
    json_t *root = NULL;
    int code = EX_OK;

    if (!read_all(path, &body)) {
        fprintf(stderr, "weir-fetcher: %s: %s\n", path, strerror(errno));
        code = EX_NOINPUT;
        goto out;
    }
    root = parse_json(buf_span(&body), &ctx, &status);
    if (root) {
        json_dumpf(root, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
        putchar('\n');
    }
    if (status != FEED_OK) {
        fprintf(stderr, "weir-fetcher: %s: %s\n", path, feed_status_text(status));
        code = EX_DATAERR;
    }
out:
    json_decref(root);
    buf_free(&body);
    return code;
}
