/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intercepted instructions: CPUID, RDTSC(P), MOV to CR, HLT, port I/O. All that a
 * guest may learn about the processor or the time comes from here.
 *
 * CPUID shows an AMD family 15 processor with long mode, NX, SSE4.2, XSAVE of
 * x87 and SSE state, an APIC with TSC-deadline timer, an invariant TSC and machine
 * checks without a bank; no AVX, no RDRAND. The hypervisor's bit is set, without a leaf of
 * its own: so a kernel takes for granted neither performance counters nor an erratum's MSR.
 */
#include <string.h>

#include "cpu/arch/x86_64/insn.h"
#include "cpu/arch/x86_64/x86.h"

#define CR4_TSD     0x4u
#define CR4_KNOWN   0x000406ffu /* VME..PCE, OSFXSR, OSXMMEXCPT, OSXSAVE */
#define CR0_KNOWN   0xe005003fu

struct cpuid {
    uint32_t a, b, c, d;
};

static struct cpuid cpuid_leaf(struct x86 *x, uint32_t leaf, uint32_t sub)
{
    static const char brand[48] = "Trapline x86_64 simulator";
    struct cpuid r = {0};

    switch (leaf) {
    case 0:
    case 0x80000000u:
        r = (struct cpuid){leaf ? 0x80000008u : 0xd, 0x68747541, 0x444d4163, 0x69746e65};
        break;
    case 1:
        r = (struct cpuid){0x00060fb1, 0x00010800, 0x87980a03, 0x0789fbfd};
        if (x86_reg(x, X86_CR4) & CR4_OSXSAVE)
            r.c |= 1u << 27;
        break;
    case 0xd:
        if (sub == 0)
            r = (struct cpuid){3, 576, 576, 0};
        break;
    case 0x80000001u:
        r = (struct cpuid){0x00060fb1, 0, 0x101, 0x2d93fbfd};
        break;
    case 0x80000002u:
    case 0x80000003u:
    case 0x80000004u:
        memcpy(&r, brand + 16 * (leaf - 0x80000002u), 16);
        break;
    case 0x80000007u:
        r.d = 0x100;
        break;
    case 0x80000008u:
        r.a = 0x3028;
        break;
    }
    return r;
}

/* Step over the instruction at RIP; what it changed is in place. */
void x86_retire(struct x86 *x, unsigned len)
{
    struct x86_view v;

    blocks_tell(&x->blocks, x->count.n, x86_reg(x, X86_RIP), len);
    x->count.n++;
    x86_set_reg(x, X86_RIP, x86_reg(x, X86_RIP) + len);
    if (!(x86_reg(x, X86_RFLAGS) & FLAG_TF))
        return;
    if (x->count.n >= x86_count_stop_at(x)) {
        x->flow.debug_pending = 1;
        x86_count_hold(x);
        return;
    }
    x86_view_load(x, &v);
    x86_trap(x, &v, X86_DB, X86_NO_ERROR, 0, X86_TRAP);
}

void x86_emul_cpuid(struct x86 *x)
{
    struct cpuid r = cpuid_leaf(x, (uint32_t)x86_reg(x, X86_RAX), (uint32_t)x86_reg(x, X86_RCX));

    x86_set_reg(x, X86_RAX, r.a);
    x86_set_reg(x, X86_RBX, r.b);
    x86_set_reg(x, X86_RCX, r.c);
    x86_set_reg(x, X86_RDX, r.d);
    x86_retire(x, x86_insn_len(x, x86_reg(x, X86_RIP)));
}

void x86_emul_rdtsc(struct x86 *x, bool with_aux)
{
    uint64_t tsc = x86_cycles(x) + x->msrs.tsc_offset;

    x86_set_reg(x, X86_RAX, (uint32_t)tsc);
    x86_set_reg(x, X86_RDX, tsc >> 32);
    if (with_aux)
        x86_set_reg(x, X86_RCX, (uint32_t)x->msrs.tsc_aux);
    x86_retire(x, x86_insn_len(x, x86_reg(x, X86_RIP)));
}

static bool cr0_valid(struct x86 *x, uint64_t value)
{
    if (value >> 32 || ((value & CR0_PG) && !(value & CR0_PE)) ||
        ((value & CR0_NW) && !(value & CR0_CD)))
        return false;
    if ((value & CR0_PG) && (x->paging.efer & EFER_LME) && !(x->paging.cr4 & CR4_PAE))
        return false;
    return (value & CR0_PG) || !x86_long_code(x);
}

