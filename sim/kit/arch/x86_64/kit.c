/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/kit/arch/x86_64/kit.c - trap tests on x86_64.
 *
 * A machine without a kernel: 2 MiB pages one to one (SDM vol. 3, 4.5), tables at 0x10000; a GDT
 * as Linux lays it out, an IDT of interrupt gates and a TSS behind them. #DF has a stack of its
 * own. Signal frame: Linux, arch/x86 uapi asm/sigcontext.h: return address, ucontext (mcontext
 * at 40, which points at the FXSAVE area), siginfo.
 */
#include "sim/kit/private.h"

#include <elf.h>

#define TABLES 0x10000u
#define GDT    0x20000u
#define IDT    0x21000u
#define TSS    0x22000u

#define P  0x01u
#define W  0x02u
#define U  0x04u
#define PS 0x80u
#define NX (1ull << 63)
#define UC 0x10u

#define CS_KERNEL 0x08u
#define SS_KERNEL 0x10u
#define SS_USER   0x23u
#define CS_USER   0x2bu
#define TR        0x30u
#define SYSCALL   256u /* the vector of */
#define STUB      16u  /* bytes of a vector's code */
#define DF        8u

static struct cpu_entry entry(void)
{
    return (struct cpu_entry){.mode = CPU_ENTRY_X86_LONG64,
                              .pc = kit_block(&kit_x86_64, KIT_BLOCK_KERNEL_CODE),
                              .arg = {[3] = TABLES}};
}

static int put(struct trapline *t, paddr_t pa, const void *bytes, size_t len)
{
    return trapline_write_phys(t, pa, bytes, len);
}

static int put_tables(struct trapline *t)
{
    static const uint64_t attributes[] = {
        [KIT_BLOCK_TABLES] = P | W | PS | NX,        [KIT_BLOCK_KERNEL_CODE] = P | PS,
        [KIT_BLOCK_KERNEL_DATA] = P | W | PS | NX,   [KIT_BLOCK_USER_CODE] = P | U | PS,
        [KIT_BLOCK_USER_DATA] = P | W | U | PS | NX, [KIT_BLOCK_READ_ONLY] = P | U | PS | NX,
    };
    const uint64_t root = (TABLES + 0x1000) | P | W | U;
    const uint64_t directories[4] = {(TABLES + 0x2000) | P | W | U, 0, 0,
                                     (TABLES + 0x3000) | P | W | U};
    const uint64_t apics[2] = {0xfec00000u | P | W | PS | UC | NX,
                               0xfee00000u | P | W | PS | UC | NX};
    uint64_t ram[ARRAY_LEN(attributes)];
    int rc;

    for (size_t i = 0; i < ARRAY_LEN(ram); i++)
        ram[i] = kit_block(&kit_x86_64, (enum kit_block)i) | attributes[i];
    if ((rc = put(t, TABLES, &root, sizeof(root))) ||
        (rc = put(t, TABLES + 0x1000, directories, sizeof(directories))) ||
        (rc = put(t, TABLES + 0x2000, ram, sizeof(ram))))
        return rc;
    return put(t, TABLES + 0x3000 + 0x1f6 * 8, apics, sizeof(apics));
}

static vaddr_t stub_of(unsigned vector)
{
    return kit_block(&kit_x86_64, KIT_BLOCK_KERNEL_CODE) + KIT_VECTORS_AT + vector * STUB;
}

static int put_vectors(struct trapline *t)
{
    static const uint8_t wait[] = {0xf4, 0xeb, 0xfd}; /* 1: hlt; jmp 1b */
    int rc = put(t, stub_of(SYSCALL), wait, sizeof(wait));

    for (unsigned v = 0; v < 256 && rc == 0; v++) {
        uint64_t dpl = v == 3 || v == 4 || v == 0x80 ? 3 : 0, ist = v == DF;
        uint64_t gate[2] = {(stub_of(v) & 0xffff) | CS_KERNEL << 16 | ist << 32 |
                                (0x8e00ull | dpl << 13) << 32 | (stub_of(v) >> 16 & 0xffff) << 48,
                            stub_of(v) >> 32};

        rc = put(t, IDT + v * 16, gate, sizeof(gate));
        if (rc == 0)
            rc = put(t, stub_of(v), wait, sizeof(wait));
    }
    return rc;
}

static int put_segments(struct trapline *t)
{
    const uint64_t gdt[] = {0,
                            0x00af9b000000ffff,
                            0x00cf93000000ffff,
                            0x00cffb000000ffff,
                            0x00cff3000000ffff,
                            0x00affb000000ffff,
                            0x0000890000000067 | (uint64_t)(TSS & 0xffffff) << 16,
                            0};
    uint64_t stack = trapline_place(t, TRAPLINE_KERNEL_STACK), spare = stack - 0x10000;
    const uint16_t no_ports = 0x68;
    int rc;

    if ((rc = put(t, GDT, gdt, sizeof(gdt))) || (rc = put(t, TSS + 4, &stack, 8)) ||
        (rc = put(t, TSS + 0x24, &spare, 8)))
        return rc;
    return put(t, TSS + 0x66, &no_ports, 2);
}

static int set_registers(struct trapline *t)
{
    const struct {
        const char *name;
        uint64_t value;
    } set[] = {
        {"gdtr_base", GDT},
        {"gdtr_limit", 0x3f},
        {"idtr_base", IDT},
        {"idtr_limit", 0xfff},
        {"cs", CS_KERNEL},
        {"ss", SS_KERNEL},
        {"ds", SS_KERNEL},
        {"es", SS_KERNEL},
        {"tr", TR},
        {"cr0", trapline_get(t, "cr0") | 2},     /* MP */
        {"cr4", trapline_get(t, "cr4") | 0x600}, /* OSFXSR, OSXMMEXCPT */
        {"efer", trapline_get(t, "efer") | 1},   /* SCE */
        {"star", 0x001b000800000000},
        {"lstar", stub_of(SYSCALL)},
        {"fmask", 0x700},
        {"rsp", trapline_place(t, TRAPLINE_KERNEL_STACK)},
    };
    int rc = 0;

    for (size_t i = 0; i < ARRAY_LEN(set) && rc == 0; i++)
        rc = trapline_set(t, set[i].name, set[i].value);
    return rc;
}

