// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pidfd.c - descriptors that name a process: readable once it has exited.
 *
 * A pidfd keeps the number, not the process, and the time the process began, so a
 * number used again is seen to be another process.
 */
#include "kernel/proc/pidfd.h"
#include "kernel/include/errno.h"
#include "kernel/include/file.h"
#include "kernel/include/fs_uapi.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/process.h"
#include "kernel/include/syscall.h"

struct pidfd {
    int32_t pid;
    uint64_t start_ns;
};

static struct process *pidfd_process(const struct file *f)
{
    const struct pidfd *pf = f->priv;
    struct process *p = process_find(pf->pid);

    return p && p->start_ns == pf->start_ns ? p : NULL;
}

static uint32_t pidfd_poll(struct file *f, struct poll_table *pt)
{
    struct process *p = pidfd_process(f);

    if (p && pt)
        poll_register(pt, &p->exit_poll);
    return !p || p->state == PROCESS_ZOMBIE ? POLL_READABLE : 0;
}

static void pidfd_release(struct file *f)
{
    kfree(f->priv);
}

static const struct file_ops pidfd_ops = { .release = pidfd_release, .poll = pidfd_poll };

static int pidfd_create(struct process *p, unsigned flags)
{
    struct pidfd *pf = kmalloc(sizeof(*pf));
    struct file *f;
    int error;

    if (!pf)
        return -ENOMEM;
    pf->pid = p->pid;
    pf->start_ns = p->start_ns;
    error = file_open_anon(&pidfd_ops, pf, O_RDWR | (flags & O_NONBLOCK), "anon_inode:[pidfd]",
                           0600, &f);
    if (error)
        return error;
    return (int)fd_give(f, true);
}

void pidfd_open_into(struct process *p, vaddr_t user_fd)
{
    int fd = pidfd_create(p, 0);

    copy_to_user(user_fd, &fd, sizeof(fd));
}

static struct file *pidfd_get(int fd)
{
    struct file *f = fd_get(fd);

    if (f && f->ops != &pidfd_ops) {
        file_unref(f);
        return NULL;
    }
    return f;
}

int32_t pidfd_pid(int fd)
{
    struct file *f = pidfd_get(fd);
    int32_t pid;

    if (!f)
        return -EBADF;
    pid = ((const struct pidfd *)f->priv)->pid;
    file_unref(f);
    return pid;
}

SYSCALL2(pidfd_open, int, pid, unsigned, flags)
{
    struct process *p;

    if (pid <= 0 || (flags & ~O_NONBLOCK))
        return -EINVAL;
    p = process_find(pid);
    return p ? pidfd_create(p, flags) : -ESRCH;
}

SYSCALL4(pidfd_send_signal, int, fd, int, signo, vaddr_t, uinfo, unsigned, flags)
{
    struct file *f = pidfd_get(fd);
    struct ksiginfo info;
    struct process *p;

    if (!f)
        return -EBADF;
    p = pidfd_process(f);
    file_unref(f);
    if (flags || signo < 0 || signo > SIGNAL_COUNT)
        return -EINVAL;
    if (!p || p->state == PROCESS_ZOMBIE)
        return -ESRCH;
    siginfo_from_current(&info, signo, SI_USER);
    if (uinfo && copy_from_user(&info, uinfo, sizeof(info)))
        return -EFAULT;
    if (!signal_may_send(p, signo))
        return -EPERM;
    return signo ? signal_send_process(p, signo, &info) : 0;
}
