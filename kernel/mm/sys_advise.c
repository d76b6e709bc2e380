// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_advise.c - madvise, msync, mincore, and locking in memory. */
#include "kernel/include/errno.h"
#include "kernel/include/page.h"
#include "kernel/include/process.h"
#include "kernel/include/string.h"
#include "kernel/include/syscall.h"
#include "kernel/include/vm.h"

static struct vm_map *map_current(void)
{
    return current->process->vm;
}

static bool range_is_user(vaddr_t addr, uint64_t len)
{
    return len <= USER_TOP && addr <= USER_TOP - len;
}

static int set_area_flags(vaddr_t start, vaddr_t end, unsigned set, unsigned clear)
{
    struct vm_map *m = map_current();

    if (vm_split_range(m, start, end))
        return -ENOMEM;
    for (struct vm_area *a = vm_find(m, start); a && a->start < end; a = vm_next(m, a))
        a->flags = (a->flags | set) & ~clear;
    vm_merge_range(m, start, end);
    return 0;
}

/* True where an area in the range has one of `flags`, or a file and `file` asks for that. */
static bool has_area(vaddr_t start, vaddr_t end, unsigned flags, bool file)
{
    struct vm_map *m = map_current();

    for (struct vm_area *a = vm_find(m, start); a && a->start < end; a = vm_next(m, a))
        if ((a->flags & flags) || (file && a->file))
            return true;
    return false;
}

static long discard(vaddr_t start, vaddr_t end)
{
    if (has_area(start, end, VM_LOCKED, false))
        return -EINVAL;
    return vm_map_discard(map_current(), start, end);
}

/* Shared anonymous memory reads as zero afterwards, for all who share it. */
static long remove_contents(vaddr_t start, vaddr_t end)
{
    struct vm_map *m = map_current();

    for (struct vm_area *a = vm_find(m, start); a && a->start < end; a = vm_next(m, a)) {
        vaddr_t from = a->start > start ? a->start : start, to = a->end < end ? a->end : end;
        uint64_t index = a->anon_index + ((from - a->start) >> PAGE_SHIFT);
        uint64_t last = index + ((to - from) >> PAGE_SHIFT);
        struct page *p;

        if (a->file || !(a->flags & VM_SHARED))
            return a->file ? -EOPNOTSUPP : -EINVAL;
        for (; a->anon && (p = pagetree_next(&a->anon->pages, &index, last)); index++)
            memset(page_to_virt(p), 0, PAGE_SIZE);
    }
    return 0;
}

/* Advice that changes nothing here, but has to be taken. */
static bool advice_is_hint(int advice)
{
    return (advice >= MADV_NORMAL && advice <= MADV_WILLNEED) ||
           (advice >= MADV_MERGEABLE && advice <= MADV_DODUMP) ||
           (advice >= MADV_COLD && advice <= MADV_COLLAPSE);
}

SYSCALL3(madvise, vaddr_t, addr, uint64_t, len, int, advice)
{
    vaddr_t end = addr + page_align_up(len);

    if ((addr & PAGE_MASK) || !range_is_user(addr, len))
        return -EINVAL;
    switch (advice) {
    case MADV_DONTNEED:
        return len ? discard(addr, end) : 0;
    case MADV_FREE:
        if (has_area(addr, end, VM_SHARED, true))
            return -EINVAL;
        return len ? discard(addr, end) : 0;
    case MADV_REMOVE:
        return remove_contents(addr, end);
    case MADV_DONTFORK:
        return set_area_flags(addr, end, VM_DONTFORK, 0);
    case MADV_DOFORK:
        return set_area_flags(addr, end, 0, VM_DONTFORK);
    case MADV_WIPEONFORK:
        if (has_area(addr, end, VM_SHARED, true))
            return -EINVAL;
        return set_area_flags(addr, end, VM_WIPEONFORK, 0);
    case MADV_KEEPONFORK:
        return set_area_flags(addr, end, 0, VM_WIPEONFORK);
    default:
        return advice_is_hint(advice) ? 0 : -EINVAL;
    }
}

SYSCALL3(msync, vaddr_t, addr, uint64_t, len, unsigned, flags)
{
    const struct vm_area *a;

    if ((flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) ||
        (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC) || (addr & PAGE_MASK))
        return -EINVAL;
    a = len ? vm_find(map_current(), addr) : NULL;
    return len && (!a || a->start > addr) ? -ENOMEM : 0;
}

