// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * futex.c - fast user-space locks: wait while a word has a value, wake waiters.
 *
 * A futex is known by its memory: private memory by map and address, shared memory
 * by the object behind it and the place there, so that two processes meet whatever
 * their addresses. The kernel is not preempted and faults do not sleep, so reading
 * the word and queueing is one step. The waiters are in futex_queue.c.
 */
#include "kernel/include/errno.h"
#include "kernel/include/page.h"
#include "kernel/include/process.h"
#include "kernel/include/syscall.h"
#include "kernel/include/vm.h"
#include "kernel/proc/futex.h"
#include "kernel/proc/lifecycle.h"
#include "kernel/proc/user_time.h"

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_REQUEUE 3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAKE_OP 5
#define FUTEX_LOCK_PI 6
#define FUTEX_UNLOCK_PI 7
#define FUTEX_TRYLOCK_PI 8
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_LOCK_PI2 13
#define FUTEX_PRIVATE_FLAG 128
#define FUTEX_CLOCK_REALTIME 256
#define FUTEX_BITSET_ANY 0xffffffffu

#define ROBUST_LIST_MAX 2048

int futex_key_of(vaddr_t addr, bool is_private, struct futex_key *k)
{
    struct vm_map *m = current->process->vm;
    const struct vm_area *a;

    if (addr & 3)
        return -EINVAL;
    if (addr >= USER_TOP)
        return -EFAULT;
    *k = (struct futex_key){ m, addr };
    if (is_private)
        return 0;
    a = vm_find(m, addr);
    if (!a || a->start > addr)
        return -EFAULT;
    if (!(a->flags & VM_SHARED))
        return 0;
    k->object = a->vnode ? (const void *)a->vnode : a->anon;
    k->place = (addr - a->start) + ((a->vnode ? a->file_index : a->anon_index) << PAGE_SHIFT);
    return 0;
}

static long futex_wait(vaddr_t addr, bool is_private, uint32_t value, uint64_t deadline_ns,
                       uint32_t bitset)
{
    struct futex_waiter w = { .thread = current, .bitset = bitset };
    uint32_t now;
    int error = bitset ? futex_key_of(addr, is_private, &w.key) : -EINVAL;

    if (error)
        return error;
    if (copy_from_user(&now, addr, sizeof(now)))
        return -EFAULT;
    if (now != value)
        return -EAGAIN;
    futex_enqueue(&w);
    while (!w.woken && !error)
        error = sched_park(deadline_ns, true);
    list_remove(&w.node);
    return w.woken ? 0 : error;
}

/* A signal without a handler: wait again until the same moment. */
static long futex_wait_restart(struct restart *r)
{
    long result = futex_wait(r->arg[0], r->arg[1], (uint32_t)r->arg[2], r->deadline_ns,
                             (uint32_t)r->arg[3]);

    return result == -EINTR ? syscall_restart_block(futex_wait_restart) : result;
}

static long futex_wait_until(vaddr_t addr, bool is_private, uint32_t value, uint64_t deadline_ns,
                             uint32_t bitset)
{
    long result = futex_wait(addr, is_private, value, deadline_ns, bitset);

    if (result != -EINTR)
        return result;
    if (deadline_ns == NO_DEADLINE)
        return -ERESTARTSYS;
    current->restart.arg[0] = addr;
    current->restart.arg[1] = is_private;
    current->restart.arg[2] = value;
    current->restart.arg[3] = bitset;
    current->restart.deadline_ns = deadline_ns;
    return syscall_restart_block(futex_wait_restart);
}

static long futex_wake(vaddr_t addr, bool is_private, int count, uint32_t bitset)
{
    struct futex_key k;
    int error = bitset ? futex_key_of(addr, is_private, &k) : -EINVAL;

    return error ? error : futex_wake_key(&k, count < 1 ? 1 : count, bitset);
}

