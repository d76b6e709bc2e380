/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/check/ustate.h - all that user code can see of a CPU, as a value.
 *
 * Rules of use
 *   - Values are numbered 0..count-1 in the order of the CPU's table; each has up to 16 bytes,
 *     little-endian, zero above its size.
 *   - ustate_at_trap() in a trap callback gives what the interrupted user code saw: the
 *     general and FP registers are still its own there, PC, SP and flags stand elsewhere.
 *   - Reading goes by a struct ustate_reader, made once for a CPU.
 */
#ifndef TRAPLINE_SIM_CHECK_USTATE_H
#define TRAPLINE_SIM_CHECK_USTATE_H

#include "cpu/cpu.h"

#define USTATE_VALUES_MAX 80u

struct ustate {
    uint8_t v[USTATE_VALUES_MAX][16];
};

struct ustate_arch {
    enum arch arch;
    const char *const *name;         /* in cpu_reg_table() */
    unsigned count;
    unsigned pc, sp, flags;
    unsigned result;                 /* of a system call */
    unsigned argument;               /* the first one: a handler's signal number */
    int siginfo;                     /* points at the frame's siginfo where that is filled in; -1:
                                        no register tells */
    const unsigned *clobbered;       /* by the system call instruction itself, ends with count */
    const unsigned *tls;             /* what some system calls are there to change, likewise */
    uint64_t flags_mask;             /* that user code owns */
    /* PC, SP and flags of what the trap interrupted. */
    void (*at_trap)(struct cpu *cpu, const struct cpu_trap *trap, struct ustate *s);
    /* The signal frame at `sp`, a handler's first SP: where it holds each value; 0: not. */
    bool (*read_frame)(struct cpu *cpu, vaddr_t sp, struct ustate *s, vaddr_t *where);
    uint64_t sigreturn;              /* system call number of rt_sigreturn */
    unsigned sigreturn_bias;         /* rt_sigreturn is entered with SP at the frame plus this */
};

const struct ustate_arch *ustate_arch_get(enum arch arch);

struct ustate_reader {
    const struct ustate_arch *arch;
    int id[USTATE_VALUES_MAX];       /* of each value in cpu_reg_table() */
};

void ustate_reader_init(struct ustate_reader *r, enum arch arch);
void ustate_live(const struct ustate_reader *r, struct cpu *cpu, struct ustate *s);
void ustate_at_trap(const struct ustate_reader *r, struct cpu *cpu, const struct cpu_trap *trap,
                    struct ustate *s);
/* One value of the live state. */
void ustate_one(struct cpu *cpu, unsigned value, uint8_t out[16]);
unsigned ustate_bytes(const struct ustate_arch *a, unsigned value);

static inline uint64_t ustate_get(const struct ustate *s, unsigned value)
{
    uint64_t word;

    __builtin_memcpy(&word, s->v[value], 8);
    return word;
}

static inline void ustate_set(struct ustate *s, unsigned value, uint64_t word)
{
    __builtin_memset(s->v[value], 0, 16);
    __builtin_memcpy(s->v[value], &word, 8);
}

/* ---- inside sim/check ---- */
extern const struct ustate_arch arm64_ustate_arch, x86_64_ustate_arch;

#endif
