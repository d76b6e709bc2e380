/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile x86_64 kernels.
 *
 *     RAM + 0x01000  GDT, IDT (0x2000), TSS (0x3000); true, broken in places, or noise
 *         + 0x08000  page tables for 4-level paging: one to one in 2 MiB pages, and noise
 *         + 0x10000  code, entered in 32-bit flat mode or in 64-bit mode
 *         + 0x18000  handlers: biased code with many IRETs
 *         + 0x1a000  more code, and what the code overwrites of itself
 *
 * Encodings are those of the Intel SDM, vol. 2. Operands are drawn from registers that hold
 * addresses of RAM, tables, code and devices.
 */
#include <string.h>

#include "tests/robust/stream.h"

#define GDT      0x1000u
#define IDT      0x2000u
#define TSS      0x3000u
#define TABLES   0x8000u
#define CODE     0x10000u
#define HANDLERS 0x18000u
#define MORE     0x1a000u
#define STACK    0x1f000u

struct out {
    struct stream *s;
    uint32_t at, end;
    bool wide; /* 64-bit code */
};

static uint32_t bits(struct stream *s, unsigned count)
{
    return (uint32_t)(stream_next(s) >> (64 - count));
}

static uint64_t address(struct stream *s)
{
    static const uint64_t device[] = {
        0xfee00000, 0xfee00020, 0xfee00080, 0xfee000f0, 0xfee00300, 0xfee00320,
        0xfee00380, 0xfec00000, 0xfec00010, 0xe0000000, 0xfed00000, 0xffffff00,
    };
    uint64_t odd = stream_chance(s, 70) ? ~7ull : ~0ull;

    switch (stream_below(s, 9)) {
    case 0:
    case 1:
        return bits(s, 18) & odd;
    case 2:
        return CODE + (bits(s, 15) & odd);
    case 3:
        return GDT + (bits(s, 15) & odd);
    case 4:
    case 5:
        return device[stream_below(s, 12)] + (stream_chance(s, 70) ? 0 : bits(s, 10) & odd);
    case 6:
        return STREAM_RAM_BYTES - 16 + bits(s, 5);
    case 7:
        return (1ull << bits(s, 6)) - bits(s, 4);
    default:
        return stream_next(s);
    }
}

static uint16_t port(struct stream *s)
{
    static const uint16_t known[] = {0x20, 0x21, 0xa0, 0xa1, 0x40, 0x41, 0x42, 0x43, 0x60, 0x61,
                                     0x64, 0x70, 0x71, 0x3f8, 0x3f9, 0x3fa, 0x3fb, 0x3fc, 0x3fd,
                                     0x3fe, 0x3ff, 0x92, 0xcf8, 0xcfc, 0x80, 0x4d0};

    return stream_chance(s, 15) ? (uint16_t)bits(s, 16) : known[stream_below(s, 26)];
}

static void byte(struct out *o, uint32_t value)
{
    if (o->at < o->end)
        o->s->image[o->at++] = (uint8_t)value;
}

static void bytes_of(struct out *o, uint64_t value, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        byte(o, (uint8_t)(value >> 8 * i));
}

/* ModRM with what follows: a register, [reg], [reg+d8], [disp32], SIB. `reg` below 8, 8: any. */
static void modrm(struct out *o, unsigned reg, bool memory)
{
    struct stream *s = o->s;
    unsigned rm = bits(s, 3), mod = memory || stream_chance(s, 70) ? stream_below(s, 3) : 3;

    reg = reg < 8 ? reg : bits(s, 3);
    byte(o, mod << 6 | reg << 3 | rm);
    if (mod == 3)
        return;
    if (rm == 4) {
        unsigned sib = bits(s, 8);
        byte(o, sib);
        if ((sib & 7) == 5 && mod == 0)
            bytes_of(o, stream_chance(s, 80) ? bits(s, 18) : bits(s, 32), 4);
    }
    if (mod == 0 && rm == 5)
        bytes_of(o, o->wide ? bits(s, 12) : (uint32_t)address(s), 4);
    else if (mod == 1)
        byte(o, stream_chance(s, 50) ? 0 : bits(s, 8));
    else if (mod == 2)
        bytes_of(o, stream_chance(s, 70) ? bits(s, 14) : bits(s, 32), 4);
}

