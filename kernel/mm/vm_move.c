// SPDX-License-Identifier: GPL-2.0-or-later
/* vm_move.c - mremap: moving areas, their pages with them. */
#include "kernel/include/errno.h"
#include "kernel/include/file.h"
#include "kernel/include/page.h"
#include "kernel/include/vm.h"

/* A private area's pages go to their new page numbers in a vm_anon of the new area. */
static int move_pages(struct vm_area *from, struct vm_area *to)
{
    uint64_t index = from->anon_index;
    uint64_t end = index + ((from->end - from->start) >> PAGE_SHIFT);
    struct page *p;

    to->anon = vm_anon_create();
    if (!to->anon)
        return -ENOMEM;
    for (; (p = pagetree_next(&from->anon->pages, &index, end)); index++) {
        page_ref(p);
        if (pagetree_set(&to->anon->pages, to->anon_index + (index - from->anon_index), p)) {
            page_unref(p);
            return -ENOMEM;
        }
    }
    return 0;
}

/* [old, old + old_len) is one area, [new_addr, new_addr + new_len) is free. */
int vm_map_move(struct vm_map *m, vaddr_t old, uint64_t old_len, vaddr_t new_addr,
                uint64_t new_len)
{
    struct vm_area *from, *to;
    int error = 0;

    if (vm_split_range(m, old, old + old_len))
        return -ENOMEM;
    from = vm_find(m, old);
    to = vm_area_alloc();
    if (!to)
        return -ENOMEM;
    to->start = new_addr;
    to->end = new_addr + new_len;
    to->prot = from->prot;
    to->flags = from->flags;
    to->file_index = from->file_index;
    to->anon_index = new_addr >> PAGE_SHIFT;
    if (from->file) {
        to->file = file_ref(from->file);
        to->vnode = from->vnode;
    }
    if (from->anon && (from->flags & VM_SHARED)) {
        to->anon = from->anon;
        to->anon->refs++;
        to->anon_index = from->anon_index;
    } else if (from->anon) {
        error = move_pages(from, to);
    }
    if (error) {
        vm_area_free(to);
        return error;
    }
    vm_map_remove(m, old, old + old_len);
    vm_area_insert(m, to);
    return 0;
}
