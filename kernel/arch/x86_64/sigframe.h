/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sigframe.h - what Linux puts on the user's stack for a signal on x86_64, byte by byte
 * (uapi asm/sigcontext.h, asm/ucontext.h, asm-generic/ucontext.h; asm/sigframe.h).
 *
 * From the handler's stack pointer upwards:
 *     0  return address: the restorer, which calls rt_sigreturn
 *     8  ucontext   (304): flags, link, stack, sigcontext (256), signal mask
 *   312  siginfo    (128)
 *   440  up to the FP state, which is 64-byte aligned: 576 bytes as XSAVE writes them (512 by
 *        FXSAVE), then, with XSAVE, FP_XSTATE_MAGIC2
 */
#ifndef KERNEL_ARCH_SIGFRAME_H
#define KERNEL_ARCH_SIGFRAME_H

#include "kernel/arch/x86_64/frame.h"
#include "kernel/include/sigqueue.h"
#include "kernel/include/thread.h"

#define UC_FP_XSTATE 0x1u
#define UC_SIGCONTEXT_SS 0x2u
#define UC_STRICT_RESTORE_SS 0x4u

#define FP_XSTATE_MAGIC1 0x46505853u
#define FP_XSTATE_MAGIC2 0x46505845u
#define FXSAVE_BYTES 512

struct sigcontext_k {
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
    uint16_t cs, gs, fs, ss; /* gs and fs: always 0 */
    uint64_t err, trapno, oldmask, cr2;
    uint64_t fpstate;        /* user address; 0: none */
    uint64_t reserved[8];
};
_Static_assert(sizeof(struct sigcontext_k) == 256, "struct sigcontext");

struct ucontext_k {
    uint64_t flags, link;
    struct sigaltstack_k stack;
    struct sigcontext_k mcontext;
    uint64_t sigmask;
};
_Static_assert(sizeof(struct ucontext_k) == 304, "struct ucontext");

struct rt_sigframe_head {
    uint64_t pretcode;
    struct ucontext_k uc;
};

struct rt_sigframe_k {
    struct rt_sigframe_head head;
    struct ksiginfo info;
};
_Static_assert(sizeof(struct rt_sigframe_k) == 440, "struct rt_sigframe");
_Static_assert(offsetof(struct rt_sigframe_k, info) == 312, "struct rt_sigframe");

/* fp_state.software in a signal frame: says that an XSAVE header follows, and how long all is. */
struct fp_software {
    uint32_t magic1;
    uint32_t extended_bytes; /* of the whole, with FP_XSTATE_MAGIC2 */
    uint64_t features;
    uint32_t xstate_bytes;   /* where FP_XSTATE_MAGIC2 stands */
    uint32_t padding[7];
};
_Static_assert(sizeof(struct fp_software) == sizeof(((struct fp_state *)0)->software),
               "struct _fpx_sw_bytes");

/* The state, and FP_XSTATE_MAGIC2 behind it. */
#define FP_FRAME_BYTES (FP_BYTES + sizeof(uint32_t))

#endif
