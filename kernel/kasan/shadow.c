// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * shadow.c - the shadow, and what the compiler calls before each access.
 *
 * Three ranges have a shadow: RAM in the direct map, the image, and the windows of kernel stacks
 * (a page of shadow for each window, made with the first stack there). Before kasan_init() they
 * are empty and nothing is checked. Anything else that is no user address is left to the page
 * tables: devices, and addresses that do not exist. A user address is no kernel code's to
 * touch: uaccess.S alone does, and is no C.
 *
 * Globals: constructors in .init_array hand over the compiler's tables.
 */
#include "kernel/kasan/kasan_private.h"
#include "kernel/include/errno.h"
#include "kernel/include/page.h"
#include "kernel/include/printk.h"
#include "kernel/include/thread.h"

struct kasan_range kasan_ram, kasan_image, kasan_stacks;
bool kasan_quiet;
/* The tables of globals, for reports. */
#define GLOBAL_TABLES_MAX 512
static struct {
    const struct asan_global *first;
    uint64_t count;
} global_tables[GLOBAL_TABLES_MAX];
static unsigned global_table_count;
static paddr_t table_next; /* while booting: tables come from here; 0: from page.c */

extern void (*const init_array_start[])(void), (*const init_array_end[])(void);

static bool is_inside(const struct kasan_range *r, vaddr_t va)
{
    return va - r->start < r->bytes;
}

bool kasan_has_shadow(vaddr_t va)
{
    return is_inside(&kasan_stacks, va) || is_inside(&kasan_ram, va) || is_inside(&kasan_image, va);
}

static void fill(int8_t *at, int8_t value, uint64_t count)
{
    uint64_t word = 0x0101010101010101ull * (uint8_t)value;

    for (; count && ((uintptr_t)at & 7); count--)
        *at++ = value;
    for (; count >= 32; count -= 32, at += 32) {
        uint64_t *w = (uint64_t *)at;

        w[0] = w[1] = w[2] = w[3] = word;
    }
    while (count--)
        *at++ = value;
}

void kasan_poison(vaddr_t va, uint64_t bytes, uint8_t why)
{
    if (kasan_has_shadow(va))
        fill(kasan_shadow_of(va), (int8_t)why, bytes / GRANULE);
}

void kasan_unpoison(vaddr_t va, uint64_t bytes)
{
    if (!kasan_has_shadow(va))
        return;
    fill(kasan_shadow_of(va), 0, bytes / GRANULE);
    if (bytes % GRANULE)
        *kasan_shadow_of(va + bytes) = (int8_t)(bytes % GRANULE);
}

/* ---- checks ---- */

/* The first byte that may not be touched; 0: all may. */
static vaddr_t first_bad(vaddr_t va, uint64_t bytes)
{
    vaddr_t last = va + bytes - 1;

    for (vaddr_t at = va; at <= last; at = (at | (GRANULE - 1)) + 1) {
        int8_t s = *kasan_shadow_of(at);
        vaddr_t start = at & ~(vaddr_t)(GRANULE - 1);
        vaddr_t end = start + GRANULE - 1 < last ? start + GRANULE - 1 : last;

        if (s < 0)
            return at;
        if (s && end >= start + (vaddr_t)s)
            return at > start + (vaddr_t)s ? at : start + (vaddr_t)s;
    }
    return 0;
}

void kasan_check(vaddr_t va, uint64_t bytes, bool is_write, vaddr_t pc)
{
    vaddr_t bad;

    if (!bytes || kasan_quiet)
        return;
    if (!kasan_has_shadow(va)) {
        if (kasan_ram.bytes && va < USER_TOP)
            kasan_report(va, bytes, va, is_write, pc);
        return;
    }
    bad = first_bad(va, bytes);
    if (bad)
        kasan_report(va, bytes, bad, is_write, pc);
}

/* Most accesses are of one granule that is free to use. */
static inline void check_small(vaddr_t va, unsigned bytes, bool is_write, vaddr_t pc)
{
    if (kasan_has_shadow(va) && va % GRANULE + bytes <= GRANULE && !*kasan_shadow_of(va))
        return;
    kasan_check(va, bytes, is_write, pc);
}

#define CALLER ((vaddr_t)__builtin_return_address(0))
#define ACCESS(n)                                                                                 \
    void __asan_load##n##_noabort(vaddr_t va);                                                    \
    void __asan_store##n##_noabort(vaddr_t va);                                                   \
    void __asan_load##n##_noabort(vaddr_t va)                                                     \
    {                                                                                             \
        check_small(va, n, false, CALLER);                                                        \
    }                                                                                             \
    void __asan_store##n##_noabort(vaddr_t va)                                                    \
    {                                                                                             \
        check_small(va, n, true, CALLER);                                                         \
    }
ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

void __asan_loadN_noabort(vaddr_t va, uint64_t bytes);
void __asan_storeN_noabort(vaddr_t va, uint64_t bytes);
void __asan_handle_no_return(void);
void __asan_poison_stack_memory(vaddr_t va, uint64_t bytes);
void __asan_unpoison_stack_memory(vaddr_t va, uint64_t bytes);
void __asan_register_globals(const struct asan_global *g, uint64_t count);
void __asan_unregister_globals(const struct asan_global *g, uint64_t count);

void __asan_loadN_noabort(vaddr_t va, uint64_t bytes)
{
    kasan_check(va, bytes, false, CALLER);
}

