// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm_fault.c - demand paging, copy on write, stack growth, and copies that go
 * through a map instead of its page tables.
 *
 * What a fault finds, in this order: a page of the area's vm_anon; a page of the
 * file; nothing, that is zeros. A private page is writable in the page tables
 * only when this vm_anon is its one owner (refs == 1).
 */
#include "kernel/include/errno.h"
#include "kernel/include/page.h"
#include "kernel/include/string.h"
#include "kernel/include/vm.h"
#include "kernel/include/vnode.h"

#define STACK_GAP_BYTES (256 * PAGE_SIZE)

static struct vm_area *grow_stack(struct vm_map *m, struct vm_area *a, vaddr_t va)
{
    vaddr_t start = page_align_down(va);
    const struct list *below = a->node.prev;

    if (!(a->flags & VM_GROWSDOWN) || a->end - start > m->stack_bytes_max)
        return NULL;
    if (below != &m->areas) {
        const struct vm_area *b = list_entry(below, struct vm_area, node);

        if (b->end > start || (start - b->end < STACK_GAP_BYTES && b->prot))
            return NULL;
    }
    m->pages += (a->start - start) >> PAGE_SHIFT;
    a->anon_index -= (a->start - start) >> PAGE_SHIFT;
    a->start = start;
    return a;
}

/* Puts a page of the area's own at index; takes over the reference. */
static int anon_install(struct vm_area *a, uint64_t index, struct page *p)
{
    if (!a->anon) {
        a->anon = vm_anon_create();
        if (!a->anon) {
            page_unref(p);
            return -ENOMEM;
        }
    }
    if (pagetree_set(&a->anon->pages, index, p)) {
        page_unref(p);
        return -ENOMEM;
    }
    return 0;
}

static int anon_copy_of(struct vm_area *a, uint64_t index, const struct page *from,
                        struct page **out)
{
    struct page *p = page_alloc();

    if (!p)
        return -ENOMEM;
    memcpy(page_to_virt(p), page_to_virt(from), PAGE_SIZE);
    *out = p;
    return anon_install(a, index, p);
}

static int resolve_anon(struct vm_area *a, uint64_t index, bool write, struct page **out)
{
    if (!write && !(a->flags & VM_SHARED)) {
        *out = page_of_zeros;
        return 0;
    }
    *out = page_alloc_zeroed();
    return *out ? anon_install(a, index, *out) : -ENOMEM;
}

/* The vnode keeps its page alive: the reference is not needed once it is in the page tables. */
static int resolve_file(struct vm_area *a, uint64_t index, uint64_t file_index, bool write,
                        struct page **out)
{
    bool shared = a->flags & VM_SHARED;
    int error = vnode_get_page(a->vnode, file_index, write && shared, out);
    struct page *p = *out;

    if (error)
        return error;
    if (write && !shared)
        error = anon_copy_of(a, index, p, out);
    page_unref(p);
    return error;
}

static int resolve(struct vm_area *a, vaddr_t va, bool write, struct page **out, bool *writable)
{
    uint64_t offset = (va - a->start) >> PAGE_SHIFT, index = a->anon_index + offset;
    struct page *p = a->anon ? pagetree_get(&a->anon->pages, index) : NULL;
    bool shared = a->flags & VM_SHARED;

    *out = p;
    if (p) {
        *writable = shared || p->refs == 1;
        if (*writable || !write)
            return 0;
        *writable = true;
        return anon_copy_of(a, index, p, out);
    }
    *writable = write || (shared && !a->vnode);
    if (a->vnode)
        return resolve_file(a, index, a->file_index + offset, write, out);
    return resolve_anon(a, index, write, out);
}

