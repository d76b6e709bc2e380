/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/kit/arch/arm64/kit.c - trap tests on arm64.
 *
 * A machine without a kernel: 39-bit addresses by TTBR0_EL1 (DDI 0487, D8.2), one to one; level 1
 * at the start of RAM, level 2 for devices and for RAM behind it; VBAR_EL1 in the kernel's code.
 * Signal frame: Linux, arch/arm64 uapi asm/sigcontext.h and ucontext.h: siginfo (128 bytes),
 * ucontext (its mcontext at 176), then the FPSIMD record in mcontext's reserved room.
 */
#include "sim/kit/private.h"

#include <elf.h>

#define RAM_BASE 0x40000000ull

#define PXN     (1ull << 53)
#define UXN     (1ull << 54)
#define NX      (PXN | UXN)
#define BLOCK   0x701u /* valid, normal memory, inner shareable, accessed */
#define DEVICE  0x405u /* valid, attribute 1, accessed */
#define AP_USER 0x040u
#define AP_RO   0x080u
#define TABLE   3u

#define TCR_39_BITS (25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 2ull << 32)
#define SCTLR_M_C_I 0x1005u

#define CURRENT_EL TRAPLINE_SYSREG(3, 0, 4, 2, 2)
#define VBAR_EL2   TRAPLINE_SYSREG(3, 4, 12, 0, 0)

#define INSN_ERET 0xd69f03e0u
#define INSN_WFI  0xd503207fu
#define INSN_BACK 0x17ffffffu /* b .-4 */

#define DFSC_TRANSLATION 0x07u
#define DFSC_PERMISSION  0x0fu

static struct cpu_entry entry(void)
{
    return (struct cpu_entry){.mode = CPU_ENTRY_ARM64_EL1,
                              .pc = kit_block(&kit_arm64, KIT_BLOCK_KERNEL_CODE)};
}

static int put(struct trapline *t, paddr_t pa, const void *bytes, size_t len)
{
    return trapline_write_phys(t, pa, bytes, len);
}

static int put_tables(struct trapline *t)
{
    static const uint64_t attributes[] = {
        [KIT_BLOCK_TABLES] = BLOCK | NX,
        [KIT_BLOCK_KERNEL_CODE] = BLOCK | AP_RO | UXN,
        [KIT_BLOCK_KERNEL_DATA] = BLOCK | NX,
        [KIT_BLOCK_USER_CODE] = BLOCK | AP_RO | AP_USER | PXN,
        [KIT_BLOCK_USER_DATA] = BLOCK | AP_USER | NX,
        [KIT_BLOCK_READ_ONLY] = BLOCK | AP_RO | AP_USER | NX,
    };
    uint64_t level1[2] = {(RAM_BASE + 0x2000) | TABLE, (RAM_BASE + 0x3000) | TABLE};
    uint64_t ram[ARRAY_LEN(attributes)], device;
    int rc = put(t, RAM_BASE + 0x1000, level1, sizeof(level1));

    for (size_t i = 0; i < ARRAY_LEN(ram); i++)
        ram[i] = kit_block(&kit_arm64, (enum kit_block)i) | attributes[i];
    if (rc == 0)
        rc = put(t, RAM_BASE + 0x3000, ram, sizeof(ram));
    for (paddr_t pa = 0x08000000; pa <= 0x09000000 && rc == 0; pa += 0x01000000) {
        device = pa | DEVICE | NX; /* GIC; PL011 */
        rc = put(t, RAM_BASE + 0x2000 + (pa >> 21) * 8, &device, 8);
    }
    return rc;
}

static int set_up(struct trapline *t)
{
    static const uint32_t wait[2] = {INSN_WFI, INSN_BACK};
    vaddr_t vectors = kit_block(&kit_arm64, KIT_BLOCK_KERNEL_CODE) + KIT_VECTORS_AT;
    int rc = put_tables(t);

    for (unsigned i = 0; i < 16 && rc == 0; i++)
        rc = put(t, vectors + i * 0x80, wait, sizeof(wait));
    if (rc == 0)
        rc = cpu_reset(t->cpu, &t->entry);
    if (rc != 0)
        return rc;
    if ((rc = trapline_set(t, "mair_el1", 0x00ff)) ||
        (rc = trapline_set(t, "tcr_el1", TCR_39_BITS)) ||
        (rc = trapline_set(t, "ttbr0_el1", RAM_BASE + 0x1000)) ||
        (rc = trapline_set(t, "vbar_el1", vectors)) ||
        (rc = trapline_set(t, "cpacr_el1", 3u << 20)) ||
        (rc = trapline_set(t, "sctlr_el1", trapline_get(t, "sctlr_el1") | SCTLR_M_C_I)))
        return rc;
    return trapline_set(t, "sp", trapline_place(t, TRAPLINE_KERNEL_STACK));
}

