/* What a sandboxed process must not be able to do, each as one call.  FORBIDDEN (name, kind, call):
 * kind PLAIN calls do something else than EPERM without the sandbox, whoever makes them; RIGHTS
 * calls may be refused by the system as well (to users, in containers); HIDDEN ones are answered
 * ENOSYS, so that libc does without.  All are harmless where they are not refused. */
#ifndef WEIR_TESTS_COMMON_SANDBOX_FORBIDDEN_H
#define WEIR_TESTS_COMMON_SANDBOX_FORBIDDEN_H

#include "tests/common/sandbox_world.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum forbidden_kind { PLAIN, RIGHTS, HIDDEN };

enum { NOBODY = 0x7ffffff0 /* no process has this number */ };

static char *const fb_words[] = {(char *)"x", NULL};
static const char fb_nowhere[] = "/nonexistent/program";

/* --- those that take more than one line ------------------------------------------------------- */

static inline long fb_reap(long pid)
{
    if (pid == 0)
        _exit(0);
    if (pid > 0)
        waitpid((pid_t)pid, NULL, 0);
    return pid;
}

static inline long fb_spawn(void)
{
    errno = posix_spawn(&(pid_t){0}, fb_nowhere, NULL, NULL, fb_words, fb_words + 1);
    return -1;
}

static inline long fb_vfork(void)
{
    pid_t pid = vfork();

    if (pid == 0)
        _exit(0);
    return fb_reap(pid);
}

static inline long fb_clone3(void)
{
    uint64_t arguments[8] = {[4] = SIGCHLD};

    return fb_reap(syscall(SYS_clone3, arguments, sizeof(arguments)));
}

static inline long fb_open(int flags)
{
    int fd = open(sandbox_file, flags, 0600);

    return fd < 0 ? fd : close(fd);
}

static inline long fb_openat2(void)
{
    uint64_t how[3] = {O_RDWR};
    long fd = syscall(SYS_openat2, AT_FDCWD, sandbox_file, how, sizeof(how));

    return fd < 0 ? fd : close((int)fd);
}

static inline long fb_socket(int family, int type, int protocol)
{
    int fd = socket(family, type, protocol);

    return fd < 0 ? fd : close(fd);
}

static inline long fb_map(int protection, int flags)
{
    void *at = mmap(NULL, 4096, protection, flags, -1, 0);

    return at == MAP_FAILED ? -1 : munmap(at, 4096);
}

/* Code that is written and then made executable. */
static inline long fb_protect(void)
{
    void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int result = at == MAP_FAILED ? -1 : mprotect(at, 4096, PROT_READ | PROT_EXEC);

    return result ? result : munmap(at, 4096);
}

static inline long fb_limit(pid_t pid, bool set)
{
    struct rlimit limit;

    getrlimit(RLIMIT_CORE, &limit);
    return prlimit(pid, RLIMIT_CORE, set ? &limit : NULL, &limit);
}

static inline long fb_affinity(void)
{
    cpu_set_t set;

    sched_getaffinity(0, sizeof(set), &set);
    return sched_setaffinity(0, sizeof(set), &set);
}

#ifdef SYS_open
#define FB_OPEN_OLD(path, flags) syscall(SYS_open, path, flags)
#else
#define FB_OPEN_OLD(path, flags) syscall(SYS_openat, AT_FDCWD, path, flags)
#endif

/* --- all of them ------------------------------------------------------------------------------ */

