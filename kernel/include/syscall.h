/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * syscall.h - how a system call is written.
 *
 * Rules of use
 *   - SYSCALL3(read, int, fd, vaddr_t, buf, size_t, len) { ... } anywhere in
 *     the kernel is all it takes: the table of each CPU (arch/CPU/syscall_numbers.h
 *     has every number of Linux) refers to sys_NAME weakly.
 *   - It returns the result or -errno; an interrupted one -ERESTART* (errno.h).
 *   - A call that has set the user's frame itself (rt_sigreturn, execve)
 *     returns SYSCALL_FRAME_SET.
 *   - The user's frame is current->frame.
 */
#ifndef KERNEL_SYSCALL_H
#define KERNEL_SYSCALL_H

#include "kernel/include/arch.h"
#include "kernel/include/errno.h"
#include "kernel/include/thread.h"

#define SYSCALL_FRAME_SET (-65536L)

typedef long (*syscall_fn)(const uint64_t *args);

#define SYSCALL0(name)                                                                            \
    long sys_##name(const uint64_t *a_);                                                          \
    long sys_##name(__attribute__((unused)) const uint64_t *a_)

#define SYSCALL_BODY_(name, params, args)                                                         \
    long sys_##name(const uint64_t *a_);                                                          \
    static inline long syscall_##name params;                                                     \
    long sys_##name(const uint64_t *a_)                                                           \
    {                                                                                             \
        return syscall_##name args;                                                               \
    }                                                                                             \
    static inline long syscall_##name params

#define SYSCALL1(name, t0, p0) SYSCALL_BODY_(name, (t0 p0), ((t0)a_[0]))
#define SYSCALL2(name, t0, p0, t1, p1) SYSCALL_BODY_(name, (t0 p0, t1 p1), ((t0)a_[0], (t1)a_[1]))
#define SYSCALL3(name, t0, p0, t1, p1, t2, p2)                                                    \
    SYSCALL_BODY_(name, (t0 p0, t1 p1, t2 p2), ((t0)a_[0], (t1)a_[1], (t2)a_[2]))
#define SYSCALL4(name, t0, p0, t1, p1, t2, p2, t3, p3)                                            \
    SYSCALL_BODY_(name, (t0 p0, t1 p1, t2 p2, t3 p3),                                             \
                  ((t0)a_[0], (t1)a_[1], (t2)a_[2], (t3)a_[3]))
#define SYSCALL5(name, t0, p0, t1, p1, t2, p2, t3, p3, t4, p4)                                    \
    SYSCALL_BODY_(name, (t0 p0, t1 p1, t2 p2, t3 p3, t4 p4),                                      \
                  ((t0)a_[0], (t1)a_[1], (t2)a_[2], (t3)a_[3], (t4)a_[4]))
#define SYSCALL6(name, t0, p0, t1, p1, t2, p2, t3, p3, t4, p4, t5, p5)                            \
    SYSCALL_BODY_(name, (t0 p0, t1 p1, t2 p2, t3 p3, t4 p4, t5 p5),                               \
                  ((t0)a_[0], (t1)a_[1], (t2)a_[2], (t3)a_[3], (t4)a_[4], (t5)a_[5]))

/* A long-waiting call that goes on after an uncaught signal: returns what the call must return. */
long syscall_restart_block(long (*fn)(struct restart *r));

#endif
