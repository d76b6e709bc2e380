/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame.h - what a trap saves: the structures, and their offsets for assembly, in one place.
 *
 * Rules of use
 *   - struct trap_regs is what each entry pushes: 15 registers, the vector, and what the CPU
 *     itself pushed (6.14.2). An entry from kernel mode needs no more, since the kernel uses no
 *     FP register and no user segment.
 *   - struct trap_frame is an entry from user mode: the same, and all else that user code can
 *     see. It stands at the top of the thread's kernel stack, so that the CPU's own push lands
 *     in its last members, and it is 64-byte aligned there for XSAVE.
 *   - The first six registers are a system call's arguments in order.
 *   - What the kernel never touches (x87 and SSE; DS, ES, FS, GS and the bases of FS and GS)
 *     stays in the CPU, and the frame's copy of it is stale, until another thread runs or somebody
 *     wants it in memory. cpu_local.frame_live says whose it is. So: frame_sync(f) before
 *     reading those members, frame_edit(f) before writing them.
 *   - `header` of the XSAVE area is zero but for XSTATE_BV, else XRSTOR faults (vol. 1, 13.8):
 *     XSAVE never writes the rest of it, and signal.c lets nothing else in.
 */
#ifndef KERNEL_ARCH_FRAME_H
#define KERNEL_ARCH_FRAME_H

#define REGS_RDI 0
#define REGS_RSI 8
#define REGS_RDX 16
#define REGS_R10 24
#define REGS_R8 32
#define REGS_R9 40
#define REGS_RAX 48
#define REGS_RCX 56
#define REGS_R11 64
#define REGS_RBX 72
#define REGS_RBP 80
#define REGS_R12 88
#define REGS_R13 96
#define REGS_R14 104
#define REGS_R15 112
#define REGS_VECTOR 120
#define REGS_ERROR 128
#define REGS_RIP 136
#define REGS_CS 144
#define REGS_RFLAGS 152
#define REGS_RSP 160
#define REGS_SS 168
#define REGS_BYTES 176

#define FRAME_SYSCALL_NUMBER 600
#define FRAME_REGS 656
#define FRAME_BYTES 832

#define FP_BYTES 576 /* legacy region 512, XSAVE header 64 (vol. 1, 13.4) */

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

struct trap_regs {
    uint64_t rdi, rsi, rdx, r10, r8, r9;
    uint64_t rax, rcx, r11, rbx, rbp, r12, r13, r14, r15;
    uint64_t vector; /* VECTOR_* */
    uint64_t error;  /* 0 where the vector has none */
    uint64_t rip, cs, rflags, rsp, ss;
};

/* The XSAVE area in its standard form, x87 and SSE alone (vol. 1, 13.4; 10.5.1). */
struct fp_state {
    uint16_t fcw, fsw;
    uint8_t ftw, reserved0;
    uint16_t fop;
    uint64_t fip, fdp;
    uint32_t mxcsr, mxcsr_mask;
    uint8_t st[8][16];
    uint8_t xmm[16][16];
    uint8_t reserved1[48];
    uint8_t software[48]; /* the CPU never touches it: signal frames keep their magic here */
    struct xsave_header {
        uint64_t xstate_bv, xcomp_bv;
        uint64_t reserved[6];
    } header;
} __attribute__((aligned(64)));

struct trap_frame {
    struct fp_state fp;        /* to gs: stale while live */
    uint64_t fs_base, gs_base;
    uint16_t ds, es, fs, gs;
    uint64_t syscall_number; /* RAX at SYSCALL, for a restart; -1 after any other entry */
    /* The last fault that became a signal: what later signal frames show, too (Linux). */
    uint64_t fault_vector, fault_error, fault_addr;
    uint64_t reserved[3];    /* makes the size a multiple of 64 */
    struct trap_regs regs;
};

#define CHECK_REGS(member, offset)                                                                \
    _Static_assert(offsetof(struct trap_regs, member) == (offset), #offset)
CHECK_REGS(rdi, REGS_RDI);
CHECK_REGS(rsi, REGS_RSI);
CHECK_REGS(rdx, REGS_RDX);
CHECK_REGS(r10, REGS_R10);
CHECK_REGS(r8, REGS_R8);
CHECK_REGS(r9, REGS_R9);
CHECK_REGS(rax, REGS_RAX);
CHECK_REGS(rcx, REGS_RCX);
CHECK_REGS(r11, REGS_R11);
CHECK_REGS(rbx, REGS_RBX);
CHECK_REGS(rbp, REGS_RBP);
CHECK_REGS(r12, REGS_R12);
CHECK_REGS(r13, REGS_R13);
CHECK_REGS(r14, REGS_R14);
CHECK_REGS(r15, REGS_R15);
CHECK_REGS(vector, REGS_VECTOR);
CHECK_REGS(error, REGS_ERROR);
CHECK_REGS(rip, REGS_RIP);
CHECK_REGS(cs, REGS_CS);
CHECK_REGS(rflags, REGS_RFLAGS);
CHECK_REGS(rsp, REGS_RSP);
CHECK_REGS(ss, REGS_SS);
#undef CHECK_REGS
_Static_assert(sizeof(struct trap_regs) == REGS_BYTES, "REGS_BYTES");
_Static_assert(REGS_BYTES % 16 == 0, "a kernel-mode frame keeps the stack aligned for a call");

#define CHECK_FRAME(member, offset)                                                               \
    _Static_assert(offsetof(struct trap_frame, member) == (offset), #offset)
CHECK_FRAME(syscall_number, FRAME_SYSCALL_NUMBER);
CHECK_FRAME(regs, FRAME_REGS);
#undef CHECK_FRAME
_Static_assert(sizeof(struct trap_frame) == FRAME_BYTES, "FRAME_BYTES");
_Static_assert(FRAME_BYTES % 64 == 0, "XSAVE wants 64-byte alignment below a page-aligned top");
_Static_assert(FRAME_REGS + REGS_BYTES == FRAME_BYTES, "the CPU's push ends at the stack's top");
_Static_assert(sizeof(struct fp_state) == FP_BYTES, "FP_BYTES");
_Static_assert(offsetof(struct fp_state, mxcsr) == 24, "vol. 1, table 10-2");
_Static_assert(offsetof(struct fp_state, xmm) == 160, "vol. 1, table 10-2");
_Static_assert(offsetof(struct fp_state, software) == 464, "vol. 1, table 10-2");
_Static_assert(offsetof(struct fp_state, header) == 512, "vol. 1, 13.4.2");

/* All of f is in memory from here on, until the next return to user mode. */
void frame_sync(struct trap_frame *f);
/* The same, and what stands in memory then is loaded on the way out. */
void frame_edit(struct trap_frame *f);
/* On the way out, from trap.S: f becomes live. Interrupts are masked. */
void frame_load(struct trap_frame *f);
/* Before another thread runs: nothing is live. */
void frame_unload(void);
#define MXCSR_INIT 0x1f80 /* all exceptions masked (vol. 1, 10.2.3) */
/* x87 and SSE as after FNINIT and LDMXCSR MXCSR_INIT. */
void fp_state_reset(struct fp_state *fp);
/* Bits of MXCSR that exist; the others fault in XRSTOR. */
extern uint32_t fp_mxcsr_mask;
/* Once, at boot: control registers, XCR0, fp_mxcsr_mask. */
void fp_init(void);
#endif
#endif
