#include "embedder/key_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/log.h"
#include "common/mem.h"

enum { KEY_BYTES = 4096, PART_LEAST = 4 /* shorter, it gives nothing away */ };

static void check_mode(const char *path, FILE *file)
{
    struct stat status;

    if (fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) && status.st_mode & 077)
        log_warning("key-file-open", "file=%s mode=%03o do=\"chmod 600\"", path,
                    (unsigned)(status.st_mode & 0777));
}

/* The key in a line, with a NUL behind it; NULL where it is none. */
static char *key_in(char *line)
{
    char *key = line + strspn(line, " \t");
    size_t n = strcspn(key, "\r\n");

    while (n && (key[n - 1] == ' ' || key[n - 1] == '\t'))
        n--;
    key[n] = '\0';
    for (size_t i = 0; i < n; i++)
        if (key[i] <= ' ' || key[i] == 0x7f)
            return NULL;
    return n ? key : NULL;
}

char *key_file_read(const char *path)
{
    char line[KEY_BYTES] = "";
    FILE *file = fopen(path, "re");
    char *key = NULL;

    if (!file || (!fgets(line, sizeof(line), file) && ferror(file))) {
        log_error("key-file-unreadable", "file=%s error=\"%s\"", path, strerror(errno));
    } else {
        key = key_in(line);
        check_mode(path, file);
        if (!key)
            log_error("key-file-empty", "file=%s why=\"its first line is no key\"", path);
    }
    if (file)
        fclose(file);
    key = key ? mem_strdup(key) : NULL;
    explicit_bzero(line, sizeof(line));
    return key;
}

void key_file_hide(const char *key, char *words)
{
    size_t n = key ? strlen(key) : 0, length = strlen(words);
    char *at = words;

    while (n && (at = strstr(at, key)))
        memset(at, '*', n);
    /* Words that were clipped may end within it. */
    for (size_t part = n < length ? n : length; part >= PART_LEAST; part--)
        if (memcmp(words + length - part, key, part) == 0)
            memset(words + length - part, '*', part);
}
