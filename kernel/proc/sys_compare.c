/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_compare.c - what one process may see of another's objects: kcmp and pidfd_getfd. */
#include "kernel/include/errno.h"
#include "kernel/include/file.h"
#include "kernel/include/process.h"
#include "kernel/include/syscall.h"
#include "kernel/proc/pidfd.h"

#define KCMP_FILE 0
#define KCMP_VM 1
#define KCMP_FILES 2
#define KCMP_FS 3
#define KCMP_SIGHAND 4
#define KCMP_IO 5
#define KCMP_SYSVSEM 6

/* Linux's PTRACE_MODE_READ: the same user in every respect, or privilege. */
static bool may_look(const struct process *p)
{
    const struct cred *me = &current->process->cred, *c = &p->cred;

    return cred_is_privileged(me) ||
           (me->uid == c->uid && me->uid == c->euid && me->uid == c->suid && me->gid == c->gid &&
            me->gid == c->egid && me->gid == c->sgid && p->dumpable);
}

/* 0 equal, 1 less, 2 greater: an order that stays while the objects do. */
static long compare(const void *a, const void *b)
{
    return a == b ? 0 : a < b ? 1 : 2;
}

SYSCALL5(kcmp, int, pid1, int, pid2, int, type, uint64_t, index1, uint64_t, index2)
{
    const struct process *a = process_find(pid1), *b = process_find(pid2);

    if (!a || !b || !a->fds || !b->fds)
        return -ESRCH;
    if (!may_look(a) || !may_look(b))
        return -EPERM;
    switch (type) {
    case KCMP_FILE: {
        const struct file *f = fd_table_peek(a->fds, (int)index1);
        const struct file *g = fd_table_peek(b->fds, (int)index2);

        return f && g ? compare(f, g) : -EBADF;
    }
    case KCMP_VM:
        return compare(a->vm, b->vm);
    case KCMP_FILES:
        return compare(a->fds, b->fds);
    case KCMP_FS:
        return compare(a->fs, b->fs);
    case KCMP_SIGHAND:
        return compare(a->sighand, b->sighand);
    case KCMP_IO:
    case KCMP_SYSVSEM:
        return compare(NULL, NULL);
    }
    return type == 7 ? -EOPNOTSUPP : -EINVAL;
}

SYSCALL3(pidfd_getfd, int, pidfd, int, target, unsigned, flags)
{
    int32_t pid;
    struct process *p;
    struct file *f;
    long fd;

    if (flags)
        return -EINVAL;
    pid = pidfd_pid(pidfd);
    if (pid < 0)
        return pid;
    p = process_find(pid);
    if (!p || !p->fds)
        return -ESRCH;
    if (!may_look(p))
        return -EPERM;
    f = fd_table_peek(p->fds, target);
    if (!f)
        return -EBADF;
    fd = fd_install(file_ref(f), 0, true);
    if (fd < 0)
        file_unref(f);
    return fd;
}
