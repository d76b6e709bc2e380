/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/arch/x86_64/arch.c - traps and signal frames of x86_64 in words.
 *
 * Vectors and error codes: Intel SDM vol. 3, 6.15 and 4.7. Signal frame: Linux,
 * arch/x86 uapi asm/sigcontext.h.
 */
#include "sim/arch/arch.h"

#include <stdio.h>
#include <string.h>

#define VECTOR_PF      14u
#define VECTOR_SYSCALL 256u

static const char *const vectors[] = {
    [0] = "#DE",  [1] = "#DB",  [2] = "NMI",  [3] = "#BP",  [4] = "#OF",  [5] = "#BR",
    [6] = "#UD",  [7] = "#NM",  [8] = "#DF",  [10] = "#TS", [11] = "#NP", [12] = "#SS",
    [13] = "#GP", [14] = "#PF", [16] = "#MF", [17] = "#AC", [18] = "#MC", [19] = "#XM",
};

static const char *const causes[] = {
    [0] = "divide error",        [1] = "debug",
    [2] = "NMI",                 [3] = "breakpoint",
    [4] = "overflow",            [5] = "bound",
    [6] = "undefined instruction", [7] = "FP not available",
    [8] = "double fault",        [10] = "invalid TSS",
    [11] = "segment not present", [12] = "stack segment",
    [13] = "general protection", [14] = "page fault",
    [16] = "x87 exception",      [17] = "alignment check",
    [18] = "machine check",      [19] = "SIMD exception",
};

static bool pushes_error_code(uint32_t vector)
{
    return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21;
}

static void describe_page_fault(struct trap_words *w, uint64_t error)
{
    const char *access = error & 0x10 ? "fetch" : error & 2 ? "write" : "read";
    const char *why = error & 8 ? "reserved bit" : error & 1 ? "permission" : "not present";

    snprintf(w->stable, sizeof(w->stable), "page fault: %s, %s", access, why);
    snprintf(w->cause, sizeof(w->cause), "page fault: %s, %s, %s", access, why,
             error & 4 ? "user" : "kernel");
    w->is_fault = true;
}

static void describe_trap(const struct cpu_trap *trap, struct trap_words *w)
{
    uint32_t v = trap->vector;

    memset(w, 0, sizeof(*w));
    if (v == VECTOR_SYSCALL)
        snprintf(w->vector, sizeof(w->vector), "syscall");
    else if (v < ARRAY_LEN(vectors) && vectors[v])
        snprintf(w->vector, sizeof(w->vector), "%s", vectors[v]);
    else
        snprintf(w->vector, sizeof(w->vector), "vector 0x%02x", v);
    if (v == VECTOR_PF) {
        describe_page_fault(w, trap->syndrome);
        return;
    }
    if (v == VECTOR_SYSCALL)
        snprintf(w->stable, sizeof(w->stable), "system call");
    else if (trap->kind == CPU_TRAP_IRQ)
        snprintf(w->stable, sizeof(w->stable), "interrupt");
    else if (v < ARRAY_LEN(causes) && causes[v])
        snprintf(w->stable, sizeof(w->stable), "%s", causes[v]);
    else
        snprintf(w->stable, sizeof(w->stable), "INT 0x%02x", v);
    if (pushes_error_code(v) && trap->kind == CPU_TRAP_SYNC)
        snprintf(w->cause, sizeof(w->cause), "%.40s, error 0x%llx", w->stable,
                 (unsigned long long)trap->syndrome);
    else
        memcpy(w->cause, w->stable, sizeof(w->cause));
}

/* SYSCALL leaves RSP alone; everything else pushed [error] RIP CS RFLAGS RSP SS. */
static vaddr_t trap_user_sp(struct cpu *cpu, const struct cpu_trap *trap)
{
    vaddr_t sp = cpu_sp(cpu);
    uint64_t user = 0;
    bool error = trap->kind == CPU_TRAP_SYNC && pushes_error_code(trap->vector);

    if (trap->vector == VECTOR_SYSCALL)
        return sp;
    return arch_read(cpu, sp + 24 + (error ? 8 : 0), &user, 8) ? user : 0;
}

/*
 * rt_sigframe: return address, ucontext (flags, link, stack: 40 bytes; sigcontext; mask: 8
 * bytes), siginfo. sigcontext: r8..r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip,
 * eflags, ...: 256 bytes.
 */
#define FRAME_CONTEXT (8u + 40u)
#define FRAME_RDI     (FRAME_CONTEXT + 8u * 8u)
#define FRAME_RAX     (FRAME_CONTEXT + 13u * 8u)
#define FRAME_RSP     (FRAME_CONTEXT + 15u * 8u)
#define FRAME_RIP     (FRAME_CONTEXT + 16u * 8u)
#define FRAME_INFO    (FRAME_CONTEXT + 256u + 8u)

static bool read_signal_frame(struct cpu *cpu, vaddr_t sp, struct signal_frame *f)
{
    uint8_t info[24];

    memset(f, 0, sizeof(*f));
    if (!arch_read(cpu, sp + FRAME_RAX, &f->saved_result, 8) ||
        !arch_read(cpu, sp + FRAME_RDI, &f->saved_first, 8) ||
        !arch_read(cpu, sp + FRAME_RSP, &f->saved_sp, 8) ||
        !arch_read(cpu, sp + FRAME_RIP, &f->saved_pc, 8) ||
        !arch_read(cpu, sp + FRAME_INFO, info, sizeof(info)))
        return false;
    memcpy(&f->info_signo, info, 4);
    memcpy(&f->info_code, info + 8, 4);
    memcpy(&f->info_addr, info + 16, 8);
    f->has_mask = arch_read(cpu, sp + FRAME_INFO - 8, &f->mask, 8);
    f->has_info = true; /* the registers are always set; the number tells whether it is filled in */
    return true;
}

const struct sim_arch x86_64_sim_arch = {
    .syscall_names = x86_64_syscall_names,
    .syscall_count = &x86_64_syscall_count,
    .syscall_insn_bytes = 2,
    .root_mask = 0x000ffffffffff000ull,
    .sigreturn_bias = 8, /* the handler's return took the address off */
    .signal_register = "rdi",
    .flags_register = "rflags",
    .flags_irq = 1u << 9, /* RFLAGS.IF */
    .flags_irq_off = 0,
    .o_directory = 0200000,
    .o_nofollow = 0400000,
    .o_direct = 040000,
    .o_largefile = 0100000,
    .describe_trap = describe_trap,
    .trap_user_sp = trap_user_sp,
    .read_signal_frame = read_signal_frame,
};
