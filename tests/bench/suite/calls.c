// SPDX-License-Identifier: GPL-2.0-or-later
/* calls.c - system calls on a process, files and descriptors. */
#include "suite.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define FILE_PATH "/tmp/bench-file"
#define LINK_PATH "/tmp/bench-link"
#define DIR_PATH "/tmp/bench-dir"

static int null_fd, zero_fd, file_fd, dir_fd, epoll_fd, event_fd, pair[2], ends[2];
static char buf[4096];

#define LOOP(name, call)                                                                          \
    static void name(unsigned n)                                                                  \
    {                                                                                             \
        for (unsigned i = 0; i < n; i++)                                                          \
            need(call, #name);                                                                    \
    }

static void open_all(void)
{
    null_fd = (int)need(sys3(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR), "/dev/null");
    zero_fd = (int)need(sys3(SYS_openat, AT_FDCWD, "/dev/zero", O_RDWR), "/dev/zero");
    file_fd = (int)need(sys4(SYS_openat, AT_FDCWD, FILE_PATH, O_RDWR | O_CREAT, 0644), FILE_PATH);
    need(sys4(SYS_pwrite64, file_fd, buf, sizeof(buf), 0), "pwrite");
    sys3(SYS_symlinkat, FILE_PATH, AT_FDCWD, LINK_PATH);
    sys3(SYS_mkdirat, AT_FDCWD, DIR_PATH, 0755);
    for (int i = 0; i < 16; i++) {
        char path[64];

        snprintf(path, sizeof(path), DIR_PATH "/entry-%d", i);
        sys1(SYS_close, need(sys4(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT, 0644), path));
    }
    dir_fd = (int)need(sys3(SYS_openat, AT_FDCWD, DIR_PATH, O_RDONLY | O_DIRECTORY), DIR_PATH);
    need(sys2(SYS_pipe2, ends, 0), "pipe2");
    event_fd = (int)need(sys2(SYS_eventfd2, 0, 0), "eventfd2");
    need(sys4(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
}

static void ready_event(void)
{
    struct epoll_event ev = { .events = EPOLLIN };
    uint64_t one = 1;

    epoll_fd = (int)need(sys1(SYS_epoll_create1, 0), "epoll_create1");
    need(sys4(SYS_epoll_ctl, epoll_fd, EPOLL_CTL_ADD, event_fd, &ev), "epoll_ctl");
    need(sys3(SYS_write, event_fd, &one, 8), "eventfd");
}

LOOP(getpid_run, sys0(SYS_getpid))
LOOP(gettid_run, sys0(SYS_gettid))
LOOP(getuid_run, sys0(SYS_getuid))
LOOP(getpriority_run, sys2(SYS_getpriority, 0, 0))
LOOP(sched_yield_run, sys0(SYS_sched_yield))
LOOP(uname_run, sys1(SYS_uname, buf))
LOOP(clock_gettime_run, sys2(SYS_clock_gettime, CLOCK_MONOTONIC, buf))
/* As a program calls it: by the vDSO, without a trap. */
LOOP(clock_gettime_vdso_run, clock_gettime(CLOCK_MONOTONIC, (struct timespec *)(void *)buf))
LOOP(read_null_run, sys3(SYS_read, null_fd, buf, 1))
LOOP(write_null_run, sys3(SYS_write, null_fd, buf, 1))
LOOP(read_zero_run, sys3(SYS_read, zero_fd, buf, sizeof(buf)))
LOOP(pread_run, sys4(SYS_pread64, file_fd, buf, 1024, 512))
LOOP(lseek_run, sys3(SYS_lseek, file_fd, 0, SEEK_SET))
LOOP(fstat_run, sys2(SYS_fstat, file_fd, buf))
LOOP(stat_run, sys4(SYS_newfstatat, AT_FDCWD, FILE_PATH, buf, 0))
LOOP(access_run, sys3(SYS_faccessat, AT_FDCWD, FILE_PATH, R_OK))
LOOP(readlink_run, sys4(SYS_readlinkat, AT_FDCWD, LINK_PATH, buf, sizeof(buf)))
LOOP(getcwd_run, sys2(SYS_getcwd, buf, sizeof(buf)))
LOOP(fcntl_getfl_run, sys2(SYS_fcntl, file_fd, F_GETFL))
LOOP(open_close_run,
     sys1(SYS_close, need(sys3(SYS_openat, AT_FDCWD, FILE_PATH, O_RDONLY), "openat")))
LOOP(dup_close_run, sys1(SYS_close, need(sys1(SYS_dup, file_fd), "dup")))

static void writev_run(unsigned n)
{
    struct iovec v[4] = { { buf, 16 }, { buf, 32 }, { buf, 64 }, { buf, 128 } };

    for (unsigned i = 0; i < n; i++)
        need(sys3(SYS_writev, null_fd, v, 4), "writev");
}

/* One byte there and back through a pipe that holds nothing else. */
static void pipe_run(unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        need(sys3(SYS_write, ends[1], buf, 1), "pipe");
        need(sys3(SYS_read, ends[0], buf, 1), "pipe");
    }
}

static void socketpair_run(unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        need(sys3(SYS_write, pair[1], buf, 1), "socketpair");
        need(sys3(SYS_read, pair[0], buf, 1), "socketpair");
    }
}

static void eventfd_run(unsigned n)
{
    uint64_t one = 1;

    for (unsigned i = 0; i < n; i++) {
        need(sys3(SYS_write, event_fd, &one, 8), "eventfd");
        need(sys3(SYS_read, event_fd, buf, 8), "eventfd");
    }
}

static void epoll_wait_run(unsigned n)
{
    struct epoll_event out[4];

    for (unsigned i = 0; i < n; i++)
        need(sys6(SYS_epoll_pwait, epoll_fd, out, 4, 0, 0, 8), "epoll_pwait");
}

static void poll_run(unsigned n)
{
    struct pollfd p[2] = { { event_fd, POLLIN, 0 }, { ends[0], POLLIN, 0 } };
    struct timespec zero = { 0, 0 };

    for (unsigned i = 0; i < n; i++)
        need(sys5(SYS_ppoll, p, 2, &zero, 0, 8), "ppoll");
}

/* All 18 entries of a directory. */
static void getdents64_run(unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        need(sys3(SYS_lseek, dir_fd, 0, SEEK_SET), "lseek");
        need(sys3(SYS_getdents64, dir_fd, buf, sizeof(buf)), "getdents64");
    }
}

