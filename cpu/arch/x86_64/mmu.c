/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's page tables, walked in RAM (Intel SDM vol. 3, 4.5): for exception
 * entry, for decoding, and for who looks from outside. 4-level, PAE and 32-bit
 * paging; accessed and dirty bits are set as the processor sets them.
 */
#include <errno.h>
#include <string.h>

#include "cpu/arch/x86_64/x86.h"

#define PTE_P    1ull
#define PTE_W    2ull
#define PTE_U    4ull
#define PTE_A    0x20ull
#define PTE_D    0x40ull
#define PTE_PS   0x80ull
#define PTE_NX   (1ull << 63)
#define PTE_ADDR 0x000ffffffffff000ull
#define PTE_RSVD 0x000fff0000000000ull /* above 40 physical bits */

#define PF_P    1u
#define PF_W    2u
#define PF_RSVD 8u
#define PF_ID   16u

void x86_paging_refresh(struct x86 *x)
{
    if (x->paging_known)
        return;
    x->paging.cr0 = x86_reg(x, X86_CR0);
    x->paging.cr3 = x86_reg(x, X86_CR3);
    x->paging.cr4 = x86_reg(x, X86_CR4);
    x->paging.efer = x86_msr_native(x, 0xc0000080);
    x->paging_known = true;
}

static bool entry_read(const struct x86 *x, paddr_t at, bool wide, uint64_t *entry)
{
    unsigned bytes = wide ? 8 : 4;

    *entry = 0;
    if (at + bytes > x->config.ram_bytes)
        return false;
    memcpy(entry, x->ram + at, bytes);
    return true;
}

struct walk {
    uint64_t rights; /* W and U of all levels, NX of any */
    paddr_t pa;
    paddr_t entry_at[4];
    unsigned levels;
};

/* Long mode's tables. 0, or the page fault error code plus one. */
static uint32_t walk_long(const struct x86 *x, vaddr_t va, struct walk *w)
{
    const struct x86_paging *p = &x->paging;
    uint64_t reserved = PTE_RSVD | (p->efer & EFER_NXE ? 0 : PTE_NX), all = ~0ull, any = 0, entry;
    paddr_t table = p->cr3 & PTE_ADDR;
    unsigned shift = 39;

    for (;; shift -= 9) {
        paddr_t at = table + (va >> shift & 511) * 8;

        if (at >= x->config.ram_bytes)
            return 1;
        memcpy(&entry, x->ram + at, sizeof(entry));
        if (!(entry & PTE_P))
            return 1;
        if (entry & reserved)
            return (PF_RSVD | PF_P) + 1;
        w->entry_at[w->levels++] = at;
        all &= entry;
        any |= entry;
        if (shift == 12 || ((entry & PTE_PS) && shift < 39))
            break;
        table = entry & PTE_ADDR;
    }
    w->rights = (all & (PTE_W | PTE_U)) | (any & PTE_NX);
    w->pa = (entry & PTE_ADDR & ~((1ull << shift) - 1)) | (va & ((1ull << shift) - 1));
    return 0;
}

/* The same of all tables. */
static uint32_t walk_levels(struct x86 *x, vaddr_t va, struct walk *w)
{
    const struct x86_paging *p = &x->paging;
    bool wide = p->cr4 & CR4_PAE, four = p->efer & EFER_LMA;
    int level = four ? 4 : wide ? 3 : 2;
    paddr_t table = p->cr3 & (four || !wide ? ~0xfffull & PTE_ADDR : 0xffffffe0ull);

    if (four && wide)
        return walk_long(x, va, w);
    w->rights = PTE_W | PTE_U;
    for (;; level--) {
        unsigned bits = wide ? 9 : 10, shift = 12 + bits * (unsigned)(level - 1);
        uint64_t index = va >> shift & ((1u << bits) - 1), entry;
        bool legacy_top = wide && !four && level == 3;
        paddr_t at = table + (index & (legacy_top ? 3 : ~0ull)) * (wide ? 8 : 4);

        if (!entry_read(x, at, wide, &entry) || !(entry & PTE_P))
            return 1;
        if (wide && ((entry & PTE_RSVD) || ((entry & PTE_NX) && !(p->efer & EFER_NXE))))
            return (PF_RSVD | PF_P) + 1;
        w->entry_at[w->levels++] = at;
        if (!legacy_top) {
            w->rights &= entry | PTE_NX;
            w->rights |= entry & PTE_NX;
        }
        if (level == 1 || ((entry & PTE_PS) && (level == 2 || (level == 3 && four)) &&
                           (wide || (p->cr4 & CR4_PSE)))) {
            w->pa = (entry & PTE_ADDR & ~((1ull << shift) - 1)) | (va & ((1ull << shift) - 1));
            return 0;
        }
        table = entry & PTE_ADDR;
    }
}

