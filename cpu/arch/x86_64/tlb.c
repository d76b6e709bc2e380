/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine's TLB is filled with (Intel SDM vol. 3, 4.5 and 4.6).
 *
 * The engine's own walk reads every entry through the nested tables: a miss costs it some 24 reads.
 * So the engine asks here first. The same tables are read in RAM, once each, and the nested
 * entry gives what of the page's rights is not withheld.
 *
 * Here is an answer only for long mode's tables of four levels, where a translation exists that
 * allows the access; else the engine ends its run with an error. By far the most faults are data
 * where nothing is present: that exception is entered from here. Everything else, another fault or
 * a device, is the engine's: it is started again at the same instruction with its own walk, which
 * raises the exception with all that belongs to it. That stays so up to the next exception entry,
 * since a driver that touches a device will touch it again.
 *
 * Both walks read the same memory at the same time and say the same, so which of them filled an
 * entry cannot be seen.
 */
#include <string.h>

#include "cpu/arch/x86_64/engine.h"

#define PTE_P          (1ull << 0)
#define PTE_W          (1ull << 1)
#define PTE_U          (1ull << 2)
#define PTE_A          (1ull << 5)
#define PTE_D          (1ull << 6)
#define PTE_PS         (1ull << 7)
#define PTE_PAT_LARGE  (1ull << 12)
#define PTE_NX         (1ull << 63)
#define PTE_ADDR       0x000ffffffffff000ull
#define PTE_RSVD       0x000fff0000000000ull /* above 40 physical bits */
#define NESTED_WRITE   2u
#define PF_W           2u /* of the error code */
#define PF_U           4u
#define CR4_OTHER      (1ull << 12 | 1ull << 20 | 1ull << 21 | 1ull << 22) /* LA57 SMEP SMAP PKE */

void x86_tlb_forget(struct x86 *x)
{
    x->engine->tlb.known = false;
}

struct regs {
    uint64_t cr0, cr3, cr4, cs;
};

/* MOV to CR3 is not intercepted, so these are read every time. */
static void read_regs(struct x86 *x, struct regs *r)
{
    int ids[] = {UC_X86_REG_CR0, UC_X86_REG_CR3, UC_X86_REG_CR4, UC_X86_REG_CS};
    void *to[] = {&r->cr0, &r->cr3, &r->cr4, &r->cs};
    const struct x86_engine *e = x->engine;

    if (e->direct) {
        r->cr0 = get64(e, e->at.cr2 + CR0_FROM_CR2);
        r->cr3 = get64(e, e->at.cr2 + CR3_FROM_CR2);
        r->cr4 = get64(e, e->at.cr2 + CR4_FROM_CR2);
        r->cs = get32(e, e->at.seg[SEG_CS]);
        return;
    }
    memset(r, 0, sizeof(*r));
    uc_reg_read_batch(e->uc, ids, to, ARRAY_LEN(ids));
}

static uint64_t efer(struct x86 *x)
{
    struct x86_tlb *t = &x->engine->tlb;

    if (!t->known)
        t->efer = x86_msr_native(x, MSR_EFER);
    t->known = true;
    return t->efer;
}

struct walk {
    uint64_t all, any;    /* bits that all entries have, and that any has */
    paddr_t entry_at[4];
    unsigned levels;
    paddr_t pa;
    uint64_t bytes; /* of the page */
};

enum found { FOUND, ABSENT, OTHER };

/* ABSENT: an entry is not present, and those above are good and marked as accessed. */
static enum found walk(const struct x86 *x, const struct regs *r, bool nxe, vaddr_t va,
                       struct walk *w)
{
    paddr_t table = r->cr3 & PTE_ADDR;
    uint64_t entry;

    *w = (struct walk){.all = ~0ull};
    if ((int64_t)va >> 47 != 0 && (int64_t)va >> 47 != -1)
        return OTHER;
    for (unsigned shift = 39;; shift -= 9) {
        paddr_t at = table + (va >> shift & 511) * 8;

        if (at >= x->config.ram_bytes)
            return OTHER;
        memcpy(&entry, x->ram + at, sizeof(entry));
        if (!(entry & PTE_P))
            return w->all & PTE_A ? ABSENT : OTHER;
        w->entry_at[w->levels++] = at;
        w->all &= entry;
        w->any |= entry;
        if ((entry & PTE_RSVD) || ((entry & PTE_NX) && !nxe))
            return OTHER;
        table = entry & PTE_ADDR;
        if (shift > 12 && !(entry & PTE_PS))
            continue;
        if (shift == 39 || (shift > 12 && (table & ~PTE_PAT_LARGE & ((1ull << shift) - 1))))
            return OTHER;
        w->pa = (table >> shift << shift) | (va & ((1ull << shift) - 1));
        w->bytes = 1ull << shift;
        return FOUND;
    }
}

