/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uctx.h - the interrupted context in a ucontext, by role. The programs in this
 * folder are one source for both CPUs; what differs stands here and in arch/.
 */
#ifndef GUEST_UCTX_H
#define GUEST_UCTX_H

#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#if defined(__aarch64__)

#define UCTX_BREAK_SKIP 4   /* BRK leaves the PC on itself */
#define UCTX_UNDEF_SKIP 4

static inline uint64_t *uctx_pc(ucontext_t *uc)
{
    return (uint64_t *)&uc->uc_mcontext.pc;
}

static inline uint64_t *uctx_sp(ucontext_t *uc)
{
    return (uint64_t *)&uc->uc_mcontext.sp;
}

/* The register in which a function returns its result. */
static inline uint64_t *uctx_result(ucontext_t *uc)
{
    return (uint64_t *)&uc->uc_mcontext.regs[0];
}

/* fpsimd_context of the frame: magic 0x46508001, always the first record of Linux. */
struct uctx_fpsimd {
    uint32_t magic, size, fpsr, fpcr;
    uint8_t v[32][16];
};

static inline uint8_t *uctx_simd(ucontext_t *uc, int reg)
{
    struct uctx_fpsimd *fp = (struct uctx_fpsimd *)uc->uc_mcontext.__reserved;

    return fp->magic == 0x46508001 && fp->size == 0x210 ? fp->v[reg] : NULL;
}

#else

#define UCTX_BREAK_SKIP 0   /* INT3 leaves RIP behind itself */
#define UCTX_UNDEF_SKIP 2

static inline uint64_t *uctx_pc(ucontext_t *uc)
{
    return (uint64_t *)&uc->uc_mcontext.gregs[16]; /* REG_RIP */
}

static inline uint64_t *uctx_sp(ucontext_t *uc)
{
    return (uint64_t *)&uc->uc_mcontext.gregs[15]; /* REG_RSP */
}

static inline uint64_t *uctx_result(ucontext_t *uc)
{
    return (uint64_t *)&uc->uc_mcontext.gregs[13]; /* REG_RAX */
}

/* XMM registers start at byte 160 of the FXSAVE image (SDM vol. 1, 10.5.1). */
static inline uint8_t *uctx_simd(ucontext_t *uc, int reg)
{
    uint8_t *fx = (uint8_t *)uc->uc_mcontext.fpregs;

    return fx ? fx + 160 + 16 * reg : NULL;
}

#endif
#endif
