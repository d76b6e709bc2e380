// SPDX-License-Identifier: GPL-2.0-or-later
/* test_pagetree - sparse arrays of pages against a plain one. */
#include "tests/kernel_mm/host_arch.h"
#include "kernel/include/pagetree.h"

#define RANGE 9000u

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void compare(struct pagetree *t, struct page *const *model, uint64_t base)
{
    uint64_t index = base, count = 0;
    struct page *p;

    for (unsigned i = 0; i < RANGE; i++) {
        assert_ptr_equal(pagetree_get(t, base + i), model[i]);
        count += model[i] != NULL;
    }
    assert_int_equal(t->pages, count);
    for (; (p = pagetree_next(t, &index, base + RANGE)); index++, count--)
        assert_ptr_equal(p, model[index - base]);
    assert_int_equal(count, 0);
}

static void run(uint64_t base)
{
    static struct page *model[RANGE];
    struct pagetree t;
    uint32_t seed = 7;

    pagetree_init(&t);
    for (unsigned i = 0; i < RANGE; i++)
        model[i] = NULL;
    for (int round = 0; round < 3000; round++) {
        unsigned i = next_random(&seed) % RANGE;

        if (next_random(&seed) % 8) {
            model[i] = page_alloc();
            assert_non_null(model[i]);
            assert_int_equal(pagetree_set(&t, base + i, model[i]), 0);
        } else {
            unsigned len = next_random(&seed) % 300;

            pagetree_remove(&t, base + i, base + i + len);
            for (unsigned k = i; k < i + len && k < RANGE; k++)
                model[k] = NULL;
        }
        if (round % 500 == 0)
            compare(&t, model, base);
    }
    compare(&t, model, base);
    pagetree_remove(&t, 0, UINT64_MAX);
    assert_null(t.root);
}

static void test_pagetree_low_indexes(void **state)
{
    (void)state;
    run(0);
}

static void test_pagetree_user_addresses(void **state)
{
    (void)state;
    run(0x7ffff7000ull);
}

static void test_pagetree_next_of_far_apart(void **state)
{
    struct pagetree t;
    uint64_t index = 5;

    (void)state;
    pagetree_init(&t);
    assert_null(pagetree_next(&t, &index, UINT64_MAX));
    pagetree_set(&t, 3, page_alloc());
    pagetree_set(&t, 1ull << 40, page_alloc());
    assert_non_null(pagetree_next(&t, &index, UINT64_MAX));
    assert_int_equal(index, 1ull << 40);
    assert_null(pagetree_next(&t, &index, 1ull << 40));
    pagetree_remove(&t, 0, UINT64_MAX);
}

/* What lies together costs few levels wherever it is; a lower index makes the tree grow. */
static void test_pagetree_height_follows_the_distance(void **state)
{
    const uint64_t high = 0x7fffffffcull;
    struct page *p[3] = {page_alloc(), page_alloc(), page_alloc()};
    uint64_t index = 0;
    struct pagetree t;

    (void)state;
    pagetree_init(&t);
    assert_int_equal(pagetree_set(&t, high + 1, p[0]), 0);
    assert_int_equal(pagetree_set(&t, high, p[1]), 0);
    assert_int_equal(t.height, 1);
    assert_null(pagetree_get(&t, 1));
    assert_ptr_equal(pagetree_next(&t, &index, UINT64_MAX), p[1]);
    assert_int_equal(index, high);
    assert_int_equal(pagetree_set(&t, 1, p[2]), 0);
    assert_ptr_equal(pagetree_get(&t, high + 1), p[0]);
    pagetree_remove(&t, 0, high);
    assert_null(pagetree_get(&t, 1));
    assert_ptr_equal(pagetree_get(&t, high), p[1]);
    pagetree_remove(&t, high, high + 2);
    assert_null(t.root);
}

/* The node that was looked at last is not used any more once it is gone. */
static void test_pagetree_removed_and_set_again(void **state)
{
    struct page *p[2] = {page_alloc(), page_alloc()};
    uint64_t index = 0;
    struct pagetree t;

    (void)state;
    pagetree_init(&t);
    assert_int_equal(pagetree_set(&t, 70, p[0]), 0);
    assert_ptr_equal(pagetree_get(&t, 70), p[0]);
    pagetree_remove(&t, 70, 71);
    assert_null(pagetree_get(&t, 70));
    assert_int_equal(pagetree_set(&t, 70, p[1]), 0);
    assert_ptr_equal(pagetree_next(&t, &index, UINT64_MAX), p[1]);
    assert_int_equal(index, 70);
    pagetree_remove(&t, 0, UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_pagetree_low_indexes, host_setup, host_teardown),
        cmocka_unit_test_setup_teardown(test_pagetree_user_addresses, host_setup, host_teardown),
        cmocka_unit_test_setup_teardown(test_pagetree_next_of_far_apart, host_setup, host_teardown),
        cmocka_unit_test_setup_teardown(test_pagetree_height_follows_the_distance, host_setup,
                                        host_teardown),
        cmocka_unit_test_setup_teardown(test_pagetree_removed_and_set_again, host_setup,
                                        host_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