void __asan_storeN_noabort(vaddr_t va, uint64_t bytes)
{
    kasan_check(va, bytes, true, CALLER);
}

/* What such a function leaves poisoned, kasan_stack_init() cleans for the next thread. */
void __asan_handle_no_return(void)
{
}

void __asan_poison_stack_memory(vaddr_t va, uint64_t bytes)
{
    kasan_poison(va, (bytes + GRANULE - 1) & ~(uint64_t)(GRANULE - 1), SHADOW_SCOPE);
}

void __asan_unpoison_stack_memory(vaddr_t va, uint64_t bytes)
{
    kasan_unpoison(va, bytes);
}

void __asan_register_globals(const struct asan_global *g, uint64_t count)
{
    if (global_table_count < GLOBAL_TABLES_MAX) {
        global_tables[global_table_count].first = g;
        global_tables[global_table_count++].count = count;
    }
    for (; count--; g++) {
        uint64_t used = (g->bytes + GRANULE - 1) & ~(uint64_t)(GRANULE - 1);

        kasan_unpoison(g->start, g->bytes);
        kasan_poison(g->start + used, g->bytes_with_redzone - used, SHADOW_GLOBAL);
    }
}

void __asan_unregister_globals(const struct asan_global *g, uint64_t count)
{
    (void)g, (void)count;
}

const struct asan_global *kasan_global_find(vaddr_t va)
{
    for (unsigned i = 0; i < global_table_count; i++)
        for (uint64_t k = 0; k < global_tables[i].count; k++) {
            const struct asan_global *g = &global_tables[i].first[k];

            if (va - g->start < g->bytes_with_redzone)
                return g;
        }
    return NULL;
}

/* ---- start ---- */

paddr_t kasan_table_alloc(void)
{
    struct page *p;

    if (table_next) {
        paddr_t pa = table_next;

        table_next += PAGE_SIZE;
        fill(arch_phys_to_virt(pa), 0, PAGE_SIZE);
        return pa;
    }
    p = page_alloc_zeroed();
    return p ? page_to_phys(p) : 0;
}

/* Maps the shadow of a range on memory that stands at pa; returns the end of that. */
static paddr_t map_shadow(const struct kasan_range *r, paddr_t pa)
{
    vaddr_t first = page_align_down((vaddr_t)kasan_shadow_of(r->start));
    vaddr_t end = page_align_up((vaddr_t)kasan_shadow_of(r->start + r->bytes));

    for (vaddr_t va = first; va < end; va += PAGE_SIZE, pa += PAGE_SIZE) {
        fill(arch_phys_to_virt(pa), 0, PAGE_SIZE);
        if (arch_kasan_map(va, pa))
            panic("no memory for the shadow");
    }
    return pa;
}

static uint64_t shadow_bytes(const struct kasan_range *r)
{
    return page_align_up(r->bytes / GRANULE) + 2 * PAGE_SIZE;
}

/* Tables first, as many as there can be, then the shadow, then the notes of pages. */
void kasan_init(struct boot_info *bi)
{
    struct kasan_range ram = { (vaddr_t)arch_phys_to_virt(bi->ram_base), bi->ram_bytes };
    struct kasan_range image = arch_kasan_image(), stacks = arch_kasan_stacks(bi);
    uint64_t notes = page_align_up((bi->ram_bytes >> PAGE_SHIFT) * sizeof(struct page_note));
    uint64_t bytes = shadow_bytes(&ram) + shadow_bytes(&image);
    uint64_t tables = (bytes / PAGE_SIZE / 512 + 16) * PAGE_SIZE;
    paddr_t at = page_align_up(bi->kernel_end), end = at + tables + bytes + notes;

    if (end > bi->ram_base + bi->ram_bytes ||
        (bi->initrd_end > bi->kernel_start && bi->initrd_start < end))
        panic("no room for the shadow of this much memory");
    bi->kernel_end = end;
    table_next = at;
    at = map_shadow(&ram, at + tables);
    at = map_shadow(&image, at);
    /* The top table of the windows of stacks: address spaces have copies of it (x86_64). */
    if (arch_kasan_map((vaddr_t)kasan_shadow_of(stacks.start), kasan_table_alloc()))
        panic("no memory for the shadow");
    fill(arch_phys_to_virt(end - notes), 0, notes);
    kasan_heap_init(arch_phys_to_virt(end - notes));
    table_next = 0;
    kasan_ram = ram;
    kasan_image = image;
    kasan_stacks = stacks;
    for (void (*const *f)(void) = init_array_start; f < init_array_end; f++)
        (*f)();
}

int kasan_stack_init(void *direct_top)
{
    vaddr_t stack = arch_kasan_stack(direct_top);
    vaddr_t shadow = (vaddr_t)kasan_shadow_of(stack);

    _Static_assert(2 * KSTACK_BYTES / GRANULE == PAGE_SIZE, "one page of shadow for each window");
    if (!arch_kasan_is_mapped(shadow)) {
        paddr_t pa = kasan_table_alloc();

        if (!pa)
            return -ENOMEM;
        if (arch_kasan_map(shadow, pa)) {
            page_unref(page_from_phys(pa));
            return -ENOMEM;
        }
    }
    kasan_unpoison(stack, KSTACK_BYTES);
    return 0;
}
