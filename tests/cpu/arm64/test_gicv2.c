/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GICv2 alone: the life of an interrupt (IHI 0048B, chapter 3) and the registers (chapter 4). */
#include <string.h>

#include "tests/cmocka.h"

#include "cpu/dev/gicv2.h"

#define TIMER 27u
#define UART  33u

static uint32_t dist(struct gicv2 *g, uint32_t offset)
{
    bool known;
    uint32_t value = gic_dist_read(g, offset, 4, &known);

    assert_true(known);
    return value;
}

static void dist_set(struct gicv2 *g, uint32_t offset, uint32_t value)
{
    bool known;

    gic_dist_write(g, offset, 4, value, &known);
    assert_true(known);
}

static uint32_t cpuif(struct gicv2 *g, uint32_t offset)
{
    bool known;
    uint32_t value = gic_cpu_read(g, offset, &known);

    assert_true(known);
    return value;
}

static void cpuif_set(struct gicv2 *g, uint32_t offset, uint32_t value)
{
    bool known;

    gic_cpu_write(g, offset, value, &known);
    assert_true(known);
}

static void set_priority(struct gicv2 *g, unsigned intid, uint8_t priority)
{
    bool known;

    gic_dist_write(g, 0x400 + intid, 1, priority, &known);
    assert_true(known);
}

/* All on, timer and UART enabled at priority 0xa0. */
static struct gicv2 ready(void)
{
    struct gicv2 g;

    gic_reset(&g);
    dist_set(&g, 0x000, 1);
    dist_set(&g, 0x100, 1u << TIMER);
    dist_set(&g, 0x104, 1u << (UART - 32));
    cpuif_set(&g, 0x04, 0xf0);
    cpuif_set(&g, 0x00, 1);
    set_priority(&g, TIMER, 0xa0);
    set_priority(&g, UART, 0xa0);
    return g;
}

static void test_gicv2_nothing_passes_while_off(void **state)
{
    struct gicv2 g;

    (void)state;
    gic_reset(&g);
    gic_set_line(&g, TIMER, true);
    assert_false(gic_pending(&g));
    dist_set(&g, 0x100, 1u << TIMER);
    cpuif_set(&g, 0x00, 1);
    cpuif_set(&g, 0x04, 0xf0);
    assert_false(gic_pending(&g)); /* GICD_CTLR */
    dist_set(&g, 0x000, 1);
    assert_true(gic_pending(&g));
    cpuif_set(&g, 0x04, 0);
    assert_false(gic_pending(&g)); /* PMR */
    cpuif_set(&g, 0x04, 0xf0);
    cpuif_set(&g, 0x00, 0);
    assert_false(gic_pending(&g)); /* GICC_CTLR */
    cpuif_set(&g, 0x00, 1);
    dist_set(&g, 0x180, 1u << TIMER);
    assert_false(gic_pending(&g)); /* ICENABLER */
    assert_int_equal(cpuif(&g, 0x0c), 1023);
}

static void test_gicv2_level_life(void **state)
{
    struct gicv2 g = ready();

    (void)state;
    gic_set_line(&g, UART, true);
    assert_int_equal(dist(&g, 0x204), 2);      /* pending */
    assert_int_equal(cpuif(&g, 0x18), UART);   /* HPPIR */
    assert_int_equal(cpuif(&g, 0x0c), UART);   /* IAR */
    assert_int_equal(dist(&g, 0x304), 2);      /* active, and pending while the line is high */
    assert_int_equal(cpuif(&g, 0x14), 0xa0);   /* RPR */
    assert_false(gic_pending(&g));
    assert_int_equal(cpuif(&g, 0x0c), 1023);
    cpuif_set(&g, 0x10, UART);                 /* EOIR with the line still high: again */
    assert_int_equal(cpuif(&g, 0x14), 0xff);
    assert_true(gic_pending(&g));
    assert_int_equal(cpuif(&g, 0x0c), UART);
    gic_set_line(&g, UART, false);
    cpuif_set(&g, 0x10, UART);
    assert_false(gic_pending(&g));
    assert_int_equal(dist(&g, 0x304), 0);
}