const struct row calls[] = {
    { "getpid", 1000, open_all, getpid_run },
    { "gettid", 1000, NULL, gettid_run },
    { "getuid", 1000, NULL, getuid_run },
    { "getpriority", 1000, NULL, getpriority_run },
    { "sched_yield", 1000, NULL, sched_yield_run },
    { "uname", 1000, NULL, uname_run },
    { "clock_gettime", 1000, NULL, clock_gettime_run },
    { "clock_gettime_vdso", 1000, NULL, clock_gettime_vdso_run },
    { "read_null", 1000, NULL, read_null_run },
    { "write_null", 1000, NULL, write_null_run },
    { "read_zero", 1000, NULL, read_zero_run },
    { "pread", 1000, NULL, pread_run },
    { "writev", 1000, NULL, writev_run },
    { "lseek", 1000, NULL, lseek_run },
    { "fstat", 1000, NULL, fstat_run },
    { "stat", 1000, NULL, stat_run },
    { "access", 1000, NULL, access_run },
    { "readlink", 1000, NULL, readlink_run },
    { "getcwd", 1000, NULL, getcwd_run },
    { "fcntl_getfl", 1000, NULL, fcntl_getfl_run },
    { "open_close", 1000, NULL, open_close_run },
    { "dup_close", 1000, NULL, dup_close_run },
    { "getdents64", 200, NULL, getdents64_run },
    { "pipe", 1000, NULL, pipe_run },
    { "socketpair", 1000, NULL, socketpair_run },
    { "eventfd", 1000, NULL, eventfd_run },
    { "epoll_wait", 1000, ready_event, epoll_wait_run },
    { "poll", 1000, NULL, poll_run },
    { NULL, 0, NULL, NULL },
};
