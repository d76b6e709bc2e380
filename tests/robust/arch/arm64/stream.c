/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hostile arm64 kernels.
 *
 *     image + 0x00000  code, entered at EL1 with the MMU off or on
 *           + 0x04000  vectors: biased code with many ERETs
 *           + 0x05000  more code, and what the code overwrites of itself
 *           + 0x10000  stage-1 tables, true ones or noise: 0x10000 a level 1 table for 39 bits,
 *                      0x11000 to 0x13fff level 2, 0x14000 to 0x17fff level 3
 *
 * Encodings are those of DDI 0487, chapter C4. Operands are drawn from registers that hold
 * addresses of RAM, tables, code and devices.
 */
#include <stdio.h>

#include "tests/robust/stream.h"

#define RAM        0x40000000ull
#define CODE_WORDS (0x4000u / 4)
#define VECTORS    0x4000u
#define TABLES     0x10000u

static const char *const reg_name[31] = {
    "x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",  "x8",  "x9",  "x10",
    "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21",
    "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30",
};

static uint32_t bits(struct stream *s, unsigned count)
{
    return (uint32_t)(stream_next(s) >> (64 - count));
}

/* An address that a guest might use, or better should not. */
static uint64_t address(struct stream *s)
{
    static const uint64_t device[] = {
        0x08000000, 0x08010000, 0x09000000, 0x09010000, 0x0a000000, 0x0a003e00, 0x09020000,
    };
    uint64_t low = bits(s, 12), odd = stream_chance(s, 70) ? ~7ull : ~0ull;

    switch (stream_below(s, 10)) {
    case 0:
    case 1:
    case 2:
        return RAM + (bits(s, 18) & odd);
    case 3:
        return RAM + (bits(s, 22) & odd);
    case 4:
    case 5:
        return device[stream_below(s, 7)] + (low & odd & (stream_chance(s, 60) ? 0xff : 0xfff));
    case 6:
        return RAM + TABLES + (bits(s, 15) & odd);
    case 7:
        return RAM + STREAM_RAM_BYTES - 16 + (low & 31);
    case 8:
        return (1ull << bits(s, 6)) - (low & 15);
    default:
        return stream_next(s);
    }
}

static uint64_t descriptor(struct stream *s, unsigned level)
{
    static const uint64_t flags[] = {0x701, 0x741, 0x781, 0x7c1, 0x705, 0x709, 0x301, 0x401};
    uint64_t d;

    if (stream_chance(s, 10))
        return stream_next(s);
    if (level < 3 && stream_chance(s, 60))
        return (RAM + TABLES + 0x1000ull * (1 + stream_below(s, 7))) | 3;
    d = (address(s) & 0x0000fffffffff000ull) | flags[stream_below(s, 8)];
    if (level == 3)
        d |= 2;
    if (stream_chance(s, 40))
        d |= (uint64_t)bits(s, 3) << 52;
    return d;
}

