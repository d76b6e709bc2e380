// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sys_timer.c - POSIX timers: timer_create and its family.
 *
 * A timer has at most one signal pending; expiries that find it still pending are counted as
 * overruns, and told when that signal is taken. Timers on CPU time are struct cpu_timer, all
 * others struct timer on the monotonic clock.
 */
#include "kernel/include/errno.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/process.h"
#include "kernel/include/syscall.h"
#include "kernel/proc/cpu_timer.h"
#include "kernel/proc/lifecycle.h"
#include "kernel/proc/user_time.h"

#define SIGEV_SIGNAL 0
#define SIGEV_NONE 1
#define SIGEV_THREAD_ID 4
#define TIMERS_MAX 256
#define OVERRUN_MAX INT32_MAX

struct sigevent_k {
    uint64_t value;
    int32_t signo, notify, tid;
    uint8_t pad[44];
};
_Static_assert(sizeof(struct sigevent_k) == 64, "struct sigevent is 64 bytes");

struct itimerspec_k {
    struct timespec_k interval, value;
};

struct posix_timer {
    struct list node;           /* process.posix_timers, by id */
    struct timer timer;
    struct cpu_timer cpu;       /* instead, where is_cpu */
    bool is_cpu;
    struct process *process;
    int32_t id;
    int clock;
    struct sigevent_k event;
    uint64_t interval_ns;
    int32_t overrun;            /* since the last signal */
    int32_t overrun_last;       /* told with it */
};

static struct sigqueue *queue_of(const struct posix_timer *pt, struct thread **t)
{
    *t = pt->event.notify == SIGEV_THREAD_ID ? thread_find(pt->event.tid) : NULL;
    return *t ? &(*t)->pending : &pt->process->pending;
}

static void notify(struct posix_timer *pt)
{
    struct ksiginfo info = { .signo = pt->event.signo, .code = SI_TIMER };
    struct thread *t;

    if (pt->event.notify == SIGEV_NONE)
        return;
    if (queue_of(pt, &t)->set & sig_bit(pt->event.signo)) {
        pt->overrun += pt->overrun < OVERRUN_MAX;
        return;
    }
    info.timer.tid = pt->id;
    info.timer.value = pt->event.value;
    if (t)
        signal_send_thread(t, pt->event.signo, &info);
    else
        signal_send_process(pt->process, pt->event.signo, &info);
}

static void expire(struct timer *timer)
{
    struct posix_timer *pt = container_of(timer, struct posix_timer, timer);

    if (pt->interval_ns)
        timer_start(timer, timer->deadline_ns + pt->interval_ns);
    notify(pt);
}

static void expire_cpu(struct cpu_timer *ct)
{
    struct posix_timer *pt = container_of(ct, struct posix_timer, cpu);

    if (pt->interval_ns)
        cpu_timer_start(ct, ct->deadline_ns + pt->interval_ns);
    notify(pt);
}

static struct posix_timer *find(int id)
{
    list_for_each (pt, &current->process->posix_timers, struct posix_timer, node)
        if (pt->id == id)
            return pt;
    return NULL;
}

void posix_timer_signal_taken(struct ksiginfo *info)
{
    struct posix_timer *pt = find(info->timer.tid);

    if (!pt)
        return;
    pt->overrun_last = info->timer.overrun = pt->overrun;
    pt->overrun = 0;
}

static void posix_timer_free(struct posix_timer *pt)
{
    timer_cancel(&pt->timer);
    cpu_timer_cancel(&pt->cpu);
    list_remove(&pt->node);
    kfree(pt);
}

void posix_timers_delete(struct process *p)
{
    list_for_each_safe (pt, &p->posix_timers, struct posix_timer, node)
        posix_timer_free(pt);
}

static int check_event(const struct sigevent_k *e)
{
    const struct thread *t;

    if (e->notify == SIGEV_NONE)
        return 0;
    if (e->notify != SIGEV_SIGNAL && e->notify != SIGEV_THREAD_ID)
        return -EINVAL;
    if (e->signo < 1 || e->signo > SIGNAL_COUNT)
        return -EINVAL;
    t = e->notify == SIGEV_THREAD_ID ? thread_find(e->tid) : current;
    return t && t->process == current->process ? 0 : -EINVAL;
}

