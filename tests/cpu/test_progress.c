/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run that does not get on ends; one that does, however slowly, does not. */
#include "tests/cmocka.h"

#include "cpu/progress.h"

static void test_progress_ends_what_stands_still(void **state)
{
    struct cpu_progress p = {0};
    unsigned pieces = 0;

    (void)state;
    while (!progress_stalled(&p, 7))
        pieces++;
    assert_int_equal(pieces, PROGRESS_PIECES_MAX);
    assert_false(progress_stalled(&p, 8));
}

static void test_progress_by_one_in_many_pieces(void **state)
{
    struct cpu_progress p = {0};

    (void)state;
    for (unsigned i = 0; i < 3 * PROGRESS_PIECES_MAX; i++)
        assert_false(progress_stalled(&p, i / (PROGRESS_PIECES_MAX - 1)));
}

static void test_progress_counts_anew_where_a_snapshot_went_back(void **state)
{
    struct cpu_progress p = {0};

    (void)state;
    for (unsigned i = 0; i < PROGRESS_PIECES_MAX; i++)
        assert_false(progress_stalled(&p, 9));
    for (unsigned i = 0; i < PROGRESS_PIECES_MAX; i++)
        assert_false(progress_stalled(&p, 2));
    assert_true(progress_stalled(&p, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_progress_ends_what_stands_still),
        cmocka_unit_test(test_progress_by_one_in_many_pieces),
        cmocka_unit_test(test_progress_counts_anew_where_a_snapshot_went_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
