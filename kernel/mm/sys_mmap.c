// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_mmap.c - mmap, munmap, mprotect, mremap, brk. */
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

/* RLIMIT_AS, for `bytes` more. */
static bool fits_limit(const struct vm_map *m, uint64_t bytes)
{
    uint64_t limit = current->process->rlimit[RLIMIT_AS].soft;

    return bytes <= limit && m->pages << PAGE_SHIFT <= limit - bytes;
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
    if (r.len == 0 || r.len > USER_TOP || !fits_limit(map_current(), r.len))
        return -ENOMEM;
    if (!(flags & MAP_ANONYMOUS)) {
        f = fd_get(fd);
        if (!f)
            return -EBADF;
        error = request_file(&r, f, uprot, r.flags & VM_SHARED);
    } else if ((flags & MAP_TYPE) == MAP_SHARED_VALIDATE) {
        return -EINVAL;
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

/* PROT_GROWSDOWN takes the whole of an area that grows down, from its start on. */
static int grow_protection(vaddr_t addr, uint64_t uprot, vaddr_t *start)
{
    const struct vm_area *a;

    *start = addr;
    if (uprot & UPROT_GROWSUP)
        return -EINVAL;
    if (!(uprot & UPROT_GROWSDOWN))
        return 0;
    a = vm_find(map_current(), addr);
    if (!a || a->start > addr)
        return -ENOMEM;
    *start = a->start;
    return a->flags & VM_GROWSDOWN ? 0 : -EINVAL;
}

SYSCALL3(mprotect, vaddr_t, addr, uint64_t, len, uint64_t, uprot)
{
    int error = check_range(addr, len);
    vaddr_t start;

    if (uprot &
        ~(uint64_t)(UPROT_READ | UPROT_WRITE | UPROT_EXEC | UPROT_GROWSDOWN | UPROT_GROWSUP))
        return -EINVAL;
    if (error || len == 0)
        return error;
    error = grow_protection(addr, uprot, &start);
    return error ? error
                 : vm_map_protect(map_current(), start, addr + page_align_up(len),
                                  prot_from_user(uprot));
}

static long remap_in_place(struct vm_map *m, struct vm_area *a, vaddr_t addr, uint64_t old_len,
                           uint64_t new_len)
{
    if (new_len <= old_len) {
        long error = new_len < old_len ? vm_map_remove(m, addr + new_len, addr + old_len) : 0;

        return error ? error : (long)addr;
    }
    if (addr + old_len != a->end || !vm_is_free(m, a->end, addr + new_len) ||
        addr + new_len > USER_VVAR)
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

    error = vm_map_remove(m, to, to + new_len);
    if (!error && new_len < old_len) {
        error = vm_map_remove(m, addr + new_len, addr + old_len);
        old_len = new_len;
    }
    if (!error)
        error = vm_map_move(m, addr, old_len, to, new_len);
    return error ? error : (long)to;
}

static bool can_remap_to(vaddr_t addr, uint64_t old_len, uint64_t new_len, vaddr_t to)
{
    return !check_range(to, new_len) && (to >= addr + old_len || addr >= to + new_len);
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
    if (new_len == 0 || new_len > USER_TOP || old_len > USER_TOP ||
        ((flags & MREMAP_FIXED) && !can_remap_to(addr, old_len, new_len, to)))
        return -EINVAL;
    a = vm_find(m, addr);
    if (!a || a->start > addr)
        return -EFAULT;
    if (old_len == 0 && !(a->flags & VM_SHARED))
        return -EINVAL;
    if (a->end - addr < old_len)
        return -EFAULT;
    if (new_len > old_len && !fits_limit(m, new_len - old_len))
        return -ENOMEM;
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

/* RLIMIT_DATA: the heap with the program's own data. */
static bool brk_fits(const struct vm_map *m, vaddr_t brk)
{
    uint64_t data = m->data_end - m->data_start, limit = current->process->rlimit[RLIMIT_DATA].soft;

    return data <= limit && brk - m->brk_start <= limit - data;
}

SYSCALL1(brk, vaddr_t, brk)
{
    struct vm_map *m = map_current();
    vaddr_t old = page_align_up(m->brk), new = page_align_up(brk), at;
    struct vm_request r = { .addr = old, .len = new - old, .prot = PROT_R | PROT_W,
                            .flags = VM_HEAP, .fixed = true, .no_replace = true };

    if (brk < m->brk_start || brk > m->mmap_top || !brk_fits(m, brk) ||
        (new > old && !fits_limit(m, new - old)))
        return (long)m->brk;
    if (new > old && vm_map_add(m, &r, &at))
        return (long)m->brk;
    if (new < old && vm_map_remove(m, new, old))
        return (long)m->brk;
    m->brk = brk;
    return (long)brk;
}
