/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PL011, PL031 and PSCI alone: values in, values out. */
#include <string.h>

#include "tests/cmocka.h"

#include "cpu/dev/pl011.h"
#include "cpu/dev/pl031.h"
#include "cpu/dev/psci.h"

#define DR   0x00u
#define FR   0x18u
#define LCR  0x2cu
#define IFLS 0x34u
#define IMSC 0x38u
#define RIS  0x3cu
#define MIS  0x40u
#define ICR  0x44u

static uint32_t get(struct pl011 *u, uint32_t offset)
{
    bool known;
    uint32_t value = pl011_read(u, offset, &known);

    assert_true(known);
    return value;
}

static int put(struct pl011 *u, uint32_t offset, uint32_t value)
{
    bool known;
    int sent = pl011_write(u, offset, value, &known);

    assert_true(known);
    return sent;
}

static struct pl011 uart(bool fifo)
{
    struct pl011 u;

    pl011_reset(&u);
    put(&u, LCR, fifo ? 0x70 : 0x60);
    put(&u, IMSC, 0x7f0);
    return u;
}

static void test_devices_pl011_sends_at_once(void **state)
{
    struct pl011 u = uart(true);

    (void)state;
    assert_int_equal(get(&u, FR), 0x90); /* transmitter and receiver empty */
    assert_int_equal(put(&u, DR, 'A'), 'A');
    assert_int_equal(put(&u, DR, 0x1ff), 0xff);
    assert_int_equal(put(&u, 0x24, 5), -1);
    assert_int_equal(get(&u, FR), 0x90);
    assert_int_equal(get(&u, MIS), 0x20); /* room to send */
    assert_true(pl011_irq(&u));
    put(&u, ICR, 0x20);
    assert_false(pl011_irq(&u));
}

static void test_devices_pl011_receives_into_the_fifo(void **state)
{
    static const uint8_t text[] = "0123456789abcdefgh";
    struct pl011 u = uart(true);

    (void)state;
    assert_int_equal(pl011_room(&u), 16);
    assert_int_equal(pl011_input(&u, text, 3), 3);
    assert_int_equal(get(&u, RIS), 0x40); /* below the trigger: the timeout tells */
    assert_int_equal(pl011_input(&u, text + 3, 15), 13);
    assert_int_equal(pl011_room(&u), 0);
    assert_int_equal(get(&u, FR), 0xc0); /* full */
    assert_int_equal(get(&u, RIS), 0x50);
    for (int i = 0; i < 16; i++) {
        assert_true(pl011_irq(&u));
        assert_int_equal(get(&u, DR), text[i]);
        assert_int_equal(!!(get(&u, RIS) & 0x10), 15 - i >= 8); /* half full, as reset has it */
    }
    assert_int_equal(get(&u, FR), 0x90);
    assert_false(pl011_irq(&u));
    assert_int_equal(pl011_input(&u, text, 1), 1); /* around the end of the buffer */
    assert_int_equal(get(&u, DR), '0');
}

static void test_devices_pl011_without_fifo_holds_one_byte(void **state)
{
    struct pl011 u = uart(false);

    (void)state;
    assert_int_equal(pl011_room(&u), 1);
    assert_int_equal(pl011_input(&u, (const uint8_t *)"xy", 2), 1);
    assert_true(get(&u, RIS) & 0x10);
    assert_int_equal(get(&u, DR), 'x');
    assert_false(pl011_irq(&u));
}

static void test_devices_pl011_masks_and_identification(void **state)
{
    static const uint32_t id[8] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};
    struct pl011 u = uart(true);
    bool known;

    (void)state;
    put(&u, IMSC, 0);
    pl011_input(&u, (const uint8_t *)"x", 1);
    assert_false(pl011_irq(&u));
    assert_int_equal(get(&u, MIS), 0);
    put(&u, IMSC, 0x40);
    assert_true(pl011_irq(&u));
    assert_int_equal(get(&u, IMSC), 0x40);
    for (uint32_t i = 0; i < 8; i++)
        assert_int_equal(get(&u, 0xfe0 + 4 * i), id[i]);
    pl011_read(&u, 0x100, &known);
    assert_false(known);
    pl011_write(&u, 0x100, 0, &known);
    assert_false(known);
}