/* Wakes `count`, moves `limit` more to the other futex. expected NULL: FUTEX_REQUEUE. */
static long futex_requeue(vaddr_t addr, bool is_private, int count, int limit, vaddr_t addr2,
                          const uint32_t *expected)
{
    struct futex_key from, to;
    uint32_t now;
    int woken, error;

    if (count < 0 || limit < 0)
        return -EINVAL;
    error = futex_key_of(addr, is_private, &from);
    if (!error)
        error = futex_key_of(addr2, is_private, &to);
    if (error)
        return error;
    if (expected) {
        if (copy_from_user(&now, addr, sizeof(now)))
            return -EFAULT;
        if (now != *expected)
            return -EAGAIN;
    }
    woken = futex_wake_key(&from, count, FUTEX_BITSET_ANY);
    return woken + futex_requeue_key(&from, &to, limit);
}

static uint32_t wake_op_apply(unsigned op, uint32_t old, uint32_t arg)
{
    switch (op) {
    case 0:
        return arg;
    case 1:
        return old + arg;
    case 2:
        return old | arg;
    case 3:
        return old & ~arg;
    default:
        return old ^ arg;
    }
}

static bool wake_op_compare(unsigned cmp, int32_t old, int32_t arg)
{
    switch (cmp) {
    case 0:
        return old == arg;
    case 1:
        return old != arg;
    case 2:
        return old < arg;
    case 3:
        return old <= arg;
    case 4:
        return old > arg;
    default:
        return old >= arg;
    }
}

static long futex_wake_op(vaddr_t addr, bool is_private, int count, int count2, vaddr_t addr2,
                          uint32_t encoded)
{
    unsigned op = (encoded >> 28) & 7, cmp = (encoded >> 24) & 15;
    int32_t oparg = (int32_t)(encoded << 8) >> 20, cmparg = (int32_t)(encoded << 20) >> 20;
    struct futex_key k, k2;
    uint32_t old, new;
    int woken, error = futex_key_of(addr, is_private, &k);

    if (!error)
        error = futex_key_of(addr2, is_private, &k2);
    if (error)
        return error;
    if (op > 4 || cmp > 5)
        return -ENOSYS;
    if (encoded >> 31)
        oparg = (int32_t)(1u << (oparg & 31));
    if (copy_from_user(&old, addr2, sizeof(old)))
        return -EFAULT;
    new = wake_op_apply(op, old, (uint32_t)oparg);
    if (copy_to_user(addr2, &new, sizeof(new)))
        return -EFAULT;
    woken = futex_wake_key(&k, count, FUTEX_BITSET_ANY);
    if (wake_op_compare(cmp, (int32_t)old, cmparg))
        woken += futex_wake_key(&k2, count2, FUTEX_BITSET_ANY);
    return woken;
}

static int wait_deadline(int op, vaddr_t utime, bool realtime, uint64_t *deadline_ns)
{
    struct timespec_k ts;

    *deadline_ns = NO_DEADLINE;
    if (!utime)
        return 0;
    if (timespec_from_user(utime, &ts))
        return -EFAULT;
    if (!timespec_is_valid(&ts))
        return -EINVAL;
    *deadline_ns = op == FUTEX_WAIT ? deadline_relative(&ts)
                                    : deadline_absolute(&ts, realtime ? CLOCK_REALTIME
                                                                      : CLOCK_MONOTONIC);
    return 0;
}