#define FORBIDDEN_PROGRAMS                                                                         \
    FORBIDDEN(execve, PLAIN, execve(fb_nowhere, fb_words, fb_words + 1))                           \
    FORBIDDEN(execveat, PLAIN, syscall(SYS_execveat, AT_FDCWD, fb_nowhere, fb_words, NULL, 0))     \
    FORBIDDEN(posix_spawn, PLAIN, fb_spawn())                                                      \
    FORBIDDEN(fork, PLAIN, fb_reap(fork()))                                                        \
    FORBIDDEN(vfork, PLAIN, fb_vfork())                                                            \
    FORBIDDEN(clone_process, PLAIN, fb_reap(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)))              \
    FORBIDDEN(                                                                                     \
        clone_namespace, RIGHTS,                                                                   \
        syscall(SYS_clone, CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_NEWUSER, 0, 0, 0, 0))   \
    FORBIDDEN(clone3, HIDDEN, fb_clone3())                                                         \
    FORBIDDEN(map_code, PLAIN, fb_map(PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS))         \
    FORBIDDEN(map_writable_code, PLAIN,                                                            \
              fb_map(PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS))                         \
    FORBIDDEN(make_code, PLAIN, fb_protect())                                                      \
    FORBIDDEN(memfd_create, PLAIN, syscall(SYS_memfd_create, "x", 0))

#define FORBIDDEN_FILES                                                                            \
    FORBIDDEN(open_wronly, PLAIN, fb_open(O_WRONLY))                                               \
    FORBIDDEN(open_rdwr, PLAIN, fb_open(O_RDWR | O_CLOEXEC))                                       \
    FORBIDDEN(open_neither, PLAIN, fb_open(O_ACCMODE))                                             \
    FORBIDDEN(open_append, PLAIN, fb_open(O_WRONLY | O_APPEND))                                    \
    FORBIDDEN(open_creat, PLAIN, fb_open(O_RDONLY | O_CREAT))                                      \
    FORBIDDEN(open_trunc, PLAIN, fb_open(O_RDONLY | O_TRUNC))                                      \
    FORBIDDEN(open_tmpfile, PLAIN, open(".", O_TMPFILE | O_RDWR, 0600))                            \
    FORBIDDEN(open_old, PLAIN, FB_OPEN_OLD(sandbox_file, O_WRONLY))                                \
    FORBIDDEN(open_memory, PLAIN, open("/proc/self/mem", O_RDWR))                                  \
    FORBIDDEN(openat2, HIDDEN, fb_openat2())                                                       \
    FORBIDDEN(creat, PLAIN, creat("created", 0600))                                                \
    FORBIDDEN(mkdir, PLAIN, mkdir("folder", 0700))                                                 \
    FORBIDDEN(mkdirat, PLAIN, mkdirat(AT_FDCWD, "folder2", 0700))                                  \
    FORBIDDEN(rmdir, PLAIN, rmdir("folder"))                                                       \
    FORBIDDEN(mknod, PLAIN, mknod("fifo", S_IFIFO | 0600, 0))                                      \
    FORBIDDEN(mknodat, PLAIN, mknodat(AT_FDCWD, "fifo2", S_IFIFO | 0600, 0))                       \
    FORBIDDEN(link, PLAIN, link(sandbox_file, "hard"))                                             \
    FORBIDDEN(linkat, PLAIN, linkat(AT_FDCWD, sandbox_file, AT_FDCWD, "hard2", 0))                 \
    FORBIDDEN(symlink, PLAIN, symlink(sandbox_file, "soft"))                                       \
    FORBIDDEN(symlinkat, PLAIN, symlinkat(sandbox_file, AT_FDCWD, "soft2"))                        \
    FORBIDDEN(rename, PLAIN, rename("soft", "soft3"))                                              \
    FORBIDDEN(renameat, PLAIN, renameat(AT_FDCWD, "soft2", AT_FDCWD, "soft4"))                     \
    FORBIDDEN(renameat2, PLAIN, syscall(SYS_renameat2, AT_FDCWD, "hard", AT_FDCWD, "hard3", 0))    \
    FORBIDDEN(unlink, PLAIN, unlink("soft3"))                                                      \
    FORBIDDEN(unlinkat, PLAIN, unlinkat(AT_FDCWD, "soft4", 0))                                     \
    FORBIDDEN(chmod, PLAIN, chmod(sandbox_file, 0644))                                             \
    FORBIDDEN(fchmod, PLAIN, fchmod(sandbox_fd, 0644))                                             \
    FORBIDDEN(fchmodat, PLAIN, fchmodat(AT_FDCWD, sandbox_file, 0644, 0))                          \
    FORBIDDEN(chown, PLAIN, chown(sandbox_file, getuid(), getgid()))                               \
    FORBIDDEN(lchown, PLAIN, lchown(sandbox_file, getuid(), getgid()))                             \
    FORBIDDEN(fchown, PLAIN, fchown(sandbox_fd, getuid(), getgid()))                               \
    FORBIDDEN(fchownat, PLAIN, fchownat(AT_FDCWD, sandbox_file, getuid(), getgid(), 0))            \
    FORBIDDEN(truncate, PLAIN, truncate(sandbox_file, 0))                                          \
    FORBIDDEN(ftruncate, PLAIN, ftruncate(sandbox_fd, 0))                                          \
    FORBIDDEN(fallocate, PLAIN, fallocate(sandbox_fd, 0, 0, 10))                                   \
    FORBIDDEN(pwrite, PLAIN, pwrite(sandbox_fd, "x", 1, 0))                                        \
    FORBIDDEN(sendfile, PLAIN, syscall(SYS_sendfile, sandbox_fd, -1, NULL, 1))                     \
    FORBIDDEN(copy_file_range, PLAIN, copy_file_range(-1, NULL, sandbox_fd, NULL, 1, 0))           \
    FORBIDDEN(splice, PLAIN, splice(-1, NULL, sandbox_fd, NULL, 1, 0))                             \
    FORBIDDEN(utimensat, PLAIN, utimensat(AT_FDCWD, sandbox_file, NULL, 0))                        \
    FORBIDDEN(setxattr, PLAIN, syscall(SYS_setxattr, sandbox_file, "user.x", "x", 1, 0))           \
    FORBIDDEN(removexattr, PLAIN, syscall(SYS_removexattr, sandbox_file, "user.x"))                \
    FORBIDDEN(chdir, PLAIN, chdir("."))                                                            \
    FORBIDDEN(umask, PLAIN, syscall(SYS_umask, 0) < 0 ? -1 : (umask(077), 0))                      \
    FORBIDDEN(open_by_handle, RIGHTS, syscall(SYS_open_by_handle_at, -1, NULL, 0))                 \
    FORBIDDEN(inotify, PLAIN, inotify_init1(0))                                                    \
    FORBIDDEN(mount, RIGHTS, syscall(SYS_mount, NULL, NULL, NULL, 0, NULL))                        \
    FORBIDDEN(umount, RIGHTS, syscall(SYS_umount2, "/nonexistent", 0))                             \
    FORBIDDEN(move_mount, RIGHTS, syscall(SYS_move_mount, -1, "", -1, "", 0))                      \
    FORBIDDEN(fsopen, RIGHTS, syscall(SYS_fsopen, NULL, 0))                                        \
    FORBIDDEN(chroot, RIGHTS, chroot("/nonexistent"))                                              \
    FORBIDDEN(pivot_root, RIGHTS, syscall(SYS_pivot_root, "/nonexistent", "/nonexistent"))         \
    FORBIDDEN(quotactl, RIGHTS, syscall(SYS_quotactl, -1, NULL, 0, NULL))