SYSCALL3(mincore, vaddr_t, addr, uint64_t, len, vaddr_t, vec)
{
    vaddr_t end = addr + page_align_up(len);

    if (addr & PAGE_MASK)
        return -EINVAL;
    if (!range_is_user(addr, len))
        return -ENOMEM;
    for (vaddr_t va = addr; va < end; va += PAGE_SIZE) {
        const struct vm_area *a = vm_find(map_current(), va);
        unsigned prot;
        paddr_t pa;
        uint8_t resident;

        if (!a || a->start > va)
            return -ENOMEM;
        resident = a->vnode || pmap_extract(map_current()->pmap, va, &pa, &prot);
        if (copy_to_user(vec + ((va - addr) >> PAGE_SHIFT), &resident, 1))
            return -EFAULT;
    }
    return 0;
}

/*
 * Locking. What is resident stays so in any case; a lock makes pages present, guards them against
 * MADV_DONTNEED, and counts against RLIMIT_MEMLOCK.
 */
static uint64_t locked_bytes(struct vm_map *m)
{
    uint64_t bytes = 0;

    for (struct vm_area *a = vm_next(m, NULL); a; a = vm_next(m, a))
        bytes += a->flags & VM_LOCKED ? a->end - a->start : 0;
    return bytes;
}

static int may_lock(uint64_t bytes)
{
    uint64_t limit = current->process->rlimit[RLIMIT_MEMLOCK].soft;

    if (cred_is_privileged(&current->process->cred))
        return 0;
    if (limit == 0)
        return -EPERM;
    return locked_bytes(map_current()) + bytes > limit ? -ENOMEM : 0;
}

/* Whether areas cover [start, end) without a hole. */
static bool is_covered(vaddr_t start, vaddr_t end)
{
    struct vm_map *m = map_current();

    for (struct vm_area *a = vm_find(m, start); start < end; a = vm_next(m, a)) {
        if (!a || a->start > start)
            return false;
        start = a->end;
    }
    return true;
}

static void make_present(vaddr_t start, vaddr_t end)
{
    struct vm_map *m = map_current();

    for (vaddr_t va = start; va < end; va += PAGE_SIZE) {
        const struct vm_area *a = vm_find(m, va);

        if (!a || a->start > va || !a->prot ||
            vm_fault(m, va, (a->prot & PROT_W) && !(a->flags & VM_SHARED) ? PROT_W : PROT_R))
            return;
    }
}

static long lock_range(vaddr_t addr, uint64_t len, bool lock, bool on_fault)
{
    vaddr_t start = page_align_down(addr), end = start + page_align_up(len + (addr - start));
    int error = lock ? may_lock(end - start) : 0;

    if (error)
        return error;
    if (end < start)
        return -EINVAL;
    if (end > USER_TOP)
        return -ENOMEM;
    if (end == start)
        return 0;
    error = set_area_flags(start, end, lock ? VM_LOCKED : 0, lock ? 0 : VM_LOCKED);
    if (error)
        return error;
    if (!is_covered(start, end))
        return -ENOMEM;
    if (lock && !on_fault)
        make_present(start, end);
    return 0;
}

SYSCALL2(mlock, vaddr_t, addr, uint64_t, len)
{
    return lock_range(addr, len, true, false);
}

SYSCALL3(mlock2, vaddr_t, addr, uint64_t, len, unsigned, flags)
{
    return flags & ~MLOCK_ONFAULT ? -EINVAL : lock_range(addr, len, true, flags & MLOCK_ONFAULT);
}

SYSCALL2(munlock, vaddr_t, addr, uint64_t, len)
{
    return lock_range(addr, len, false, false);
}

SYSCALL1(mlockall, unsigned, flags)
{
    struct vm_map *m = map_current();
    int error;

    if (!flags || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) || flags == MCL_ONFAULT)
        return -EINVAL;
    error = may_lock(flags & MCL_CURRENT ? m->pages << PAGE_SHIFT : 0);
    return error || !(flags & MCL_CURRENT) ? error : set_area_flags(0, USER_TOP, VM_LOCKED, 0);
}

SYSCALL0(munlockall)
{
    return set_area_flags(0, USER_TOP, 0, VM_LOCKED);
}
