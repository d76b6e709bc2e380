/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame.h - what a trap saves, as a struct and as offsets for trap.S. The two
 * stand together, so that a layout that drifts does not compile.
 *
 * Rules of use
 *   - trap_frame is the whole user-visible context. An entry from EL0 saves what the kernel
 *     itself uses: x0 to x30, SP, PC, PSTATE. The rest (TPIDR_EL0, FP and SIMD) the
 *     kernel never touches, so it stays in the CPU, and the frame's copy of it is stale, until
 *     another thread runs or somebody wants it in memory. frame_live says whose it is.
 *   - So: frame_sync(f) before reading those members, frame_edit(f) before writing them.
 *   - kernel_frame is its beginning: an exception taken at EL1 saves no FP state.
 */
#ifndef KERNEL_ARCH_FRAME_H
#define KERNEL_ARCH_FRAME_H

#define FRAME_X(n) (8 * (n))
#define FRAME_SP 248
#define FRAME_PC 256
#define FRAME_PSTATE 264
#define KERNEL_FRAME_BYTES 272

#define FRAME_TPIDR 272
#define FRAME_ORIG_X0 280
#define FRAME_FAULT_ADDRESS 288
#define FRAME_FAULT_SYNDROME 296
#define FRAME_FPSR 304
#define FRAME_FPCR 312
#define FRAME_V(n) (320 + 16 * (n))
#define FRAME_BYTES 832

/* struct context of switch.S: x19 to x30 in order. */
#define CONTEXT_X(n) (8 * ((n) - 19))
#define CONTEXT_BYTES 96

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

struct kernel_frame {
    uint64_t x[31];
    uint64_t sp;                /* SP_EL0, or SP_EL1 before the exception */
    uint64_t pc;                /* ELR_EL1 */
    uint64_t pstate;            /* SPSR_EL1 */
};

struct trap_frame {
    uint64_t x[31];
    uint64_t sp, pc, pstate;
    uint64_t tpidr;             /* TPIDR_EL0, the thread pointer; stale while live */
    uint64_t orig_x0;           /* x0 at the last SVC: a system call restarts with it */
    uint64_t fault_address;     /* for signal frames: the last fault that became a signal, */
    uint64_t fault_syndrome;    /* and its ESR_EL1 as user mode may see it; 0: none */
    uint64_t fpsr, fpcr;        /* these and v[]: stale while live */
    struct {
        uint64_t low, high;
    } v[32];
} __attribute__((aligned(16)));

struct context {
    uint64_t x[12];             /* x19 to x28, x29, x30; SP is the address of the struct */
};

/* The frame whose TPIDR_EL0, FP and SIMD state is in the CPU: NULL or the current thread's. */
extern struct trap_frame *frame_live;
/* All of f is in memory from here on, until the next return to user mode. */
void frame_sync(struct trap_frame *f);
/* The same, and what stands in memory then is loaded on the way out. */
void frame_edit(struct trap_frame *f);
/* On the way out, from trap.S: f becomes live. */
void frame_load(struct trap_frame *f);
/* Before another thread runs: nothing is live. */
void frame_unload(void);
/* fpsimd.S: v0 to v31, FPSR, FPCR. */
void fpsimd_save(struct trap_frame *f);
void fpsimd_load(const struct trap_frame *f);

#define FRAME_CHECK(type, field, offset)                                                          \
    _Static_assert(offsetof(struct type, field) == (offset), #type "." #field)
FRAME_CHECK(kernel_frame, x[30], FRAME_X(30));
FRAME_CHECK(kernel_frame, sp, FRAME_SP);
FRAME_CHECK(kernel_frame, pc, FRAME_PC);
FRAME_CHECK(kernel_frame, pstate, FRAME_PSTATE);
_Static_assert(sizeof(struct kernel_frame) == KERNEL_FRAME_BYTES, "size of kernel_frame");
FRAME_CHECK(trap_frame, x[30], FRAME_X(30));
FRAME_CHECK(trap_frame, sp, FRAME_SP);
FRAME_CHECK(trap_frame, pc, FRAME_PC);
FRAME_CHECK(trap_frame, pstate, FRAME_PSTATE);
FRAME_CHECK(trap_frame, tpidr, FRAME_TPIDR);
FRAME_CHECK(trap_frame, orig_x0, FRAME_ORIG_X0);
FRAME_CHECK(trap_frame, fault_address, FRAME_FAULT_ADDRESS);
FRAME_CHECK(trap_frame, fault_syndrome, FRAME_FAULT_SYNDROME);
FRAME_CHECK(trap_frame, fpsr, FRAME_FPSR);
FRAME_CHECK(trap_frame, fpcr, FRAME_FPCR);
FRAME_CHECK(trap_frame, v[0], FRAME_V(0));
FRAME_CHECK(trap_frame, v[31], FRAME_V(31));
_Static_assert(sizeof(struct trap_frame) == FRAME_BYTES, "size of trap_frame");
_Static_assert(FRAME_BYTES % 16 == 0 && KERNEL_FRAME_BYTES % 16 == 0, "SP stays aligned");
_Static_assert(sizeof(struct context) == CONTEXT_BYTES, "size of context");

/* SPSR_EL1 of an exception from EL0 (DDI 0487, "SPSR_EL1"). */
#define PSTATE_MODE_MASK 0x1full
#define PSTATE_EL0T 0x0ull
#define PSTATE_FIQ (1ull << 6)
#define PSTATE_IRQ (1ull << 7)
#define PSTATE_SERROR (1ull << 8)
#define PSTATE_DEBUG (1ull << 9)
#define PSTATE_NZCV (0xfull << 28)
#define PSTATE_DAIF (PSTATE_DEBUG | PSTATE_SERROR | PSTATE_IRQ | PSTATE_FIQ)
#endif

#endif