#define FORBIDDEN_OTHERS                                                                           \
    FORBIDDEN(kill, PLAIN, kill(getppid(), 0))                                                     \
    FORBIDDEN(kill_group, PLAIN, kill(0, 0))                                                       \
    FORBIDDEN(tkill, PLAIN, syscall(SYS_tkill, NOBODY, 0))                                         \
    FORBIDDEN(tgkill, PLAIN, syscall(SYS_tgkill, getppid(), getppid(), 0))                         \
    FORBIDDEN(sigqueue, PLAIN, sigqueue(NOBODY, 0, (union sigval){0}))                             \
    FORBIDDEN(pidfd_open, RIGHTS, syscall(SYS_pidfd_open, NOBODY, 0))                              \
    FORBIDDEN(pidfd_send_signal, PLAIN, syscall(SYS_pidfd_send_signal, -1, 0, NULL, 0))            \
    FORBIDDEN(fcntl_owner, PLAIN, fcntl(sandbox_fd, F_SETOWN, 0))                                  \
    FORBIDDEN(ioctl_type, PLAIN, ioctl(-1, TIOCSTI, "x"))                                          \
    FORBIDDEN(ptrace, RIGHTS, syscall(SYS_ptrace, 16 /* ATTACH */, NOBODY, NULL, NULL))            \
    FORBIDDEN(process_vm_readv, RIGHTS,                                                            \
              syscall(SYS_process_vm_readv, NOBODY, NULL, 0, NULL, 0, 0))                          \
    FORBIDDEN(process_vm_writev, RIGHTS,                                                           \
              syscall(SYS_process_vm_writev, NOBODY, NULL, 0, NULL, 0, 0))                         \
    FORBIDDEN(process_madvise, RIGHTS, syscall(SYS_process_madvise, -1, NULL, 0, 0, 0))            \
    FORBIDDEN(kcmp, RIGHTS, syscall(SYS_kcmp, NOBODY, NOBODY, 0, 0, 0))                            \
    FORBIDDEN(limit_own, PLAIN, fb_limit(0, true))                                                 \
    FORBIDDEN(limit_others, PLAIN, fb_limit(NOBODY, false))                                        \
    FORBIDDEN(setpriority, PLAIN, setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0)))      \
    FORBIDDEN(sched_setscheduler, RIGHTS,                                                          \
              sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){1}))                         \
    FORBIDDEN(sched_setaffinity, PLAIN, fb_affinity())                                             \
    FORBIDDEN(setpgid, PLAIN, setpgid(0, 0))                                                       \
    FORBIDDEN(setsid, RIGHTS, setsid())

