/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host_port.h - the kernel around fs/ and dev/, as far as they see it, on the host.
 *
 * Rules of use
 *   - host_boot() before each test gives an empty root file system and one
 *     process: uid 0, umask 022, no descriptors. host_halt() frees all of it, so
 *     that the address sanitizer finds what the kernel code leaked.
 *   - "User addresses" are host pointers. Nothing blocks: a sleep calls
 *     host.on_sleep, which may make it true; else a signal is pending.
 */
#ifndef TESTS_KERNEL_HOST_PORT_H
#define TESTS_KERNEL_HOST_PORT_H

#include "kernel/fs/port.h"
#include "kernel/include/fs_uapi.h"

#include "fs_abi.h"

struct host {
    struct fs_context *fs;
    struct fd_table *fds;
    uint32_t uid, gid;
    uint64_t limit_files, limit_fsize;
    int64_t realtime_ns;
    uint64_t monotonic_ns;
    void (*on_sleep)(void);
    uint64_t signals_self, signals_pgrp; /* bit signo */
    int32_t pgrp, session;
    struct tty *tty;
    char output[8192]; /* of the console */
    size_t output_len;
    unsigned pages;    /* alive */
    unsigned fail_in;  /* allocations until one fails; 0: none will */
    bool failed;       /* it has */
};
extern struct host host;

void host_boot(void);
void host_halt(void);

/* System calls with registers, as user programs make them. */
#define CALL(name, ...) sys_##name((const uint64_t[6]){__VA_ARGS__})
#define P(pointer) ((uint64_t)(uintptr_t)(pointer))
#define HERE ((uint64_t)AT_FDCWD)

long sys_openat(const uint64_t *), sys_close(const uint64_t *), sys_read(const uint64_t *);
long sys_write(const uint64_t *), sys_lseek(const uint64_t *), sys_newfstatat(const uint64_t *);
long sys_fstat(const uint64_t *), sys_getdents64(const uint64_t *), sys_getcwd(const uint64_t *);
long sys_chdir(const uint64_t *), sys_chroot(const uint64_t *), sys_mkdirat(const uint64_t *);
long sys_mknodat(const uint64_t *), sys_unlinkat(const uint64_t *), sys_linkat(const uint64_t *);
long sys_renameat2(const uint64_t *), sys_symlinkat(const uint64_t *);
long sys_readlinkat(const uint64_t *), sys_faccessat(const uint64_t *);
long sys_fchmodat(const uint64_t *), sys_fchownat(const uint64_t *);
long sys_ftruncate(const uint64_t *);
long sys_fallocate(const uint64_t *), sys_pipe2(const uint64_t *), sys_dup3(const uint64_t *);
long sys_dup(const uint64_t *), sys_fcntl(const uint64_t *), sys_poll(const uint64_t *);
long sys_mount(const uint64_t *), sys_umount2(const uint64_t *), sys_pread64(const uint64_t *);
long sys_pwrite64(const uint64_t *), sys_readv(const uint64_t *), sys_utimensat(const uint64_t *);
long sys_memfd_create(const uint64_t *), sys_flock(const uint64_t *);
long sys_epoll_create1(const uint64_t *), sys_epoll_ctl(const uint64_t *);
long sys_epoll_pwait(const uint64_t *), sys_eventfd2(const uint64_t *);
long sys_inotify_init1(const uint64_t *), sys_inotify_add_watch(const uint64_t *);
long sys_close_range(const uint64_t *), sys_select(const uint64_t *);
long sys_splice(const uint64_t *), sys_tee(const uint64_t *), sys_sendfile(const uint64_t *);
long sys_copy_file_range(const uint64_t *), sys_setxattr(const uint64_t *);
long sys_getxattr(const uint64_t *), sys_socketpair(const uint64_t *);
long sys_truncate(const uint64_t *);
long sys_umask(const uint64_t *), sys_ioctl(const uint64_t *);

#endif
