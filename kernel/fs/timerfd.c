/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timerfd.c - timers as files.
 *
 * One software timer per descriptor, in monotonic time; a deadline on the wall
 * clock is converted when it is set (a later clock_settime does not move it:
 * QUIRKS). Expirations are counted when looked at, so none is lost between two
 * reads.
 */
#include "kernel/fs/sys.h"
#include "kernel/include/timer.h"

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_BOOTTIME 7
#define TFD_TIMER_ABSTIME 1u
#define TFD_TIMER_CANCEL_ON_SET 2u

struct timerfd {
    struct timer timer;
    int clock;
    uint64_t next_ns, interval_ns; /* next_ns 0: disarmed */
    uint64_t expired;
    struct poll_head readable;
};

struct itimerspec_k {
    struct timespec_k interval, value;
};

static const struct file_ops timerfd_fops;

static void timerfd_count(struct timerfd *t)
{
    uint64_t now = clock_monotonic_ns();
    if (!t->next_ns || now < t->next_ns)
        return;
    if (!t->interval_ns) {
        t->expired++;
        t->next_ns = 0;
        return;
    }
    uint64_t n = (now - t->next_ns) / t->interval_ns + 1;
    t->expired += n;
    t->next_ns += n * t->interval_ns;
}

static void timerfd_fired(struct timer *timer)
{
    struct timerfd *t = container_of(timer, struct timerfd, timer);
    timerfd_count(t);
    poll_wake(&t->readable, POLL_READABLE);
    if (t->next_ns)
        timer_start(&t->timer, t->next_ns);
}

static long timerfd_read(struct file *f, struct uio *u, uint64_t *pos)
{
    (void)pos;
    struct timerfd *t = f->priv;
    if (u->resid < sizeof(uint64_t))
        return -EINVAL;
    for (timerfd_count(t); !t->expired; timerfd_count(t)) {
        if (file_is_nonblocking(f))
            return -EAGAIN;
        int err = poll_sleep(&t->readable, POLL_NO_DEADLINE);
        if (err)
            return err;
    }
    uint64_t n = t->expired;
    t->expired = 0;
    if (t->next_ns)
        timer_start(&t->timer, t->next_ns);
    return uio_read(u, &n, sizeof(n));
}

static uint32_t timerfd_poll(struct file *f, struct poll_table *pt)
{
    struct timerfd *t = f->priv;
    poll_register(pt, &t->readable);
    timerfd_count(t);
    return t->expired ? POLL_READABLE : 0;
}

static void timerfd_release(struct file *f)
{
    struct timerfd *t = f->priv;
    timer_cancel(&t->timer);
    poll_head_destroy(&t->readable);
    kfree(t);
}

static const struct file_ops timerfd_fops = {
    .seek = file_seek_noop,
    .release = timerfd_release,
    .read = timerfd_read,
    .poll = timerfd_poll,
};

SYSCALL2(timerfd_create, uint64_t, clock, uint64_t, flags)
{
    struct file *f;
    if (flags & ~(uint64_t)(O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME)
        return -EINVAL;
    struct timerfd *t = kzalloc(sizeof(*t));
    if (!t)
        return -ENOMEM;
    t->clock = (int)clock;
    timer_init(&t->timer, timerfd_fired);
    poll_head_init(&t->readable);
    int err = file_open_anon(&timerfd_fops, t, O_RDWR | ((unsigned)flags & O_NONBLOCK),
                             "anon_inode:[timerfd]", 0600, &f);
    if (err)
        return err;
    return fd_give(f, (flags & O_CLOEXEC) != 0);
}

static int spec_ns(const struct timespec_k *ts, uint64_t *ns)
{
    if (ts->sec < 0 || ts->nsec < 0 || ts->nsec >= PORT_NS_PER_S)
        return -EINVAL;
    *ns = ts->sec >= INT64_MAX / PORT_NS_PER_S ? (uint64_t)INT64_MAX
                                               : (uint64_t)(ts->sec * PORT_NS_PER_S + ts->nsec);
    return 0;
}

static struct timespec_k ns_spec(uint64_t ns)
{
    return (struct timespec_k){(int64_t)ns / PORT_NS_PER_S, (int64_t)ns % PORT_NS_PER_S};
}

static long timerfd_get(struct timerfd *t, uint64_t addr)
{
    timerfd_count(t);
    uint64_t now = clock_monotonic_ns();
    struct itimerspec_k spec = {.interval = ns_spec(t->interval_ns)};
    if (t->next_ns)
        spec.value = ns_spec(t->next_ns > now ? t->next_ns - now : 1);
    return port_copy_out(addr, &spec, sizeof(spec));
}

static void timerfd_arm(struct timerfd *t, uint64_t value, uint64_t interval, bool absolute)
{
    uint64_t now = clock_monotonic_ns();
    t->expired = 0;
    t->interval_ns = interval;
    timer_cancel(&t->timer);
    if (!value) {
        t->next_ns = 0;
        return;
    }
    if (!absolute) {
        t->next_ns = now + value;
    } else if (t->clock == CLOCK_REALTIME) {
        int64_t left = (int64_t)value - clock_realtime_ns();
        t->next_ns = left > 0 ? now + (uint64_t)left : now;
    } else {
        t->next_ns = value;
    }
    if (!t->next_ns)
        t->next_ns = 1;
    timer_start(&t->timer, t->next_ns);
}

static long timerfd_set(struct timerfd *t, uint64_t flags, uint64_t value, uint64_t old)
{
    struct itimerspec_k spec;
    uint64_t first, interval;
    if (flags & ~(uint64_t)(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET))
        return -EINVAL;
    if (port_copy_in(&spec, value, sizeof(spec)))
        return -EFAULT;
    if (spec_ns(&spec.value, &first) || spec_ns(&spec.interval, &interval))
        return -EINVAL;
    long r = old ? timerfd_get(t, old) : 0;
    if (!r)
        timerfd_arm(t, first, interval, (flags & TFD_TIMER_ABSTIME) != 0);
    return r;
}

SYSCALL4(timerfd_settime, uint64_t, fd, uint64_t, flags, uint64_t, value, uint64_t, old)
{
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    long r = f->ops == &timerfd_fops ? timerfd_set(f->priv, flags, value, old) : -EINVAL;
    file_unref(f);
    return r;
}

SYSCALL2(timerfd_gettime, uint64_t, fd, uint64_t, value)
{
    struct file *f = fd_get((int)fd);
    if (!f)
        return -EBADF;
    long r = f->ops == &timerfd_fops ? timerfd_get(f->priv, value) : -EINVAL;
    file_unref(f);
    return r;
}
