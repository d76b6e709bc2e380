// SPDX-License-Identifier: GPL-2.0-or-later
/* test_page - the buddy allocator and the heap. */
#include "tests/kernel_mm/host_arch.h"

#include <string.h>

#define BLOCKS 400

static void test_page_reserved_ranges_are_never_given(void **state)
{
    struct page *p[HOST_RAM_BYTES / PAGE_SIZE];
    unsigned n = 0;

    (void)state;
    while ((p[n] = page_alloc())) {
        paddr_t pa = page_to_phys(p[n]);

        assert_false(pa >= HOST_RAM_BASE + 0x200000 && pa < HOST_RAM_BASE + 0x301000);
        assert_false(pa >= HOST_RAM_BASE + 0x800000 && pa < HOST_RAM_BASE + 0x802000);
        n++;
    }
    assert_int_equal(page_count_free(), 0);
    while (n)
        page_unref(p[--n]);
}

static void test_page_blocks_are_aligned_and_join_again(void **state)
{
    (void)state;
    for (unsigned order = 0; order < PAGE_ORDERS; order++) {
        struct page *p = page_alloc_order(order);

        assert_non_null(p);
        assert_int_equal((page_to_phys(p) - HOST_RAM_BASE) & ((PAGE_SIZE << order) - 1), 0);
        page_unref(p);
    }
    struct page *large = page_alloc_order(PAGE_ORDERS - 1);

    assert_non_null(large);
    page_unref(large);
}

static void test_page_refs_keep_it(void **state)
{
    uint64_t before = page_count_free();
    struct page *p = page_alloc_zeroed();

    (void)state;
    page_ref(p);
    page_unref(p);
    assert_int_equal(page_count_free(), before - 1);
    page_unref(p);
    assert_int_equal(page_count_free(), before);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Every block keeps its own bytes while others come and go. */
static void test_kmalloc_random(void **state)
{
    struct { unsigned char *p; size_t len; } block[BLOCKS] = { { 0 } };
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 40000; round++) {
        unsigned i = next_random(&seed) % BLOCKS;
        size_t len = next_random(&seed) % (round % 50 ? 700 : 20000);

        for (size_t k = 0; k < block[i].len; k += 13)
            assert_int_equal(block[i].p[k], (unsigned char)i);
        if (next_random(&seed) % 4 == 0) {
            block[i].p = krealloc(block[i].p, len);
        } else {
            kfree(block[i].p);
            block[i].p = kmalloc(len);
        }
        assert_non_null(block[i].p);
        assert_int_equal((uintptr_t)block[i].p % 16, 0);
        assert_true(kmalloc_usable_bytes(block[i].p) >= len);
        block[i].len = len;
        memset(block[i].p, (int)i, len);
    }
    for (unsigned i = 0; i < BLOCKS; i++)
        kfree(block[i].p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_page_reserved_ranges_are_never_given, host_setup,
                                        host_teardown),
        cmocka_unit_test_setup_teardown(test_page_blocks_are_aligned_and_join_again, host_setup,
                                        host_teardown),
        cmocka_unit_test_setup_teardown(test_page_refs_keep_it, host_setup, host_teardown),
        cmocka_unit_test_setup_teardown(test_kmalloc_random, host_setup, host_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