SYSCALL6(futex, vaddr_t, addr, int, op, uint32_t, value, uint64_t, arg4, vaddr_t, addr2,
         uint32_t, value3)
{
    bool is_private = op & FUTEX_PRIVATE_FLAG, realtime = op & FUTEX_CLOCK_REALTIME;
    uint64_t deadline_ns;
    int error;

    op &= ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
    switch (op) {
    case FUTEX_WAIT:
        value3 = FUTEX_BITSET_ANY;
        /* fallthrough */
    case FUTEX_WAIT_BITSET:
        error = wait_deadline(op, arg4, realtime, &deadline_ns);
        return error ? error : futex_wait_until(addr, is_private, value, deadline_ns, value3);
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
        /* LOCK_PI's time is of the wall clock, whatever the flag says */
        error = wait_deadline(op, arg4, realtime || op == FUTEX_LOCK_PI, &deadline_ns);
        return error ? error : futex_lock_pi(addr, is_private, deadline_ns, false);
    case FUTEX_TRYLOCK_PI:
        return futex_lock_pi(addr, is_private, NO_DEADLINE, true);
    case FUTEX_UNLOCK_PI:
        return futex_unlock_pi(addr, is_private);
    case FUTEX_WAKE:
        return futex_wake(addr, is_private, (int)value, FUTEX_BITSET_ANY);
    case FUTEX_WAKE_BITSET:
        return futex_wake(addr, is_private, (int)value, value3);
    case FUTEX_REQUEUE:
        return futex_requeue(addr, is_private, (int)value, (int)arg4, addr2, NULL);
    case FUTEX_CMP_REQUEUE:
        return futex_requeue(addr, is_private, (int)value, (int)arg4, addr2, &value3);
    case FUTEX_WAKE_OP:
        return futex_wake_op(addr, is_private, (int)value, (int)arg4, addr2, value3);
    default:
        return -ENOSYS;
    }
}

/* The owner of a robust lock died: mark the word and wake one waiter. */
static void robust_release(vaddr_t word, bool is_pi)
{
    uint32_t value;

    if ((word & 3) || copy_from_user(&value, word, sizeof(value)) ||
        (value & FUTEX_TID_MASK) != (uint32_t)current->tid)
        return;
    if (is_pi) {
        futex_pi_owner_died(word);
        return;
    }
    uint32_t died = (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED;

    copy_to_user(word, &died, sizeof(died));
    if (value & FUTEX_WAITERS)
        futex_wake(word, false, 1, FUTEX_BITSET_ANY);
}

static void robust_list_exit(vaddr_t head)
{
    struct {
        uint64_t next;
        int64_t offset;
        uint64_t pending;
    } h;
    vaddr_t entry;

    if (!head || copy_from_user(&h, head, sizeof(h)))
        return;
    entry = h.next;
    for (int i = 0; i < ROBUST_LIST_MAX && entry != head && entry; i++) {
        vaddr_t next;

        if (copy_from_user(&next, entry & ~1ull, sizeof(next)))
            break;
        if ((entry & ~1ull) != (h.pending & ~1ull))
            robust_release((entry & ~1ull) + (uint64_t)h.offset, entry & 1);
        entry = next;
    }
    if (h.pending)
        robust_release((h.pending & ~1ull) + (uint64_t)h.offset, h.pending & 1);
}

void thread_release_user_words(struct thread *t)
{
    vaddr_t word = t->clear_child_tid;
    const int32_t zero = 0;

    robust_list_exit(t->robust_list);
    t->robust_list = 0;
    t->clear_child_tid = 0;
    /* Only where somebody is left who could look. */
    if (!word || t->process->vm->refs + t->process->thread_count <= 2)
        return;
    if (!copy_to_user(word, &zero, sizeof(zero)))
        futex_wake(word, false, 1, FUTEX_BITSET_ANY);
}

SYSCALL2(set_robust_list, vaddr_t, head, size_t, len)
{
    if (len != 24)
        return -EINVAL;
    current->robust_list = head;
    return 0;
}

SYSCALL3(get_robust_list, int, tid, vaddr_t, uhead, vaddr_t, ulen)
{
    const struct thread *t = tid ? thread_find(tid) : current;
    const size_t len = 24;

    if (!t)
        return -ESRCH;
    if (copy_to_user(uhead, &t->robust_list, sizeof(t->robust_list)) ||
        copy_to_user(ulen, &len, sizeof(len)))
        return -EFAULT;
    return 0;
}

SYSCALL1(set_tid_address, vaddr_t, word)
{
    current->clear_child_tid = word;
    return current->tid;
}
