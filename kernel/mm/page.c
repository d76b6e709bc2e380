// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * page.c - the buddy allocator over struct page.
 *
 * The page array stands behind the kernel image (or the initrd, where that is in
 * the way). A free block of 2^k pages is aligned to its size relative to RAM's
 * first page, has PAGE_FREE on its first page, and is on free_lists[k]; two free
 * buddies never exist: page_free_block() joins them at once.
 */
#include "kernel/include/page.h"
#include "kernel/include/kasan.h"
#include "kernel/include/printk.h"
#include "kernel/include/string.h"

static struct page *pages;    /* one for each page of RAM */
static uint64_t page_total;   /* in the array */
static uint64_t page_managed; /* ever given to the allocator */
static uint64_t page_free_total;
static paddr_t ram_base;
static char *ram_virt; /* of ram_base, in the direct map */
static struct list free_lists[PAGE_ORDERS];
struct page *page_of_zeros;

FAULT_PATH paddr_t page_to_phys(const struct page *p)
{
    return ram_base + ((paddr_t)(p - pages) << PAGE_SHIFT);
}

struct page *page_from_phys(paddr_t pa)
{
    return &pages[(pa - ram_base) >> PAGE_SHIFT];
}

void *page_to_virt(const struct page *p)
{
    return ram_virt + ((uint64_t)(p - pages) << PAGE_SHIFT);
}

struct page *page_from_virt(const void *va)
{
    return page_from_phys(arch_virt_to_phys(va));
}

static void page_free_block(uint64_t index, unsigned order)
{
    page_free_total += 1ull << order;
    while (order + 1 < PAGE_ORDERS) {
        uint64_t buddy = index ^ (1ull << order);

        if (buddy + (1ull << order) > page_total || !(pages[buddy].flags & PAGE_FREE) ||
            pages[buddy].order != order)
            break;
        list_remove(&pages[buddy].node);
        pages[buddy].flags = 0;
        index &= ~(1ull << order);
        order++;
    }
    pages[index].flags = PAGE_FREE;
    pages[index].order = (uint8_t)order;
    list_push_front(&free_lists[order], &pages[index].node);
}

/* Largest aligned blocks, so that start-up is not a page at a time. */
static void page_free_range(uint64_t first, uint64_t end)
{
    page_managed += end - first;
    while (first < end) {
        unsigned order = 0;

        while (order + 1 < PAGE_ORDERS && !(first & (1ull << order)) &&
               first + (2ull << order) <= end)
            order++;
        kasan_pages_freed(&pages[first], order);
        page_free_block(first, order);
        first += 1ull << order;
    }
}

void page_release_range(paddr_t start, paddr_t end)
{
    start = page_align_up(start);
    end = page_align_down(end);
    if (start < end)
        page_free_range((start - ram_base) >> PAGE_SHIFT, (end - ram_base) >> PAGE_SHIFT);
}

static bool overlaps(paddr_t a, paddr_t a_end, paddr_t b, paddr_t b_end)
{
    return a < b_end && b < a_end;
}

/* Free [start, end) but for the three reserved ranges, which are sorted by address. */
static void page_free_around(paddr_t end, const paddr_t reserved[3][2])
{
    paddr_t at = ram_base;

    for (int i = 0; i < 3; i++) {
        if (reserved[i][0] == reserved[i][1])
            continue;
        if (at < reserved[i][0])
            page_release_range(at, reserved[i][0]);
        if (at < reserved[i][1])
            at = page_align_up(reserved[i][1]);
    }
    page_release_range(at, end);
}

void page_init(const struct boot_info *bi)
{
    paddr_t array, array_end;
    uint64_t bytes;

    ram_base = bi->ram_base;
    ram_virt = arch_phys_to_virt(ram_base);
    page_total = bi->ram_bytes >> PAGE_SHIFT;
    bytes = page_align_up(page_total * sizeof(struct page));
    array = page_align_up(bi->kernel_end);
    if (overlaps(array, array + bytes, page_align_down(bi->initrd_start), bi->initrd_end))
        array = page_align_up(bi->initrd_end);
    array_end = array + bytes;
    if (array_end > bi->ram_base + bi->ram_bytes)
        panic("no room for the page array");
    pages = arch_phys_to_virt(array);
    memset(pages, 0, bytes);
    for (int i = 0; i < PAGE_ORDERS; i++)
        list_init(&free_lists[i]);

    paddr_t kernel[2] = { page_align_down(bi->kernel_start), bi->kernel_end };
    paddr_t initrd[2] = { page_align_down(bi->initrd_start), bi->initrd_end };
    paddr_t reserved[3][2];
    bool initrd_first = initrd[0] < kernel[0];
    int k = initrd_first ? 1 : 0, r = initrd_first ? 0 : (array < initrd[0] ? 2 : 1);
    int a = 3 - k - r;

    memcpy(reserved[k], kernel, sizeof(kernel));
    memcpy(reserved[r], initrd, sizeof(initrd));
    reserved[a][0] = array;
    reserved[a][1] = array_end;
    page_free_around(bi->ram_base + bi->ram_bytes, reserved);
    page_of_zeros = page_alloc_zeroed();
}

FAULT_PATH struct page *page_alloc_order(unsigned order)
{
    unsigned from = order;
    struct page *p;

    while (from < PAGE_ORDERS && list_is_empty(&free_lists[from]))
        from++;
    if (from >= PAGE_ORDERS)
        return NULL;
    p = list_first(&free_lists[from], struct page, node);
    list_remove(&p->node);
    while (from > order) {
        struct page *upper;

        from--;
        upper = p + (1ull << from);
        upper->flags = PAGE_FREE;
        upper->order = (uint8_t)from;
        list_push_front(&free_lists[from], &upper->node);
    }
    page_free_total -= 1ull << order;
    p->flags = 0;
    p->order = (uint8_t)order;
    p->refs = 1;
    kasan_pages_allocated(p, order);
    return p;
}

FAULT_PATH struct page *page_alloc(void)
{
    return page_alloc_order(0);
}

/* Half of a demand fault's time: long runs of stores with a constant offset. */
static void page_clear(uint64_t *word)
{
    const uint64_t *end = word + PAGE_SIZE / sizeof(*word);

    for (; word < end; word += 32) {
        word[0] = word[1] = word[2] = word[3] = 0;
        word[4] = word[5] = word[6] = word[7] = 0;
        word[8] = word[9] = word[10] = word[11] = 0;
        word[12] = word[13] = word[14] = word[15] = 0;
        word[16] = word[17] = word[18] = word[19] = 0;
        word[20] = word[21] = word[22] = word[23] = 0;
        word[24] = word[25] = word[26] = word[27] = 0;
        word[28] = word[29] = word[30] = word[31] = 0;
    }
}

FAULT_PATH struct page *page_alloc_zeroed(void)
{
    struct page *p = page_alloc();

    if (p)
        page_clear(page_to_virt(p));
    return p;
}

void page_unref(struct page *p)
{
    kassert(p->refs > 0);
    if (--p->refs == 0) {
        kasan_pages_freed(p, p->order);
        page_free_block((uint64_t)(p - pages), p->order);
    }
}

uint64_t page_count_total(void)
{
    return page_managed;
}

uint64_t page_count_free(void)
{
    return page_free_total;
}
