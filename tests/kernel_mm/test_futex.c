// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_futex - the waiters of futexes: who is woken, in which order, by which bits, and who moves;
 * and that the hash spreads what programs use. A random history is compared with a plain list.
 */
#include "tests/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/include/sched.h"
#include "kernel/proc/futex.h"

#define THREADS 64
#define KEYS 24
#define STEPS 20000

static struct futex_waiter waiter[THREADS];
static unsigned unparked[THREADS];

/* A "thread" is a waiter's number here. */
static struct thread *thread_of(unsigned i)
{
    return (struct thread *)(uintptr_t)(i + 1);
}

void sched_unpark(struct thread *t)
{
    unparked[(uintptr_t)t - 1]++;
}

/* Objects are only compared; these stand where the kernel's heap has them. */
static const void *object_of(unsigned i)
{
    return (const void *)(uintptr_t)(0xffff800000123400 + i * 96ull);
}

static struct futex_key key_of(unsigned i)
{
    return (struct futex_key){object_of(i % 4), 0x1000 + 4 * (uint64_t)(i / 4)};
}

static void wait_on(unsigned i, struct futex_key k, uint32_t bitset)
{
    waiter[i] = (struct futex_waiter){.key = k, .thread = thread_of(i), .bitset = bitset};
    futex_enqueue(&waiter[i]);
}

static int setup(void **state)
{
    (void)state;
    memset(waiter, 0, sizeof(waiter));
    memset(unparked, 0, sizeof(unparked));
    return 0;
}

static void test_wakes_in_order_and_only_its_key(void **state)
{
    struct futex_key a = key_of(0), b = key_of(4), c = key_of(1); /* another word, another object */

    (void)state;
    wait_on(0, a, ~0u);
    wait_on(1, b, ~0u);
    wait_on(2, a, ~0u);
    wait_on(3, c, ~0u);
    wait_on(4, a, ~0u);
    assert_int_equal(futex_wake_key(&a, 2, ~0u), 2);
    assert_true(waiter[0].woken && waiter[2].woken && !waiter[4].woken);
    assert_int_equal(futex_wake_key(&a, 10, ~0u), 1);
    assert_int_equal(futex_wake_key(&a, 10, ~0u), 0);
    assert_true(!waiter[1].woken && !waiter[3].woken);
    assert_int_equal(futex_wake_key(&b, 1, ~0u) + futex_wake_key(&c, 1, ~0u), 2);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(unparked[i], 1);
}

static void test_bits_and_locks_are_passed_over(void **state)
{
    struct futex_key a = key_of(0);

    (void)state;
    wait_on(0, a, 1);
    wait_on(1, a, 2);
    wait_on(2, a, 4);
    waiter[2].is_pi = true;
    assert_int_equal(futex_wake_key(&a, 10, 6), 1);
    assert_true(waiter[1].woken);
    assert_int_equal(futex_wake_key(&a, 10, 4), 0);
    assert_int_equal(futex_wake_key(&a, 10, 1), 1);
    list_remove(&waiter[2].node);
}

static void test_requeue_keeps_the_order(void **state)
{
    struct futex_key a = key_of(0), b = key_of(4);

    (void)state;
    wait_on(0, b, ~0u);
    for (unsigned i = 1; i < 5; i++)
        wait_on(i, a, ~0u);
    assert_int_equal(futex_requeue_key(&a, &a, 10), 0);
    assert_int_equal(futex_requeue_key(&a, &b, 2), 2);
    assert_int_equal(futex_wake_key(&a, 10, ~0u), 2);
    assert_true(waiter[3].woken && waiter[4].woken);
    assert_int_equal(futex_wake_key(&b, 2, ~0u), 2);
    assert_true(waiter[0].woken && waiter[1].woken && !waiter[2].woken);
    assert_int_equal(futex_wake_key(&b, 10, ~0u), 1);
}

/* Locks in an array, on stacks of threads, at the same place of many objects. */
static void test_hash_spreads(void **state)
{
    static const uint64_t strides[] = {4, 8, 40, 64, 4096, 0x21000, 1u << 23};
    struct list *first;

    (void)state;
    for (unsigned s = 0; s < sizeof(strides) / sizeof(strides[0]); s++) {
        struct list *seen[256];
        unsigned distinct = 0;

        for (unsigned i = 0; i < 256; i++) {
            struct futex_key k = {object_of(0), 0x7f0000001000 + i * strides[s]};
            unsigned at = 0;

            first = futex_bucket(&k);
            while (at < distinct && seen[at] != first)
                at++;
            if (at == distinct)
                seen[distinct++] = first;
        }
        assert_in_range(distinct, 32, 64);
    }
}

/* What a list of (waiter, key) in the order of arrival would do. */
static void test_random_history(void **state)
{
    unsigned order[THREADS], key[THREADS], used = 0;

    (void)state;
    srand(1);
    for (unsigned step = 0; step < STEPS; step++) {
        unsigned k = (unsigned)rand() % KEYS, what = (unsigned)rand() % 4;
        struct futex_key wanted = key_of(k);

        if (what < 2) {
            unsigned free_one = 0;

            while (free_one < THREADS && waiter[free_one].thread && !waiter[free_one].woken)
                free_one++;
            if (free_one == THREADS)
                continue;
            wait_on(free_one, wanted, ~0u);
            order[used] = free_one;
            key[used++] = k;
        } else if (what == 2) {
            int count = rand() % 4, woken = 0;

            assert_true(futex_wake_key(&wanted, count, ~0u) <= count);
            for (unsigned i = 0; i < used;) {
                if (key[i] != k || woken == count) {
                    assert_false(waiter[order[i]].woken);
                    i++;
                    continue;
                }
                assert_true(waiter[order[i]].woken);
                woken++;
                used--;
                memmove(&order[i], &order[i + 1], (used - i) * sizeof(order[0]));
                memmove(&key[i], &key[i + 1], (used - i) * sizeof(key[0]));
            }
        } else {
            unsigned to = (unsigned)rand() % KEYS, had = used;
            struct futex_key target = key_of(to);
            int moved = futex_requeue_key(&wanted, &target, 3);

            for (unsigned i = 0; i < had && moved && to != k;) {
                if (key[i] != k) {
                    i++;
                    continue;
                }
                unsigned who = order[i];

                memmove(&order[i], &order[i + 1], (used - i - 1) * sizeof(order[0]));
                memmove(&key[i], &key[i + 1], (used - i - 1) * sizeof(key[0]));
                order[used - 1] = who;
                key[used - 1] = to;
                had--; /* those at the end have moved already */
                moved--;
            }
            assert_int_equal(moved, 0);
        }
    }
    for (unsigned k = 0; k < KEYS; k++) {
        struct futex_key last = key_of(k);

        futex_wake_key(&last, THREADS, ~0u);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_wakes_in_order_and_only_its_key, setup),
        cmocka_unit_test_setup(test_bits_and_locks_are_passed_over, setup),
        cmocka_unit_test_setup(test_requeue_keeps_the_order, setup),
        cmocka_unit_test_setup(test_hash_spreads, setup),
        cmocka_unit_test_setup(test_random_history, setup),
    };

    return cmocka_run_group_tests_name("kernel_mm.futex", tests, NULL, NULL);
}
