/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What user code sees of x86_64. Signal frame: Linux, arch/x86 uapi asm/sigcontext.h. */
#include "sim/check/ustate.h"

#include <string.h>

static const char *const name[] = {
    "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13",
    "r14", "r15", "rip", "rflags", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
    "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "mxcsr", "st0", "st1",
    "st2", "st3", "st4", "st5", "st6", "st7", "fcw", "fsw", "ftw", "fs_base", "gs_base",
};

enum {
    RAX, RBX, RCX, RDX, RSI, RDI, RBP, RSP, R8, R9, R10, R11, R12, R13, R14, R15, RIP, RFLAGS,
    XMM0, MXCSR = XMM0 + 16, ST0, FCW = ST0 + 8, FSW, FTW, FS_BASE, GS_BASE, COUNT,
};

_Static_assert(sizeof(name) / sizeof(name[0]) == COUNT && COUNT <= USTATE_VALUES_MAX, "the table");

static const unsigned clobbered[] = {RCX, R11, COUNT}, tls[] = {FS_BASE, GS_BASE, COUNT};

/* Does this vector push an error code? (SDM vol. 3, 6.13) */
static bool has_error(uint32_t vector)
{
    return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21;
}

/* SYSCALL leaves the user's stack pointer; the IDT's frame is RIP, CS, RFLAGS, RSP, SS. */
static void at_trap(struct cpu *cpu, const struct cpu_trap *trap, struct ustate *s)
{
    uint64_t frame[5];

    if (trap->kind == CPU_TRAP_SYSCALL && trap->vector == 256) {
        ustate_set(s, RFLAGS, ustate_get(s, R11));
        return;
    }
    if (cpu_mem_read(cpu, cpu_sp(cpu) + (has_error(trap->vector) ? 8 : 0), frame,
                     sizeof(frame)) != 0)
        return;
    ustate_set(s, RFLAGS, frame[2]);
    ustate_set(s, RSP, frame[3]);
}

/* rt_sigframe; see sim/arch/x86_64/arch.c. fpstate: the FXSAVE area (SDM vol. 1, 10.5.1). */
#define FRAME_CONTEXT (8u + 40u)
#define CONTEXT_WORDS 18u
#define FRAME_FPSTATE (FRAME_CONTEXT + 23u * 8u)

static bool read_fpstate(struct cpu *cpu, vaddr_t at, struct ustate *s, vaddr_t *where)
{
    uint8_t area[512];

    if (cpu_mem_read(cpu, at, area, sizeof(area)) != 0)
        return false;
    memcpy(s->v[FCW], area, 2);
    memcpy(s->v[MXCSR], area + 24, 4);
    memcpy(s->v[FSW], area + 2, 2);
    for (unsigned i = 0; i < 8; i++) {
        memcpy(s->v[ST0 + i], area + 32 + 16 * i, 10);
        where[ST0 + i] = at + 32 + 16 * i;
    }
    where[FSW] = at + 2;
    memcpy(s->v[XMM0], area + 160, 256);
    for (unsigned i = 0; i < 16; i++)
        where[XMM0 + i] = at + 160 + 16 * i;
    where[MXCSR] = at + 24;
    where[FCW] = at;
    return true;
}

static bool read_frame(struct cpu *cpu, vaddr_t sp, struct ustate *s, vaddr_t *where)
{
    static const uint8_t order[CONTEXT_WORDS] = {R8,  R9,  R10, R11, R12, R13, R14, R15, RDI,
                                                 RSI, RBP, RBX, RDX, RAX, RCX, RSP, RIP, RFLAGS};
    uint64_t words[CONTEXT_WORDS], fpstate = 0;

    memset(s, 0, sizeof(*s));
    memset(where, 0, COUNT * sizeof(*where));
    if (cpu_mem_read(cpu, sp + FRAME_CONTEXT, words, sizeof(words)) != 0 ||
        cpu_mem_read(cpu, sp + FRAME_FPSTATE, &fpstate, 8) != 0)
        return false;
    for (unsigned i = 0; i < CONTEXT_WORDS; i++) {
        ustate_set(s, order[i], words[i]);
        where[order[i]] = sp + FRAME_CONTEXT + 8 * i;
    }
    ustate_set(s, RFLAGS, words[17] & 0xcd5u);
    return fpstate == 0 || read_fpstate(cpu, fpstate, s, where);
}

const struct ustate_arch x86_64_ustate_arch = {
    .arch = ARCH_X86_64,
    .name = name,
    .count = COUNT,
    .pc = RIP,
    .sp = RSP,
    .flags = RFLAGS,
    .result = RAX,
    .argument = RDI,
    .siginfo = -1,
    .clobbered = clobbered,
    .tls = tls,
    .flags_mask = 0xcd5u, /* CF PF AF ZF SF DF OF */
    .at_trap = at_trap,
    .read_frame = read_frame,
    .sigreturn = 15,
    .sigreturn_bias = 8, /* the handler's return took the address off */
};
