/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The board's devices, each alone. */
#include <string.h>

#include "tests/cmocka.h"

#include "cpu/dev/cmos.h"
#include "cpu/dev/debug_exit.h"
#include "cpu/dev/ioapic.h"
#include "cpu/dev/lapic.h"
#include "cpu/dev/pic8259.h"
#include "cpu/dev/pit8254.h"
#include "cpu/dev/uart16550.h"

#define GHZ 1000000000u

static void lapic_on(struct lapic *l)
{
    bool known;

    lapic_reset(l);
    lapic_write(l, 0, 0xf0, 0x1ff, &known);
    lapic_write(l, 0, 0x350, 0x10000, &known);
}

static void test_lapic_timer_one_shot_and_periodic(void **state)
{
    struct lapic l;
    bool known;

    (void)state;
    lapic_on(&l);
    lapic_write(&l, 0, 0x3e0, 0x3, &known); /* divide by 16 */
    lapic_write(&l, 0, 0x320, 0x40, &known);
    lapic_write(&l, 100, 0x380, 1000, &known);
    assert_int_equal(lapic_next(&l), 100 + 16000);
    assert_int_equal(lapic_read(&l, 100 + 1600, 0x390, &known), 900);
    lapic_advance(&l, 16099);
    assert_int_equal(lapic_pending(&l), -1);
    lapic_advance(&l, 16100);
    assert_int_equal(lapic_pending(&l), 0x40);
    assert_int_equal(lapic_next(&l), CYCLES_NEVER);
    lapic_write(&l, 20000, 0x320, 0x20041, &known);
    lapic_write(&l, 20000, 0x380, 10, &known);
    lapic_advance(&l, 20160);
    assert_int_equal(lapic_next(&l), 20320);
    lapic_advance(&l, 20330); /* late: the period keeps its phase */
    assert_int_equal(lapic_next(&l), 20480);
}

static void test_lapic_deadline_and_priorities(void **state)
{
    struct lapic l;
    bool known;

    (void)state;
    lapic_on(&l);
    lapic_write_deadline(&l, 5, 900);
    assert_int_equal(lapic_read_deadline(&l), 0); /* not in that mode */
    lapic_write(&l, 5, 0x320, 0x40050, &known);
    lapic_write_deadline(&l, 5, 900);
    assert_int_equal(lapic_next(&l), 900);
    lapic_advance(&l, 900);
    assert_int_equal(lapic_read_deadline(&l), 0);
    lapic_take(&l, 0x50);
    lapic_accept(&l, 0x51, false);
    assert_int_equal(lapic_pending(&l), -1); /* same class as the one in service */
    lapic_accept(&l, 0x61, false);
    assert_int_equal(lapic_pending(&l), 0x61);
    lapic_write(&l, 0, 0x80, 0x60, &known);
    assert_int_equal(lapic_pending(&l), -1);
    lapic_write(&l, 0, 0x80, 0, &known);
    lapic_take(&l, 0x61);
    assert_int_equal(lapic_write(&l, 0, 0xb0, 0, &known), -1);
    lapic_write(&l, 0, 0xb0, 0, &known);
    assert_int_equal(lapic_pending(&l), 0x51);
    lapic_read(&l, 0, 0x40, &known);
    assert_false(known);
}

static void test_ioapic_level_waits_for_eoi(void **state)
{
    struct ioapic io;
    struct lapic l;
    bool known;

    (void)state;
    lapic_on(&l);
    ioapic_reset(&io);
    ioapic_write(&io, &l, 0, 0x10 + 2 * 5, &known);
    ioapic_write(&io, &l, 0x10, 0x8044, &known);
    ioapic_set_line(&io, &l, 5, true);
    assert_int_equal(lapic_pending(&l), 0x44);
    lapic_take(&l, 0x44);
    assert_int_equal(lapic_pending(&l), -1);
    assert_int_equal(lapic_write(&l, 0, 0xb0, 0, &known), 0x44);
    ioapic_eoi(&io, &l, 0x44);
    assert_int_equal(lapic_pending(&l), 0x44); /* the line is still high */
    ioapic_write(&io, &l, 0, 1, &known);
    assert_int_equal(ioapic_read(&io, 0x10, &known) >> 16, 23);
}

