/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sys_poll.c - poll and ppoll. */
#include "kernel/fs/poller.h"
#include "kernel/fs/sys.h"

struct pollfd_k {
    int32_t fd;
    uint16_t events, revents;
};

static uint16_t poll_one(const struct pollfd_k *pfd, struct poll_table *pt)
{
    if (pfd->fd < 0)
        return 0;
    struct file *f = fd_get(pfd->fd);
    if (!f)
        return POLL_NVAL;
    uint32_t events = file_poll(f, pt);
    file_unref(f);
    return (uint16_t)(events & (pfd->events | POLL_ERR | POLL_HUP));
}

/* One look at all; registers until something is ready. */
static long poll_scan(struct pollfd_k *fds, size_t count, struct poll_table *pt)
{
    long ready = 0;
    for (size_t i = 0; i < count; i++) {
        fds[i].revents = poll_one(&fds[i], ready ? NULL : pt);
        if (fds[i].revents)
            ready++;
    }
    return ready;
}

static long poll_loop(struct pollfd_k *fds, size_t count, uint64_t deadline_ns)
{
    struct poller p;
    poller_init(&p);
    bool nowait = deadline_ns <= port_monotonic_ns();
    long ready = poll_scan(fds, count, nowait ? NULL : &p.table);
    while (!ready && !nowait) {
        int err = p.table.error ? p.table.error : poller_wait(&p, deadline_ns);
        ready = poll_scan(fds, count, NULL);
        if (err == -ETIMEDOUT)
            break;
        if (err && !ready)
            ready = err;
    }
    poller_done(&p);
    return ready;
}

static long do_poll(uint64_t addr, uint32_t count, uint64_t deadline_ns)
{
    struct pollfd_k fast[16], *fds = fast;
    size_t bytes = count * sizeof(*fds);
    if (count > port_limit_files())
        return -EINVAL;
    if (count > 16) {
        fds = kmalloc(bytes);
        if (!fds)
            return -ENOMEM;
    }
    long r = -EFAULT;
    if (!bytes || !port_copy_in(fds, addr, bytes))
        r = poll_loop(fds, count, deadline_ns);
    for (uint32_t i = 0; i < count && r >= 0; i++)
        if (port_copy_out(addr + i * sizeof(*fds) + 6, &fds[i].revents, 2))
            r = -EFAULT;
    if (fds != fast)
        kfree(fds);
    return r;
}

static long poll_restart(struct restart *r)
{
    long n = do_poll(r->arg[0], (uint32_t)r->arg[1], r->deadline_ns);
    return n == -ERESTARTSYS ? syscall_restart_block(poll_restart) : n;
}

SYSCALL3(poll, uint64_t, fds, uint64_t, count, uint64_t, timeout_ms)
{
    uint64_t deadline = POLL_NO_DEADLINE;
    if ((int32_t)timeout_ms >= 0)
        deadline = port_monotonic_ns() + (uint64_t)(uint32_t)timeout_ms * 1000000u;
    long r = do_poll(fds, (uint32_t)count, deadline);
    if (r != -ERESTARTSYS)
        return r;
    current->restart.arg[0] = fds;
    current->restart.arg[1] = count;
    current->restart.deadline_ns = deadline;
    return syscall_restart_block(poll_restart);
}

SYSCALL5(ppoll, uint64_t, fds, uint64_t, count, uint64_t, ts, uint64_t, mask, uint64_t, mask_bytes)
{
    uint64_t deadline;
    int err = sys_deadline(ts, &deadline, NULL);
    if (!err)
        err = poller_set_mask(mask, mask_bytes);
    if (err)
        return err;
    long r = do_poll(fds, (uint32_t)count, deadline);
    poller_time_left(ts, deadline);
    return poller_result(r == -ERESTARTSYS ? -ERESTARTNOHAND : r);
}
