/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the adversary (cpu/adversary.h) is told of on x86_64.
 *
 * Stores to tables come by the hook of pages.c. INVLPG and MOV to CR3 end a block, and have no
 * hook: they are noticed as the block with them begins (`remap`), and looked at before the next
 * one, when the registers that they name are still as they were. MOV to CR0 and CR4 is ours
 * (emul.c).
 *
 * IRETQ and SYSRETQ end a block too. The walker's entries are put in place before that block, as
 * the first fetch behind it is user mode's already; where it led back into the kernel, they go
 * again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/arch/x86_64/counter.h"
#include "cpu/arch/x86_64/insn.h"
#include "cpu/arch/x86_64/operands.h"

#define PTE_P    1ull
#define PTE_PS   0x80ull
#define PTE_ADDR 0x000ffffffffff000ull
#define USER_ENTRIES 256u /* of the root: the lower half */

static enum adversary_entry read_entry(uint64_t d, unsigned level, paddr_t *pa)
{
    *pa = d & PTE_ADDR;
    if (!(d & PTE_P))
        return ADVERSARY_INVALID;
    return level > 1 && !(d & PTE_PS) ? ADVERSARY_TABLE : ADVERSARY_LEAF;
}

static void flush(void *machine)
{
    x86_engine_flush_tlb(machine);
    x86_count_remap(machine);
}

static void note(void *machine, paddr_t pa)
{
    x86_dirty_note(machine, pa, 8);
}

static const struct adversary_arch arch = {.read = read_entry, .flush = flush, .note = note};

static void on_store(void *ctx, const struct cpu_store *s)
{
    struct x86 *x = ctx;

    if (adversary_store(x->adversary, s))
        x86_count_looks(x);
}

int x86_adversary_create(struct x86 *x)
{
    struct pages_client client;

    x->adversary = adversary_create(&arch, x, x->ram, 0, x->config.ram_bytes);
    if (!x->adversary)
        return -ENOMEM;
    client = (struct pages_client){adversary_map(x->adversary), on_store, x, false};
    return x86_pages_watch(x, PAGES_ADVERSARY, &client);
}

/* ---- CR3 and INVLPG ---- */

/* The TLB is empty, and another root may be in use: the tables are looked at anew. */
void x86_adversary_remapped(struct x86 *x)
{
    struct adversary_invalidation all = {.all_addresses = true, .all_tags = true};
    struct adversary_root root = {.level = 4, .count = USER_ENTRIES};

    if (!x->adversary)
        return;
    adversary_invalidate(x->adversary, &all);
    adversary_forget(x->adversary);
    if (!(x86_reg(x, X86_CR0) & CR0_PG) || !(x86_msr_native(x, 0xc0000080) & EFER_LMA))
        return;
    root.pa = x86_reg(x, X86_CR3) & PTE_ADDR;
    adversary_use_root(x->adversary, &root);
}

/* A page fault: whatever the TLB has for the address is gone (SDM vol. 3, 4.10.4.1). */
void x86_adversary_fault(struct x86 *x, vaddr_t va)
{
    struct adversary_invalidation one = {.all_tags = true, .va = va};

    if (x->adversary)
        adversary_invalidate(x->adversary, &one);
}

static bool looks(const struct x86 *x)
{
    return adversary_holds(x->adversary) && !adversary_is_out(x->adversary);
}

bool x86_adversary_looks(const struct x86 *x)
{
    return x->adversary && (looks(x) || x->unsure);
}

static bool ends_in_return(struct x86 *x, vaddr_t pc, uint32_t size)
{
    uint8_t end[3];

    if (size < 2 || x86_fetch(x, pc + size - 2, end, 2) != 2)
        return false;
    if (end[0] == 0x48 && end[1] == 0xcf)
        return true; /* IRETQ */
    return size >= 3 && x86_fetch(x, pc + size - 3, end, 3) == 3 && end[0] == 0x48 &&
           end[1] == 0x0f && end[2] == 0x07; /* SYSRETQ */
}

/* A block of `insns` is about to run. */
void x86_adversary_block(struct x86 *x, vaddr_t pc, uint32_t size, unsigned insns)
{
    bool user = !(pc >> 63) && x86_cpl(x) == 3;

    if (x->unsure && !user)
        adversary_leave_user(x->adversary);
    x->unsure = false;
    if (!looks(x))
        return;
    if (user) {
        adversary_enter_user(x->adversary, x->count.n);
    } else if (ends_in_return(x, pc, size)) {
        adversary_enter_user(x->adversary, x->count.n + insns);
        x->unsure = true;
    }
}

void x86_adversary_in_kernel(struct x86 *x)
{
    if (!x->adversary)
        return;
    x->unsure = false;
    adversary_leave_user(x->adversary);
}

void x86_adversary_stopped(struct x86 *x)
{
    if (!x->adversary)
        return;
    if (x->unsure && x86_cpl(x) < 3)
        adversary_leave_user(x->adversary);
    x->unsure = false;
}
