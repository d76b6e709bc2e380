// SPDX-License-Identifier: GPL-2.0-or-later
/* vm_map.c - address spaces: making, changing and forking them. */
#include "kernel/include/vm.h"
#include "kernel/include/errno.h"
#include "kernel/include/file.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/page.h"

/* The stack's end, and the room kept for it to grow: mappings start below. */
#define MMAP_GAP_BYTES (128ull << 20)
#define MMAP_LOW (64ull << 10)

struct vm_map *vm_map_create(void)
{
    struct vm_map *m = kzalloc(sizeof(*m));

    if (!m)
        return NULL;
    m->pmap = pmap_create();
    if (!m->pmap) {
        kfree(m);
        return NULL;
    }
    m->refs = 1;
    m->mmap_top = USER_TOP - MMAP_GAP_BYTES;
    list_init(&m->areas);
    return m;
}

struct vm_map *vm_map_ref(struct vm_map *m)
{
    m->refs++;
    return m;
}

void vm_map_unref(struct vm_map *m)
{
    if (--m->refs)
        return;
    list_for_each_safe (a, &m->areas, struct vm_area, node)
        vm_area_free(a);
    pmap_destroy(m->pmap);
    kfree(m);
}

/* The child's own vm_anon with the same pages: from now on they are copied on write. */
static int fork_anon(const struct vm_area *from, struct vm_area *to)
{
    uint64_t index = from->anon_index;
    uint64_t end = index + ((from->end - from->start) >> PAGE_SHIFT);
    struct page *p;

    to->anon = vm_anon_create();
    if (!to->anon)
        return -ENOMEM;
    for (; (p = pagetree_next(&from->anon->pages, &index, end)); index++) {
        page_ref(p);
        if (pagetree_set(&to->anon->pages, index, p)) {
            page_unref(p);
            return -ENOMEM;
        }
    }
    pmap_protect(from->map->pmap, from->start, from->end,
                 (from->prot & ~PROT_W) | PROT_U);
    return 0;
}

static int fork_area(struct vm_area *from, struct vm_map *child)
{
    struct vm_area *a = vm_area_alloc();
    int error = 0;

    if (!a)
        return -ENOMEM;
    a->start = from->start;
    a->end = from->end;
    a->prot = from->prot;
    a->flags = from->flags & ~VM_LOCKED;
    a->anon_index = from->anon_index;
    a->file_index = from->file_index;
    if (from->file) {
        a->file = file_ref(from->file);
        a->vnode = from->vnode;
    }
    if (from->anon && (from->flags & VM_SHARED)) {
        a->anon = from->anon;
        a->anon->refs++;
    } else if (from->anon && !(from->flags & VM_WIPEONFORK)) {
        error = fork_anon(from, a);
    }
    vm_area_insert(child, a);
    return error;
}

int vm_map_fork(struct vm_map *parent, struct vm_map **out)
{
    struct vm_map *m = vm_map_create();
    struct pmap *pmap;

    if (!m)
        return -ENOMEM;
    pmap = m->pmap;
    *m = *parent;
    m->pmap = pmap;
    m->refs = 1;
    m->pages = 0;
    m->hint = NULL;
    list_init(&m->areas);
    list_for_each (a, &parent->areas, struct vm_area, node) {
        if (!(a->flags & VM_DONTFORK) && fork_area(a, m)) {
            vm_map_unref(m);
            return -ENOMEM;
        }
    }
    *out = m;
    return 0;
}

bool vm_is_free(struct vm_map *m, vaddr_t start, vaddr_t end)
{
    const struct vm_area *a = vm_find(m, start);

    return !a || a->start >= end;
}

vaddr_t vm_find_space(struct vm_map *m, vaddr_t hint, uint64_t len)
{
    vaddr_t top = m->mmap_top;

    if (hint >= MMAP_LOW && hint < USER_VVAR && len <= USER_VVAR - hint &&
        vm_is_free(m, hint, hint + len))
        return hint;
    for (const struct list *l = m->areas.prev; l != &m->areas; l = l->prev) {
        const struct vm_area *a = list_entry(l, struct vm_area, node);

        if (a->start >= top)
            continue;
        if (a->end <= top && top - a->end >= len)
            return top - len;
        top = a->start;
    }
    return top >= MMAP_LOW + len ? top - len : 0;
}