static void prefixes(struct out *o)
{
    static const uint8_t prefix[] = {0x66, 0xf2, 0xf3, 0xf0, 0x2e, 0x36, 0x64, 0x65, 0x67};
    struct stream *s = o->s;

    while (stream_chance(s, 12))
        byte(o, prefix[stream_below(s, sizeof(prefix))]);
    if (o->wide && stream_chance(s, 35))
        byte(o, 0x40 | bits(s, 4));
}

static void alu(struct out *o)
{
    struct stream *s = o->s;

    prefixes(o);
    switch (stream_below(s, 8)) {
    case 0:
        byte(o, bits(s, 3) << 3 | bits(s, 2));
        modrm(o, 8, false);
        return;
    case 1:
        byte(o, 0x83);
        modrm(o, 8, false);
        byte(o, bits(s, 8));
        return;
    case 2:
        byte(o, 0x88 + bits(s, 2));
        modrm(o, 8, true);
        return;
    case 3:
        byte(o, 0xf6 + bits(s, 1) * 8 + bits(s, 1)); /* group 3, 4, 5 */
        modrm(o, 8, false);
        return;
    case 4:
        byte(o, 0x50 + bits(s, 4)); /* PUSH, POP */
        return;
    case 5:
        byte(o, 0x0f);
        byte(o, 0xb0 + bits(s, 4));
        modrm(o, 8, false);
        return;
    case 6:
        byte(o, 0x84 + bits(s, 2));
        modrm(o, 8, true);
        return;
    default:
        byte(o, 0xb8 + bits(s, 3)); /* MOV reg, imm32 */
        bytes_of(o, address(s), 4);
    }
}

static void string_or_port(struct out *o)
{
    static const uint8_t op[] = {0xa4, 0xa5, 0xa6, 0xa7, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf,
                                 0x6c, 0x6d, 0x6e, 0x6f};
    struct stream *s = o->s;

    if (stream_chance(s, 40)) {
        if (stream_chance(s, 50)) {
            byte(o, 0xb9); /* MOV ECX, a count */
            bytes_of(o, bits(s, stream_chance(s, 90) ? 5 : 20), 4);
        }
        if (stream_chance(s, 60))
            byte(o, 0xf2 + bits(s, 1));
        prefixes(o);
        byte(o, op[stream_below(s, sizeof(op))]);
        return;
    }
    if (stream_chance(s, 30)) {
        byte(o, 0xe4 + bits(s, 1) + bits(s, 1) * 2);
        byte(o, port(s));
        return;
    }
    byte(o, 0xba); /* MOV EDX, port */
    bytes_of(o, port(s), 4);
    if (stream_chance(s, 20))
        byte(o, 0x66);
    byte(o, 0xec + bits(s, 2));
}

static uint32_t msr(struct stream *s)
{
    static const uint32_t known[] = {0x10, 0x1b, 0xc0000080, 0xc0000081, 0xc0000082, 0xc0000083,
                                     0xc0000084, 0xc0000100, 0xc0000101, 0xc0000102, 0xc0000103,
                                     0x174, 0x175, 0x176, 0x277, 0x2ff, 0x1a0, 0x6e0, 0x800,
                                     0xc0010114, 0xc0010117, 0x3a, 0xfe, 0xd90, 0x1d9};

    return stream_chance(s, 15) ? bits(s, 32) : known[stream_below(s, 25)];
}

static void msr_insn(struct out *o)
{
    struct stream *s = o->s;
    bool write = stream_chance(s, 60);

    byte(o, 0xb9);
    bytes_of(o, msr(s), 4);
    if (write && stream_chance(s, 80)) {
        byte(o, 0xb8);
        bytes_of(o, stream_chance(s, 50) ? (uint32_t)address(s) : bits(s, 12), 4);
        byte(o, 0xba);
        bytes_of(o, stream_chance(s, 70) ? 0 : bits(s, 32), 4);
    }
    byte(o, 0x0f);
    byte(o, write ? 0x30 : 0x32);
}

