// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm_area.c - areas as objects: splitting, merging, and the list of a map.
 *
 * A private area's anonymous pages stand in its vm_anon at their page number in
 * the address space (anon_index == start >> PAGE_SHIFT), so neighbours fit
 * together without moving a page. A removed private area takes its pages out of
 * the vm_anon, which other parts of the same area may still use.
 */
#include "kernel/include/errno.h"
#include "kernel/include/file.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/page.h"
#include "kernel/include/string.h"
#include "kernel/include/vm.h"

struct vm_anon *vm_anon_create(void)
{
    struct vm_anon *an = kmalloc(sizeof(*an));

    if (an) {
        an->refs = 1;
        pagetree_init(&an->pages);
    }
    return an;
}

void vm_anon_unref(struct vm_anon *an)
{
    if (--an->refs)
        return;
    pagetree_remove(&an->pages, 0, UINT64_MAX);
    kfree(an);
}

struct vm_area *vm_area_alloc(void)
{
    struct vm_area *a = kzalloc(sizeof(*a));

    if (a)
        list_init(&a->node);
    return a;
}

static void vnode_link_area(struct vm_area *a)
{
    if (!a->vnode)
        return;
    a->vnode_next = a->vnode->mappings;
    a->vnode_link = &a->vnode->mappings;
    if (a->vnode_next)
        a->vnode_next->vnode_link = &a->vnode_next;
    a->vnode->mappings = a;
}

static void vnode_unlink_area(struct vm_area *a)
{
    if (!a->vnode_link)
        return;
    *a->vnode_link = a->vnode_next;
    if (a->vnode_next)
        a->vnode_next->vnode_link = a->vnode_link;
    a->vnode_link = NULL;
}

/* Off the map; its pages in the pmap are the caller's matter. */
void vm_area_free(struct vm_area *a)
{
    uint64_t count = (a->end - a->start) >> PAGE_SHIFT;

    if (list_is_linked(&a->node)) {
        list_remove(&a->node);
        a->map->pages -= count;
        if (a->map->hint == a)
            a->map->hint = NULL;
    }
    vnode_unlink_area(a);
    if (a->anon) {
        if (!(a->flags & VM_SHARED) && a->anon->refs > 1)
            pagetree_remove(&a->anon->pages, a->anon_index, a->anon_index + count);
        vm_anon_unref(a->anon);
    }
    if (a->file)
        file_unref(a->file);
    kfree(a);
}

struct vm_area *vm_next(const struct vm_map *m, const struct vm_area *a)
{
    const struct list *next = a ? a->node.next : m->areas.next;

    return next == &m->areas ? NULL : list_entry(next, struct vm_area, node);
}

static struct vm_area *vm_prev(const struct vm_map *m, const struct vm_area *a)
{
    const struct list *prev = a ? a->node.prev : m->areas.prev;

    return prev == &m->areas ? NULL : list_entry(prev, struct vm_area, node);
}

FAULT_PATH struct vm_area *vm_find(struct vm_map *m, vaddr_t va)
{
    struct vm_area *a = m->hint ? m->hint : vm_next(m, NULL);

    if (a && a->start > va) {
        struct vm_area *below;

        while ((below = vm_prev(m, a)) && below->end > va)
            a = below;
    } else {
        while (a && a->end <= va)
            a = vm_next(m, a);
    }
    if (a)
        m->hint = a;
    return a;
}

int vm_area_split(struct vm_area *a, vaddr_t at)
{
    struct vm_area *upper = vm_area_alloc();
    uint64_t lower_pages = (at - a->start) >> PAGE_SHIFT;

    if (!upper)
        return -ENOMEM;
    *upper = *a;
    list_init(&upper->node);
    upper->start = at;
    upper->anon_index += lower_pages;
    upper->file_index += lower_pages;
    upper->vnode_link = NULL;
    if (upper->anon)
        upper->anon->refs++;
    if (upper->file)
        file_ref(upper->file);
    vnode_link_area(upper);
    a->end = at;
    list_insert_before(a->node.next, &upper->node);
    return 0;
}

int vm_split_range(struct vm_map *m, vaddr_t start, vaddr_t end)
{
    struct vm_area *a = vm_find(m, start);

    if (a && a->start < start && vm_area_split(a, start))
        return -ENOMEM;
    a = vm_find(m, end);
    if (a && a->start < end && vm_area_split(a, end))
        return -ENOMEM;
    return 0;
}

static bool can_merge(const struct vm_area *lo, const struct vm_area *hi)
{
    uint64_t lo_pages = (lo->end - lo->start) >> PAGE_SHIFT;

    if (lo->end != hi->start || lo->prot != hi->prot || lo->flags != hi->flags ||
        lo->file != hi->file)
        return false;
    if (lo->file && lo->file_index + lo_pages != hi->file_index)
        return false;
    if (lo->flags & VM_SHARED)
        return lo->file || (lo->anon == hi->anon && lo->anon_index + lo_pages == hi->anon_index);
    return !lo->anon || !hi->anon || lo->anon == hi->anon;
}

/* hi's memory becomes part of lo. */
static void merge(struct vm_area *lo, struct vm_area *hi)
{
    vaddr_t end = hi->end;

    if (!lo->anon) {
        lo->anon = hi->anon;
        hi->anon = NULL;
    } else if (hi->anon) {
        vm_anon_unref(hi->anon);
        hi->anon = NULL;
    }
    lo->map->pages += (end - hi->start) >> PAGE_SHIFT; /* vm_area_free() takes them off */
    vm_area_free(hi);
    lo->end = end;
}

void vm_merge_range(struct vm_map *m, vaddr_t start, vaddr_t end)
{
    struct vm_area *a = vm_find(m, start ? start - 1 : 0), *next;

    while (a && a->start <= end && (next = vm_next(m, a))) {
        if (can_merge(a, next))
            merge(a, next);
        else
            a = next;
    }
}

void vm_area_insert(struct vm_map *m, struct vm_area *a)
{
    struct vm_area *above = vm_find(m, a->start);

    a->map = m;
    list_insert_before(above ? &above->node : &m->areas, &a->node);
    m->pages += (a->end - a->start) >> PAGE_SHIFT;
    vnode_link_area(a);
    vm_merge_range(m, a->start, a->end);
}
