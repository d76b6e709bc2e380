/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cpu/arch/x86_64/state.h - the whole state but RAM, as bytes.
 *
 * Rules of use
 *   - x86_state_visit() between runs only. Loading drops all translated code,
 *     as RAM may have been replaced with the state.
 */
#ifndef TRAPLINE_CPU_X86_64_STATE_H
#define TRAPLINE_CPU_X86_64_STATE_H

#include "cpu/cpu.h"

struct x86;
struct x86_view;

/* x87 and SSE; no padding. */
struct x86_fpu {
    uint8_t xmm[16][16];
    uint8_t st[8][16]; /* physical registers, 10 bytes each */
    uint64_t fip, fdp;
    uint64_t xcr0;
    uint32_t mxcsr;
    uint16_t fcw, fsw, ftw, fop;
    uint16_t reserved[2];
};

void x86_fpu_read(struct x86 *x, struct x86_fpu *fpu);
void x86_fpu_write(struct x86 *x, const struct x86_fpu *fpu);
/* Copy the field of a register id to or from `value`. */
int x86_fpu_field(struct x86_fpu *fpu, int id, void *value, bool is_write);
/* Enter the guest anew with `v`, keeping all that `v` does not hold. */
MUST_CHECK int x86_state_reenter(struct x86 *x, const struct x86_view *v);
MUST_CHECK int x86_state_visit(struct x86 *x, enum cpu_state_op op, cpu_state_fn fn, void *ctx);

#endif
