/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/sigframe.h - the layout of a signal frame, as Linux has it.
 *
 * What is looked at when a handler starts, on any kernel
 *   arm64    SP at a multiple of 16; x29 points at a frame record behind the frame that holds the
 *   interrupted
 *            x29 and x30; uc_flags and uc_link are 0; the records behind the sigcontext are
 *            aligned, the FP state once and of its size, the terminator there (Linux,
 *            arch/arm64/kernel/signal.c)
 *   x86_64   RSP + 8 at a multiple of 16; a restorer at RSP that can be read; RSI and RDX at
 *   siginfo
 *            and ucontext; the FP state at a multiple of 64 with both magics and its sizes, or an
 *            FXSAVE image (arch/x86/kernel/signal.c, fpu/signal.c)
 *   both     the frame ends below what the interrupted code has on its stack (the 128 bytes below
 *   RSP
 *            belong to that, too), and inside of the alternate stack where it is on that
 *
 * Rules of use: sigframe_look() in user mode, at a handler's first instruction. `bad` is called for
 * each thing that is not so; `at` is where it stands in memory, 0: it is the register `value`.
 */
#ifndef TRAPLINE_SIM_CHECK_SIGFRAME_H
#define TRAPLINE_SIM_CHECK_SIGFRAME_H

#include "sim/check/ustate.h"

typedef void (*sigframe_bad_fn)(void *ctx, const char *what, const char *value, vaddr_t at,
                                uint64_t want, uint64_t is);

/* The parts of a frame that both CPUs have. */
struct sigframe {
    vaddr_t sp, end;        /* of all of it */
    vaddr_t saved_sp;       /* of the interrupted code, */
    unsigned red_zone;      /* and how much below it is that code's */
    uint64_t alt_sp, alt_bytes;
    uint32_t alt_flags;
    uint64_t mask;          /* uc_sigmask */
};

struct sigframe_arch {
    const char *sp;         /* the register's name */
    /* `now`: the handler's state. False: no memory there. */
    bool (*look)(struct cpu *cpu, const struct ustate *now, struct sigframe *f,
                 sigframe_bad_fn bad, void *ctx);
    /* uc_sigmask of the frame that rt_sigreturn is given: `sp` as in read_frame(). */
    vaddr_t (*mask_at)(vaddr_t sp);
};

void sigframe_look(struct cpu *cpu, const struct ustate *now, struct sigframe *f,
                   sigframe_bad_fn bad, void *ctx);
/* The mask in the frame at `sp`; false: no memory there. */
bool sigframe_mask(struct cpu *cpu, vaddr_t sp, uint64_t *mask);

/* ---- inside sim/check ---- */
extern const struct sigframe_arch arm64_sigframe_arch, x86_64_sigframe_arch;

#endif
