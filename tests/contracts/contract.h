/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * contract.h - what every contract test shares.
 *
 * A contract test prints what it observes of the system call interface; what Linux prints is right.
 *
 * Rules of use
 *   - R(call) prints the call's own text with its result, or -1 and the name of errno. OK(call) the
 *     same without the number, for addresses, process ids and lengths that may differ.
 *   - V, X and S print a number, a hexadecimal number and a string; SAY is printf with a newline.
 *   - Never print process ids, addresses, times or inode numbers: print how they compare.
 *   - Every line is one write(), so that parent and child do not mix within a line.
 *   - CHECK is for what must hold before the test makes sense; a failed one makes the verdict FAIL.
 *   - End main with `return verdict();`.
 */
#ifndef CONTRACT_H
#define CONTRACT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define PAGE 4096l
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static int contract_failures;

__attribute__((format(printf, 1, 2), unused)) static void say(const char *fmt, ...)
{
    char line[1024];
    int saved = errno, len;
    va_list ap;

    va_start(ap, fmt);
    len = vsnprintf(line, sizeof(line) - 1, fmt, ap);
    va_end(ap);
    if (len > (int)sizeof(line) - 2)
        len = sizeof(line) - 2;
    line[len++] = '\n';
    if (write(STDOUT_FILENO, line, (size_t)len) != len)
        _exit(98);
    errno = saved;
}

__attribute__((unused)) static const char *errno_name(int e)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {
#define E(x) {x, #x}
        E(EPERM),        E(ENOENT),       E(ESRCH),        E(EINTR),           E(EIO),
        E(ENXIO),        E(E2BIG),        E(ENOEXEC),      E(EBADF),           E(ECHILD),
        E(EAGAIN),       E(ENOMEM),       E(EACCES),       E(EFAULT),          E(ENOTBLK),
        E(EBUSY),        E(EEXIST),       E(EXDEV),        E(ENODEV),          E(ENOTDIR),
        E(EISDIR),       E(EINVAL),       E(ENFILE),       E(EMFILE),          E(ENOTTY),
        E(ETXTBSY),      E(EFBIG),        E(ENOSPC),       E(ESPIPE),          E(EROFS),
        E(EMLINK),       E(EPIPE),        E(EDOM),         E(ERANGE),          E(EDEADLK),
        E(ENAMETOOLONG), E(ENOLCK),       E(ENOSYS),       E(ENOTEMPTY),       E(ELOOP),
        E(ENODATA),      E(ETIME),        E(EPROTO),       E(EBADMSG),         E(EOVERFLOW),
        E(EILSEQ),       E(EUSERS),       E(ENOTSOCK),     E(EDESTADDRREQ),    E(EMSGSIZE),
        E(EPROTOTYPE),   E(ENOPROTOOPT),  E(EPROTONOSUPPORT), E(ESOCKTNOSUPPORT), E(EOPNOTSUPP),
        E(EPFNOSUPPORT), E(EAFNOSUPPORT), E(EADDRINUSE),   E(EADDRNOTAVAIL),   E(ENETDOWN),
        E(ENETUNREACH),  E(ECONNABORTED), E(ECONNRESET),   E(ENOBUFS),         E(EISCONN),
        E(ENOTCONN),     E(ESHUTDOWN),    E(ETIMEDOUT),    E(ECONNREFUSED),    E(EHOSTUNREACH),
        E(EALREADY),     E(EINPROGRESS),  E(ESTALE),       E(ECANCELED),       E(EOWNERDEAD),
        E(ENOTRECOVERABLE), E(ENOKEY),
#undef E
    };

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i].number == e)
            return names[i].name;
    return e ? "errno of no name here" : "no errno";
}

__attribute__((unused)) static long show_result(const char *what, long r, bool number)
{
    if (r == -1)
        say("%s = -1 %s", what, errno_name(errno));
    else if (number)
        say("%s = %ld", what, r);
    else
        say("%s = ok", what);
    return r;
}

