/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Search by halves finds what a look at every element finds. */
#include "tests/cmocka.h"

#include "cpu/search.h"

struct item {
    uint32_t other;
    uint64_t n;
};

static void test_search_every_list_and_number(void **state)
{
    struct item list[9];

    (void)state;
    for (size_t count = 0; count <= 9; count++)
        for (uint64_t repeats = 1; repeats <= 3; repeats++) {
            for (size_t i = 0; i < count; i++)
                list[i] = (struct item){.other = 77, .n = 2 * (i / repeats) + 2};
            for (uint64_t n = 0; n < 24; n++) {
                size_t from = 0, behind = 0;

                while (from < count && list[from].n < n)
                    from++;
                while (behind < count && list[behind].n <= n)
                    behind++;
                assert_int_equal(SEARCH_FROM(list, count, n, n), from);
                assert_int_equal(SEARCH_BEHIND(list, count, n, n), behind);
            }
        }
}

static void test_search_the_largest_number(void **state)
{
    const struct item list[2] = {{.n = 5}, {.n = UINT64_MAX}};

    (void)state;
    assert_int_equal(SEARCH_FROM(list, 2, n, UINT64_MAX), 1);
    assert_int_equal(SEARCH_BEHIND(list, 2, n, UINT64_MAX), 2);
}

static void test_search_no_list(void **state)
{
    const struct item *none = NULL;

    (void)state;
    assert_int_equal(SEARCH_FROM(none, 0, n, 3), 0);
    assert_int_equal(SEARCH_BEHIND(none, 0, n, 3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_search_every_list_and_number),
        cmocka_unit_test(test_search_the_largest_number),
        cmocka_unit_test(test_search_no_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
