/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads and stores to devices. The engine reports the access as a nested page
 * fault with the physical address; the instruction is decoded and done here.
 * MOV, MOVZX, MOVSX, XCHG, TEST and the two-operand arithmetic are what
 * compilers and kernels use on device registers; others raise #GP and count as
 * unimplemented.
 */
#include "cpu/arch/x86_64/insn.h"
#include "cpu/arch/x86_64/x86.h"

#define FLAGS_ARITH 0x8d5u

struct operand {
    unsigned size; /* bytes */
    unsigned reg;
    bool high; /* AH, CH, DH, BH */
};

static uint64_t size_mask(unsigned size)
{
    return size == 8 ? ~0ull : (1ull << 8 * size) - 1;
}

static uint64_t get_reg(struct x86 *x, const struct operand *o)
{
    uint64_t value = x86_gpr(x, o->high ? o->reg & 3 : o->reg);

    return (o->high ? value >> 8 : value) & size_mask(o->size);
}

static void set_reg(struct x86 *x, const struct operand *o, uint64_t value)
{
    unsigned reg = o->high ? o->reg & 3 : o->reg;
    uint64_t old = x86_gpr(x, reg);

    value &= size_mask(o->size);
    if (o->high)
        value = (old & ~0xff00ull) | value << 8;
    else if (o->size < 4)
        value |= old & ~size_mask(o->size);
    x86_set_gpr(x, reg, value);
}

static struct operand reg_operand(const struct insn *i, unsigned size)
{
    unsigned reg = insn_reg(i);

    return (struct operand){size, reg, size == 1 && !i->rex && reg >= 4 && reg < 8};
}

static unsigned operand_size(const struct insn *i)
{
    return !(i->opcode & 1) ? 1 : i->rex & 8 ? 8 : i->size16 ? 2 : 4;
}

/* The eight arithmetic operations in encoding order; CMP is 7. Sets the flags. */
static uint64_t arith(struct x86 *x, unsigned op, uint64_t a, uint64_t b, unsigned size)
{
    uint64_t flags = x86_reg(x, X86_RFLAGS), carry = flags & 1, mask = size_mask(size);
    uint64_t sign = 1ull << (8 * size - 1), r, of = 0, cf = 0, af = 0;

    switch (op) {
    case 0:
    case 2:
        carry = op == 2 ? carry : 0;
        r = (a + b + carry) & mask;
        cf = r < a || (carry && r == a);
        of = (a ^ r) & (b ^ r) & sign;
        af = (a ^ b ^ r) & 0x10;
        break;
    case 3:
    case 5:
    case 7:
        carry = op == 3 ? carry : 0;
        r = (a - b - carry) & mask;
        cf = a < b || (carry && a == b);
        of = (a ^ b) & (a ^ r) & sign;
        af = (a ^ b ^ r) & 0x10;
        break;
    case 1:
        r = a | b;
        break;
    case 4:
        r = a & b;
        break;
    default:
        r = a ^ b;
    }
    flags &= ~(uint64_t)FLAGS_ARITH;
    flags |= cf | (of ? 0x800 : 0) | af | (r ? 0 : 0x40) | (r & sign ? 0x80 : 0) |
             (__builtin_parity((unsigned)r & 0xff) ? 0 : 4);
    x86_set_reg(x, X86_RFLAGS, flags);
    return r;
}

static void arith_memory(struct x86 *x, paddr_t pa, unsigned op, uint64_t b, unsigned size)
{
    uint64_t r = arith(x, op, x86_mmio_read(x, pa, size), b & size_mask(size), size);

    if (op != 7)
        x86_mmio_write(x, pa, size, r);
}

static bool extend(struct x86 *x, const struct insn *i, paddr_t pa)
{
    unsigned from = i->opcode & 1 ? 2 : 1;
    struct operand to = {i->rex & 8 ? 8 : i->size16 ? 2 : 4, insn_reg(i), false};
    uint64_t value;

    if (i->map != MAP_0F || (i->opcode & 0xf6) != 0xb6)
        return false;
    value = x86_mmio_read(x, pa, from);
    if (i->opcode & 8)
        value = (uint64_t)((int64_t)(value << (64 - 8 * from)) >> (64 - 8 * from));
    set_reg(x, &to, value);
    return true;
}

/* Groups with an immediate or a sub-opcode in ModRM. */
static bool group(struct x86 *x, const struct insn *i, const uint8_t *bytes, paddr_t pa)
{
    unsigned size = operand_size(i), sub = i->modrm >> 3 & 7;
    uint64_t imm = (uint64_t)insn_imm(i, bytes);

    switch (i->opcode) {
    case 0x80:
    case 0x81:
    case 0x83:
        arith_memory(x, pa, sub, imm, size);
        return true;
    case 0xc6:
    case 0xc7:
        x86_mmio_write(x, pa, size, imm & size_mask(size));
        return sub == 0;
    case 0xf6:
    case 0xf7:
        if (sub > 1)
            return false;
        arith(x, 4, x86_mmio_read(x, pa, size), imm & size_mask(size), size);
        return true;
    default:
        return false;
    }
}

static bool access(struct x86 *x, const struct insn *i, const uint8_t *bytes, paddr_t pa)
{
    unsigned size = operand_size(i);
    struct operand reg = reg_operand(i, size), rax = {size, 0, false};
    uint64_t value;

    if (i->map != MAP_ONE)
        return extend(x, i, pa);
    if (i->opcode < 0x40 && (i->opcode & 7) < 4) {
        value = get_reg(x, &reg);
        if (!(i->opcode & 2)) {
            arith_memory(x, pa, i->opcode >> 3, value, size);
            return true;
        }
        value = arith(x, i->opcode >> 3, value, x86_mmio_read(x, pa, size), size);
        if (i->opcode >> 3 != 7)
            set_reg(x, &reg, value);
        return true;
    }
    switch (i->opcode) {
    case 0x84:
    case 0x85:
        arith(x, 4, x86_mmio_read(x, pa, size), get_reg(x, &reg), size);
        return true;
    case 0x86:
    case 0x87:
        value = x86_mmio_read(x, pa, size);
        x86_mmio_write(x, pa, size, get_reg(x, &reg));
        set_reg(x, &reg, value);
        return true;
    case 0x88:
    case 0x89:
        x86_mmio_write(x, pa, size, get_reg(x, &reg));
        return true;
    case 0x8a:
    case 0x8b:
        set_reg(x, &reg, x86_mmio_read(x, pa, size));
        return true;
    case 0xa0:
    case 0xa1:
        set_reg(x, &rax, x86_mmio_read(x, pa, size));
        return true;
    case 0xa2:
    case 0xa3:
        x86_mmio_write(x, pa, size, get_reg(x, &rax));
        return true;
    default:
        return group(x, i, bytes, pa);
    }
}

void x86_mmio(struct x86 *x, paddr_t pa)
{
    uint8_t bytes[INSN_BYTES_MAX];
    vaddr_t rip = x86_reg(x, X86_RIP);
    struct insn i;

    insn_decode(&i, bytes, x86_fetch(x, rip, bytes, sizeof(bytes)), x86_long_code(x));
    if (access(x, &i, bytes, pa)) {
        x86_retire(x, i.length);
        x86_tlb_device(x);
        x86_board_changed(x);
        return;
    }
    x86_unimplemented(x, false, "insn on MMIO 0x%llx", pa);
    if (!x->stopped)
        x86_fault(x, X86_GP, 0);
}