static bool write_cr(struct x86 *x, unsigned cr, uint64_t value)
{
    x86_paging_refresh(x);
    switch (cr) {
    case 0:
        if (!cr0_valid(x, value))
            return false;
        x86_set_reg(x, X86_CR0, (value & CR0_KNOWN) | 0x10);
        break;
    case 4:
        if ((value & ~(uint64_t)CR4_KNOWN) || (!(value & CR4_PAE) && (x->paging.efer & EFER_LMA)))
            return false;
        x86_set_reg(x, X86_CR4, value);
        break;
    case 8:
        if (value >> 4)
            return false;
        x->board.lapic.tpr = (uint32_t)value << 4;
        x86_board_changed(x);
        return true;
    default:
        return false;
    }
    x86_engine_flush_tlb(x);
    x86_count_remap(x);
    x86_adversary_remapped(x);
    return true;
}

void x86_emul_cr(struct x86 *x, unsigned cr)
{
    uint8_t buf[INSN_BYTES_MAX];
    struct insn i;
    unsigned rm;
    bool ok = true;

    insn_decode(&i, buf, x86_fetch(x, x86_reg(x, X86_RIP), buf, sizeof(buf)), x86_long_code(x));
    rm = (i.modrm & 7) | (i.rex & 1) << 3;
    x86_paging_refresh(x);
    if (i.opcode == 0x06) /* CLTS */
        ok = write_cr(x, 0, x->paging.cr0 & ~(uint64_t)CR0_TS);
    else if (i.opcode == 0x01 && i.modrm >= 0xc0) /* LMSW cannot clear PE */
        ok = write_cr(x, 0, (x->paging.cr0 & ~0xeull) | (x86_gpr(x, rm) & 0xf));
    else if (i.opcode == 0x22)
        ok = write_cr(x, cr, x86_gpr(x, rm));
    else if (i.opcode == 0x20 && cr == 8)
        x86_set_gpr(x, rm, x->board.lapic.tpr >> 4);
    else
        ok = false;
    if (ok)
        x86_retire(x, i.length);
    else
        x86_fault(x, X86_GP, 0);
}

#define CR4_DE    0x8u
#define DR6_FIXED 0xffff0ff0u
#define DR6_KNOWN 0xe00fu
#define DR7_FIXED 0x400u
#define DR7_KNOWN 0xffff0300u /* what is watched and how; not the enable bits, nor GD */

/* DR4 to DR7 (SDM vol. 3, 17.2). Breakpoints are absent: the bits that enable them read as zero. */
void x86_emul_write_dr(struct x86 *x, unsigned index)
{
    uint8_t buf[INSN_BYTES_MAX];
    uint64_t dr[8], value;
    struct insn i;

    insn_decode(&i, buf, x86_fetch(x, x86_reg(x, X86_RIP), buf, sizeof(buf)), x86_long_code(x));
    value = x86_gpr(x, (i.modrm & 7) | (i.rex & 1) << 3);
    if (index < 6 && (x86_reg(x, X86_CR4) & CR4_DE)) {
        x86_fault(x, X86_UD, X86_NO_ERROR);
        return;
    }
    if (value >> 32 && x86_long_code(x)) {
        x86_fault(x, X86_GP, 0);
        return;
    }
    x86_debug_regs(x, dr, false);
    dr[index | 2] = index & 1 ? (value & DR7_KNOWN) | DR7_FIXED : (value & DR6_KNOWN) | DR6_FIXED;
    if ((index & 1) && (value & 0xff))
        x86_unimplemented(x, true, "DR7 breakpoints", 0);
    x86_debug_regs(x, dr, true);
    x86_retire(x, i.length);
}

/* ---- ports ---- */

/* SDM vol. 1, 18.5.2: the permission map in the TSS decides where CPL > IOPL. */
static bool port_allowed(struct x86 *x, uint16_t port, unsigned size)
{
    struct x86_view v;
    uint16_t map, bits;
    vaddr_t bad;
    uint32_t error;

    x86_view_load(x, &v);
    if (!(v.cr0 & CR0_PE) || v.cpl <= (v.rflags & FLAG_IOPL) >> 12)
        return true;
    if (v.seg[SEG_TR].limit < 0x67 ||
        x86_mem_read(x, v.seg[SEG_TR].base + 0x66, &map, 2, &bad, &error) ||
        map + port / 8u + 1 > v.seg[SEG_TR].limit ||
        x86_mem_read(x, v.seg[SEG_TR].base + map + port / 8, &bits, 2, &bad, &error))
        return false;
    return !(bits >> (port & 7) & ((1u << size) - 1));
}

