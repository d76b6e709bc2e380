/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a close-up of an arm64 trap shows: DDI 0487, D8.2 and D8.3 (stage 1 translation, 4 KiB
 * granule); Linux, arch/arm64/include/uapi/asm/sigcontext.h and kernel/signal.c (rt_sigframe).
 */
#include <stdio.h>

#include "sim/arch/arch.h"

#define ADDRESS_MASK 0x0000fffffffff000ull

static uint64_t reg(struct cpu *cpu, const char *name)
{
    uint64_t value[2] = {0, 0};
    int id = cpu_reg_find(ARCH_ARM64, name);

    return id >= 0 && cpu_reg_read(cpu, id, value) == 0 ? value[0] : 0;
}

static void describe_leaf(uint64_t d, unsigned level, vaddr_t va, char *note, size_t len)
{
    unsigned shift = 12 + 9 * (3 - level);
    uint64_t pa = (d & ADDRESS_MASK & ~((1ull << shift) - 1)) | (va & ((1ull << shift) - 1));

    snprintf(note, len, "%s to 0x%llx, %s, %s%s%s%s", level == 3 ? "page" : "block",
             (unsigned long long)pa, d & 0x40 ? "user" : "kernel",
             d & 0x80 ? "read-only" : "read-write", d >> 54 & 1 ? "" : ", user executes",
             d >> 53 & 1 ? "" : ", kernel executes", d & 0x400 ? "" : ", access flag clear");
}

static unsigned walk(struct cpu *cpu, vaddr_t va, struct walk_step step[WALK_STEPS_MAX])
{
    bool upper = va >> 55 & 1;
    uint64_t tcr = reg(cpu, "tcr_el1"), table;
    unsigned size = 64 - (unsigned)(tcr >> (upper ? 16 : 0) & 0x3f), count = 0;
    unsigned level = size > 39 ? 0 : size > 30 ? 1 : 2;

    if (!(reg(cpu, "sctlr_el1") & 1))
        return 0;
    table = reg(cpu, upper ? "ttbr1_el1" : "ttbr0_el1") & ADDRESS_MASK;
    for (; level <= 3 && count < WALK_STEPS_MAX; level++) {
        struct walk_step *s = &step[count++];
        uint64_t d = 0;

        s->level = level;
        s->at = table + (va >> (12 + 9 * (3 - level)) & 0x1ff) * 8;
        if (cpu_phys_read(cpu, s->at, &d, sizeof(d)) != 0) {
            snprintf(s->note, sizeof(s->note), "not in memory");
            break;
        }
        s->descriptor = d;
        if (!(d & 1) || (level == 3 && !(d & 2))) {
            snprintf(s->note, sizeof(s->note), "invalid");
            break;
        }
        if (level == 3 || !(d & 2)) {
            describe_leaf(d, level, va, s->note, sizeof(s->note));
            break;
        }
        snprintf(s->note, sizeof(s->note), "table at 0x%llx",
                 (unsigned long long)(d & ADDRESS_MASK));
        table = d & ADDRESS_MASK;
    }
    return count;
}

typedef void (*field_fn)(void *ctx, const char *name, vaddr_t at, unsigned bytes);

static void put_fpsimd(vaddr_t at, field_fn field, void *ctx)
{
    char name[16];

    field(ctx, "fpsr", at + 8, 4);
    field(ctx, "fpcr", at + 12, 4);
    for (unsigned i = 0; i < 32; i++) {
        snprintf(name, sizeof(name), "v%u", i);
        field(ctx, name, at + 16 + 16 * i, 16);
    }
}

#define FPSIMD_MAGIC 0x46508001u
#define ESR_MAGIC    0x45535201u
#define RECORDS_MAX  16u

static void frame_fields(struct cpu *cpu, vaddr_t sp, field_fn field, void *ctx)
{
    static const struct {
        const char *name;
        uint16_t at, bytes;
    } head[] = {
        {"si_signo", 0, 4},    {"si_errno", 4, 4},    {"si_code", 8, 4},
        {"si_addr/si_pid", 16, 8}, {"uc_flags", 128, 8}, {"uc_link", 136, 8},
        {"ss_sp", 144, 8},     {"ss_flags", 152, 4},  {"ss_size", 160, 8},
        {"uc_sigmask", 168, 8}, {"fault_address", 304, 8},
    };
    vaddr_t at = sp + 592;
    char name[24];

    for (size_t i = 0; i < ARRAY_LEN(head); i++)
        field(ctx, head[i].name, sp + head[i].at, head[i].bytes);
    for (unsigned i = 0; i < 31; i++) {
        snprintf(name, sizeof(name), "x%u", i);
        field(ctx, name, sp + 312 + 8 * i, 8);
    }
    field(ctx, "sp", sp + 560, 8);
    field(ctx, "pc", sp + 568, 8);
    field(ctx, "pstate", sp + 576, 8);
    for (unsigned i = 0; i < RECORDS_MAX; i++) {
        uint32_t record[2];

        if (cpu_mem_read(cpu, at, record, sizeof(record)) != 0)
            return;
        field(ctx, record[0] ? "record magic" : "terminator magic", at, 4);
        field(ctx, record[0] ? "record size" : "terminator size", at + 4, 4);
        if (record[0] == FPSIMD_MAGIC)
            put_fpsimd(at, field, ctx);
        else if (record[0] == ESR_MAGIC)
            field(ctx, "esr", at + 8, 8);
        if (record[0] == 0 || record[1] < 8 || record[1] > 4096)
            return;
        at += record[1];
    }
}

static const char *const saved[] = {
    "x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",  "x8",  "x9",  "x10", "x11",
    "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23",
    "x24", "x25", "x26", "x27", "x28", "x29", "x30", "sp_el0", "elr_el1", "spsr_el1", NULL,
};

const struct sim_closeup arm64_closeup = {walk, frame_fields, saved};
