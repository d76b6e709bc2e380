/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sigframe.h - what Linux on arm64 puts on the user's stack for a handler, byte for byte
 * (asm/sigcontext.h, asm/ucontext.h, and the order that kernel/signal.c gives them).
 *
 *   high   struct frame_record   fp, lr: x29 of the handler points here
 *          struct rt_sigframe    SP of the handler
 *
 * The reserved bytes hold records {magic, size, ...}, each 16-byte aligned: the FP state,
 * after a fault its syndrome, and {0, 0} at the end.
 */
#ifndef KERNEL_ARCH_SIGFRAME_H
#define KERNEL_ARCH_SIGFRAME_H

#include <stddef.h>
#include <stdint.h>
#include "kernel/include/signal.h"

#define FPSIMD_MAGIC 0x46508001u
#define ESR_MAGIC 0x45535201u
#define RESERVED_BYTES 4096

struct context_head {
    uint32_t magic, size;
};

struct fpsimd_head {
    struct context_head head;
    uint32_t fpsr, fpcr;
};

struct fpsimd_context {
    struct fpsimd_head head;
    uint8_t v[32][16];
};
_Static_assert(sizeof(struct fpsimd_context) == 0x210, "struct fpsimd_context");

struct esr_context {
    struct context_head head;
    uint64_t esr;
};
_Static_assert(sizeof(struct esr_context) == 16, "struct esr_context");

/* The parts that are written and read are structs of their own: the rest stays as it was. */
struct sigcontext_regs {
    uint64_t fault_address;
    uint64_t regs[31];
    uint64_t sp, pc, pstate;
};

struct ucontext_head {
    uint64_t flags, link;
    struct sigaltstack_k stack;
    uint64_t sigmask;
};

struct ucontext_k {
    struct ucontext_head head;
    uint8_t unused[120];        /* room for a mask of 1024 bits */
    uint8_t pad[8];
    struct sigcontext_regs regs;
    uint8_t pad2[8];
    uint8_t reserved[RESERVED_BYTES];
};
_Static_assert(offsetof(struct ucontext_k, head.sigmask) == 40, "ucontext.uc_sigmask");
_Static_assert(offsetof(struct ucontext_k, regs) == 176, "ucontext.uc_mcontext");
_Static_assert(offsetof(struct ucontext_k, reserved) == 464, "sigcontext.__reserved");

struct rt_sigframe {
    struct ksiginfo info;
    struct ucontext_k uc;
};
_Static_assert(offsetof(struct rt_sigframe, uc) == 128, "rt_sigframe.uc");
_Static_assert(sizeof(struct rt_sigframe) == 4688, "rt_sigframe");

struct frame_record {
    uint64_t fp, lr;
};

#endif