static void system_insn(struct out *o)
{
    static const uint8_t one[] = {0xf4, 0xfa, 0xfb, 0xfc, 0xfd, 0x9c, 0x9d, 0xcc, 0xce, 0xcf,
                                  0xf1, 0x9b, 0x17, 0x07, 0x1f, 0xcb, 0xc9, 0xd7, 0x90, 0xc3};
    static const uint8_t two[] = {0x05, 0x06, 0x07, 0x08, 0x09, 0x0b, 0x31, 0x33, 0x34, 0x35, 0xa0,
                                  0xa1, 0xa2, 0xa8, 0xa9, 0xaa, 0x77, 0x0d};
    struct stream *s = o->s;

    switch (stream_below(s, 9)) {
    case 0:
    case 1:
        if (o->wide && stream_chance(s, 40))
            byte(o, 0x48);
        byte(o, one[stream_below(s, sizeof(one))]);
        return;
    case 2:
        byte(o, 0x0f);
        byte(o, two[stream_below(s, sizeof(two))]);
        return;
    case 3: /* SGDT to INVLPG, and by register VMRUN, SWAPGS, MONITOR, XSETBV, RDTSCP */
        byte(o, 0x0f);
        byte(o, 0x01);
        if (stream_chance(s, 50))
            byte(o, 0xc0 | bits(s, 6));
        else
            modrm(o, 8, true);
        return;
    case 4: /* MOV CR, DR */
        byte(o, 0x0f);
        byte(o, 0x20 + bits(s, 2));
        byte(o, 0xc0 | bits(s, 6));
        return;
    case 5:
        byte(o, 0xcd);
        byte(o, stream_chance(s, 50) ? bits(s, 8) : bits(s, 5));
        return;
    case 6:
        byte(o, stream_chance(s, 50) ? 0x8e : 0x8c);
        modrm(o, 8, false);
        return;
    case 7: /* SLDT, STR, LLDT, LTR, VERR, VERW; LAR, LSL */
        byte(o, 0x0f);
        byte(o, stream_chance(s, 60) ? 0x00 : 0x02 + bits(s, 1));
        modrm(o, 8, false);
        return;
    default:
        msr_insn(o);
    }
}

static void fp_insn(struct out *o)
{
    struct stream *s = o->s;

    prefixes(o);
    switch (stream_below(s, 4)) {
    case 0:
        byte(o, 0xd8 + bits(s, 3));
        modrm(o, 8, false);
        return;
    case 1: /* FXSAVE to CLFLUSH */
        byte(o, 0x0f);
        byte(o, 0xae);
        modrm(o, 8, false);
        return;
    case 2:
        byte(o, 0x0f);
        byte(o, 0x10 + bits(s, 3));
        modrm(o, 8, false);
        return;
    default:
        byte(o, 0x0f);
        byte(o, 0x50 + bits(s, 5));
        modrm(o, 8, false);
    }
}

static void branch(struct out *o)
{
    struct stream *s = o->s;

    switch (stream_below(s, 6)) {
    case 0:
        byte(o, 0x70 + bits(s, 4));
        byte(o, bits(s, 7) - 24);
        return;
    case 1:
        byte(o, 0xe8 + bits(s, 1));
        bytes_of(o, bits(s, 8) - 48, 4);
        return;
    case 2:
        byte(o, 0xe0 + bits(s, 2)); /* LOOP, JCXZ */
        byte(o, bits(s, 5) - 12);
        return;
    case 3:
        byte(o, 0xff);
        modrm(o, 2 + bits(s, 2), false); /* CALL, CALLF, JMP, JMPF */
        return;
    case 4:
        byte(o, 0xeb);
        byte(o, bits(s, 4));
        return;
    default:
        byte(o, 0xc2 + bits(s, 1));
    }
}