/* Puts the page of va into the page tables, by the area's protection. */
FAULT_PATH static int map_page(struct vm_map *m, struct vm_area *a, vaddr_t va, bool write)
{
    struct page *p;
    bool writable;
    unsigned prot;
    int error = resolve(a, va, write, &p, &writable);

    if (error)
        return error;
    prot = (a->prot & ~(writable ? 0 : PROT_W)) | PROT_R | PROT_U;
    if ((prot & PROT_X) && !(p->flags & PAGE_ICACHE_SYNC)) {
        arch_sync_icache(page_to_virt(p), PAGE_SIZE);
        p->flags |= PAGE_ICACHE_SYNC;
    }
    return pmap_enter(m->pmap, page_align_down(va), page_to_phys(p), prot);
}

FAULT_PATH int vm_fault(struct vm_map *m, vaddr_t va, unsigned need)
{
    struct vm_area *a = vm_find(m, va);

    if (a && va < a->start)
        a = grow_stack(m, a, va);
    if (!a)
        return -EFAULT;
    if ((need & a->prot & (PROT_W | PROT_X)) != (need & (PROT_W | PROT_X)) || !a->prot)
        return -EACCES;
    return map_page(m, a, va, need & PROT_W);
}

void vm_vnode_unmap(struct vnode *vn, uint64_t first, uint64_t last)
{
    for (struct vm_area *a = vn->mappings; a; a = a->vnode_next) {
        uint64_t pages = (a->end - a->start) >> PAGE_SHIFT;
        uint64_t from = first > a->file_index ? first - a->file_index : 0;
        uint64_t to = last - a->file_index + 1;

        if (last < a->file_index || from >= pages)
            continue;
        if (to > pages || last == UINT64_MAX)
            to = pages;
        pmap_remove(a->map->pmap, a->start + (from << PAGE_SHIFT), a->start + (to << PAGE_SHIFT));
    }
}

/* A debugger writes where the program may not: into a page of the area's own. */
static int fault_forced(struct vm_map *m, vaddr_t va)
{
    struct vm_area *a = vm_find(m, va);

    if (!a || va < a->start || ((a->flags & VM_SHARED) && !(a->prot & PROT_W)))
        return -EFAULT;
    return map_page(m, a, va, true);
}

enum copy_way { COPY_IN, COPY_OUT, COPY_OUT_FORCED };

static int copy_fault(struct vm_map *m, vaddr_t va, enum copy_way way)
{
    if (way == COPY_OUT_FORCED)
        return fault_forced(m, va);
    return vm_fault(m, va, way == COPY_IN ? PROT_R : PROT_W);
}

static int copy_through(struct vm_map *m, vaddr_t va, char *buf, size_t len, enum copy_way way)
{
    while (len) {
        size_t in_page = PAGE_SIZE - (va & PAGE_MASK);
        size_t n = len < in_page ? len : in_page;
        paddr_t pa;
        unsigned prot;
        char *bytes;
        int error;

        error = copy_fault(m, va, way);
        if (error)
            return error == -ENOMEM ? error : -EFAULT;
        if (!pmap_extract(m->pmap, page_align_down(va), &pa, &prot))
            return -EFAULT;
        bytes = (char *)arch_phys_to_virt(page_align_down(pa)) + (va & PAGE_MASK);
        if (way == COPY_IN)
            memcpy(buf, bytes, n);
        else
            memcpy(bytes, buf, n);
        if (way == COPY_OUT_FORCED)
            arch_sync_icache(bytes, n);
        va += n;
        buf += n;
        len -= n;
    }
    return 0;
}

int vm_copy_out(struct vm_map *m, vaddr_t dst, const void *src, size_t len)
{
    return copy_through(m, dst, (char *)(uintptr_t)src, len, COPY_OUT);
}

int vm_copy_out_forced(struct vm_map *m, vaddr_t dst, const void *src, size_t len)
{
    return copy_through(m, dst, (char *)(uintptr_t)src, len, COPY_OUT_FORCED);
}

int vm_copy_in(struct vm_map *m, void *dst, vaddr_t src, size_t len)
{
    return copy_through(m, src, dst, len, COPY_IN);
}