int vm_map_remove(struct vm_map *m, vaddr_t start, vaddr_t end)
{
    struct vm_area *a, *next;

    if (vm_split_range(m, start, end))
        return -ENOMEM;
    a = vm_find(m, start);
    if (a && a->start < end)
        pmap_remove(m->pmap, start, end);
    for (; a && a->start < end; a = next) {
        next = vm_next(m, a);
        vm_area_free(a);
    }
    return 0;
}

static int area_back(struct vm_area *a, const struct vm_request *r)
{
    a->anon_index = a->start >> PAGE_SHIFT;
    if (!r->file) {
        if (!(r->flags & VM_SHARED))
            return 0;
        a->anon = vm_anon_create();
        return a->anon ? 0 : -ENOMEM;
    }
    a->file = file_ref(r->file);
    a->vnode = r->file->vnode;
    a->file_index = r->file_index;
    return 0;
}

int vm_map_add(struct vm_map *m, const struct vm_request *r, vaddr_t *out)
{
    vaddr_t start = r->addr;
    struct vm_area *a;

    if (!r->fixed)
        start = vm_find_space(m, page_align_down(r->addr), r->len);
    else if (r->no_replace && !vm_is_free(m, start, start + r->len))
        return -EEXIST;
    if (!start && !r->fixed)
        return -ENOMEM;
    if (start > USER_TOP || r->len > USER_TOP - start)
        return -ENOMEM;
    a = vm_area_alloc();
    if (!a)
        return -ENOMEM;
    a->start = start;
    a->end = start + r->len;
    a->prot = r->prot;
    a->flags = r->flags;
    if (area_back(a, r) || (r->fixed && vm_map_remove(m, a->start, a->end))) {
        vm_area_free(a);
        return -ENOMEM;
    }
    vm_area_insert(m, a);
    *out = start;
    return 0;
}

static bool is_mapped(struct vm_map *m, vaddr_t start, vaddr_t end)
{
    const struct vm_area *a;

    for (a = vm_find(m, start); start < end; a = vm_next(m, a)) {
        if (!a || a->start > start)
            return false;
        start = a->end;
    }
    return true;
}

/*
 * Rights that go are taken from the page tables at once; rights that come are given by
 * the next fault, which knows about copy on write and instruction caches.
 */
static void protect_area(struct vm_area *a, unsigned prot)
{
    bool gains_exec = (prot & PROT_X) && !(a->prot & PROT_X);

    if (prot == 0 || gains_exec)
        pmap_remove(a->map->pmap, a->start, a->end);
    else
        pmap_protect(a->map->pmap, a->start, a->end, (prot & ~PROT_W) | PROT_U);
    a->prot = prot;
}

int vm_map_protect(struct vm_map *m, vaddr_t start, vaddr_t end, unsigned prot)
{
    struct vm_area *a;

    if (!is_mapped(m, start, end))
        return -ENOMEM;
    for (a = vm_find(m, start); a && a->start < end; a = vm_next(m, a))
        if ((prot & PROT_W) && (a->flags & VM_SHARED) && !(a->flags & VM_MAY_WRITE))
            return -EACCES;
    if (vm_split_range(m, start, end))
        return -ENOMEM;
    for (a = vm_find(m, start); a && a->start < end; a = vm_next(m, a))
        if (a->prot != prot)
            protect_area(a, prot);
    vm_merge_range(m, start, end);
    return 0;
}

int vm_map_discard(struct vm_map *m, vaddr_t start, vaddr_t end)
{
    bool mapped = is_mapped(m, start, end);

    for (struct vm_area *a = vm_find(m, start); a && a->start < end; a = vm_next(m, a)) {
        vaddr_t from = a->start > start ? a->start : start;
        vaddr_t to = a->end < end ? a->end : end;
        uint64_t index = a->anon_index + ((from - a->start) >> PAGE_SHIFT);

        pmap_remove(m->pmap, from, to);
        if (a->anon && !(a->flags & VM_SHARED))
            pagetree_remove(&a->anon->pages, index, index + ((to - from) >> PAGE_SHIFT));
    }
    return mapped ? 0 : -ENOMEM;
}

uint64_t vm_resident_pages(const struct vm_map *m)
{
    uint64_t n = 0;

    list_for_each (a, &m->areas, struct vm_area, node)
        if (a->anon && (a->node.prev == &m->areas ||
                        list_entry(a->node.prev, struct vm_area, node)->anon != a->anon))
            n += a->anon->pages.pages;
    return n;
}
