/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signalfd.c - pending signals read as records.
 *
 * What a read takes is the reading thread's and its process's pending signals in the
 * mask; the file holds no queue of its own.
 */
#include "kernel/fs/sys.h"
#include "kernel/include/process.h"
#include "kernel/include/signal.h"

struct signalfd {
    sigset_k mask;
};

struct signalfd_siginfo_k {
    uint32_t signo;
    int32_t error, code;
    uint32_t pid, uid;
    int32_t fd;
    uint32_t tid, band, overrun, trapno;
    int32_t status, value_int;
    uint64_t value_ptr, utime, stime, addr;
    uint16_t addr_lsb, pad2;
    int32_t syscall;
    uint64_t call_addr;
    uint32_t arch;
    uint8_t pad[28];
};
_Static_assert(sizeof(struct signalfd_siginfo_k) == 128, "struct signalfd_siginfo");

static const struct file_ops signalfd_fops;

static bool take(const struct signalfd *s, struct ksiginfo *info)
{
    if (!sigqueue_take(&current->pending, s->mask, info) &&
        !sigqueue_take(&process_current()->pending, s->mask, info))
        return false;
    signal_recompute_process(process_current());
    return true;
}

static void convert(const struct ksiginfo *i, struct signalfd_siginfo_k *o)
{
    memset(o, 0, sizeof(*o));
    o->signo = (uint32_t)i->signo;
    o->error = i->error;
    o->code = i->code;
    switch (i->signo) {
    case SIGCHLD:
        o->status = i->child.status;
        o->utime = (uint64_t)i->child.utime;
        o->stime = (uint64_t)i->child.stime;
        o->pid = (uint32_t)i->child.pid;
        o->uid = i->child.uid;
        break;
    case SIGSEGV:
    case SIGBUS:
    case SIGILL:
    case SIGFPE:
    case SIGTRAP:
        o->addr = i->fault.addr;
        o->addr_lsb = (uint16_t)i->fault.addr_lsb;
        break;
    default:
        if (i->code > 0 && i->code <= SI_POLL_LAST) { /* of O_ASYNC */
            o->band = (uint32_t)i->poll.band;
            o->fd = i->poll.fd;
            break;
        }
        o->pid = (uint32_t)i->rt.pid;
        o->uid = i->rt.uid;
        o->value_ptr = i->rt.value;
        o->value_int = (int32_t)i->rt.value;
    }
}

static long signalfd_read(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)pos;
    struct ksiginfo info;
    struct signalfd_siginfo_k out;
    long total = 0;
    if (u->resid < sizeof(out))
        return -EINVAL;
    while (u->resid >= sizeof(out)) {
        if (take(f->priv, &info)) {
            convert(&info, &out);
            long n = uio_read(u, &out, sizeof(out));
            if (n < (long)sizeof(out))
                return total ? total : -EFAULT;
            total += n;
            continue;
        }
        if (total)
            return total;
        if (file_is_nonblocking(f))
            return -EAGAIN;
        int err = poll_sleep(&process_current()->signal_poll, POLL_NO_DEADLINE);
        if (err)
            return err;
    }
    return total;
}

static uint32_t signalfd_poll(struct file *f, struct poll_table *pt)
{
    const struct signalfd *s = f->priv;
    poll_register(pt, &process_current()->signal_poll);
    sigset_k pending = current->pending.set | process_current()->pending.set;
    return pending & s->mask ? POLL_READABLE : 0;
}

static void signalfd_release(struct file *f)
{
    kfree(f->priv);
}

static const struct file_ops signalfd_fops = {
    .seek = file_seek_noop,
    .release = signalfd_release,
    .read = signalfd_read,
    .poll = signalfd_poll,
};

static long signalfd_create(sigset_k mask, uint64_t flags)
{
    struct file *f;
    struct signalfd *s = kzalloc(sizeof(*s));
    if (!s)
        return -ENOMEM;
    s->mask = mask;
    int err = file_open_anon(&signalfd_fops, s, O_RDWR | ((unsigned)flags & O_NONBLOCK),
                             "anon_inode:[signalfd]", 0600, &f);
    if (err)
        return err;
    return fd_give(f, (flags & O_CLOEXEC) != 0);
}

SYSCALL4(signalfd4, uint64_t, fd, uint64_t, mask_addr, uint64_t, mask_bytes, uint64_t, flags)
{
    sigset_k mask;
    if (flags & ~(uint64_t)(O_CLOEXEC | O_NONBLOCK) || mask_bytes != sizeof(mask))
        return -EINVAL;
    if (port_copy_in(&mask, mask_addr, sizeof(mask)))
        return -EFAULT;
    mask &= ~SIG_UNBLOCKABLE;
    if ((int)fd == -1)
        return signalfd_create(mask, flags);
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    long r = -EINVAL;
    if (f->ops == &signalfd_fops) {
        struct signalfd *s = f->priv;
        s->mask = mask;
        poll_wake(&process_current()->signal_poll, POLL_READABLE);
        r = (int)fd;
    }
    file_unref(f);
    return r;
}

SYSCALL3(signalfd, uint64_t, fd, uint64_t, mask_addr, uint64_t, mask_bytes)
{
    return syscall_signalfd4(fd, mask_addr, mask_bytes, 0);
}
