/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ACPI's tables, followed as a kernel does; and the word that moves Linux's addresses. */
#include "tests/loader/firmware_table.h"

#include <stdlib.h>
#include <string.h>

#include "loader/acpi.h"

struct tables {
    uint8_t *bytes;
    size_t len;
};

static const uint8_t *table_at(const struct tables *t, uint64_t pa, const char *signature)
{
    const uint8_t *at = t->bytes + (pa - X86_FIRMWARE);

    assert_true(pa >= X86_FIRMWARE && pa - X86_FIRMWARE + 36 <= t->len);
    assert_memory_equal(at, signature, 4);
    assert_true(pa - X86_FIRMWARE + le(at + 4, 4) <= t->len);
    expect_sum(at, le(at + 4, 4));
    return at;
}

static unsigned count_of(const uint8_t *at, size_t len, const char *what)
{
    unsigned found = 0;

    for (size_t i = 0; i + strlen(what) <= len; i++)
        found += memcmp(at + i, what, strlen(what)) == 0;
    return found;
}

static void test_tables_are_found(void **state)
{
    const uint8_t *xsdt, *fadt, *dsdt;
    struct tables t;

    (void)state;
    for (unsigned devices = 0; devices <= 8; devices++) {
        assert_int_equal(acpi_build(devices, &t.bytes, &t.len), 0);
        assert_memory_equal(t.bytes, "RSD PTR ", 8);
        expect_sum(t.bytes, 20);
        expect_sum(t.bytes, 36);
        xsdt = table_at(&t, le(t.bytes + 24, 8), "XSDT");
        assert_int_equal(le(xsdt + 4, 4), 36 + 2 * 8);
        fadt = table_at(&t, le(xsdt + 36, 8), "FACP");
        table_at(&t, le(xsdt + 44, 8), "APIC");
        assert_int_equal(le(fadt + 36, 4) % 64, 0); /* FACS */
        dsdt = table_at(&t, le(fadt + 140, 8), "DSDT");
        assert_int_equal(le(fadt + 40, 4), le(fadt + 140, 8));
        assert_int_equal(count_of(dsdt, le(dsdt + 4, 4), "LNRO0005"), devices);
        free(t.bytes);
    }
}

static void test_seed_moves_the_kernel(void **state)
{
    uint8_t bytes[SEED_BYTES];

    (void)state;
    layout_expand_seed(1, bytes);
    assert_true(layout_kaslr_seed(1) == layout_kaslr_seed(1));
    assert_true(layout_kaslr_seed(1) != layout_kaslr_seed(2));
    assert_true(layout_kaslr_seed(1) != le(bytes, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_are_found),
        cmocka_unit_test(test_seed_moves_the_kernel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
