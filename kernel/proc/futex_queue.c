// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * futex_queue.c - who waits for which futex: a hash of lists, in the order of arrival.
 *
 * A bucket holds the waiters of all keys that hash to it; a walk compares keys. Waiters stand on
 * their threads' stacks and take themselves off when they stop waiting for another reason.
 */
#include "kernel/include/sched.h"
#include "kernel/proc/futex.h"

#define BUCKETS 64u

static struct list buckets[BUCKETS];

struct list *futex_bucket(const struct futex_key *k)
{
    uint64_t h = (((uintptr_t)k->object >> 4) ^ (k->place >> 2)) * 0x9e3779b97f4a7c15ull;
    struct list *b = &buckets[(h >> 32 ^ h >> 58) % BUCKETS];

    if (!b->next)
        list_init(b);
    return b;
}

bool futex_same_key(const struct futex_key *a, const struct futex_key *b)
{
    return a->object == b->object && a->place == b->place;
}

void futex_enqueue(struct futex_waiter *w)
{
    list_push_back(futex_bucket(&w->key), &w->node);
}

static void wake(struct futex_waiter *w)
{
    list_remove(&w->node);
    w->woken = true;
    sched_unpark(w->thread);
}

int futex_wake_key(const struct futex_key *k, int count, uint32_t bitset)
{
    int woken = 0;

    list_for_each_safe (w, futex_bucket(k), struct futex_waiter, node) {
        if (woken >= count)
            break;
        if (futex_same_key(&w->key, k) && (w->bitset & bitset) && !w->is_pi) {
            wake(w);
            woken++;
        }
    }
    return woken;
}

int futex_requeue_key(const struct futex_key *from, const struct futex_key *to, int limit)
{
    int moved = 0;

    if (futex_same_key(from, to))
        return 0;
    list_for_each_safe (w, futex_bucket(from), struct futex_waiter, node) {
        if (moved >= limit)
            break;
        if (!futex_same_key(&w->key, from))
            continue;
        list_remove(&w->node);
        w->key = *to;
        futex_enqueue(w);
        moved++;
    }
    return moved;
}
