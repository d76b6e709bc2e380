// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * init.c - PID 1, a user program inside the kernel image.
 *
 * It runs the one program that this machine was started for: the argument vector
 * in /etc/trapline/argv (strings with a NUL behind each), or a shell on the
 * console. It reaps what becomes its child, and when the program ends it ends with
 * its status (128 + number for a signal), at which the kernel switches off.
 *
 * Freestanding: arch/CPU/init_start.S gives _start and init_syscall().
 */
#include <stddef.h>
#include <stdint.h>

enum {
#define X(number, name) SYS_##name = number,
#include "syscall_numbers.h"
#undef X
};

#define ARGV_PATH "/etc/trapline/argv"
#define ARGV_BYTES_MAX 65536
#define ARGS_MAX 1024
#define PATH_BYTES_MAX 4096
#define AT_FDCWD (-100)
#define SIGCHLD 17
#define TIOCSCTTY 0x540e
#define EXIT_NOT_RUN 127

long init_syscall(long number, long a, long b, long c, long d, long e, long f);
_Noreturn void init_main(const uintptr_t *stack);

static char argv_bytes[ARGV_BYTES_MAX + 1];
static char *args[ARGS_MAX + 1];

static size_t length(const char *s)
{
    size_t n = 0;

    while (s[n])
        n++;
    return n;
}

static _Noreturn void leave(int status)
{
    for (;;)
        init_syscall(SYS_exit_group, status, 0, 0, 0, 0, 0);
}

static void say(const char *a, const char *b)
{
    init_syscall(SYS_write, 2, (long)a, (long)length(a), 0, 0, 0);
    init_syscall(SYS_write, 2, (long)b, (long)length(b), 0, 0, 0);
    init_syscall(SYS_write, 2, (long)"\n", 1, 0, 0, 0);
}

static void execute(const char *path, char **envp)
{
    init_syscall(SYS_execve, (long)path, (long)args, (long)envp, 0, 0, 0);
}

/* Each directory of the path list with the name behind it. */
static void execute_in_path(const char *list, const char *name, char **envp)
{
    char path[PATH_BYTES_MAX];
    size_t name_len = length(name);

    while (*list) {
        size_t n = 0;

        while (*list && *list != ':' && n + name_len + 2 < sizeof(path))
            path[n++] = *list++;
        path[n++] = '/';
        for (size_t i = 0; i <= name_len; i++)
            path[n + i] = name[i];
        execute(path, envp);
        while (*list && *list++ != ':')
            ;
    }
}

static int has_slash(const char *s)
{
    for (; *s; s++)
        if (*s == '/')
            return 1;
    return 0;
}

static const char *path_list(char **envp)
{
    for (; *envp; envp++) {
        const char *e = *envp;

        if (e[0] == 'P' && e[1] == 'A' && e[2] == 'T' && e[3] == 'H' && e[4] == '=')
            return e + 5;
    }
    return "/bin";
}

static _Noreturn void run_child(char **envp)
{
    init_syscall(SYS_setsid, 0, 0, 0, 0, 0, 0);
    init_syscall(SYS_ioctl, 0, TIOCSCTTY, 0, 0, 0, 0);
    if (has_slash(args[0])) {
        execute(args[0], envp);
    } else {
        execute_in_path(path_list(envp), args[0], envp);
        /* An applet whose link is not there: busybox goes by argv[0]. */
        execute("/bin/busybox", envp);
        execute("/usr/bin/busybox", envp);
    }
    say("init: cannot run ", args[0]);
    leave(EXIT_NOT_RUN);
}

/* Cuts the file into args; 0: there is no such file, or nothing in it. */
static int read_args(void)
{
    long fd = init_syscall(SYS_openat, AT_FDCWD, (long)ARGV_PATH, 0, 0, 0, 0);
    size_t len = 0;
    int count = 0;
    long n;

    if (fd < 0)
        return 0;
    while (len < ARGV_BYTES_MAX && (n = init_syscall(SYS_read, fd, (long)(argv_bytes + len),
                                                     (long)(ARGV_BYTES_MAX - len), 0, 0, 0)) > 0)
        len += (size_t)n;
    init_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
    for (size_t at = 0; at < len && count < ARGS_MAX; at += length(argv_bytes + at) + 1)
        args[count++] = argv_bytes + at;
    return count;
}

static void default_args(void)
{
    static char shell[] = "/bin/sh", busybox[] = "/bin/busybox", sh[] = "sh";

    if (init_syscall(SYS_faccessat, AT_FDCWD, (long)shell, 1, 0, 0, 0) == 0) {
        args[0] = shell;
    } else {
        args[0] = busybox;
        args[1] = sh;
    }
}

_Noreturn void init_main(const uintptr_t *stack)
{
    char **envp = (char **)(stack + stack[0] + 2);
    long child, pid;
    int status;

    if (!read_args())
        default_args();
    child = init_syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0, 0);
    if (child == 0)
        run_child(envp);
    do {
        pid = init_syscall(SYS_wait4, -1, (long)&status, 0, 0, 0, 0);
    } while (pid != child && pid > 0);
    leave(status & 0x7f ? 128 + (status & 0x7f) : status >> 8);
}