static void test_gicv2_edge_is_latched(void **state)
{
    struct gicv2 g = ready();

    (void)state;
    dist_set(&g, 0xc08, 2u << 2 * (UART - 32));
    assert_int_equal(dist(&g, 0xc08), 2u << 2 * (UART - 32));
    gic_set_line(&g, UART, true);
    gic_set_line(&g, UART, false);
    assert_int_equal(cpuif(&g, 0x0c), UART);
    gic_set_line(&g, UART, true); /* while active: pending again, taken after EOI */
    assert_false(gic_pending(&g));
    cpuif_set(&g, 0x10, UART);
    assert_int_equal(cpuif(&g, 0x0c), UART);
    cpuif_set(&g, 0x10, UART);
    assert_false(gic_pending(&g)); /* a high line alone is no edge */
}

static void test_gicv2_priorities_and_preemption(void **state)
{
    struct gicv2 g = ready();

    (void)state;
    gic_set_line(&g, TIMER, true);
    gic_set_line(&g, UART, true);
    assert_int_equal(cpuif(&g, 0x18), TIMER); /* equal: the lower number */
    set_priority(&g, UART, 0x80);
    assert_int_equal(cpuif(&g, 0x18), UART);
    set_priority(&g, UART, 0xa0);
    assert_int_equal(cpuif(&g, 0x0c), TIMER);
    assert_false(gic_pending(&g)); /* equal priority does not preempt */
    set_priority(&g, UART, 0x80);
    assert_true(gic_pending(&g));
    assert_int_equal(cpuif(&g, 0x0c), UART);
    assert_int_equal(cpuif(&g, 0x14), 0x80);
    cpuif_set(&g, 0x10, UART);
    assert_int_equal(cpuif(&g, 0x14), 0xa0);
    cpuif_set(&g, 0x10, TIMER);
    assert_int_equal(cpuif(&g, 0x14), 0xff);
}

/* The binary point takes low bits out of the comparison. */
static void test_gicv2_binary_point(void **state)
{
    struct gicv2 g = ready();

    (void)state;
    gic_set_line(&g, TIMER, true);
    assert_int_equal(cpuif(&g, 0x0c), TIMER);
    set_priority(&g, UART, 0x88);
    gic_set_line(&g, UART, true);
    assert_true(gic_pending(&g));
    cpuif_set(&g, 0x08, 6); /* one bit of group priority: 0x88 and 0xa0 are one group */
    assert_false(gic_pending(&g));
    cpuif_set(&g, 0x08, 2);
    assert_true(gic_pending(&g));
}

static void test_gicv2_pmr_hides_equal_priority(void **state)
{
    struct gicv2 g = ready();

    (void)state;
    gic_set_line(&g, TIMER, true);
    cpuif_set(&g, 0x04, 0xa0);
    assert_false(gic_pending(&g));
    cpuif_set(&g, 0x04, 0xa8);
    assert_true(gic_pending(&g));
}

static void test_gicv2_software_interrupts(void **state)
{
    struct gicv2 g = ready();

    (void)state;
    dist_set(&g, 0xf00, 0x00010005); /* to CPU 0 */
    assert_int_equal(cpuif(&g, 0x0c), 5);
    cpuif_set(&g, 0x10, 5);
    assert_false(gic_pending(&g));
    dist_set(&g, 0xf00, 2u << 24 | 9); /* to itself */
    assert_int_equal(cpuif(&g, 0x0c), 9);
    cpuif_set(&g, 0x10, 9);
    dist_set(&g, 0xf00, 1u << 24 | 9); /* to all others: nobody */
    dist_set(&g, 0xf00, 0x00020009);   /* to CPU 1 */
    assert_false(gic_pending(&g));
    dist_set(&g, 0x180, 0xffff); /* SGIs stay enabled */
    assert_int_equal(dist(&g, 0x100) & 0xffff, 0xffff);
    dist_set(&g, 0xf20, 1u << 8); /* SPENDSGIR: SGI 1 */
    assert_int_equal(cpuif(&g, 0x18), 1);
    dist_set(&g, 0xf10, 1u << 8); /* CPENDSGIR */
    assert_false(gic_pending(&g));
}