static void set_used(struct x86 *x, const struct walk *w, bool dirty)
{
    for (unsigned i = 0; i < w->levels; i++) {
        uint8_t *entry = x->ram + w->entry_at[i];
        uint8_t bits = (uint8_t)(PTE_A | (dirty && i + 1 == w->levels ? PTE_D : 0));

        if ((*entry & bits) == bits)
            continue;
        x86_dirty_note(x, w->entry_at[i], 1);
        *entry |= bits;
    }
}

int x86_walk(struct x86 *x, vaddr_t va, enum x86_access access, bool user, paddr_t *pa,
             uint32_t *error)
{
    struct walk w;
    uint32_t bad;

    w.levels = 0;
    x86_paging_refresh(x);
    *error = (access == X86_WRITE ? PF_W : 0) |
             (access == X86_EXEC && (x->paging.efer & EFER_NXE) ? PF_ID : 0);
    if (!(x->paging.cr0 & CR0_PG)) {
        *pa = (uint32_t)va;
        return 0;
    }
    bad = walk_levels(x, va, &w);
    if (bad) {
        *error |= bad - 1;
        return -EFAULT;
    }
    if ((user && !(w.rights & PTE_U)) || (access == X86_EXEC && (w.rights & PTE_NX)) ||
        (access == X86_WRITE && !(w.rights & PTE_W) && (user || (x->paging.cr0 & CR0_WP)))) {
        *error |= PF_P;
        return -EFAULT;
    }
    set_used(x, &w, access == X86_WRITE);
    *pa = w.pa;
    return 0;
}

int x86_peek(struct x86 *x, vaddr_t va, paddr_t *pa)
{
    struct walk w = {0};

    x86_paging_refresh(x);
    if (!(x->paging.cr0 & CR0_PG)) {
        *pa = (uint32_t)va;
        return 0;
    }
    if (((int64_t)va >> 47) + 1 > 1u && (x->paging.efer & EFER_LMA) && (int64_t)va >> 47 != -1)
        return -EFAULT;
    if (walk_levels(x, va, &w))
        return -EFAULT;
    *pa = w.pa;
    return 0;
}

/* In pieces of at most eight bytes: each is done before the next one is told of. */
static void store_told(struct x86 *x, paddr_t pa, const uint8_t *bytes, size_t len)
{
    for (size_t at = 0; at < len; at += 8) {
        unsigned part = len - at < 8 ? (unsigned)(len - at) : 8;

        x86_pages_model_store(x, pa + at, bytes + at, part);
        memcpy(x->ram + pa + at, bytes + at, part);
    }
}

static int transfer(struct x86 *x, vaddr_t va, void *buf, size_t len, enum x86_access access,
                    vaddr_t *bad, uint32_t *error)
{
    uint8_t *bytes = buf;

    while (len) {
        size_t part = 4096 - (va & 4095);
        paddr_t pa;

        if (part > len)
            part = len;
        *bad = va;
        if (x86_walk(x, va, access, false, &pa, error))
            return -EFAULT;
        if (pa + part > x->config.ram_bytes) {
            if (access == X86_READ)
                memset(bytes, 0xff, part);
        } else if (access == X86_READ) {
            memcpy(bytes, x->ram + pa, part);
        } else {
            x86_engine_model_store(x, pa, part);
            x86_dirty_note(x, pa, part);
            x86_count_page_written(x, pa);
            store_told(x, pa, bytes, part);
        }
        bytes += part;
        va += part;
        len -= part;
    }
    return 0;
}

int x86_mem_read(struct x86 *x, vaddr_t va, void *buf, size_t len, vaddr_t *bad, uint32_t *error)
{
    return transfer(x, va, buf, len, X86_READ, bad, error);
}

/* All pages are checked first, so that a faulting write changes nothing. */
int x86_mem_write(struct x86 *x, vaddr_t va, const void *buf, size_t len, vaddr_t *bad,
                  uint32_t *error)
{
    paddr_t pa;

    if ((va & 4095) + len <= 4096)
        return transfer(x, va, (void *)(uintptr_t)buf, len, X86_WRITE, bad, error);
    *bad = va;
    if (x86_walk(x, va, X86_WRITE, false, &pa, error))
        return -EFAULT;
    *bad = va + len - 1;
    if (x86_walk(x, va + len - 1, X86_WRITE, false, &pa, error)) {
        *bad &= ~4095ull;
        return -EFAULT;
    }
    return transfer(x, va, (void *)(uintptr_t)buf, len, X86_WRITE, bad, error);
}