/* As in struct trapline_trap: 0x800 more for VBAR_EL2. */
static uint64_t vector(struct trapline *t, unsigned offset)
{
    uint64_t base = 0;

    if (offset < 0x800)
        return trapline_get(t, "vbar_el1") + offset;
    return cpu_sysreg_read(t->cpu, VBAR_EL2, &base) == 0 ? base + offset - 0x800 : 0;
}

static int enter_user(struct trapline *t, uint64_t pc)
{
    uint64_t sp = trapline_get(t, "sp"), user = trapline_get(t, "sp_el0");
    int rc = 0;

    if (t->is_code)
        user = trapline_place(t, TRAPLINE_USER_STACK);
    if (!cpu_in_user(t->cpu) && (rc = trapline_set(t, "sp_el1", sp)) != 0)
        return rc;
    if ((rc = trapline_set(t, "pstate", 0)) || (rc = trapline_set(t, "sp_el0", user)) ||
        (rc = trapline_set(t, "pc", pc)))
        return rc;
    return cpu_in_user(t->cpu) ? trapline_set(t, "sp", user) : -EIO;
}

static struct cpu_injection fault(struct trapline *t, uint64_t addr, bool is_write, bool is_mapped)
{
    uint64_t ec = cpu_in_user(t->cpu) ? 0x24 : 0x25;

    return (struct cpu_injection){CPU_TRAP_SYNC, 0,
                                  ec << 26 | 1u << 25 | (is_write ? 1u << 6 : 0) |
                                      (is_mapped ? DFSC_PERMISSION : DFSC_TRANSLATION),
                                  addr};
}

static size_t find_return(const uint8_t *code, size_t bytes, size_t from)
{
    for (size_t at = (from + 3) & ~(size_t)3; at + 4 <= bytes; at += 4) {
        uint32_t word;

        memcpy(&word, code + at, 4);
        if (word == INSN_ERET)
            return at;
    }
    return SIZE_MAX;
}

static bool at_el2(struct trapline *t)
{
    uint64_t level;

    return cpu_sysreg_read(t->cpu, CURRENT_EL, &level) == 0 && level == 2 << 2;
}

static bool at_return(struct trapline *t, bool *to_user)
{
    uint32_t word;

    if (trapline_read(t, cpu_pc(t->cpu), &word, 4) != 0 || word != INSN_ERET)
        return false;
    *to_user = !at_el2(t) && (trapline_get(t, "spsr_el1") & 0xf) == 0;
    return true;
}

static bool is_integer(const char *name)
{
    return name[0] == 'x';
}

#define MCONTEXT (128 + 176)
#define FPSIMD   (MCONTEXT + 288)
#define X(n)     {"x" #n, MCONTEXT + 8 + 8 * n, 8, 0}
#define V(n)     {"v" #n, FPSIMD + 16 + 16 * n, 16, 0}

static const struct trapline_field signal_fields[] = {
    X(0), X(1), X(2), X(3), X(4), X(5), X(6), X(7), X(8), X(9), X(10), X(11), X(12), X(13), X(14),
    X(15), X(16), X(17), X(18), X(19), X(20), X(21), X(22), X(23), X(24), X(25), X(26), X(27),
    X(28), X(29), X(30),
    {"sp", MCONTEXT + 256, 8, 0}, {"pc", MCONTEXT + 264, 8, 0}, {"pstate", MCONTEXT + 272, 8, 0},
    {"fpsr", FPSIMD + 8, 4, 0}, {"fpcr", FPSIMD + 12, 4, 0},
    V(0), V(1), V(2), V(3), V(4), V(5), V(6), V(7), V(8), V(9), V(10), V(11), V(12), V(13), V(14),
    V(15), V(16), V(17), V(18), V(19), V(20), V(21), V(22), V(23), V(24), V(25), V(26), V(27),
    V(28), V(29), V(30), V(31),
};

const struct kit_arch kit_arm64 = {
    .arch = ARCH_ARM64,
    .ram_base = RAM_BASE,
    .pc = "pc",
    .sp = "sp",
    .assemblers = {"aarch64-linux-gnu-as", "aarch64-none-elf-as", NULL},
    .elf_machine = EM_AARCH64,
    .set_up = set_up,
    .entry = entry,
    .vector = vector,
    .enter_user = enter_user,
    .fault = fault,
    .find_return = find_return,
    .at_return = at_return,
    .is_integer = is_integer,
    .signal_fields = signal_fields,
    .signal_field_count = ARRAY_LEN(signal_fields),
    .signo_at = 0,
};
