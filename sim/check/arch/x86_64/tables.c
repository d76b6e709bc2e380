/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Page tables of x86_64 (SDM vol. 3, 4.5) and the instructions that invalidate (4.10.4).
 *
 * The walker sees stores in program order, so nothing is said of barriers; a change of a
 * present entry needs an invalidation, and none needs a break (4.10.2.3 asks for it only where
 * the page size changes).
 */
#include "sim/check/tables.h"

#include <capstone/capstone.h>
#include <string.h>

#define PTE_P    1ull
#define PTE_W    2ull
#define PTE_U    4ull
#define PTE_TYPE (1ull << 3 | 1ull << 4)
#define PTE_PS   0x80ull
#define PTE_NX   (1ull << 63)
#define PTE_ADDR 0x000ffffffffff000ull
#define KERNEL_SLOT 256u
#define CR0_PG   (1ull << 31)
#define EFER_LMA (1ull << 10)

static uint64_t system_register(struct cpu *cpu, const char *name)
{
    uint64_t value = 0;
    int id = cpu_reg_find(ARCH_X86_64, name);

    return id >= 0 && cpu_reg_read(cpu, id, &value) == 0 ? value : 0;
}

static bool root_of(struct cpu *cpu, bool upper, struct table_root *r)
{
    if (!(system_register(cpu, "cr0") & CR0_PG) || !(system_register(cpu, "efer") & EFER_LMA))
        return false;
    r->pa = system_register(cpu, "cr3") & PTE_ADDR;
    r->level = 4;
    r->first = upper ? KERNEL_SLOT : 0;
    r->count = TABLE_ENTRIES - KERNEL_SLOT;
    r->va = upper ? ~0ull << 48 : 0;
    return true;
}

static bool user_root(struct cpu *cpu, struct table_root *r)
{
    return root_of(cpu, false, r);
}

static bool kernel_root(struct cpu *cpu, struct table_root *r)
{
    return root_of(cpu, true, r);
}

static void read_entry(uint64_t d, unsigned level, struct table_entry *e)
{
    memset(e, 0, sizeof(*e));
    if (!(d & PTE_P))
        return;
    e->kind = level > 1 && !(d & PTE_PS) ? ENTRY_TABLE : ENTRY_LEAF;
    e->pa = d & PTE_ADDR;
    if (e->kind == ENTRY_TABLE)
        return;
    if (level > 1)
        e->pa &= ~((1ull << (12 + 9 * (level - 1))) - 1);
    e->writable = d & PTE_W;
    e->user = d & PTE_U;
    e->user_exec = e->user && !(d & PTE_NX);
    e->kernel_exec = !e->user && !(d & PTE_NX);
    e->other = d & PTE_TYPE;
}

static bool writes_control(const cs_insn *i)
{
    const cs_x86_op *to = &i->detail->x86.operands[0];

    return i->id == X86_INS_MOV && i->detail->x86.op_count == 2 && to->type == X86_OP_REG &&
           to->reg >= X86_REG_CR0 && to->reg <= X86_REG_CR4;
}

static enum walk_event read_insn(const uint8_t *code, size_t bytes, unsigned *len)
{
    enum walk_event event = WALK_NOTHING;
    cs_insn *i;
    csh cs;

    *len = 0;
    if (cs_open(CS_ARCH_X86, CS_MODE_64, &cs))
        return WALK_NOTHING;
    cs_option(cs, CS_OPT_DETAIL, CS_OPT_ON);
    if (cs_disasm(cs, code, bytes, 0, 1, &i) == 1) {
        *len = i->size;
        if (i->id == X86_INS_INVLPG || i->id == X86_INS_INVPCID || writes_control(i))
            event = WALK_INVALIDATE;
        else if (cs_insn_group(cs, i, CS_GRP_JUMP) || cs_insn_group(cs, i, CS_GRP_CALL) ||
                 cs_insn_group(cs, i, CS_GRP_RET) || cs_insn_group(cs, i, CS_GRP_IRET) ||
                 cs_insn_group(cs, i, CS_GRP_INT))
            event = WALK_BRANCH;
        cs_free(i, 1);
    }
    cs_close(&cs);
    return event;
}

/* INVLPG is 0F 01 /7, MOV to a control register 0F 22, INVPCID 66 0F 38 82. */
static bool may_matter(const uint8_t *code, size_t bytes)
{
    for (size_t i = 0; i + 2 < bytes; i++)
        if (code[i] == 0x0f &&
            ((code[i + 1] == 0x01 && (code[i + 2] >> 3 & 7) == 7) || code[i + 1] == 0x22 ||
             (code[i + 1] == 0x38 && code[i + 2] == 0x82)))
            return true;
    return false;
}

const struct tables_arch x86_64_tables_arch = {
    .user_root = user_root,
    .kernel_root = kernel_root,
    .read_entry = read_entry,
    .may_matter = may_matter,
    .read_insn = read_insn,
};