#define FORBIDDEN_SOCKETS                                                                          \
    FORBIDDEN(listen, PLAIN, listen(-1, 1))                                                        \
    FORBIDDEN(accept, PLAIN, accept(-1, NULL, NULL))                                               \
    FORBIDDEN(accept4, PLAIN, accept4(-1, NULL, NULL, 0))                                          \
    FORBIDDEN(raw, RIGHTS, fb_socket(AF_INET, SOCK_RAW, IPPROTO_TCP))                              \
    FORBIDDEN(raw_ipv6, RIGHTS, fb_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6))                     \
    FORBIDDEN(ping, PLAIN, fb_socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP))                           \
    FORBIDDEN(sctp, PLAIN, fb_socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP))                          \
    FORBIDDEN(packet, RIGHTS, fb_socket(AF_PACKET, SOCK_RAW, 0))                                   \
    FORBIDDEN(packet_datagram, RIGHTS, fb_socket(AF_PACKET, SOCK_DGRAM, 0))                        \
    FORBIDDEN(netlink_uevent, PLAIN,                                                               \
              fb_socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT))              \
    FORBIDDEN(netlink_netfilter, PLAIN, fb_socket(AF_NETLINK, SOCK_DGRAM, NETLINK_NETFILTER))      \
    FORBIDDEN(vsock, RIGHTS, fb_socket(AF_VSOCK, SOCK_STREAM, 0))                                  \
    FORBIDDEN(algorithms, RIGHTS, fb_socket(AF_ALG, SOCK_SEQPACKET, 0))                            \
    FORBIDDEN(bluetooth, RIGHTS, fb_socket(AF_BLUETOOTH, SOCK_RAW, 0))                             \
    FORBIDDEN(can, RIGHTS, fb_socket(AF_CAN, SOCK_RAW, 1))                                         \
    FORBIDDEN(socketpair, PLAIN, socketpair(AF_INET, SOCK_STREAM, 0, (int[2]){0}))

