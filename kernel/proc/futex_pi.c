// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * futex_pi.c - FUTEX_LOCK_PI, TRYLOCK_PI and UNLOCK_PI: the kernel knows the owner of the lock.
 *
 * The word is 0, or the owner's thread number with FUTEX_WAITERS where the kernel must be asked to
 * unlock. An unlock gives the lock to who has waited longest. Priorities are not inherited: the
 * scheduler is round robin, so nobody is kept from running by a lower priority.
 */
#include "kernel/include/errno.h"
#include "kernel/include/process.h"
#include "kernel/include/sched.h"
#include "kernel/proc/futex.h"

static struct futex_waiter *first_waiter(const struct futex_key *k)
{
    list_for_each (w, futex_bucket(k), struct futex_waiter, node)
        if (w->is_pi && futex_same_key(&w->key, k))
            return w;
    return NULL;
}

/* The lock goes to the first waiter, who must ask to unlock; with none the word becomes `empty`. */
static int hand_over(vaddr_t addr, const struct futex_key *k, uint32_t empty)
{
    struct futex_waiter *w = first_waiter(k);
    uint32_t word = empty;

    if (w)
        word |= (uint32_t)w->thread->tid | FUTEX_WAITERS;
    if (copy_to_user(addr, &word, sizeof(word)))
        return -EFAULT;
    if (w) {
        list_remove(&w->node);
        w->woken = true;
        sched_unpark(w->thread);
    }
    return 0;
}

/* 0: it is ours now; 1: it must be waited for; else an error. */
static int try_lock(vaddr_t addr, bool try_only)
{
    uint32_t word, taken = (uint32_t)current->tid, owner;

    if (copy_from_user(&word, addr, sizeof(word)))
        return -EFAULT;
    owner = word & FUTEX_TID_MASK;
    if (owner == (uint32_t)current->tid)
        return -EDEADLK;
    if (!owner) {
        taken |= word & (FUTEX_WAITERS | FUTEX_OWNER_DIED);
        return copy_to_user(addr, &taken, sizeof(taken));
    }
    if (!thread_find((int32_t)owner))
        return -ESRCH;
    if (try_only)
        return -EAGAIN;
    word |= FUTEX_WAITERS;
    return copy_to_user(addr, &word, sizeof(word)) ? -EFAULT : 1;
}

long futex_lock_pi(vaddr_t addr, bool is_private, uint64_t deadline_ns, bool try_only)
{
    struct futex_waiter w = { .thread = current, .is_pi = true };
    int error = futex_key_of(addr, is_private, &w.key);

    if (!error)
        error = try_lock(addr, try_only);
    if (error <= 0)
        return error;
    futex_enqueue(&w);
    error = 0;
    while (!w.woken && !error)
        error = sched_park(deadline_ns, true);
    list_remove(&w.node);
    if (w.woken)
        return 0;
    return error == -EINTR ? -ERESTARTNOINTR : error;
}

long futex_unlock_pi(vaddr_t addr, bool is_private)
{
    struct futex_key k;
    uint32_t word;
    int error = futex_key_of(addr, is_private, &k);

    if (error)
        return error;
    if (copy_from_user(&word, addr, sizeof(word)))
        return -EFAULT;
    if ((word & FUTEX_TID_MASK) != (uint32_t)current->tid)
        return -EPERM;
    return hand_over(addr, &k, 0);
}

void futex_pi_owner_died(vaddr_t addr)
{
    struct futex_key k;

    if (!futex_key_of(addr, false, &k))
        hand_over(addr, &k, FUTEX_OWNER_DIED);
}
