/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * page.h - physical pages: a buddy allocator with reference counts.
 *
 * Rules of use
 *   - Each page of RAM has one struct page. page_alloc() gives it with one
 *     reference; the last page_unref() frees it.
 *   - A block of 2^order pages is counted on its first page only.
 *   - Thread context only: interrupt handlers do not allocate.
 *   - Page tables hold no references: who enters a page in a pmap keeps it
 *     alive (a vm_anon or a vnode) and removes the translation first.
 */
#ifndef KERNEL_PAGE_H
#define KERNEL_PAGE_H

#include "kernel/include/arch.h"
#include "kernel/include/list.h"

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096ul
#define PAGE_MASK (PAGE_SIZE - 1)
#define PAGE_ORDERS 11 /* the largest block is 2^10 pages */

#define page_align_down(x) ((x) & ~PAGE_MASK)
#define page_align_up(x) (((x) + PAGE_MASK) & ~PAGE_MASK)

#define PAGE_FREE 1u        /* first page of a block on a free list */
#define PAGE_SLAB 2u        /* belongs to kmalloc; `index` is its size class */
#define PAGE_ICACHE_SYNC 4u /* instruction fetch has been made to see it */

struct page {
    uint32_t refs;
    uint8_t flags;
    uint8_t order;
    uint16_t index;   /* owner's: kmalloc's size class */
    struct list node; /* free list, or the owner's list */
};

/* All RAM but what the kernel image, the initrd and the page array take. Once, at boot. */
void page_init(const struct boot_info *bi);
/* The reserved range becomes free memory (the initrd, once unpacked). Whole pages inside it. */
void page_release_range(paddr_t start, paddr_t end);

struct page *page_alloc(void);                    /* contents undefined; NULL: out of memory */
struct page *page_alloc_zeroed(void);
struct page *page_alloc_order(unsigned order);    /* physically contiguous, contents undefined */
static inline struct page *page_ref(struct page *p)
{
    p->refs++;
    return p;
}
void page_unref(struct page *p);

paddr_t page_to_phys(const struct page *p);
struct page *page_from_phys(paddr_t pa);
void *page_to_virt(const struct page *p);
struct page *page_from_virt(const void *va);

/* One page of zeros for all read-only holes; never freed, never written. */
extern struct page *page_of_zeros;

uint64_t page_count_total(void);
uint64_t page_count_free(void);

#endif
