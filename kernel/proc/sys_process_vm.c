// SPDX-License-Identifier: GPL-2.0-or-later
/* sys_process_vm.c - process_vm_readv and process_vm_writev: memory of another process. */
#include "kernel/include/errno.h"
#include "kernel/include/process.h"
#include "kernel/include/syscall.h"
#include "kernel/include/vm.h"

#define IOV_MAX 1024u
#define CHUNK_BYTES 512u

struct iovec_k {
    uint64_t base, len;
};

/* One side of the copy: a list of ranges in user memory, and how far it has come. */
struct side {
    vaddr_t list;
    uint64_t count;
    struct iovec_k now;
};

/* Something left to copy on this side? -EFAULT. */
static int side_advance(struct side *s)
{
    while (!s->now.len && s->count) {
        if (copy_from_user(&s->now, s->list, sizeof(s->now)))
            return -EFAULT;
        s->list += sizeof(s->now);
        s->count--;
    }
    return s->now.len != 0;
}

static int copy_chunk(struct vm_map *m, const struct side *here, const struct side *there,
                      size_t n, bool write)
{
    char chunk[CHUNK_BYTES];

    if (write)
        return copy_from_user(chunk, here->now.base, n) ||
                       vm_copy_out(m, there->now.base, chunk, n)
                   ? -EFAULT
                   : 0;
    return vm_copy_in(m, chunk, there->now.base, n) || copy_to_user(here->now.base, chunk, n)
               ? -EFAULT
               : 0;
}

static uint64_t chunk_of(const struct side *here, const struct side *there)
{
    uint64_t n = here->now.len < there->now.len ? here->now.len : there->now.len;
    uint64_t in_page = 4096 - (there->now.base & 4095); /* what can be copied, is */

    if (n > in_page)
        n = in_page;
    return n < CHUNK_BYTES ? n : CHUNK_BYTES;
}

static long copy_sides(struct vm_map *m, struct side *here, struct side *there, bool write)
{
    long total = 0;

    for (;;) {
        int more = side_advance(here);
        uint64_t n;

        if (more > 0)
            more = side_advance(there);
        if (more <= 0)
            return more < 0 && !total ? more : total;
        n = chunk_of(here, there);
        if (copy_chunk(m, here, there, n, write))
            return total ? total : -EFAULT;
        here->now.base += n;
        here->now.len -= n;
        there->now.base += n;
        there->now.len -= n;
        total += (long)n;
    }
}

static bool may_access(const struct process *p)
{
    const struct cred *mine = &current->process->cred;

    return p == current->process || cred_is_privileged(mine) ||
           (p->dumpable && mine->uid == p->cred.uid && mine->uid == p->cred.euid &&
            mine->uid == p->cred.suid);
}

static long process_vm(int pid, struct side *here, struct side *there, uint64_t flags, bool write)
{
    struct thread *t = thread_find(pid);
    struct vm_map *m;
    long result;

    if (flags || here->count > IOV_MAX || there->count > IOV_MAX)
        return -EINVAL;
    if (!t || !t->process || !t->process->vm)
        return -ESRCH;
    if (!may_access(t->process))
        return -EPERM;
    m = vm_map_ref(t->process->vm);
    result = copy_sides(m, here, there, write);
    vm_map_unref(m);
    return result;
}

SYSCALL6(process_vm_readv, int, pid, vaddr_t, local, uint64_t, local_count, vaddr_t, remote,
         uint64_t, remote_count, uint64_t, flags)
{
    struct side here = { .list = local, .count = local_count };
    struct side there = { .list = remote, .count = remote_count };

    return process_vm(pid, &here, &there, flags, false);
}

SYSCALL6(process_vm_writev, int, pid, vaddr_t, local, uint64_t, local_count, vaddr_t, remote,
         uint64_t, remote_count, uint64_t, flags)
{
    struct side here = { .list = local, .count = local_count };
    struct side there = { .list = remote, .count = remote_count };

    return process_vm(pid, &here, &there, flags, true);
}
