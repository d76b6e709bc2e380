/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ktrace.h - the kernel's own trace points, and the ring in guest memory that they write.
 *
 * Shared with the host: the simulator finds `ktrace_ring` by its symbol and reads new records while
 * it replays. Nothing is ever written back, so the guest cannot tell.
 *
 * Rules of use
 *   - Switched on by the kernel command line, which is part of a recording: ktrace=all, or
 *     names of KTRACE_POINTS with commas (ktrace=syscall_enter,signal_send). Off, a point
 *     is a load and a branch.
 *   - `written` counts records since boot. Record number i stands in records[i % KTRACE_RECORDS]; a
 *     reader that comes late has lost the older ones, and knows how many.
 *   - Numbers of kinds, and the layout, change with KTRACE_VERSION only.
 */
#ifndef KERNEL_KTRACE_H
#define KERNEL_KTRACE_H

#include <stdint.h>

#define KTRACE_MAGIC 0x4b54524bu
#define KTRACE_VERSION 2u
#define KTRACE_RECORDS 4096u

/*
 * X(kind, what `a` is, what `b` is): also the keys of `dump --ktrace --json` (traces/FORMAT.md).
 * A user copy's `bytes` has KTRACE_TO_USER set where the kernel is the one that writes.
 */
#define KTRACE_TO_USER (1ull << 63)
#define KTRACE_POINTS(X)                                                                          \
    X(syscall_enter, "number", "arg0")                                                            \
    X(syscall_exit, "number", "result")                                                           \
    X(page_fault, "address", "access")                                                            \
    X(signal_send, "signal", "target")                                                            \
    X(signal_check, "pending", "mask")                                                            \
    X(signal_deliver, "signal", "handler")                                                        \
    X(context_switch, "to", "state")                                                              \
    X(table_write, "address", "entry")                                                            \
    X(fork, "child", "flags")                                                                     \
    X(exec, "entry", "sp")                                                                        \
    X(exit, "status", NULL)                                                                       \
    X(user_copy, "address", "bytes")

enum ktrace_kind {
#define X(kind, a, b) KTRACE_##kind,
    KTRACE_POINTS(X)
#undef X
    KTRACE_KINDS
};

struct ktrace_record {
    uint64_t time_ns;   /* since boot, as the guest's clock has it */
    int32_t pid, tid;   /* process and thread; 0: the idle thread */
    uint32_t kind, pad;
    uint64_t a, b;
};

struct ktrace_ring {
    uint32_t magic, version;
    uint32_t mask;      /* 1 << kind: on */
    uint32_t capacity;  /* KTRACE_RECORDS */
    uint64_t written;
    struct ktrace_record records[KTRACE_RECORDS];
};

#ifdef KTRACE_KERNEL
extern struct ktrace_ring ktrace_ring;
void ktrace_write(enum ktrace_kind kind, uint64_t a, uint64_t b);
/* Reads ktrace=... of the command line. */
void ktrace_init(const char *cmdline);
#define ktrace(kind, a, b)                                                                        \
    do {                                                                                          \
        if (__builtin_expect(ktrace_ring.mask & (1u << KTRACE_##kind), 0))                        \
            ktrace_write(KTRACE_##kind, (uint64_t)(a), (uint64_t)(b));                            \
    } while (0)
#else
#define ktrace(kind, a, b) ((void)0)
#endif
#endif