static void test_gicv2_split_eoi(void **state)
{
    struct gicv2 g = ready();

    (void)state;
    cpuif_set(&g, 0x00, 1u | 1u << 9); /* EOImode */
    gic_set_line(&g, TIMER, true);
    assert_int_equal(cpuif(&g, 0x0c), TIMER);
    cpuif_set(&g, 0x10, TIMER);
    assert_int_equal(cpuif(&g, 0x14), 0xff); /* priority dropped */
    assert_true(dist(&g, 0x300) & 1u << TIMER);
    assert_false(gic_pending(&g)); /* still active */
    cpuif_set(&g, 0x1000, TIMER);  /* DIR */
    assert_true(gic_pending(&g));
}

static void test_gicv2_software_sets_pending_and_active(void **state)
{
    struct gicv2 g = ready();

    (void)state;
    dist_set(&g, 0x204, 2);
    assert_int_equal(cpuif(&g, 0x18), UART);
    dist_set(&g, 0x284, 2);
    assert_false(gic_pending(&g));
    dist_set(&g, 0x304, 2); /* active by hand: not signalled */
    gic_set_line(&g, UART, true);
    assert_false(gic_pending(&g));
    dist_set(&g, 0x384, 2);
    assert_true(gic_pending(&g));
    assert_int_equal(dist(&g, 0x280 + 4), 2);
}

static void test_gicv2_registers_by_byte_and_identification(void **state)
{
    struct gicv2 g = ready();
    bool known;

    (void)state;
    assert_int_equal(dist(&g, 0x004) & 0x1f, 8); /* 288 interrupts */
    assert_int_equal(dist(&g, 0xfe8) >> 4 & 15, 2); /* PIDR2: GICv2 */
    assert_int_equal(cpuif(&g, 0xfc) >> 16 & 15, 2);
    gic_dist_write(&g, 0x400 + 40, 4, 0x11223344, &known);
    assert_int_equal(dist(&g, 0x400 + 40), 0x10203040);
    assert_int_equal(gic_dist_read(&g, 0x400 + 41, 1, &known), 0x30);
    dist_set(&g, 0x800 + 32, 0);
    assert_int_equal(dist(&g, 0x800 + 32), 0);
    assert_int_equal(dist(&g, 0x800), 0x01010101); /* read-only for the private ones */
    dist_set(&g, 0xc00, 0);
    assert_int_equal(dist(&g, 0xc00), 0xaaaaaaaa);
    gic_dist_read(&g, 0x2000, 4, &known);
    assert_false(known);
    gic_cpu_read(&g, 0x800, &known);
    assert_false(known);
    gic_dist_write(&g, 0x100, 8, 0, &known);
    assert_false(known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gicv2_nothing_passes_while_off),
        cmocka_unit_test(test_gicv2_level_life),
        cmocka_unit_test(test_gicv2_edge_is_latched),
        cmocka_unit_test(test_gicv2_priorities_and_preemption),
        cmocka_unit_test(test_gicv2_binary_point),
        cmocka_unit_test(test_gicv2_pmr_hides_equal_priority),
        cmocka_unit_test(test_gicv2_software_interrupts),
        cmocka_unit_test(test_gicv2_split_eoi),
        cmocka_unit_test(test_gicv2_software_sets_pending_and_active),
        cmocka_unit_test(test_gicv2_registers_by_byte_and_identification),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