static int clock_check(int clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME ||
                   clock == CLOCK_TAI || clock_cpu_target(clock, NULL) == 0
               ? 0
               : -EINVAL;
}

SYSCALL3(timer_create, int, clock, vaddr_t, uevent, vaddr_t, uid)
{
    struct list *timers = &current->process->posix_timers;
    struct sigevent_k event = { .notify = SIGEV_SIGNAL, .signo = SIGALRM };
    struct posix_timer *pt;
    int32_t id = 0;

    if (uevent && copy_from_user(&event, uevent, sizeof(event)))
        return -EFAULT;
    if (clock_check(clock) || check_event(&event))
        return -EINVAL;
    if (!list_is_empty(timers))
        id = list_entry(timers->prev, struct posix_timer, node)->id + 1;
    if (id >= TIMERS_MAX)
        return -EAGAIN;
    pt = kzalloc(sizeof(*pt));
    if (!pt)
        return -EAGAIN;
    timer_init(&pt->timer, expire);
    cpu_timer_init(&pt->cpu, current->process, expire_cpu);
    pt->is_cpu = clock_cpu_target(clock, &pt->cpu.tid) == 0;
    pt->process = current->process;
    pt->id = id;
    pt->clock = clock;
    pt->event = event;
    if (!uevent)
        pt->event.value = (uint64_t)id;
    list_push_back(timers, &pt->node);
    if (copy_to_user(uid, &id, sizeof(id))) {
        posix_timer_free(pt);
        return -EFAULT;
    }
    return 0;
}

static struct itimerspec_k spec_of(const struct posix_timer *pt)
{
    struct itimerspec_k s = { .interval = timespec_of_ns((int64_t)pt->interval_ns) };
    uint64_t now = clock_monotonic_ns();

    if (pt->is_cpu)
        now = cpu_timer_now(&pt->cpu);
    if (pt->is_cpu ? cpu_timer_is_pending(&pt->cpu) : timer_is_pending(&pt->timer)) {
        uint64_t deadline_ns = pt->is_cpu ? pt->cpu.deadline_ns : pt->timer.deadline_ns;

        s.value = timespec_of_ns((int64_t)(deadline_ns > now ? deadline_ns - now : 1));
    }
    return s;
}

SYSCALL2(timer_gettime, int, id, vaddr_t, uspec)
{
    const struct posix_timer *pt = find(id);
    struct itimerspec_k s;

    if (!pt)
        return -EINVAL;
    s = spec_of(pt);
    return copy_to_user(uspec, &s, sizeof(s));
}

SYSCALL4(timer_settime, int, id, int, flags, vaddr_t, unew, vaddr_t, uold)
{
    struct posix_timer *pt = find(id);
    struct itimerspec_k new, old;

    if (!pt || !unew)
        return -EINVAL;
    if (copy_from_user(&new, unew, sizeof(new)))
        return -EFAULT;
    if (!timespec_is_valid(&new.value) || !timespec_is_valid(&new.interval))
        return -EINVAL;
    old = spec_of(pt);
    timer_cancel(&pt->timer);
    cpu_timer_cancel(&pt->cpu);
    pt->interval_ns = timespec_to_ns(&new.interval);
    pt->overrun = pt->overrun_last = 0;
    if (pt->is_cpu && timespec_to_ns(&new.value))
        cpu_timer_start(&pt->cpu, timespec_to_ns(&new.value) +
                                      (flags & TIMER_ABSTIME ? 0 : cpu_timer_now(&pt->cpu)));
    else if (timespec_to_ns(&new.value))
        timer_start(&pt->timer, flags & TIMER_ABSTIME ? deadline_absolute(&new.value, pt->clock)
                                                      : deadline_relative(&new.value));
    return uold ? copy_to_user(uold, &old, sizeof(old)) : 0;
}

SYSCALL1(timer_getoverrun, int, id)
{
    const struct posix_timer *pt = find(id);

    return pt ? pt->overrun_last : -EINVAL;
}

SYSCALL1(timer_delete, int, id)
{
    struct posix_timer *pt = find(id);

    if (!pt)
        return -EINVAL;
    posix_timer_free(pt);
    return 0;
}
