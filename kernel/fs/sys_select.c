/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sys_select.c - select and pselect6: three bit sets of descriptors.
 *
 * The sets are copied in whole 64-bit words; results replace them.
 */
#include "kernel/fs/poller.h"
#include "kernel/fs/sys.h"

#define SELECT_WORDS_MAX 1024u /* 65536 descriptors */

#define SELECT_IN (POLL_READABLE | POLL_RDBAND | POLL_HUP | POLL_ERR)
#define SELECT_OUT (POLL_WRITABLE | POLL_WRBAND | POLL_ERR)
#define SELECT_EX POLL_PRI

enum { SET_IN, SET_OUT, SET_EX, SETS };

struct select {
    unsigned count, words;
    uint64_t *want[SETS], *have[SETS];
    uint64_t *memory;
};

static const uint32_t set_events[SETS] = {SELECT_IN, SELECT_OUT, SELECT_EX};

static int select_load(struct select *s, const uint64_t addr[SETS])
{
    size_t bytes = s->words * sizeof(uint64_t);
    s->memory = kzalloc(2 * SETS * bytes + 1);
    if (!s->memory)
        return -ENOMEM;
    for (int i = 0; i < SETS; i++) {
        s->want[i] = s->memory + (unsigned)i * s->words;
        s->have[i] = s->memory + (unsigned)(SETS + i) * s->words;
        if (addr[i] && bytes && port_copy_in(s->want[i], addr[i], bytes))
            return -EFAULT;
    }
    if (s->count % 64)
        for (int i = 0; i < SETS; i++)
            s->want[i][s->words - 1] &= (1ull << (s->count % 64)) - 1;
    return 0;
}

static int select_store(const struct select *s, const uint64_t addr[SETS])
{
    size_t bytes = s->words * sizeof(uint64_t);
    for (int i = 0; i < SETS; i++)
        if (addr[i] && bytes && port_copy_out(addr[i], s->have[i], bytes))
            return -EFAULT;
    return 0;
}

static long select_one(struct select *s, unsigned fd, struct poll_table *pt)
{
    unsigned w = fd / 64;
    uint64_t bit = 1ull << (fd % 64);
    long ready = 0;
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    uint32_t events = file_poll(f, pt);
    file_unref(f);
    for (int i = 0; i < SETS; i++) {
        if (!(s->want[i][w] & bit) || !(events & set_events[i]))
            continue;
        s->have[i][w] |= bit;
        ready++;
    }
    return ready;
}

static long select_scan(struct select *s, struct poll_table *pt)
{
    long ready = 0;
    for (unsigned w = 0; w < s->words; w++) {
        uint64_t any = s->want[SET_IN][w] | s->want[SET_OUT][w] | s->want[SET_EX][w];
        for (; any; any &= any - 1) {
            long r = select_one(s, w * 64 + (unsigned)__builtin_ctzll(any), ready ? NULL : pt);
            if (r < 0)
                return r;
            ready += r;
        }
    }
    return ready;
}

static long select_loop(struct select *s, uint64_t deadline_ns)
{
    struct poller p;
    poller_init(&p);
    bool nowait = deadline_ns <= port_monotonic_ns();
    long ready = select_scan(s, nowait ? NULL : &p.table);
    while (!ready && !nowait) {
        int err = p.table.error ? p.table.error : poller_wait(&p, deadline_ns);
        ready = select_scan(s, NULL);
        if (err == -ETIMEDOUT)
            break;
        if (err && !ready)
            ready = err;
    }
    poller_done(&p);
    return ready;
}

static long do_select(uint64_t n, const uint64_t addr[SETS], uint64_t deadline_ns)
{
    struct select s = {0};
    if ((int32_t)n < 0)
        return -EINVAL;
    s.count = (uint32_t)n;
    if (s.count > port_fds()->count)
        s.count = port_fds()->count;
    s.words = (s.count + 63) / 64;
    if (s.words > SELECT_WORDS_MAX)
        return -EINVAL;
    long r = select_load(&s, addr);
    if (!r)
        r = select_loop(&s, deadline_ns);
    if (r >= 0 && select_store(&s, addr))
        r = -EFAULT;
    kfree(s.memory);
    return r == -ERESTARTSYS ? -ERESTARTNOHAND : r;
}

SYSCALL5(select, uint64_t, n, uint64_t, in, uint64_t, out, uint64_t, ex, uint64_t, tv_addr)
{
    const uint64_t addr[SETS] = {in, out, ex};
    uint64_t deadline = POLL_NO_DEADLINE;
    int64_t tv[2];
    if (tv_addr) {
        if (port_copy_in(tv, tv_addr, sizeof(tv)))
            return -EFAULT;
        if (tv[0] < 0 || tv[1] < 0)
            return -EINVAL;
        if (tv[0] < INT64_MAX / PORT_NS_PER_S / 2 && tv[1] < INT64_MAX / 2000)
            deadline =
                port_monotonic_ns() + (uint64_t)tv[0] * PORT_NS_PER_S + (uint64_t)tv[1] * 1000;
    }
    long r = do_select(n, addr, deadline);
    if (tv_addr && deadline != POLL_NO_DEADLINE) {
        uint64_t now = port_monotonic_ns();
        int64_t left = deadline > now ? (int64_t)(deadline - now) : 0;
        tv[0] = left / PORT_NS_PER_S;
        tv[1] = left % PORT_NS_PER_S / 1000;
        (void)port_copy_out(tv_addr, tv, sizeof(tv));
    }
    return r;
}

SYSCALL6(pselect6, uint64_t, n, uint64_t, in, uint64_t, out, uint64_t, ex, uint64_t, ts,
         uint64_t, mask_arg)
{
    const uint64_t addr[SETS] = {in, out, ex};
    uint64_t deadline, mask[2] = {0, 0}; /* address, bytes */
    int err = sys_deadline(ts, &deadline, NULL);
    if (!err && mask_arg && port_copy_in(mask, mask_arg, sizeof(mask)))
        err = -EFAULT;
    if (!err)
        err = poller_set_mask(mask[0], mask[1]);
    if (err)
        return err;
    long r = do_select(n, addr, deadline);
    poller_time_left(ts, deadline);
    return poller_result(r);
}
