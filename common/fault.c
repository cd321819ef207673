/* Points are passed in all threads of a process; what they count is the one thing that threads
 * share here, in whole words that are changed atomically. */
#include "common/fault.h"

#ifdef WEIR_FAULTS

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/hash.h"
#include "common/log.h"

static const char *const names[] = {
#define FAULT_POINT(process, name, help) #name,
#define FAULT_SEND(process, name, help)  #name,
#include "common/faults.def"
};

/* What is wanted now. */
struct wish {
    char name[64];
    char action[16];
    char text[64]; /* empty: the nth time, else each time the content has it */
    uint64_t nth;
    uint64_t hash; /* of all of it, so that another wish is known from this one */
};

static uint64_t armed, fired, passed[FAULTS];

/* The words of a file, if they are meant for this process. */
static bool read_file(const char *path, char *out, size_t size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC), words = 0;
    long pid = 0;
    char text[256];
    ssize_t n = file >= 0 ? read(file, text, sizeof(text) - 1) : -1;

    if (file >= 0)
        close(file);
    if (n <= 0)
        return false;
    text[n] = '\0';
    if (sscanf(text, "%ld %n", &pid, &words) != 1 || words == 0 || (pid != 0 && pid != getpid()))
        return false;
    snprintf(out, size, "%s", text + words);
    return true;
}

static bool read_wish(struct wish *wish)
{
    const char *said = getenv("WEIR_FAULT");
    char words[256] = "";

    *wish = (struct wish){.nth = 1};
    if (!said || !*said)
        return false;
    if (*said != '/')
        snprintf(words, sizeof(words), "%s", said);
    else if (!read_file(said, words, sizeof(words)))
        return false;
    wish->hash = hash_64(words, strlen(words)) | 1;
    if (sscanf(words, "%63[^:]:%15[a-z]=%63[^\n]", wish->name, wish->action, wish->text) == 3)
        return true;
    return sscanf(words, "%63[^:]:%15[a-z]:%lu", wish->name, wish->action, &wish->nth) >= 2;
}

static bool is_now(const struct wish *wish, enum fault point, struct span content)
{
    if (wish->text[0])
        return content.n && memmem(content.p, content.n, wish->text, strlen(wish->text));
    if (__atomic_exchange_n(&armed, wish->hash, __ATOMIC_SEQ_CST) != wish->hash)
        __atomic_store_n(&passed[point], 0, __ATOMIC_SEQ_CST);
    return __atomic_add_fetch(&passed[point], 1, __ATOMIC_SEQ_CST) == wish->nth &&
           __atomic_exchange_n(&fired, wish->hash, __ATOMIC_SEQ_CST) != wish->hash;
}

static void hang(void)
{
    for (;;)
        pause();
}

bool fault_passed(enum fault point, struct span content)
{
    struct wish wish;

    if (!read_wish(&wish) || strcmp(wish.name, names[point]) != 0 || !is_now(&wish, point, content))
        return false;
    log_warning("fault", "point=%s action=%s pid=%d", wish.name, wish.action, (int)getpid());
    if (strcmp(wish.action, "kill") == 0)
        raise(SIGKILL);
    else if (strcmp(wish.action, "crash") == 0)
        abort();
    else if (strcmp(wish.action, "stop") == 0)
        raise(SIGSTOP);
    else if (strcmp(wish.action, "hang") == 0)
        hang();
    return strcmp(wish.action, "drop") == 0;
}

#endif
