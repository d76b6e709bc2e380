/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a close-up of an x86_64 trap shows: SDM vol. 3, 4.5 (4- and 5-level paging), vol. 1, 13.4
 * (XSAVE area); Linux, arch/x86/include/uapi/asm/sigcontext.h and kernel/signal_64.c.
 */
#include <stdio.h>

#include "sim/arch/arch.h"

#define ADDRESS_MASK 0x000ffffffffff000ull
#define CR4_LA57     0x1000u

static uint64_t reg(struct cpu *cpu, const char *name)
{
    uint64_t value[2] = {0, 0};
    int id = cpu_reg_find(ARCH_X86_64, name);

    return id >= 0 && cpu_reg_read(cpu, id, value) == 0 ? value[0] : 0;
}

static void describe_leaf(uint64_t d, unsigned level, vaddr_t va, char *note, size_t len)
{
    unsigned shift = 12 + 9 * (level - 1);
    uint64_t offset = (1ull << shift) - 1;
    uint64_t pa = (d & ADDRESS_MASK & ~offset) | (va & offset);

    snprintf(note, len, "%s to 0x%llx, %s, %s%s%s%s", level == 1 ? "page" : "large page",
             (unsigned long long)pa, d & 4 ? "user" : "kernel", d & 2 ? "read-write" : "read-only",
             d >> 63 ? "" : ", executes", d & 0x20 ? ", accessed" : "", d & 0x40 ? ", dirty" : "");
}

static unsigned walk(struct cpu *cpu, vaddr_t va, struct walk_step step[WALK_STEPS_MAX])
{
    uint64_t table = reg(cpu, "cr3") & ADDRESS_MASK;
    unsigned level = reg(cpu, "cr4") & CR4_LA57 ? 5 : 4, count = 0;

    if (!(reg(cpu, "cr0") >> 31 & 1))
        return 0;
    for (; level >= 1 && count < WALK_STEPS_MAX; level--) {
        struct walk_step *s = &step[count++];
        uint64_t d = 0;

        s->level = level;
        s->at = table + (va >> (12 + 9 * (level - 1)) & 0x1ff) * 8;
        if (cpu_phys_read(cpu, s->at, &d, sizeof(d)) != 0) {
            snprintf(s->note, sizeof(s->note), "not in memory");
            break;
        }
        s->descriptor = d;
        if (!(d & 1)) {
            snprintf(s->note, sizeof(s->note), "not present");
            break;
        }
        if (level == 1 || (level <= 3 && (d & 0x80))) {
            describe_leaf(d, level, va, s->note, sizeof(s->note));
            break;
        }
        snprintf(s->note, sizeof(s->note), "table at 0x%llx, %s, %s",
                 (unsigned long long)(d & ADDRESS_MASK), d & 4 ? "user" : "kernel",
                 d & 2 ? "read-write" : "read-only");
        table = d & ADDRESS_MASK;
    }
    return count;
}

typedef void (*field_fn)(void *ctx, const char *name, vaddr_t at, unsigned bytes);

struct field {
    const char *name;
    uint16_t at, bytes;
};

static void put_fields(const struct field *f, size_t count, vaddr_t base, field_fn field, void *ctx)
{
    for (size_t i = 0; i < count; i++)
        field(ctx, f[i].name, base + f[i].at, f[i].bytes);
}

static void put_fpstate(struct cpu *cpu, vaddr_t at, field_fn field, void *ctx)
{
    static const struct field head[] = {
        {"fcw", 0, 2}, {"fsw", 2, 2}, {"ftw", 4, 1},    {"fop", 6, 2},
        {"fip", 8, 8}, {"fdp", 16, 8}, {"mxcsr", 24, 4}, {"mxcsr_mask", 28, 4},
    };
    static const struct field software[] = {
        {"sw magic1", 464, 4}, {"sw extended_size", 468, 4}, {"sw xfeatures", 472, 8},
        {"sw xstate_size", 480, 4}, {"xstate_bv", 512, 8},
    };
    uint32_t size = 0;
    char name[16];

    put_fields(head, ARRAY_LEN(head), at, field, ctx);
    for (unsigned i = 0; i < 8; i++) {
        snprintf(name, sizeof(name), "st%u", i);
        field(ctx, name, at + 32 + 16 * i, 10);
    }
    for (unsigned i = 0; i < 16; i++) {
        snprintf(name, sizeof(name), "xmm%u", i);
        field(ctx, name, at + 160 + 16 * i, 16);
    }
    put_fields(software, ARRAY_LEN(software), at, field, ctx);
    if (cpu_mem_read(cpu, at + 468, &size, sizeof(size)) == 0 && size >= 580 && size < 8192)
        field(ctx, "magic2", at + size - 4, 4);
}

static void frame_fields(struct cpu *cpu, vaddr_t sp, field_fn field, void *ctx)
{
    static const struct field fields[] = {
        {"return address", 0, 8}, {"uc_flags", 8, 8}, {"uc_link", 16, 8}, {"ss_sp", 24, 8},
        {"ss_flags", 32, 4}, {"ss_size", 40, 8}, {"r8", 48, 8}, {"r9", 56, 8}, {"r10", 64, 8},
        {"r11", 72, 8}, {"r12", 80, 8}, {"r13", 88, 8}, {"r14", 96, 8}, {"r15", 104, 8},
        {"rdi", 112, 8}, {"rsi", 120, 8}, {"rbp", 128, 8}, {"rbx", 136, 8}, {"rdx", 144, 8},
        {"rax", 152, 8}, {"rcx", 160, 8}, {"rsp", 168, 8}, {"rip", 176, 8}, {"eflags", 184, 8},
        {"cs", 192, 2}, {"gs", 194, 2}, {"fs", 196, 2}, {"ss", 198, 2}, {"err", 200, 8},
        {"trapno", 208, 8}, {"oldmask", 216, 8}, {"cr2", 224, 8}, {"fpstate", 232, 8},
        {"uc_sigmask", 304, 8}, {"si_signo", 312, 4}, {"si_errno", 316, 4}, {"si_code", 320, 4},
        {"si_addr/si_pid", 328, 8},
    };
    uint64_t fpstate = 0;

    put_fields(fields, ARRAY_LEN(fields), sp, field, ctx);
    if (cpu_mem_read(cpu, sp + 232, &fpstate, sizeof(fpstate)) == 0 && fpstate)
        put_fpstate(cpu, fpstate, field, ctx);
}

static const char *const saved[] = {
    "r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax", "rcx", "rdx",
    "rsi", "rdi", "rip", "rflags", "rsp", NULL,
};

const struct sim_closeup x86_64_closeup = {walk, frame_fields, saved};
