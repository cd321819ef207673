#include "reader/value.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "common/app.h"
#include "common/buf.h"
#include "reader/call.h"

bool value_is_open(const char *value)
{
    return *value && (value[0] != '@' || value[1] == '@');
}

/* A text is one line; a file may end it. */
static void drop_line_end(struct buf *out)
{
    if (out->len > 0 && out->data[out->len - 1] == '\n')
        out->data[--out->len] = '\0';
    if (out->len > 0 && out->data[out->len - 1] == '\r')
        out->data[--out->len] = '\0';
}

static int read_file(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "re");
    char piece[4096];
    size_t n = 0;
    int code = 0;

    if (!file)
        return call_fail(APP_IO, "%s: %s", path, strerror(errno));
    while (out->len <= VALUE_BYTES_MAX && (n = fread(piece, 1, sizeof(piece), file)) > 0)
        buf_add(out, piece, n);
    if (ferror(file))
        code = call_fail(APP_IO, "%s: %s", path, strerror(errno));
    else if (out->len > VALUE_BYTES_MAX)
        code = call_fail(APP_DATA, "%s: larger than 64 KiB", path);
    explicit_bzero(piece, sizeof(piece));
    fclose(file);
    return code;
}

static int read_line(struct buf *out)
{
    int c = 0;

    while (out->len <= VALUE_BYTES_MAX && (c = getchar()) != EOF && c != '\n')
        buf_addc(out, (char)c);
    if (out->len > VALUE_BYTES_MAX)
        return call_fail(APP_DATA, "standard input: a line larger than 64 KiB");
    if (c == EOF && out->len == 0)
        return call_fail(APP_DATA, "standard input: a line is missing");
    return 0;
}

static int ask(const char *name, struct buf *out)
{
    struct termios before, unseen;
    bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
    int code = 0;

    if (terminal) {
        fprintf(stderr, "%s: ", name);
        unseen = before;
        unseen.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen);
    }
    code = read_line(out);
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    return code;
}

int value_read(const char *name, const char *value, struct buf *out)
{
    int code = 0;

    buf_clear(out);
    if (value_is_open(value) || !*value)
        buf_adds(out, value[0] == '@' ? value + 1 : value);
    else
        code = strcmp(value, "@-") == 0 ? ask(name, out) : read_file(value + 1, out);
    if (value[0] == '@')
        drop_line_end(out);
    return code;
}