/* The system registers of a kernel's day: op0, op1, CRn, CRm, op2 as in bits 20 to 5 of MRS. */
static uint32_t system_register(struct stream *s)
{
#define R(op0, op1, crn, crm, op2) \
    ((op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)
    static const uint32_t known[] = {
        R(3, 0, 1, 0, 0),  R(3, 0, 1, 0, 2),  R(3, 0, 2, 0, 0),  R(3, 0, 2, 0, 1),
        R(3, 0, 2, 0, 2),  R(3, 0, 4, 0, 0),  R(3, 0, 4, 0, 1),  R(3, 0, 4, 1, 0),
        R(3, 0, 4, 2, 0),  R(3, 0, 5, 2, 0),  R(3, 0, 6, 0, 0),  R(3, 0, 7, 4, 0),
        R(3, 0, 10, 2, 0), R(3, 0, 12, 0, 0), R(3, 0, 13, 0, 1), R(3, 0, 13, 0, 4),
        R(3, 0, 14, 1, 0), R(3, 3, 4, 2, 0),  R(3, 3, 4, 2, 1),  R(3, 3, 4, 4, 0),
        R(3, 3, 4, 4, 1),  R(3, 3, 13, 0, 2), R(3, 3, 14, 0, 1), R(3, 3, 14, 0, 2),
        R(3, 3, 14, 2, 0), R(3, 3, 14, 2, 1), R(3, 3, 14, 2, 2), R(3, 3, 14, 3, 0),
        R(3, 3, 14, 3, 1), R(3, 3, 14, 3, 2), R(2, 0, 0, 2, 2),  R(2, 0, 1, 0, 4),
        R(2, 0, 0, 0, 5),  R(3, 0, 0, 0, 0),  R(3, 0, 0, 4, 0),  R(3, 0, 0, 7, 0),
        R(3, 3, 9, 12, 0), R(3, 3, 9, 13, 0), R(3, 4, 1, 1, 0),  R(3, 6, 1, 1, 0),
        R(3, 0, 12, 12, 5), R(3, 0, 4, 6, 0), R(3, 0, 15, 0, 0), R(3, 0, 1, 0, 1),
    };
#undef R
    if (stream_chance(s, 15))
        return bits(s, 15) << 5 | 2u << 19;
    return known[stream_below(s, ARRAY_LEN(known))];
}

static uint32_t system_insn(struct stream *s)
{
    uint32_t rt = bits(s, 5);

    switch (stream_below(s, 14)) {
    case 0:
    case 1:
    case 2:
    case 3:
        return 0xd5000000 | system_register(s) | rt; /* MSR */
    case 4:
    case 5:
        return 0xd5200000 | system_register(s) | rt; /* MRS */
    case 6:
        return 0xd500401f | bits(s, 3) << 16 | bits(s, 7) << 5; /* MSR immediate */
    case 7:
        return 0xd5088700 | bits(s, 3) << 5 | rt | (stream_chance(s, 50) ? 0 : 0x400); /* TLBI */
    case 8:
        return 0xd5087000 | bits(s, 3) << 16 | bits(s, 4) << 8 | bits(s, 3) << 5 |
               rt; /* IC DC AT */
    case 9:
        return 0xd503201f | bits(s, 7) << 5; /* hints: WFI, WFE, YIELD */
    case 10:
        return 0xd503301f | bits(s, 7) << 5; /* barriers, CLREX */
    case 11:
        return 0xd69f03e0; /* ERET */
    case 12:
        return 0xd4000000 | bits(s, 3) << 21 | bits(s, 16) << 5 | bits(s, 2); /* SVC HVC BRK */
    default:
        return 0xd5000000 | bits(s, 22);
    }
}

static uint32_t memory_insn(struct stream *s)
{
    uint32_t rt = bits(s, 5), rn = bits(s, 5) << 5, size = bits(s, 2) << 30;

    switch (stream_below(s, 12)) {
    case 0:
    case 1:
        return 0x39000000 | size | bits(s, 2) << 22 | bits(s, stream_chance(s, 70) ? 3 : 12) << 10 |
               rn | rt;
    case 2:
        return 0x38000000 | size | bits(s, 2) << 22 | bits(s, 9) << 12 | bits(s, 2) << 10 | rn | rt;
    case 3:
        return 0x38200800 | size | bits(s, 2) << 22 | bits(s, 5) << 16 | 3u << 13 |
               bits(s, 1) << 12 | rn | rt;
    case 4:
        return 0x28000000 | bits(s, 2) << 30 | bits(s, 2) << 23 | bits(s, 1) << 22 |
               bits(s, 7) << 15 | bits(s, 5) << 10 | rn | rt; /* pairs */
    case 5:
        return 0x08000000 | size | bits(s, 3) << 21 | bits(s, 5) << 16 | bits(s, 1) << 15 |
               bits(s, 5) << 10 | rn | rt; /* exclusive, acquire, release */
    case 6:
        return 0x3d000000 | size | bits(s, 2) << 22 | bits(s, 12) << 10 | rn | rt; /* SIMD */
    case 7:
        return 0x18000000 | size | bits(s, 19) << 5 | rt; /* literal */
    case 8:
        return 0x0c000000 | bits(s, 1) << 30 | bits(s, 2) << 22 | bits(s, 4) << 12 |
               bits(s, 2) << 10 | rn | rt; /* LD1 to ST4 */
    case 9:
        return 0x2c000000 | size | bits(s, 2) << 23 | bits(s, 1) << 22 | bits(s, 7) << 15 |
               bits(s, 5) << 10 | rn | rt; /* SIMD pairs */
    default:
        return 0xf9000000 | bits(s, 1) << 22 | bits(s, 3) << 10 | rn | rt;
    }
}

static uint32_t branch_insn(struct stream *s)
{
    uint32_t near = bits(s, 6) - 16;

    switch (stream_below(s, 6)) {
    case 0:
        return 0x14000000 | bits(s, 1) << 31 | (near & 0x3ffffff);
    case 1:
        return 0x54000000 | (near & 0x7ffff) << 5 | bits(s, 4);
    case 2:
        return 0x34000000 | bits(s, 1) << 31 | bits(s, 1) << 24 | (near & 0x7ffff) << 5 |
               bits(s, 5);
    case 3:
        return 0x36000000 | bits(s, 1) << 31 | bits(s, 1) << 24 | bits(s, 5) << 19 |
               (near & 0x3fff) << 5 | bits(s, 5);
    case 4:
        return 0xd61f0000 | stream_below(s, 3) << 21 | bits(s, 5) << 5;
    default:
        return 0x14000002;
    }
}

static uint32_t compute_insn(struct stream *s)
{
    switch (stream_below(s, 5)) {
    case 0:
        return 0xd2800000 | bits(s, 1) << 29 | bits(s, 2) << 21 | bits(s, 16) << 5 | bits(s, 5);
    case 1:
        return 0x11000000 | bits(s, 3) << 29 | bits(s, 12) << 10 | bits(s, 5) << 5 | bits(s, 5);
    case 2:
        return (bits(s, 32) & 0xe1ffffff) | 0x0a000000; /* data processing, register */
    case 3:
        return (bits(s, 32) & 0xe1ffffff) | 0x0e000000; /* FP and SIMD */
    default:
        return 0x10000000 | bits(s, 1) << 31 | bits(s, 2) << 29 | bits(s, 8) << 5 | bits(s, 5);
    }
}

/* Up to eight words that go on behind a fault or a return to a place at will. */
static unsigned return_words(struct stream *s, uint32_t *w)
{
    uint32_t r = bits(s, 4);

    if (stream_chance(s, 60)) { /* ELR += 4 */
        w[0] = 0xd5384020 | r;
        w[1] = 0x91001000 | r << 5 | r;
        w[2] = 0xd5184020 | r;
        w[3] = 0xd69f03e0;
        return 4;
    }
    w[0] = 0xd5184020 | bits(s, 5); /* MSR ELR_EL1 */
    w[1] = stream_chance(s, 50) ? 0xd2800000 | bits(s, 4) << 5 | r
                                : 0xd2800000 | (bits(s, 16) & 0xffef) << 5 | r;
    w[2] = 0xd5184000 | r; /* MSR SPSR_EL1 */
    w[3] = 0xd69f03e0;
    return 4;
}

static uint32_t biased_word(struct stream *s)
{
    uint32_t word, kind = stream_below(s, 100);

    word = kind < 25   ? system_insn(s)
           : kind < 60 ? memory_insn(s)
           : kind < 72 ? branch_insn(s)
           : kind < 96 ? compute_insn(s)
                       : bits(s, 32);
    if (stream_chance(s, 8))
        word ^= 1u << bits(s, 5);
    return word;
}

static void fill_biased(struct stream *s, uint32_t from, uint32_t to)
{
    uint32_t *word = (uint32_t *)(void *)s->image;

    for (uint32_t at = from / 4; at < to / 4; at++) {
        word[at] = biased_word(s);
        if (at + 4 < to / 4 && stream_chance(s, from == VECTORS ? 12 : 2))
            at += return_words(s, word + at) - 1;
    }
}

static void fill_tables(struct stream *s)
{
    uint64_t *table = (uint64_t *)(void *)(s->image + TABLES);

    for (unsigned i = 0; i < 8 * 512; i++)
        table[i] = descriptor(s, i < 512 ? 1 : i < 4 * 512 ? 2 : 3);
    if (stream_chance(s, 25))
        return;
    /* 1 GiB each: devices at 0, RAM at 1; behind that noise. */
    table[0] = 0x60000000000401ull;
    table[1] = RAM | 0x701 | (stream_chance(s, 30) ? 0x40 : 0);
}

static void set_translation(struct stream *s)
{
    bool on = stream_chance(s, 70);

    stream_reg(s, "mair_el1", stream_chance(s, 70) ? 0xff440c0400ull : stream_next(s));
    stream_reg(s, "tcr_el1", stream_chance(s, 75) ? 0x280803519ull | 25u << 16 : stream_next(s));
    stream_reg(s, "ttbr0_el1", RAM + TABLES + (stream_chance(s, 10) ? address(s) & 0x7fff : 0));
    stream_reg(s, "ttbr1_el1", stream_chance(s, 50) ? RAM + TABLES : address(s));
    if (on)
        stream_reg(s, "sctlr_el1", 0x30d00800ull | 1 | bits(s, 5) << 1 | bits(s, 3) << 12 |
                                       (uint64_t)bits(s, 2) << 18);
}

static void make(struct stream *s)
{
    uint32_t kind = stream_below(s, 8);

    s->entry = (struct cpu_entry){.mode = CPU_ENTRY_ARM64_EL1, .pc = RAM};
    for (unsigned i = 0; i < 31; i++)
        stream_reg(s, reg_name[i], address(s));
    stream_reg(s, "sp", stream_chance(s, 50) ? RAM + 0x30000 : address(s));
    stream_reg(s, "sp_el0", address(s));
    if (kind == 0) {
        s->kind = "noise";
        for (unsigned i = 0; i < STREAM_BYTES; i += 4)
            *(uint32_t *)(void *)(s->image + i) = bits(s, 32);
    } else {
        s->kind = kind < 4 ? "biased, MMU off" : "biased, MMU on";
        fill_biased(s, 0, VECTORS);
        fill_biased(s, VECTORS, VECTORS + 0x1000);
        fill_biased(s, VECTORS + 0x1000, TABLES);
        fill_tables(s);
    }
    stream_reg(s, "vbar_el1", stream_chance(s, 85) ? RAM + VECTORS : address(s));
    if (stream_chance(s, 70))
        stream_reg(s, "cpacr_el1", 3u << 20);
    stream_reg(s, "cntkctl_el1", bits(s, 10));
    stream_reg(s, "spsr_el1", stream_chance(s, 70) ? bits(s, 4) & 0xd : stream_next(s));
    stream_reg(s, "elr_el1", stream_chance(s, 70) ? RAM + (bits(s, 14) & ~3u) : address(s));
    if (kind >= 4)
        set_translation(s);
}

const struct stream_arch stream_arm64 = {ARCH_ARM64, RAM, TABLES, make};