static int set_up(struct trapline *t)
{
    int rc;

    if ((rc = put_tables(t)) || (rc = put_vectors(t)) || (rc = put_segments(t)) ||
        (rc = cpu_reset(t->cpu, &t->entry)))
        return rc;
    return set_registers(t);
}

static uint64_t vector(struct trapline *t, unsigned number)
{
    uint64_t gate[2];

    if (number == SYSCALL)
        return trapline_get(t, "lstar");
    if (number > 255 || trapline_read(t, trapline_get(t, "idtr_base") + number * 16, gate, 16) != 0)
        return 0;
    return (gate[0] & 0xffff) | (gate[0] >> 48 & 0xffff) << 16 | gate[1] << 32;
}

static int enter_user(struct trapline *t, uint64_t pc)
{
    uint64_t base = trapline_get(t, "star") >> 48;
    int rc;

    if (!base)
        return kit_fail(t, -EINVAL,
                        "STAR does not say the segments of user mode: run the kernel "
                        "until it is set");
    if ((rc = trapline_set(t, "cs", ((base + 16) & 0xfffc) | 3)) ||
        (rc = trapline_set(t, "ss", ((base + 8) & 0xfffc) | 3)) ||
        (rc = trapline_set(t, "ds", 0)) || (rc = trapline_set(t, "es", 0)) ||
        (rc = trapline_set(t, "fs", 0)) || (rc = trapline_set(t, "gs", 0)) ||
        (rc = trapline_set(t, "rflags", 0x202)) || (rc = trapline_set(t, "rip", pc)))
        return rc;
    return t->is_code ? trapline_set(t, "rsp", trapline_place(t, TRAPLINE_USER_STACK)) : 0;
}

static struct cpu_injection fault(struct trapline *t, uint64_t addr, bool is_write, bool is_mapped)
{
    uint64_t error = (is_mapped ? P : 0) | (is_write ? W : 0) | (cpu_in_user(t->cpu) ? U : 0);

    return (struct cpu_injection){CPU_TRAP_SYNC, 14, error, addr};
}

/* 48 cf, 48 0f 07 */
static size_t find_return(const uint8_t *code, size_t bytes, size_t from)
{
    for (size_t at = from; at + 2 <= bytes; at++) {
        if (code[at] != 0x48)
            continue;
        if (code[at + 1] == 0xcf ||
            (at + 3 <= bytes && code[at + 1] == 0x0f && code[at + 2] == 0x07))
            return at;
    }
    return SIZE_MAX;
}

static bool at_return(struct trapline *t, bool *to_user)
{
    uint8_t code[3];
    uint64_t cs;

    if (trapline_read(t, cpu_pc(t->cpu), code, sizeof(code)) != 0 ||
        find_return(code, sizeof(code), 0) != 0)
        return false;
    *to_user =
        code[1] == 0x0f || (trapline_read(t, cpu_sp(t->cpu) + 8, &cs, 8) == 0 && (cs & 3) == 3);
    return true;
}

static bool is_integer(const char *name)
{
    return name[0] == 'r' && strcmp(name, "rsp") != 0 && strcmp(name, "rip") != 0 &&
           strcmp(name, "rflags") != 0;
}

#define MCONTEXT (8 + 40)
#define FPSTATE  (MCONTEXT + 184)
#define G(n, name)                                                                                 \
    {                                                                                              \
        name, MCONTEXT + 8 * n, 8, 0                                                               \
    }
#define XMM(n)                                                                                     \
    {                                                                                              \
        "xmm" #n, 160 + 16 * n, 16, FPSTATE                                                        \
    }

static const struct trapline_field signal_fields[] = {
    G(0, "r8"),
    G(1, "r9"),
    G(2, "r10"),
    G(3, "r11"),
    G(4, "r12"),
    G(5, "r13"),
    G(6, "r14"),
    G(7, "r15"),
    G(8, "rdi"),
    G(9, "rsi"),
    G(10, "rbp"),
    G(11, "rbx"),
    G(12, "rdx"),
    G(13, "rax"),
    G(14, "rcx"),
    G(15, "rsp"),
    G(16, "rip"),
    G(17, "rflags"),
    {"cs", MCONTEXT + 144, 2, 0},
    {"ss", MCONTEXT + 150, 2, 0},
    {"fcw", 0, 2, FPSTATE},
    {"fsw", 2, 2, FPSTATE},
    {"mxcsr", 24, 4, FPSTATE},
    XMM(0),
    XMM(1),
    XMM(2),
    XMM(3),
    XMM(4),
    XMM(5),
    XMM(6),
    XMM(7),
    XMM(8),
    XMM(9),
    XMM(10),
    XMM(11),
    XMM(12),
    XMM(13),
    XMM(14),
    XMM(15),
};

const struct kit_arch kit_x86_64 = {
    .arch = ARCH_X86_64,
    .ram_base = 0,
    .pc = "rip",
    .sp = "rsp",
    .assemblers = {"x86_64-linux-gnu-as", "as", NULL},
    .elf_machine = EM_X86_64,
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
    .signo_at = MCONTEXT + 256 + 8, /* mcontext, sigmask, then siginfo */
};