/* One element of INS or OUTS; returns false after a fault. */
static bool port_string(struct x86 *x, const struct insn *i, uint16_t port, unsigned size)
{
    bool in = i->opcode < 0x6e;
    unsigned index = in ? 7 : 6;
    uint64_t mask = x86_long_code(x) && !i->addr_override ? ~0ull : 0xffffffffull;
    uint64_t at = x86_gpr(x, index) & mask, value = 0;
    uint64_t step = x86_reg(x, X86_RFLAGS) & FLAG_DF ? -(uint64_t)size : size;
    struct x86_view v;
    uint32_t error;
    vaddr_t bad = at;
    paddr_t pa;

    x86_view_load(x, &v);
    if (x86_walk(x, at, in ? X86_WRITE : X86_READ, v.cpl == 3, &pa, &error) ||
        (!in && x86_mem_read(x, at, &value, size, &bad, &error))) {
        x86_trap(x, &v, X86_PF, error | (v.cpl == 3 ? 4 : 0), bad, X86_FAULT);
        return false;
    }
    if (in) {
        value = x86_port_read(x, port, size);
        if (x86_mem_write(x, at, &value, size, &bad, &error)) {
            x86_trap(x, &v, X86_PF, error | (v.cpl == 3 ? 4 : 0), bad, X86_FAULT);
            return false;
        }
    } else {
        x86_port_write(x, port, size, (uint32_t)value);
    }
    x86_set_gpr(x, index, (x86_gpr(x, index) & ~mask) | ((at + step) & mask));
    return true;
}

static void port_string_insn(struct x86 *x, const struct insn *i, uint16_t port, unsigned size)
{
    bool rep = i->rep || i->repne;

    if (rep && !x86_reg(x, X86_RCX)) {
        x86_retire(x, i->length);
        return;
    }
    if (!port_string(x, i, port, size))
        return;
    if (rep) {
        /* Each iteration retires; RIP moves on when none is left. */
        x86_set_reg(x, X86_RCX, x86_reg(x, X86_RCX) - 1);
        x86_retire(x, x86_reg(x, X86_RCX) ? 0 : i->length);
    } else {
        x86_retire(x, i->length);
    }
}

static void port_insn(struct x86 *x, const struct insn *i, const uint8_t *bytes)
{
    bool by_imm = i->opcode >= 0xe4 && i->opcode <= 0xe7;
    uint16_t port = by_imm ? (uint8_t)insn_imm(i, bytes) : (uint16_t)x86_reg(x, X86_RDX);
    unsigned size = !(i->opcode & 1) ? 1 : i->size16 ? 2 : 4;
    uint64_t rax = x86_reg(x, X86_RAX), mask = (1ull << 8 * size) - 1;

    if (!port_allowed(x, port, size)) {
        x86_fault(x, X86_GP, 0);
        return;
    }
    if (i->opcode < 0x70) {
        port_string_insn(x, i, port, size);
    } else if (i->opcode & 2) {
        x86_port_write(x, port, size, (uint32_t)(rax & mask));
        x86_retire(x, i->length);
    } else {
        uint64_t value = x86_port_read(x, port, size) & mask;
        x86_set_reg(x, X86_RAX, size == 4 ? value : (rax & ~mask) | value);
        x86_retire(x, i->length);
    }
    x86_board_changed(x);
}

void x86_emul_halt_or_port(struct x86 *x)
{
    uint8_t buf[INSN_BYTES_MAX];
    struct insn i;

    insn_decode(&i, buf, x86_fetch(x, x86_reg(x, X86_RIP), buf, sizeof(buf)), x86_long_code(x));
    if (insn_is_refused(&i)) {
        x86_fault(x, X86_UD, X86_NO_ERROR);
        return;
    }
    if (i.opcode != 0xf4) {
        port_insn(x, &i, buf);
        return;
    }
    if (x86_cpl(x)) {
        x86_fault(x, X86_GP, 0);
        return;
    }
    x86_retire(x, i.length);
    x->flow.halted = 1;
    x86_count_hold(x);
}
