#include "common/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *p, size_t bytes)
{
    if (!p) {
        fprintf(stderr, "<2>out-of-memory bytes=%zu\n", bytes);
        abort();
    }
    return p;
}

void *mem_alloc(size_t bytes)
{
    return checked(malloc(bytes ? bytes : 1), bytes);
}

void *mem_calloc(size_t count, size_t bytes)
{
    return checked(calloc(count ? count : 1, bytes ? bytes : 1), bytes);
}

void *mem_realloc(void *old, size_t count, size_t bytes)
{
    size_t total = 0;

    if (__builtin_mul_overflow(count, bytes, &total))
        checked(NULL, SIZE_MAX);
    return checked(realloc(old, total ? total : 1), total);
}

char *mem_strdup(const char *text)
{
    return text ? mem_dup(text, strlen(text)) : NULL;
}

char *mem_dup(const void *data, size_t n)
{
    char *copy = mem_alloc(n + 1);

    if (n)
        memcpy(copy, data, n);
    copy[n] = '\0';
    return copy;
}

char *mem_printf(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    int n = 0;

    va_start(args, format);
    n = vasprintf(&text, format, args);
    va_end(args);
    return checked(n < 0 ? NULL : text, 0);
}

void mem_forget(char **text)
{
    if (*text)
        explicit_bzero(*text, strlen(*text));
    free(*text);
    *text = NULL;
}