static bool is_writable(const struct x86 *x, paddr_t pa)
{
    return x->engine->pte[pa / PAGE] & NESTED_WRITE;
}

/* Set accessed and dirty bits (4.8). False, with nothing set: not in these pages. */
static bool set_used(struct x86 *x, const struct walk *w, bool is_write)
{
    for (unsigned i = 0; i < w->levels; i++)
        if (!is_writable(x, w->entry_at[i]))
            return false;
    for (unsigned i = 0; i < w->levels; i++)
        x->ram[w->entry_at[i]] |= (uint8_t)(PTE_A | (is_write && i + 1 == w->levels ? PTE_D : 0));
    return true;
}

static bool fill(struct x86 *x, vaddr_t va, uc_mem_type type, uc_tlb_entry *out)
{
    bool is_write = type == UC_MEM_WRITE, used, dirty;
    struct x86_tlb *t = &x->engine->tlb;
    unsigned perms = UC_PROT_READ;
    enum found found;
    struct regs r;
    struct walk w;
    bool user;

    t->hook.miss.absent = false;
    if (t->hook.refuse)
        return false;
    read_regs(x, &r);
    if (!(r.cr0 & CR0_PG) || !(efer(x) & EFER_LMA) || (r.cr4 & CR4_OTHER))
        return false;
    user = (r.cs & 3) == 3; /* the CPL, in long mode */
    found = walk(x, &r, efer(x) & EFER_NXE, va, &w);
    t->hook.miss.user = user;
    t->hook.miss.absent = found == ABSENT && !(user && va >> 47); /* user mode reads tables there */
    if (found != FOUND || w.pa >= x->config.ram_bytes || (user && !(w.all & PTE_U)))
        return false;
    dirty = is_write || (x->ram[w.entry_at[w.levels - 1]] & PTE_D);
    if (dirty && is_writable(x, w.pa) && ((w.all & PTE_W) || (!user && !(r.cr0 & CR0_WP))))
        perms |= UC_PROT_WRITE;
    if (!(w.any & PTE_NX))
        perms |= UC_PROT_EXEC;
    if ((is_write && !(perms & UC_PROT_WRITE)) ||
        (type == UC_MEM_FETCH && !(perms & UC_PROT_EXEC)))
        return false;
    used = (w.all & PTE_A) && (!is_write || (x->ram[w.entry_at[w.levels - 1]] & PTE_D));
    if (!used && !set_used(x, &w, is_write))
        return false;
    if (w.bytes > PAGE)
        tlb_blocks_note(&t->blocks, va, w.bytes);
    out->paddr = w.pa;
    out->perms = perms;
    return true;
}

/* ---- who walks ---- */

static bool on_fill(uc_engine *uc, uint64_t va, uc_mem_type type, uc_tlb_entry *entry, void *opaque)
{
    struct x86 *x = opaque;

    if (fill(x, va, type, entry))
        return true;
    tlb_hook_miss(&x->engine->tlb.hook, va, type);
    uc_ctl_exits_disable(uc); /* a run that ends looks them all up */
    return false;
}

void x86_tlb_walk_here(struct x86 *x, bool here)
{
    tlb_hook_walk_here(x->engine->uc, &x->engine->tlb.hook, here);
}

void x86_tlb_settled(struct x86 *x)
{
    tlb_hook_settled(x->engine->uc, &x->engine->tlb.hook);
}

void x86_tlb_device(struct x86 *x)
{
    tlb_hook_device(x->engine->uc, &x->engine->tlb.hook, x->count.n);
}

bool x86_tlb_missed(struct x86 *x, vaddr_t rip)
{
    const struct x86_tlb *t = &x->engine->tlb;

    return !t->hook.miss.now || !t->hook.miss.is_fetch || rip / PAGE == t->hook.miss.page ||
           rip / PAGE + 1 == t->hook.miss.page;
}

/* #PF of data where nothing is present (4.7): by far the most faults are of this kind. */
bool x86_tlb_fault(struct x86 *x, vaddr_t rip)
{
    struct x86_tlb *t = &x->engine->tlb;
    struct x86_view v;
    vaddr_t addr;

    if (!tlb_hook_absent(x->engine->uc, &t->hook, &addr) || addr == rip || x->checks.stepping ||
        x->count.n >= x86_count_stop_at(x))
        return false;
    x86_view_load(x, &v);
    x86_trap(x, &v, X86_PF,
             (t->hook.miss.is_write ? PF_W : 0) | (t->hook.miss.user ? PF_U : 0), addr, X86_FAULT);
    return true;
}

uint64_t x86_tlb_passed_on(const struct x86 *x)
{
    return x->engine->tlb.hook.passed_on;
}

uc_err x86_tlb_create(struct x86 *x)
{
    return tlb_hook_add(x->engine->uc, &x->engine->tlb.hook, (void *)on_fill, x);
}
