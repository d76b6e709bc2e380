// SPDX-License-Identifier: GPL-2.0-or-later
/* test_sigqueue - pending signals: standard ones once, real-time ones in order. */
#include "tests/kernel_mm/host_arch.h"
#include "kernel/include/errno.h"
#include "kernel/include/sigqueue.h"

static void add(struct sigqueue *q, int signo, uint64_t value)
{
    struct ksiginfo info = { .signo = signo, .code = SI_QUEUE };

    info.rt.value = value;
    assert_int_equal(sigqueue_add(q, &info), 0);
}

static void test_sigqueue_standard_is_queued_once(void **state)
{
    struct sigqueue q;
    struct ksiginfo info;

    (void)state;
    sigqueue_init(&q);
    add(&q, SIGUSR1, 1);
    add(&q, SIGUSR1, 2);
    assert_int_equal(sigqueue_take(&q, ~0ull, &info), SIGUSR1);
    assert_int_equal(info.rt.value, 1);
    assert_int_equal(sigqueue_take(&q, ~0ull, &info), 0);
}

static void test_sigqueue_realtime_in_order_lowest_first(void **state)
{
    struct sigqueue q;
    struct ksiginfo info;

    (void)state;
    sigqueue_init(&q);
    add(&q, SIGRTMIN + 3, 1);
    add(&q, SIGRTMIN + 2, 2);
    add(&q, SIGRTMIN + 3, 3);
    assert_int_equal(sigqueue_take(&q, ~0ull, &info), SIGRTMIN + 2);
    assert_int_equal(sigqueue_take(&q, ~0ull, &info), SIGRTMIN + 3);
    assert_int_equal(info.rt.value, 1);
    assert_int_equal(sigqueue_take(&q, ~0ull, &info), SIGRTMIN + 3);
    assert_int_equal(info.rt.value, 3);
    assert_int_equal(q.set, 0);
    assert_int_equal(q.count, 0);
}

static void test_sigqueue_take_respects_the_set(void **state)
{
    struct sigqueue q;
    struct ksiginfo info;

    (void)state;
    sigqueue_init(&q);
    add(&q, SIGTERM, 0);
    assert_int_equal(sigqueue_take(&q, ~sig_bit(SIGTERM), &info), 0);
    sigqueue_flush(&q, sig_bit(SIGTERM));
    assert_int_equal(sigqueue_take(&q, ~0ull, &info), 0);
}

static void test_sigqueue_refuses_too_many(void **state)
{
    struct sigqueue q;
    struct ksiginfo info = { .signo = SIGRTMIN, .code = SI_QUEUE };
    int error = 0;

    (void)state;
    sigqueue_init(&q);
    for (int i = 0; i < 5000 && !error; i++)
        error = sigqueue_add(&q, &info);
    assert_int_equal(error, -EAGAIN);
    sigqueue_flush(&q, ~0ull);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sigqueue_standard_is_queued_once, host_setup,
                                        host_teardown),
        cmocka_unit_test_setup_teardown(test_sigqueue_realtime_in_order_lowest_first, host_setup,
                                        host_teardown),
        cmocka_unit_test_setup_teardown(test_sigqueue_take_respects_the_set, host_setup,
                                        host_teardown),
        cmocka_unit_test_setup_teardown(test_sigqueue_refuses_too_many, host_setup, host_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
