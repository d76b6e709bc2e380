/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The MP tables, gone through as a kernel does. */
#include "tests/loader/firmware_table.h"

#include <stdlib.h>
#include <string.h>

#include "loader/mp_tables.h"

struct found {
    unsigned cpus, buses, ioapics, lints;
    int irq_of_pin[24]; /* of both buses, from 0; -1: none */
    uint8_t flags_of_pin[24];
};

static void go_through(const uint8_t *table, struct found *f)
{
    static const uint8_t length[5] = {20, 8, 8, 8, 8};
    const uint8_t *at = table + 44, *end = table + le(table + 4, 2);

    memset(f, 0, sizeof(*f));
    memset(f->irq_of_pin, 0xff, sizeof(f->irq_of_pin));
    for (unsigned i = table[34]; i > 0; i--, at += length[at[0]]) {
        assert_true(at < end && at[0] < 5);
        f->cpus += at[0] == 0;
        f->buses += at[0] == 1;
        f->ioapics += at[0] == 2;
        f->lints += at[0] == 4;
        if (at[0] != 3)
            continue;
        assert_in_range(at[7], 0, 23);
        assert_int_equal(f->irq_of_pin[at[7]], -1); /* one line to a pin */
        assert_true(at[4] < f->buses);
        f->irq_of_pin[at[7]] = at[5];
        f->flags_of_pin[at[7]] = at[2];
    }
    assert_ptr_equal(at, end);
}

static void test_tables_name_what_the_board_has(void **state)
{
    const uint8_t *table;
    struct found f;
    uint8_t *bytes;
    size_t len;

    (void)state;
    for (unsigned devices = 0; devices <= 8; devices++) {
        assert_int_equal(mp_tables_build(devices, &bytes, &len), 0);
        assert_memory_equal(bytes, "_MP_", 4);
        expect_sum(bytes, 16);
        assert_int_equal(bytes[11], 0); /* a configuration table, not a default one */
        assert_int_equal(le(bytes + 4, 4), X86_MP_TABLES + 16);
        table = bytes + 16;
        assert_memory_equal(table, "PCMP", 4);
        assert_int_equal(le(table + 4, 2) + 16, len);
        expect_sum(table, le(table + 4, 2));
        go_through(table, &f);
        assert_int_equal(f.cpus, 1);
        assert_int_equal(f.ioapics, 1);
        assert_int_equal(f.lints, 2);
        assert_int_equal(f.irq_of_pin[0], -1);
        assert_int_equal(f.irq_of_pin[2], 0); /* the 8254 */
        assert_int_equal(f.irq_of_pin[4], 4); /* the serial port */
        for (unsigned pin = 16; pin < 24; pin++) {
            assert_int_equal(f.irq_of_pin[pin], pin - 16 < devices ? (int)(pin - 16) << 2 : -1);
            assert_int_equal(f.flags_of_pin[pin], pin - 16 < devices ? 0xd : 0);
        }
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_name_what_the_board_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
