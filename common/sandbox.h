/* What a process gives up for good, so that whoever takes it over by a flaw in a parser or a
 * library finds little: rights that it never needs (seccomp (2) by libseccomp), and the ways in
 * which its memory could be read by others (prctl (2), setrlimit (2)). */
#ifndef WEIR_COMMON_SANDBOX_H
#define WEIR_COMMON_SANDBOX_H

#include <stdbool.h>

/* All may read files and have threads; none may write or make files, start programs or processes,
 * listen, or touch another process. */
enum sandbox {
    SANDBOX_NONE,  /* no limits */
    SANDBOX_LINKS, /* sockets of this machine (AF_UNIX) only */
    SANDBOX_NET,   /* and TCP, UDP, and what names are resolved with */
};

/* First of all in main (), before a secret is read and before there is a second thread: umask 077,
 * no new privileges by exec, no core, not readable by other processes of the same user.  What the
 * system refuses of it is missing without a word: it is written to standard error. */
void sandbox_guard(void);

/* Leaves every thread, and those to come, the calls of `profile` alone; any other fails with EPERM
 * (clone3 and openat2, which cannot be looked into, with ENOSYS).  There is no way back.  wanted =
 * false leaves all as it is and says so, as does a build without libseccomp.  -1 with a logged line
 * where the system does not do it; all is as before then. */
int sandbox_enter(enum sandbox profile, bool wanted);

/* Whether this program was built with libseccomp. */
bool sandbox_is_built(void);
/* Whether it is built with a sanitizer, which needs calls that are refused otherwise: to stop its
 * own threads and to start what prints its reports. */
bool sandbox_is_wide(void);

#endif