static void pic_init(struct pic8259 *p)
{
    pic_reset(p);
    pic_write(p, 0x20, 0x11);
    pic_write(p, 0x21, 0x30);
    pic_write(p, 0x21, 4);
    pic_write(p, 0x21, 1);
    pic_write(p, 0xa0, 0x11);
    pic_write(p, 0xa1, 0x38);
    pic_write(p, 0xa1, 2);
    pic_write(p, 0xa1, 1);
    pic_write(p, 0x21, 0);
    pic_write(p, 0xa1, 0);
}

static void test_pic_priority_cascade_and_spurious(void **state)
{
    struct pic8259 p;

    (void)state;
    pic_init(&p);
    assert_false(pic_output(&p));
    pic_set_line(&p, 4, true);
    pic_set_line(&p, 9, true);
    assert_int_equal(pic_take(&p), 0x39); /* chip 1 stands at input 2 */
    assert_false(pic_output(&p));         /* input 4 is lower */
    pic_write(&p, 0xa0, 0x20);
    pic_write(&p, 0x20, 0x20);
    assert_int_equal(pic_take(&p), 0x34);
    pic_write(&p, 0x20, 0x20);
    assert_int_equal(pic_take(&p), 0x37); /* nothing left: spurious */
    pic_write(&p, 0x21, 0x10);
    pic_set_line(&p, 4, false);
    pic_set_line(&p, 4, true);
    assert_false(pic_output(&p));
    pic_write(&p, 0x20, 0x0a);
    assert_int_equal(pic_read(&p, 0x20), 0x10);
}

static void test_pit_rate_and_channel_two(void **state)
{
    struct pit8254 p;
    cycles_t at;
    unsigned first;

    (void)state;
    pit_reset(&p, GHZ);
    assert_int_equal(pit_next(&p, 0), CYCLES_NEVER);
    pit_write(&p, 0, 0x43, 0x34);
    pit_write(&p, 0, 0x40, 11932 & 0xff);
    pit_write(&p, 0, 0x40, 11932 >> 8);
    at = pit_next(&p, 0); /* low for the last tick of each period */
    assert_false(pit_output0(&p, at));
    assert_true(pit_output0(&p, at - 1));
    at = pit_next(&p, at);
    assert_true(pit_output0(&p, at));
    assert_in_range(at, 10000000, 10000200);
    pit_write(&p, 5000000, 0x43, 0x00);
    first = pit_read(&p, 5500000, 0x40);
    first |= (unsigned)pit_read(&p, 6000000, 0x40) << 8; /* latched: no later time in it */
    assert_int_equal(first, 11932 - 5000000ull * 1193182 / GHZ);
    /* Channel 2, mode 0, gated: the way kernels measure the TSC. */
    pit_write(&p, 0, 0x61, 0);
    pit_write(&p, 0, 0x43, 0xb0);
    pit_write(&p, 0, 0x42, 0x9b);
    pit_write(&p, 0, 0x42, 0x2e);
    pit_write(&p, 1000, 0x61, 1);
    assert_int_equal(pit_read(&p, 2000, 0x61) & 0x20, 0);
    assert_int_equal(pit_read(&p, 1000 + 10000000, 0x61) & 0x20, 0x20);
}

