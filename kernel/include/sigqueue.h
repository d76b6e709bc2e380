/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sigqueue.h - signals that wait to be taken, of a thread or a process.
 *
 * Rules of use: thread context only. Knows nothing of threads: signal.h does.
 */
#ifndef KERNEL_SIGQUEUE_H
#define KERNEL_SIGQUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kernel/include/list.h"
#include "kernel/uapi/signal.h"

typedef uint64_t sigset_k;
#define sig_bit(signo) (1ull << ((signo) - 1))
#define SIG_UNBLOCKABLE (sig_bit(SIGKILL) | sig_bit(SIGSTOP))

struct ksiginfo {
    int32_t signo;
    int32_t error;
    int32_t code;
    int32_t pad;
    union {
        struct { int32_t pid; uint32_t uid; uint64_t value; } rt;      /* kill, sigqueue, mq */
        struct { int32_t tid; int32_t overrun; uint64_t value; } timer;
        struct { int32_t pid; uint32_t uid; int32_t status; int32_t pad; int64_t utime, stime; } child;
        struct { uint64_t addr; int16_t addr_lsb; } fault;
        struct { int64_t band; int32_t fd; } poll;
        struct { uint64_t call_addr; int32_t syscall; uint32_t arch; } sys;
        uint8_t bytes[112];
    };
};
_Static_assert(sizeof(struct ksiginfo) == 128, "siginfo_t is 128 bytes");

/* Pending signals of a thread or a process: a set, and the queued infos in order of arrival. */
struct sigqueue {
    sigset_k set;
    struct list infos; /* struct sigqueue_entry; a standard signal is queued at most once */
    unsigned count;
};

void sigqueue_init(struct sigqueue *q);
void sigqueue_flush(struct sigqueue *q, sigset_k which);
/*
 * 0, or -EAGAIN where a real-time signal cannot be queued. Duplicate standard signals are dropped.
 */
int sigqueue_add(struct sigqueue *q, const struct ksiginfo *info);
/* Takes the first signal of the lowest number that is in `which`; 0: none, else the number. */
int sigqueue_take(struct sigqueue *q, sigset_k which, struct ksiginfo *info);

#endif
