/* Allocation that cannot fail: where memory runs out the process logs one line and aborts, and the
 * supervisor starts it again.  Nothing here returns NULL.  Memory is released with free (). */
#ifndef WEIR_COMMON_MEM_H
#define WEIR_COMMON_MEM_H

#include <stddef.h>

void *mem_alloc(size_t bytes);
void *mem_calloc(size_t count, size_t bytes);
/* As realloc (); old may be NULL. */
void *mem_realloc(void *old, size_t count, size_t bytes);
/* A copy of text, or NULL where text is NULL. */
char *mem_strdup(const char *text);
/* A copy of n bytes with a NUL behind them. */
char *mem_dup(const void *data, size_t n);
/* printf into new memory.  Caller owns the result. */
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2), nonnull(1)));
/* Overwrites a text before it is freed: passwords and the like.  *text may be NULL, and is then. */
void mem_forget(char **text);

#endif