static void test_devices_pl031_counts_seconds(void **state)
{
    struct pl031 r;
    bool known;

    (void)state;
    pl031_reset(&r, 1000000000);
    assert_int_equal(pl031_read(&r, 0, 0, &known), 1000000000);
    assert_int_equal(pl031_read(&r, 999999999, 0, &known), 1000000000);
    assert_int_equal(pl031_read(&r, 1000000000, 0, &known), 1000000001);
    pl031_write(&r, 5000000000ull, 8, 77, &known); /* RTCLR */
    assert_int_equal(pl031_read(&r, 5000000000ull, 0, &known), 77);
    assert_int_equal(pl031_read(&r, 7500000000ull, 0, &known), 79);
    assert_int_equal(pl031_read(&r, 0, 8, &known), 77);
    assert_int_equal(pl031_read(&r, 0, 0x0c, &known), 1);
    assert_int_equal(pl031_read(&r, 0, 0xfe0, &known), 0x31);
    assert_int_equal(pl031_read(&r, 0, 0xffc, &known), 0xb1);
    assert_true(known);
    pl031_read(&r, 0, 0x80, &known);
    assert_false(known);
}

struct call {
    uint64_t x[4];
    enum psci_effect effect;
    int64_t result;
};

static void test_devices_psci_calls(void **state)
{
    static const struct call call[] = {
        {{0x84000000}, PSCI_NONE, 0x10000},                /* PSCI_VERSION */
        {{0x80000000}, PSCI_NONE, 0x10001},                /* SMCCC_VERSION */
        {{0x80000001, 0x80008000}, PSCI_NONE, -1},         /* no workaround is there */
        {{0x84000050}, PSCI_NONE, -1},                     /* TRNG_VERSION */
        {{0x8600ff01}, PSCI_NONE, -1},                     /* the hypervisor's UID */
        {{0x84000002}, PSCI_NONE, -3},                     /* CPU_OFF of the only CPU: denied */
        {{0xc4000003, 0, 0x1000}, PSCI_NONE, -4},          /* CPU_ON: already on */
        {{0xc4000003, 1, 0x1000}, PSCI_NONE, -2},          /* no such CPU */
        {{0x84000003, 0x100}, PSCI_NONE, -2},
        {{0xc4000004, 0, 0}, PSCI_NONE, 0},                /* AFFINITY_INFO: on */
        {{0xc4000004, 1, 0}, PSCI_NONE, -2},
        {{0x84000006}, PSCI_NONE, 2},                      /* MIGRATE_INFO_TYPE */
        {{0x84000008, 42}, PSCI_OFF, 0},
        {{0x84000009}, PSCI_RESET, 0},
        {{0xc4000001}, PSCI_SUSPEND, 0},
        {{0x8400000a, 0x84000008}, PSCI_NONE, 0},          /* FEATURES */
        {{0x8400000a, 0xc4000003}, PSCI_NONE, 0},
        {{0x8400000a, 0x80000000}, PSCI_NONE, 0},
        {{0x8400000a, 0x84000012}, PSCI_NONE, -1},         /* SYSTEM_RESET2 */
        {{0x84000012}, PSCI_UNKNOWN, -1},
        {{0x12345678}, PSCI_UNKNOWN, -1},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(call); i++) {
        uint64_t result = 1;

        if (psci_call(call[i].x, &result) != call[i].effect ||
            (call[i].effect != PSCI_OFF && (int64_t)result != call[i].result))
            fail_msg("call 0x%llx 0x%llx: result %lld", (unsigned long long)call[i].x[0],
                     (unsigned long long)call[i].x[1], (long long)result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_devices_pl011_sends_at_once),
        cmocka_unit_test(test_devices_pl011_receives_into_the_fifo),
        cmocka_unit_test(test_devices_pl011_without_fifo_holds_one_byte),
        cmocka_unit_test(test_devices_pl011_masks_and_identification),
        cmocka_unit_test(test_devices_pl031_counts_seconds),
        cmocka_unit_test(test_devices_psci_calls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
