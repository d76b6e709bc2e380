// SPDX-License-Identifier: GPL-2.0-or-later
/* host_arch.c - RAM as an arena, page tables as arrays of entries. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kernel_mm/host_arch.h"
#include "kernel/include/errno.h"
#include "kernel/include/file.h"
#include "kernel/include/pagetree.h"
#include "kernel/include/printk.h"

#define PMAP_ENTRIES_MAX 4096

struct pmap_entry {
    vaddr_t va;
    paddr_t pa;
    unsigned prot;
};

struct pmap {
    unsigned count;
    struct pmap_entry entry[PMAP_ENTRIES_MAX];
};

static char *ram;
static uint64_t pages_at_start;

void host_start(void)
{
    struct boot_info bi = { .ram_base = HOST_RAM_BASE, .ram_bytes = HOST_RAM_BYTES,
                            .kernel_start = HOST_RAM_BASE + 0x200000,
                            .kernel_end = HOST_RAM_BASE + 0x300800,
                            .initrd_start = HOST_RAM_BASE + 0x800000,
                            .initrd_end = HOST_RAM_BASE + 0x801234 };

    if (!ram)
        ram = aligned_alloc(4096, HOST_RAM_BYTES);
    memset(ram, 0xa5, HOST_RAM_BYTES);
    page_init(&bi);
    kfree(kmalloc(16));
    pages_at_start = page_count_free();
}

void host_end(void)
{
    assert_int_equal(page_count_free(), pages_at_start);
}

int host_setup(void **state)
{
    (void)state;
    host_start();
    return 0;
}

int host_teardown(void **state)
{
    (void)state;
    host_end();
    return 0;
}

void *arch_phys_to_virt(paddr_t pa)
{
    assert_true(pa >= HOST_RAM_BASE && pa < HOST_RAM_BASE + HOST_RAM_BYTES);
    return ram + (pa - HOST_RAM_BASE);
}

paddr_t arch_virt_to_phys(const void *va)
{
    return HOST_RAM_BASE + (uint64_t)((const char *)va - ram);
}

void arch_sync_icache(const void *va, size_t len)
{
    (void)va;
    (void)len;
}

struct pmap *pmap_create(void)
{
    return calloc(1, sizeof(struct pmap));
}

void pmap_destroy(struct pmap *pm)
{
    free(pm);
}

static struct pmap_entry *find(const struct pmap *pm, vaddr_t va)
{
    for (unsigned i = 0; i < pm->count; i++)
        if (pm->entry[i].va == va)
            return (struct pmap_entry *)&pm->entry[i];
    return NULL;
}

int pmap_enter(struct pmap *pm, vaddr_t va, paddr_t pa, unsigned prot)
{
    struct pmap_entry *e = find(pm, va);

    if (!e) {
        assert_true(pm->count < PMAP_ENTRIES_MAX);
        e = &pm->entry[pm->count++];
    }
    *e = (struct pmap_entry){ va, pa, prot };
    return 0;
}

void pmap_remove(struct pmap *pm, vaddr_t va, vaddr_t end)
{
    for (unsigned i = 0; i < pm->count;) {
        if (pm->entry[i].va >= va && pm->entry[i].va < end)
            pm->entry[i] = pm->entry[--pm->count];
        else
            i++;
    }
}

void pmap_protect(struct pmap *pm, vaddr_t va, vaddr_t end, unsigned prot)
{
    for (unsigned i = 0; i < pm->count; i++)
        if (pm->entry[i].va >= va && pm->entry[i].va < end)
            pm->entry[i].prot = prot;
}

bool pmap_extract(struct pmap *pm, vaddr_t va, paddr_t *pa, unsigned *prot)
{
    const struct pmap_entry *e = find(pm, va);

    if (!e)
        return false;
    *pa = e->pa;
    *prot = e->prot;
    return true;
}

unsigned host_pmap_count(const struct pmap *pm)
{
    return pm->count;
}

unsigned host_pmap_prot(const struct pmap *pm, vaddr_t va)
{
    const struct pmap_entry *e = find(pm, va);

    return e ? e->prot : 0;
}

struct file *file_ref(struct file *f)
{
    f->refs++;
    return f;
}

void file_unref(struct file *f)
{
    f->refs--;
}

int vnode_get_page(struct vnode *vn, uint64_t index, bool for_write, struct page **out)
{
    struct page *p = index * PAGE_SIZE < vn->size ? pagetree_get(vn->priv, index) : NULL;

    (void)for_write;
    if (!p)
        return -ERANGE;
    *out = page_ref(p);
    return 0;
}

_Noreturn void panic(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    abort();
}

_Noreturn void kassert_failed(const char *cond, const char *file, int line)
{
    panic("%s:%d: %s", file, line, cond);
}
