/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What user code sees of arm64. Signal frame: Linux, arch/arm64 uapi asm/sigcontext.h. */
#include "sim/check/ustate.h"

#include <string.h>

#include "cpu/arch/arm64/regs.h"

static const char *const name[] = {
    "x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",  "x8",  "x9",  "x10", "x11",
    "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23",
    "x24", "x25", "x26", "x27", "x28", "x29", "x30", "sp",  "pc",  "pstate",
    "v0",  "v1",  "v2",  "v3",  "v4",  "v5",  "v6",  "v7",  "v8",  "v9",  "v10", "v11",
    "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23",
    "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31", "fpcr", "fpsr",
    "tpidr_el0", "tpidrro_el0",
};

enum {
    X0 = 0, SP = 31, PC = 32, PSTATE = 33, V0 = 34, FPCR = 66, FPSR = 67, TPIDR = 68, COUNT = 70,
};

_Static_assert(sizeof(name) / sizeof(name[0]) == COUNT && COUNT <= USTATE_VALUES_MAX, "the table");

static const unsigned clobbered[] = {COUNT}, tls[] = {TPIDR, COUNT};

static void at_trap(struct cpu *cpu, const struct cpu_trap *trap, struct ustate *s)
{
    static const int ids[] = {ARM64_SP_EL0, ARM64_SYS_FIRST + 1 /* SPSR_EL1 */};
    uint8_t now[2][16];

    (void)trap;
    if (cpu_reg_read_list(cpu, ids, 2, now) != 0)
        return;
    memcpy(s->v[SP], now[0], 16);
    memcpy(s->v[PSTATE], now[1], 16);
}

/* rt_sigframe: siginfo, ucontext; see sim/arch/arm64/arch.c. The records follow the sigcontext. */
#define FRAME_X0      (128u + 176u + 8u)
#define FRAME_RECORDS (FRAME_X0 + 34u * 8u + 8u)
#define FPSIMD_MAGIC  0x46508001u
#define RECORDS_MAX   8u

static bool read_fpsimd(struct cpu *cpu, vaddr_t at, struct ustate *s, vaddr_t *where)
{
    uint32_t control[2]; /* FPSR, FPCR */
    uint8_t v[32][16];

    if (cpu_mem_read(cpu, at + 8, control, 8) != 0 || cpu_mem_read(cpu, at + 16, v, sizeof(v)) != 0)
        return false;
    ustate_set(s, FPSR, control[0]);
    ustate_set(s, FPCR, control[1]);
    memcpy(s->v[V0], v, sizeof(v));
    for (unsigned i = 0; i < 32; i++)
        where[V0 + i] = at + 16 + 16 * i;
    where[FPSR] = at + 8;
    where[FPCR] = at + 12;
    return true;
}

static bool read_frame(struct cpu *cpu, vaddr_t sp, struct ustate *s, vaddr_t *where)
{
    uint64_t words[34]; /* x0..x30, sp, pc, pstate */
    vaddr_t at = sp + FRAME_RECORDS;
    uint32_t head[2];

    memset(s, 0, sizeof(*s));
    memset(where, 0, COUNT * sizeof(*where));
    if (cpu_mem_read(cpu, sp + FRAME_X0, words, sizeof(words)) != 0)
        return false;
    for (unsigned i = 0; i < 34; i++) {
        ustate_set(s, X0 + i, words[i]);
        where[X0 + i] = sp + FRAME_X0 + 8 * i;
    }
    ustate_set(s, PSTATE, words[33] & 0xf0000000u);
    for (unsigned i = 0; i < RECORDS_MAX && cpu_mem_read(cpu, at, head, 8) == 0 && head[1]; i++) {
        if (head[0] == FPSIMD_MAGIC)
            return read_fpsimd(cpu, at, s, where);
        at += head[1];
    }
    return true;
}

const struct ustate_arch arm64_ustate_arch = {
    .arch = ARCH_ARM64,
    .name = name,
    .count = COUNT,
    .pc = PC,
    .sp = SP,
    .flags = PSTATE,
    .result = X0,
    .argument = X0,
    .siginfo = 1,
    .clobbered = clobbered,
    .tls = tls,
    .flags_mask = 0xf0000000u,
    .at_trap = at_trap,
    .read_frame = read_frame,
    .sigreturn = 139,
};
