/* SPDX-License-Identifier: GPL-2.0-or-later */
/* futex.h - what futex.c, futex_queue.c and futex_pi.c share, inside proc/. */
#ifndef KERNEL_PROC_FUTEX_H
#define KERNEL_PROC_FUTEX_H

#include "kernel/include/arch.h"
#include "kernel/include/list.h"

#define FUTEX_WAITERS 0x80000000u
#define FUTEX_OWNER_DIED 0x40000000u
#define FUTEX_TID_MASK 0x3fffffffu

struct thread;

struct futex_key {
    const void *object; /* vm_map, vm_anon or vnode */
    uint64_t place;     /* byte address in it */
};

struct futex_waiter {
    struct list node;
    struct futex_key key;
    struct thread *thread;
    uint32_t bitset;
    bool woken;
    bool is_pi;         /* waits for a lock by FUTEX_LOCK_PI */
};

struct list *futex_bucket(const struct futex_key *k);
bool futex_same_key(const struct futex_key *a, const struct futex_key *b);
void futex_enqueue(struct futex_waiter *w); /* w->key is set; list_remove() takes it off */
/* Wakes the first `count` that wait for a bit of `bitset`, but not for a lock; how many it were. */
int futex_wake_key(const struct futex_key *k, int count, uint32_t bitset);
/* The first `limit` waiters of `from` become the last of `to`; how many it were. */
int futex_requeue_key(const struct futex_key *from, const struct futex_key *to, int limit);
int futex_key_of(vaddr_t addr, bool is_private, struct futex_key *k); /* 0, -EINVAL, -EFAULT */

/* futex_pi.c: locks whose word holds the owner's thread number. */
long futex_lock_pi(vaddr_t addr, bool is_private, uint64_t deadline_ns, bool try_only);
long futex_unlock_pi(vaddr_t addr, bool is_private);
/* The owner died with the lock: it goes to who waits longest, marked. */
void futex_pi_owner_died(vaddr_t addr);

#endif