static void test_uart_interrupts_and_fifo(void **state)
{
    struct uart16550 u;

    (void)state;
    uart_reset(&u);
    uart_write(&u, 4, 8);
    uart_write(&u, 2, 0x41); /* FIFO, trigger at 4 */
    assert_int_equal(uart_room(&u), 16);
    uart_write(&u, 1, 1);
    assert_false(uart_irq(&u));
    assert_int_equal(uart_input(&u, (const uint8_t *)"hello", 5), 5);
    assert_true(uart_irq(&u));
    assert_int_equal(uart_read(&u, 2), 0xc4);
    assert_int_equal(uart_read(&u, 0), 'h');
    assert_int_equal(uart_read(&u, 0), 'e');
    assert_int_equal(uart_read(&u, 2), 0xcc); /* below the trigger: time-out */
    uart_read(&u, 0);
    uart_read(&u, 0);
    assert_int_equal(uart_read(&u, 5) & 1, 1);
    uart_read(&u, 0);
    assert_int_equal(uart_read(&u, 5), 0x60);
    assert_false(uart_irq(&u));
    uart_write(&u, 1, 2);
    assert_int_equal(uart_read(&u, 2), 0xc2);
    assert_false(uart_irq(&u)); /* reading IIR took it */
    assert_int_equal(uart_write(&u, 0, 'x'), 'x');
    assert_true(uart_irq(&u));
    uart_write(&u, 4, 0x1a); /* loop-back: OUT1's friend shows in MSR */
    assert_int_equal(uart_read(&u, 6) & 0xf0, 0x90);
    assert_int_equal(uart_write(&u, 0, 'y'), -1);
    assert_int_equal(uart_read(&u, 0), 'y');
}

static unsigned cmos_get(struct cmos *c, cycles_t now, uint8_t index)
{
    cmos_write(c, now, 0x70, index);
    return cmos_read(c, now, 0x71);
}

static void test_cmos_date_and_setting(void **state)
{
    struct cmos c;

    (void)state;
    cmos_reset(&c, 951782399, GHZ, 64 << 20); /* 2000-02-28 23:59:59, a Monday */
    assert_int_equal(cmos_get(&c, 0, 0), 0x59);
    assert_int_equal(cmos_get(&c, 0, 7), 0x28);
    assert_int_equal(cmos_get(&c, 0, 6), 2);
    assert_int_equal(cmos_get(&c, GHZ, 7), 0x29); /* a leap day */
    assert_int_equal(cmos_get(&c, GHZ, 8), 0x02);
    assert_int_equal(cmos_get(&c, GHZ, 9), 0x00);
    assert_int_equal(cmos_get(&c, GHZ, 0x32), 0x20);
    cmos_write(&c, GHZ, 0x70, 9);
    cmos_write(&c, GHZ, 0x71, 0x24);
    assert_int_equal(cmos_get(&c, GHZ, 9), 0x24);
    assert_int_equal(cmos_get(&c, GHZ, 4), 0);
    cmos_write(&c, GHZ, 0x70, 0x0b);
    cmos_write(&c, GHZ, 0x71, 4); /* binary, 12 hours */
    assert_int_equal(cmos_get(&c, GHZ, 7), 29);
    assert_int_equal(cmos_get(&c, GHZ, 4), 12);
}

static void test_exit_ports(void **state)
{
    struct exit_port e = {0};

    (void)state;
    assert_int_equal(exit_port_write(&e, 0xf4, 7), EXIT_PORT_POWEROFF);
    assert_int_equal(exit_port_write(&e, 0x64, 0xfe), EXIT_PORT_RESET);
    assert_int_equal(exit_port_write(&e, 0x64, 0xd1), EXIT_PORT_NONE);
    assert_int_equal(exit_port_write(&e, 0xcf9, 2), EXIT_PORT_NONE);
    assert_int_equal(exit_port_write(&e, 0xcf9, 6), EXIT_PORT_RESET);
    assert_int_equal(exit_port_read(&e, 0x64) & 3, 0);
    assert_false(exit_port_owns(0x80));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lapic_timer_one_shot_and_periodic),
        cmocka_unit_test(test_lapic_deadline_and_priorities),
        cmocka_unit_test(test_ioapic_level_waits_for_eoi),
        cmocka_unit_test(test_pic_priority_cascade_and_spurious),
        cmocka_unit_test(test_pit_rate_and_channel_two),
        cmocka_unit_test(test_uart_interrupts_and_fifo),
        cmocka_unit_test(test_cmos_date_and_setting),
        cmocka_unit_test(test_exit_ports),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
