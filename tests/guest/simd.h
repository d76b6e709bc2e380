/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * simd.h - vector state as a value, implemented in arch/CPU/simd.S.
 *
 * arm64: v0-v31 (32 x 16 bytes); x86_64: xmm0-xmm15 (16 x 16 bytes). Every
 * routine loads all vector registers from `in`, does its work with nothing but
 * those registers live, and stores them all to `out`.
 */
#ifndef GUEST_SIMD_H
#define GUEST_SIMD_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__aarch64__)
#define SIMD_REGS 32
#else
#define SIMD_REGS 16
#endif

struct simd_regs {
    uint8_t v[SIMD_REGS][16];
} __attribute__((aligned(16)));

/*
 * memset `bytes` (a multiple of SIMD_REGS * 16) at `dst` with the registers, one after the other.
 */
void simd_memset(void *dst, size_t bytes, const struct simd_regs *in, struct simd_regs *out);
/* Load `bytes` at `src` one word a page through a scratch general register. */
void simd_touch(const void *src, size_t bytes, const struct simd_regs *in, struct simd_regs *out);
/* Spin until *flag is not zero; returns the number of rounds. */
uint64_t simd_spin(volatile sig_atomic_t *flag, const struct simd_regs *in, struct simd_regs *out);
/* One system call with all registers live. */
long simd_syscall(long nr, long a0, long a1, const struct simd_regs *in, struct simd_regs *out);
/* A breakpoint instruction with all registers live; a SIGTRAP handler must step over it. */
void simd_breakpoint(const struct simd_regs *in, struct simd_regs *out);
/* An undefined instruction likewise (SIGILL). */
void simd_undefined(const struct simd_regs *in, struct simd_regs *out);
/* Overwrite every vector register with `byte`: what a hostile handler does. */
void simd_clobber(int byte);
/* Rounding control in FPCR or MXCSR: set bits, read back. */
void simd_set_round_up(int on);
int simd_get_round_up(void);

static inline void simd_pattern(struct simd_regs *r, unsigned seed)
{
    for (unsigned i = 0; i < SIMD_REGS; i++)
        for (unsigned b = 0; b < 16; b++)
            r->v[i][b] = (uint8_t)(seed + i * 17 + b * 3 + 1);
}

#endif