/* A return to a place at will: flags, CS and RIP pushed, then IRET. */
static void go_back(struct out *o)
{
    struct stream *s = o->s;
    uint32_t cs = stream_chance(s, 80) ? (o->wide ? 8 : 0x18) : bits(s, 7);

    if (stream_chance(s, 50)) { /* on behind the fault, as far as that can be guessed */
        byte(o, 0x83);
        byte(o, 0x04);
        byte(o, 0x24);
        byte(o, 1 + bits(s, 2));
    } else {
        for (unsigned i = 0; i < (o->wide ? 5u : 3u); i++) {
            uint32_t word = i == (o->wide ? 4u : 2u) ? CODE + bits(s, 14)
                            : i == (o->wide ? 3u : 1u) ? cs
                            : o->wide && i == 0        ? 0x10
                            : o->wide && i == 1        ? STACK
                                                       : 2 | bits(s, 19) << 0;
            byte(o, 0x68);
            bytes_of(o, word, 4);
        }
    }
    if (o->wide)
        byte(o, 0x48);
    byte(o, 0xcf);
}

static void fill_biased(struct stream *s, uint32_t from, uint32_t to, bool wide)
{
    struct out o = {s, from, to, wide};

    while (o.at < to) {
        uint32_t kind = stream_below(s, 100), start = o.at;

        if (kind < 38)
            alu(&o);
        else if (kind < 52)
            string_or_port(&o);
        else if (kind < 74)
            system_insn(&o);
        else if (kind < 84)
            fp_insn(&o);
        else if (kind < 94)
            branch(&o);
        else if (kind < (from == HANDLERS ? 99u : 96u))
            go_back(&o);
        else
            byte(&o, bits(s, 8));
        if (stream_chance(s, 5) && o.at > start)
            s->image[start + stream_below(s, o.at - start)] ^= (uint8_t)(1u << bits(s, 3));
    }
}

static void put64(struct stream *s, uint32_t at, uint64_t value)
{
    memcpy(s->image + at, &value, 8);
}

/* 8 code 64, 0x10 data, 0x18 code 32, 0x20 user code 64, 0x28 user data, 0x30 TSS, then noise. */
static void fill_descriptors(struct stream *s)
{
    static const uint64_t gdt[] = {0, 0x00af9b000000ffffull, 0x00cf93000000ffffull,
                                   0x00cf9b000000ffffull, 0x00affb000000ffffull,
                                   0x00cff3000000ffffull, 0x0000890030000067ull, 0};
    bool wide = s->entry.mode == CPU_ENTRY_X86_LONG64;

    for (unsigned i = 0; i < 32; i++)
        put64(s, GDT + 8 * i, i < 8 ? gdt[i] : stream_next(s));
    for (unsigned i = 0; i < 256; i++) {
        uint64_t to = HANDLERS + (stream_chance(s, 80) ? bits(s, 6) << 6 : bits(s, 12));
        uint64_t type = stream_chance(s, 90) ? 0x8e + bits(s, 1) : bits(s, 8);
        uint64_t gate = (to & 0xffff) | (uint64_t)(wide ? 8 : 0x18) << 16 | type << 40 |
                        (to >> 16 & 0xffff) << 48 |
                        (stream_chance(s, 10) ? bits(s, 3) : 0ull) << 32 |
                        (stream_chance(s, 50) ? 3ull << 45 : 0);
        if (stream_chance(s, 6))
            gate = stream_next(s);
        put64(s, IDT + (wide ? 16 : 8) * i, gate);
    }
    for (unsigned i = 0; i < 13; i++)
        put64(s, TSS + 4 + 8 * i, stream_chance(s, 80) ? STACK - 0x400 * i : address(s));
}

