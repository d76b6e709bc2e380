/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/arch/arm64/arch.c - traps and signal frames of arm64 in words.
 *
 * Vectors: Arm DDI 0487, D1.3.1. Syndromes: D19.2.37 (ESR_EL1). Signal frame: Linux,
 * arch/arm64 uapi asm/sigcontext.h and ucontext.h.
 */
#include "sim/arch/arch.h"

#include <stdio.h>
#include <string.h>

struct class_name {
    uint8_t ec;
    const char *name;
};

static const struct class_name classes[] = {
    {0x00, "undefined instruction"}, {0x01, "WFI or WFE trapped"},  {0x07, "FP or SIMD trapped"},
    {0x0e, "illegal execution state"}, {0x15, "system call"},       {0x16, "HVC"},
    {0x17, "SMC"},                   {0x18, "system register trapped"}, {0x20, "instruction abort"},
    {0x21, "instruction abort"},     {0x22, "misaligned PC"},       {0x24, "data abort"},
    {0x25, "data abort"},            {0x26, "misaligned SP"},       {0x2c, "FP exception"},
    {0x30, "hardware breakpoint"},   {0x31, "hardware breakpoint"}, {0x32, "single step"},
    {0x33, "single step"},           {0x34, "watchpoint"},          {0x35, "watchpoint"},
    {0x3c, "breakpoint"},
};

static void name_vector(uint32_t vector, char *text, size_t len)
{
    static const char *const from[] = {"el1t", "el1h", "el0", "el0_32"};
    static const char *const from_el2[] = {"el2t", "el2h", "el1_to2", "el1_32"};
    static const char *const kind[] = {"sync", "irq", "fiq", "serror"};

    if (vector < 0x800 && vector % 0x80 == 0)
        snprintf(text, len, "%s_%s", from[vector / 0x200], kind[vector / 0x80 % 4]);
    else if (vector < 0x1000 && vector % 0x80 == 0)
        snprintf(text, len, "%s_%s", from_el2[vector / 0x200 % 4], kind[vector / 0x80 % 4]);
    else
        snprintf(text, len, "vector 0x%x", vector);
}

/* Fault status code of an abort (DDI 0487, DFSC and IFSC). */
static const char *fault_status(unsigned code, bool *has_level)
{
    *has_level = true;
    switch (code & 0x3c) {
    case 0x00:
        return "address size";
    case 0x04:
        return "translation";
    case 0x08:
        return "access flag";
    case 0x0c:
        return "permission";
    default:
        break;
    }
    *has_level = false;
    switch (code) {
    case 0x10:
        return "external abort";
    case 0x21:
        return "alignment";
    case 0x30:
        return "TLB conflict";
    case 0x35:
        return "unsupported exclusive";
    default:
        return "other";
    }
}

static void describe_abort(struct trap_words *w, const char *name, uint64_t esr, bool is_data)
{
    bool has_level;
    const char *status = fault_status(esr & 0x3f, &has_level);
    const char *access = !is_data ? "fetch" : esr & 0x40 ? "write" : "read";

    snprintf(w->stable, sizeof(w->stable), "%s: %s, %s", name, access, status);
    if (has_level)
        snprintf(w->cause, sizeof(w->cause), "%s: %s, %s level %u", name, access, status,
                 (unsigned)(esr & 3));
    else
        snprintf(w->cause, sizeof(w->cause), "%s", w->stable);
    w->is_fault = has_level;
}

static void describe_trap(const struct cpu_trap *trap, struct trap_words *w)
{
    unsigned ec = trap->syndrome >> 26 & 0x3f;
    const char *name = NULL;

    memset(w, 0, sizeof(*w));
    name_vector(trap->vector, w->vector, sizeof(w->vector));
    if (trap->kind == CPU_TRAP_IRQ || trap->kind == CPU_TRAP_FIQ) {
        snprintf(w->cause, sizeof(w->cause), "interrupt");
        snprintf(w->stable, sizeof(w->stable), "interrupt");
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(classes) && !name; i++)
        if (classes[i].ec == ec)
            name = classes[i].name;
    if (ec == 0x20 || ec == 0x21 || ec == 0x24 || ec == 0x25) {
        describe_abort(w, name, trap->syndrome, ec >= 0x24);
        return;
    }
    if (!name)
        snprintf(w->stable, sizeof(w->stable), "class 0x%02x", ec);
    else if (ec == 0x3c)
        snprintf(w->stable, sizeof(w->stable), "%s, BRK #%u", name,
                 (unsigned)(trap->syndrome & 0xffff));
    else
        snprintf(w->stable, sizeof(w->stable), "%s", name);
    memcpy(w->cause, w->stable, sizeof(w->cause));
}

static vaddr_t trap_user_sp(struct cpu *cpu, const struct cpu_trap *trap)
{
    int id = cpu_reg_find(ARCH_ARM64, "sp_el0");
    uint64_t sp = 0;

    (void)trap;
    return id >= 0 && cpu_reg_read(cpu, id, &sp) == 0 ? sp : 0;
}

/*
 * rt_sigframe: siginfo (128 bytes), ucontext: flags, link, stack, mask and padding (168 bytes),
 * then at a multiple of 16 the sigcontext: fault address, x0..x30, sp, pc, pstate.
 */
#define FRAME_REGS  (128u + 176u + 8u)
#define FRAME_MASK  (128u + 40u)
#define FRAME_SP    (FRAME_REGS + 31u * 8u)
#define FRAME_PC    (FRAME_SP + 8u)

static bool read_signal_frame(struct cpu *cpu, vaddr_t sp, struct signal_frame *f)
{
    uint64_t info_at = 0;
    uint8_t info[24];
    int x1;

    memset(f, 0, sizeof(*f));
    if (!arch_read(cpu, sp + FRAME_REGS, &f->saved_result, 8) ||
        !arch_read(cpu, sp + FRAME_SP, &f->saved_sp, 8) ||
        !arch_read(cpu, sp + FRAME_PC, &f->saved_pc, 8))
        return false;
    if (!arch_read(cpu, sp, info, sizeof(info)))
        memset(info, 0, sizeof(info)); /* nobody asked for it: its page was never touched */
    x1 = cpu_reg_find(ARCH_ARM64, "x1");
    if (x1 >= 0 && cpu_reg_read(cpu, x1, &info_at) != 0)
        info_at = 0;
    f->saved_first = f->saved_result;
    memcpy(&f->info_signo, info, 4);
    memcpy(&f->info_code, info + 8, 4);
    memcpy(&f->info_addr, info + 16, 8);
    f->has_info = info_at == sp;
    f->has_mask = arch_read(cpu, sp + FRAME_MASK, &f->mask, 8);
    return true;
}

const struct sim_arch arm64_sim_arch = {
    .syscall_names = arm64_syscall_names,
    .syscall_count = &arm64_syscall_count,
    .syscall_insn_bytes = 4,
    .root_mask = 0x0000fffffffffffeull,
    .signal_register = "x0",
    .flags_register = "pstate",
    .flags_irq = 1u << 7, /* PSTATE.I */
    .flags_irq_off = 1u << 7,
    .link_register = "x30",
    .o_directory = 040000,
    .o_nofollow = 0100000,
    .o_direct = 0200000,
    .o_largefile = 0400000,
    .describe_trap = describe_trap,
    .trap_user_sp = trap_user_sp,
    .read_signal_frame = read_signal_frame,
};