#define FORBIDDEN_SYSTEM                                                                           \
    FORBIDDEN(setuid, PLAIN, syscall(SYS_setuid, getuid()))                                        \
    FORBIDDEN(setgid, PLAIN, syscall(SYS_setgid, getgid()))                                        \
    FORBIDDEN(setreuid, PLAIN, syscall(SYS_setreuid, -1, -1))                                      \
    FORBIDDEN(setresuid, PLAIN, syscall(SYS_setresuid, -1, -1, -1))                                \
    FORBIDDEN(setresgid, PLAIN, syscall(SYS_setresgid, -1, -1, -1))                                \
    FORBIDDEN(setgroups, RIGHTS, syscall(SYS_setgroups, -1, NULL))                                 \
    FORBIDDEN(setfsuid, PLAIN, syscall(SYS_setfsuid, -1) < 0 ? -1 : 0)                             \
    FORBIDDEN(capset, PLAIN, syscall(SYS_capset, NULL, NULL))                                      \
    FORBIDDEN(personality, RIGHTS, syscall(SYS_personality, 0xffffffff))                           \
    FORBIDDEN(unshare, RIGHTS, unshare(0))                                                         \
    FORBIDDEN(setns, RIGHTS, setns(-1, 0))                                                         \
    FORBIDDEN(seccomp, PLAIN, syscall(SYS_seccomp, 99, 0, NULL))                                   \
    FORBIDDEN(prctl_dumpable, PLAIN, prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))                           \
    FORBIDDEN(prctl_seccomp, PLAIN, prctl(PR_SET_SECCOMP, 99, 0, 0, 0))                            \
    FORBIDDEN(prctl_memory, RIGHTS, prctl(PR_SET_MM, 0, 0, 0, 0))                                  \
    FORBIDDEN(keyctl, RIGHTS, syscall(SYS_keyctl, 99, 0, 0, 0, 0))                                 \
    FORBIDDEN(add_key, RIGHTS, syscall(SYS_add_key, NULL, NULL, NULL, 0, 0))                       \
    FORBIDDEN(request_key, RIGHTS, syscall(SYS_request_key, NULL, NULL, NULL, 0))                  \
    FORBIDDEN(bpf, RIGHTS, syscall(SYS_bpf, 99, NULL, 0))                                          \
    FORBIDDEN(perf_event_open, RIGHTS, syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0))           \
    FORBIDDEN(io_uring_setup, RIGHTS, syscall(SYS_io_uring_setup, 0, NULL))                        \
    FORBIDDEN(io_uring_enter, RIGHTS, syscall(SYS_io_uring_enter, -1, 0, 0, 0, NULL))              \
    FORBIDDEN(userfaultfd, RIGHTS, syscall(SYS_userfaultfd, -1))                                   \
    FORBIDDEN(init_module, RIGHTS, syscall(SYS_init_module, NULL, 0, NULL))                        \
    FORBIDDEN(finit_module, RIGHTS, syscall(SYS_finit_module, -1, NULL, 0))                        \
    FORBIDDEN(delete_module, RIGHTS, syscall(SYS_delete_module, NULL, 0))                          \
    FORBIDDEN(kexec_load, RIGHTS, syscall(SYS_kexec_load, 0, -1, NULL, -1))                        \
    FORBIDDEN(reboot, RIGHTS, syscall(SYS_reboot, 0, 0, 0, NULL))                                  \
    FORBIDDEN(swapon, RIGHTS, syscall(SYS_swapon, "/nonexistent", -1))                             \
    FORBIDDEN(acct, RIGHTS, syscall(SYS_acct, "/nonexistent"))                                     \
    FORBIDDEN(sethostname, RIGHTS, syscall(SYS_sethostname, NULL, -1))                             \
    FORBIDDEN(clock_settime, RIGHTS, syscall(SYS_clock_settime, 99, NULL))                         \
    FORBIDDEN(syslog, RIGHTS, syscall(SYS_syslog, 99, NULL, 0))                                    \
    FORBIDDEN(fanotify, RIGHTS, syscall(SYS_fanotify_init, -1, 0))                                 \
    FORBIDDEN(shmget, PLAIN, syscall(SYS_shmget, 0, 0, 0))                                         \
    FORBIDDEN(msgget, PLAIN, syscall(SYS_msgget, 99, 0))                                           \
    FORBIDDEN(mq_open, PLAIN, syscall(SYS_mq_open, "none", 0, 0, NULL))

#endif
