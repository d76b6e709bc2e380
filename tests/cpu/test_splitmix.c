/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The numbers of a seed are those that everybody's splitmix64 gives. */
#include "tests/cmocka.h"

#include "cpu/splitmix.h"

static void test_splitmix_known_numbers(void **state)
{
    const uint64_t first[] = {6457827717110365317u, 3203168211198807973u, 9817491932198370423u,
                              4593380528125082431u, 16408922859458223821u};

    (void)state;
    for (unsigned i = 0; i < 5; i++)
        assert_true(splitmix64_at(1234567, i) == first[i]);
    assert_true(splitmix64_at(0, 0) == 0xe220a8397b1dcdafu);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_splitmix_known_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
