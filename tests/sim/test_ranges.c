/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A set of addresses against an array of flags that is the same. */
#include "tests/cmocka.h"

#include "sim/check/ranges.h"

#define SPAN 64u

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

static void test_holds_what_was_added_and_not_removed(void **state)
{
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 500; round++) {
        bool want[SPAN] = {false};
        struct ranges r = {0}, copy = {0};

        for (int step = 0; step < 40; step++) {
            unsigned from = next(&seed) % SPAN, to = from + next(&seed) % (SPAN + 1 - from);
            bool add = next(&seed) & 1;

            if (add)
                ranges_add(&r, from, to);
            else
                ranges_remove(&r, from, to);
            for (unsigned i = from; i < to; i++)
                want[i] = add;
            for (unsigned i = 0; i < SPAN; i++)
                assert_int_equal(ranges_have(&r, i), want[i]);
        }
        ranges_add(&copy, 0, SPAN);
        ranges_copy(&copy, &r);
        for (unsigned i = 0; i < SPAN; i++)
            assert_int_equal(ranges_have(&copy, i), want[i]);
        ranges_free(&copy);
        ranges_free(&r);
    }
}

static void test_an_empty_range_is_nothing(void **state)
{
    struct ranges r = {0};

    (void)state;
    ranges_add(&r, 8, 8);
    assert_int_equal(r.count, 0);
    ranges_add(&r, 0, 16);
    ranges_remove(&r, 8, 8);
    assert_true(ranges_have(&r, 8));
    assert_false(ranges_have(&r, 16));
    ranges_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_holds_what_was_added_and_not_removed),
        cmocka_unit_test(test_an_empty_range_is_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