#define R(call)                                                                                    \
    ({                                                                                             \
        errno = 0;                                                                                 \
        show_result(#call, (long)(call), true);                                                    \
    })
#define OK(call)                                                                                   \
    ({                                                                                             \
        errno = 0;                                                                                 \
        __typeof__(call) ok_ = (call);                                                             \
        show_result(#call, (long)ok_, false);                                                      \
        ok_;                                                                                       \
    })
#define V(expr) say("%s: %lld", #expr, (long long)(expr))
#define X(expr) say("%s: 0x%llx", #expr, (unsigned long long)(expr))
#define S(expr) say("%s: \"%s\"", #expr, (expr))
#define SAY(...) say(__VA_ARGS__)

#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            say("CHECK failed at %s:%d: %s (%s)", __FILE_NAME__, __LINE__, #cond,                  \
                errno_name(errno));                                                                \
            contract_failures++;                                                                   \
        }                                                                                          \
    } while (0)

__attribute__((unused)) static int verdict(void)
{
    say("%s", contract_failures ? "FAIL" : "PASS");
    return contract_failures != 0;
}

/* How a child ended, in words that do not depend on core dumps. */
__attribute__((unused)) static void show_status(const char *who, int status)
{
    if (WIFEXITED(status))
        say("%s: exit %d", who, WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        say("%s: killed by %d", who, WTERMSIG(status));
    else if (WIFSTOPPED(status))
        say("%s: stopped by %d", who, WSTOPSIG(status));
    else
        say("%s: %s", who, WIFCONTINUED(status) ? "continued" : "no known status");
}

__attribute__((unused)) static int reap(pid_t pid)
{
    int status = 0;
    pid_t got;

    do
        got = waitpid(pid, &status, 0);
    while (got == -1 && errno == EINTR);
    CHECK(got == pid);
    return status;
}

/* Run the statements in a child and show how it ended. */
#define CHILD(...)                                                                                 \
    do {                                                                                           \
        pid_t child_ = fork();                                                                     \
        if (child_ == 0) {                                                                         \
            __VA_ARGS__;                                                                           \
            _exit(contract_failures ? 99 : 0);                                                     \
        }                                                                                          \
        CHECK(child_ > 0);                                                                         \
        show_status("child", reap(child_));                                                        \
    } while (0)

__attribute__((unused)) static void on_signal(int signo, void (*fn)(int, siginfo_t *, void *),
                                              int flags)
{
    struct sigaction sa = {.sa_sigaction = fn, .sa_flags = SA_SIGINFO | flags};

    sigemptyset(&sa.sa_mask);
    CHECK(sigaction(signo, &sa, NULL) == 0);
}

__attribute__((unused)) static sigset_t set_of(int signo)
{
    sigset_t s;

    sigemptyset(&s);
    if (signo)
        sigaddset(&s, signo);
    return s;
}

__attribute__((unused)) static long long now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

__attribute__((unused)) static void sleep_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};

    while (nanosleep(&t, &t) == -1 && errno == EINTR)
        ;
}

/* A new file with `text` in it, open for reading and writing at its start. */
__attribute__((unused)) static int file_with(const char *path, const char *text)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);

    CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    CHECK(lseek(fd, 0, SEEK_SET) == 0);
    return fd;
}

/* What a whole (small) file says, in a buffer that the next call reuses. */
__attribute__((unused)) static const char *text_of(const char *path)
{
    static char text[65536];
    int fd = open(path, O_RDONLY);
    ssize_t n, len = 0;

    while (fd >= 0 && len < (ssize_t)sizeof(text) - 1 &&
           (n = read(fd, text + len, sizeof(text) - 1 - (size_t)len)) > 0)
        len += n;
    text[len] = '\0';
    if (fd >= 0)
        close(fd);
    return text;
}

#endif
