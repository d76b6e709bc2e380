// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_mmap.c - mmap, munmap, mprotect, mremap, brk, madvise, msync, mincore, mlock. */
#include "kernel/include/errno.h"
#include "kernel/include/file.h"
#include "kernel/include/page.h"
#include "kernel/include/process.h"
#include "kernel/include/syscall.h"
#include "kernel/include/vm.h"

static struct vm_map *map_current(void)
{
    return current->process->vm;
}

static unsigned prot_from_user(uint64_t uprot)
{
    return ((uprot & UPROT_READ) ? PROT_R : 0) | ((uprot & UPROT_WRITE) ? PROT_W : 0) |
           ((uprot & UPROT_EXEC) ? PROT_X : 0);
}

/* 0 for a range of whole pages inside user space. */
static int check_range(vaddr_t addr, uint64_t len)
{
    if (addr & PAGE_MASK)
        return -EINVAL;
    return len > USER_TOP || addr > USER_TOP - len ? -ENOMEM : 0;
}

/* The file's part of a request: access mode, kind of memory, seals. */
static int request_file(struct vm_request *r, struct file *f, uint64_t uprot, bool shared)
{
    int error;

    if (!file_can_read(f))
        return -EACCES;
    if (shared && (uprot & UPROT_WRITE) && !file_can_write(f))
        return -EACCES;
    error = file_mmap_check(f, shared, uprot & UPROT_WRITE);
    if (error)
        return error;
    if (shared && file_can_write(f))
        r->flags |= VM_MAY_WRITE;
    switch (file_mmap_kind(f)) {
    case FILE_MMAP_NONE:
        return -ENODEV;
    case FILE_MMAP_ZERO:
        r->flags |= VM_MAY_WRITE;
        return 0;
    case FILE_MMAP_PAGES:
        r->file = f;
        return 0;
    }
    return -ENODEV;
}

static int request_flags(struct vm_request *r, uint64_t flags)
{
    unsigned type = flags & MAP_TYPE;

    if (type != MAP_SHARED && type != MAP_PRIVATE && type != MAP_SHARED_VALIDATE)
        return -EINVAL;
    r->fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
    r->no_replace = flags & MAP_FIXED_NOREPLACE;
    if (r->fixed && (r->addr & PAGE_MASK))
        return -EINVAL;
    if (type != MAP_PRIVATE)
        r->flags |= VM_SHARED;
    if ((flags & MAP_GROWSDOWN) && type == MAP_PRIVATE)
        r->flags |= VM_GROWSDOWN;
    return 0;
}

static void populate(vaddr_t start, uint64_t len, unsigned prot)
{
    for (vaddr_t va = start; prot && va < start + len; va += PAGE_SIZE)
        if (vm_fault(map_current(), va, prot & PROT_W ? PROT_W : PROT_R))
            return;
}

SYSCALL6(mmap, vaddr_t, addr, uint64_t, len, uint64_t, uprot, uint64_t, flags, int, fd,
         uint64_t, offset)
{
    struct vm_request r = { .addr = addr, .prot = prot_from_user(uprot) };
    struct file *f = NULL;
    vaddr_t at;
    int error;

    if (len == 0 || (offset & PAGE_MASK))
        return -EINVAL;
    r.len = page_align_up(len);
    r.file_index = offset >> PAGE_SHIFT;
    error = request_flags(&r, flags);
    if (error)
        return error;
    if (r.len == 0 || r.len > USER_TOP)
        return -ENOMEM;
    if (!(flags & MAP_ANONYMOUS)) {
        f = fd_get(fd);
        if (!f)
            return -EBADF;
        error = request_file(&r, f, uprot, r.flags & VM_SHARED);
    } else if (r.flags & VM_SHARED) {
        r.flags |= VM_MAY_WRITE;
    }
    if (!error)
        error = vm_map_add(map_current(), &r, &at);
    if (f)
        file_unref(f);
    if (!error && (flags & (MAP_POPULATE | MAP_LOCKED)))
        populate(at, r.len, r.prot);
    return error ? error : (long)at;
}

SYSCALL2(munmap, vaddr_t, addr, uint64_t, len)
{
    if (len == 0 || check_range(addr, len))
        return -EINVAL;
    return vm_map_remove(map_current(), addr, addr + page_align_up(len));
}

SYSCALL3(mprotect, vaddr_t, addr, uint64_t, len, uint64_t, uprot)
{
    int error = check_range(addr, len);

    if (uprot & ~(uint64_t)(UPROT_READ | UPROT_WRITE | UPROT_EXEC | UPROT_GROWSDOWN | UPROT_GROWSUP))
        return -EINVAL;
    if (error || len == 0)
        return error;
    return vm_map_protect(map_current(), addr, addr + page_align_up(len), prot_from_user(uprot));
}