static void fill_tables(struct stream *s)
{
    static const uint64_t flags[] = {3, 7, 0x87, 0x83, 1, 5, 0x67, 0xe7};

    for (unsigned i = 0; i < 6 * 512; i++)
        put64(s, TABLES + 8 * i,
              stream_chance(s, 20) ? stream_next(s)
              : stream_chance(s, 50)
                  ? (TABLES + 0x1000ull * stream_below(s, 6)) | flags[bits(s, 3)]
                  : (address(s) & 0xffffffffff000ull) | flags[bits(s, 3)] |
                        (uint64_t)stream_chance(s, 10) << 63);
    put64(s, TABLES, (TABLES + 0x1000) | 7);
    for (unsigned i = 0; i < 4; i++)
        put64(s, TABLES + 0x1000 + 8 * i, i == 0 || stream_chance(s, 90) ? (uint64_t)i << 30 | 0x87
                                                              : (TABLES + 0x2000) | 7);
    if (stream_chance(s, 40)) /* small pages for the first 2 MiB, true for what runs */
        put64(s, TABLES + 0x1000, (TABLES + 0x4000) | 7);
    put64(s, TABLES + 0x4000, (TABLES + 0x5000) | 7);
    for (unsigned i = 0; i < 512; i++)
        if (i < 64 || stream_chance(s, 80))
            put64(s, TABLES + 0x5000 + 8 * i, (uint64_t)i << 12 | (stream_chance(s, 90) ? 7 : 5));
}

static void set_registers(struct stream *s)
{
    static const char *const name[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8",
                                       "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};

    for (unsigned i = 0; i < ARRAY_LEN(name); i++)
        stream_reg(s, name[i], address(s));
    stream_reg(s, "rsp", stream_chance(s, 75) ? STACK : address(s));
    stream_reg(s, "gdtr_base", stream_chance(s, 95) ? GDT : address(s));
    stream_reg(s, "gdtr_limit", stream_chance(s, 90) ? 0xff : bits(s, 16));
    stream_reg(s, "idtr_base", stream_chance(s, 93) ? IDT : address(s));
    stream_reg(s, "idtr_limit", stream_chance(s, 90) ? 0xfff : bits(s, 16));
    if (stream_chance(s, 80))
        stream_reg(s, "tr", 0x30);
    if (stream_chance(s, 70))
        stream_reg(s, "cr4", (s->entry.mode == CPU_ENTRY_X86_LONG64 ? 0x20 : bits(s, 1) << 4) |
                                 0x600 | bits(s, 1) << 18);
    stream_reg(s, "star", stream_chance(s, 80) ? 0x0018000800000000ull : stream_next(s));
    stream_reg(s, "lstar", stream_chance(s, 80) ? HANDLERS : address(s));
    stream_reg(s, "fmask", bits(s, 18));
    if (stream_chance(s, 60))
        stream_reg(s, "efer", s->entry.mode == CPU_ENTRY_X86_LONG64 ? 0xd01 : bits(s, 1) << 11);
    stream_reg(s, "rflags", stream_chance(s, 70) ? 2 | bits(s, 1) << 9 : bits(s, 18) & ~0x20000u);
}

static void make(struct stream *s)
{
    uint32_t kind = stream_below(s, 8);
    bool wide = kind & 1 || kind > 4;

    s->entry = (struct cpu_entry){.mode = wide ? CPU_ENTRY_X86_LONG64 : CPU_ENTRY_X86_PROT32,
                                  .pc = CODE,
                                  .arg = {0, 0, 0, TABLES}};
    if (kind == 0) {
        s->kind = "noise";
        for (unsigned i = 0; i < STREAM_BYTES; i += 8)
            put64(s, i, stream_next(s));
    } else {
        s->kind = wide ? "biased, 64-bit" : "biased, 32-bit";
        fill_biased(s, CODE, HANDLERS, wide);
        fill_biased(s, HANDLERS, MORE, wide);
        fill_biased(s, MORE, 0x38000, wide);
        fill_descriptors(s);
    }
    if (kind)
        fill_tables(s);
    set_registers(s);
    if (!wide && kind >= 2 && stream_chance(s, 40)) { /* 32-bit paging by noise or 4 MiB pages */
        for (unsigned i = 0; i < 1024 && stream_chance(s, 97); i++) {
            uint32_t entry = i << 22 | 0x87;
            memcpy(s->image + TABLES + 4 * i, &entry, 4);
        }
        stream_reg(s, "cr3", TABLES);
        stream_reg(s, "cr4", 0x10 | 0x600);
        stream_reg(s, "cr0", 0x80010033);
    }
}

const struct stream_arch stream_x86_64 = {ARCH_X86_64, 0, TABLES, make};