static long remap_in_place(struct vm_map *m, struct vm_area *a, vaddr_t addr, uint64_t old_len,
                           uint64_t new_len)
{
    if (new_len <= old_len) {
        long error = new_len < old_len ? vm_map_remove(m, addr + new_len, addr + old_len) : 0;

        return error ? error : (long)addr;
    }
    if (addr + old_len != a->end || !vm_is_free(m, a->end, addr + new_len) ||
        addr + new_len > USER_SIGPAGE)
        return -ENOMEM;
    m->pages += (addr + new_len - a->end) >> PAGE_SHIFT;
    a->end = addr + new_len;
    vm_merge_range(m, a->start, a->end);
    return (long)addr;
}

static long remap_fixed(struct vm_map *m, vaddr_t addr, uint64_t old_len, uint64_t new_len,
                        vaddr_t to)
{
    int error;

    if (check_range(to, new_len) || (to < addr + old_len && addr < to + new_len))
        return -EINVAL;
    error = vm_map_remove(m, to, to + new_len);
    if (!error && new_len < old_len) {
        error = vm_map_remove(m, addr + new_len, addr + old_len);
        old_len = new_len;
    }
    if (!error)
        error = vm_map_move(m, addr, old_len, to, new_len);
    return error ? error : (long)to;
}

SYSCALL5(mremap, vaddr_t, addr, uint64_t, old_len, uint64_t, new_len, uint64_t, flags, vaddr_t, to)
{
    struct vm_map *m = map_current();
    struct vm_area *a;
    long result;

    if ((flags & ~(uint64_t)(MREMAP_MAYMOVE | MREMAP_FIXED)) || (addr & PAGE_MASK) ||
        ((flags & MREMAP_FIXED) && !(flags & MREMAP_MAYMOVE)))
        return -EINVAL;
    old_len = page_align_up(old_len);
    new_len = page_align_up(new_len);
    if (new_len == 0 || new_len > USER_TOP || old_len > USER_TOP)
        return -EINVAL;
    a = vm_find(m, addr);
    if (!a || a->start > addr || a->end - addr < old_len)
        return -EFAULT;
    if (flags & MREMAP_FIXED)
        return remap_fixed(m, addr, old_len, new_len, to);
    result = remap_in_place(m, a, addr, old_len, new_len);
    if (result != -ENOMEM || !(flags & MREMAP_MAYMOVE))
        return result;
    to = vm_find_space(m, 0, new_len);
    if (!to)
        return -ENOMEM;
    result = vm_map_move(m, addr, old_len, to, new_len);
    return result ? result : (long)to;
}

SYSCALL1(brk, vaddr_t, brk)
{
    struct vm_map *m = map_current();
    vaddr_t old = page_align_up(m->brk), new = page_align_up(brk), at;
    struct vm_request r = { .addr = old, .len = new - old, .prot = PROT_R | PROT_W,
                            .flags = VM_HEAP, .fixed = true, .no_replace = true };

    if (brk < m->brk_start || brk > m->mmap_top)
        return (long)m->brk;
    if (new > old && vm_map_add(m, &r, &at))
        return (long)m->brk;
    if (new < old && vm_map_remove(m, new, old))
        return (long)m->brk;
    m->brk = brk;
    return (long)brk;
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

SYSCALL3(madvise, vaddr_t, addr, uint64_t, len, int, advice)
{
    vaddr_t end = addr + page_align_up(len);

    if (check_range(addr, len))
        return -EINVAL;
    switch (advice) {
    case MADV_DONTNEED:
    case MADV_FREE:
        return len ? vm_map_discard(map_current(), addr, end) : 0;
    case MADV_DONTFORK:
        return set_area_flags(addr, end, VM_DONTFORK, 0);
    case MADV_DOFORK:
        return set_area_flags(addr, end, 0, VM_DONTFORK);
    case MADV_WIPEONFORK:
        return set_area_flags(addr, end, VM_WIPEONFORK, 0);
    case MADV_KEEPONFORK:
        return set_area_flags(addr, end, 0, VM_WIPEONFORK);
    default:
        return advice < 0 || (advice > MADV_POPULATE_WRITE + 2 && advice < 100) ? -EINVAL : 0;
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
    if (check_range(addr, len))
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

/* All memory is resident for ever: locking has nothing to do but to check the range. */
static long lock_range(vaddr_t addr, uint64_t len)
{
    const struct vm_area *a = vm_find(map_current(), addr);

    return len && (!a || a->start > addr) ? -ENOMEM : 0;
}

SYSCALL2(mlock, vaddr_t, addr, uint64_t, len)
{
    return lock_range(page_align_down(addr), len);
}

SYSCALL3(mlock2, vaddr_t, addr, uint64_t, len, unsigned, flags)
{
    return flags > 1 ? -EINVAL : lock_range(page_align_down(addr), len);
}

SYSCALL2(munlock, vaddr_t, addr, uint64_t, len)
{
    return lock_range(page_align_down(addr), len);
}

SYSCALL0(mlockall)
{
    return 0;
}

SYSCALL0(munlockall)
{
    return 0;
}
