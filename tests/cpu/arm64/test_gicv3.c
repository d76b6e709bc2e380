/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GICv3 alone: the life of an interrupt (IHI 0069, chapter 4) and the registers (chapter 12). */
#include "tests/cmocka.h"

#include "cpu/dev/gicv3.h"

#define TIMER 27u
#define UART  33u
#define SGIS  0x10000u /* the redistributor's second frame */

/* CRn, CRm, op2 of ICC_*_EL1 */
#define PMR     0x460u
#define EOIR1   0xcc1u
#define AP1R0   0xc90u
#define DIR     0xcb1u
#define RPR     0xcb3u
#define SGI1R   0xcb5u
#define IAR1    0xcc0u
#define HPPIR1  0xcc2u
#define BPR1    0xcc3u
#define CTLR    0xcc4u
#define SRE     0xcc5u
#define IGRPEN1 0xcc7u

struct rig {
    struct gicv3 v;
    struct gicv2 g;
};

static uint64_t icc(struct rig *r, unsigned reg)
{
    uint64_t value = 0;

    assert_true(gicv3_icc(&r->v, &r->g, reg >> 8, reg >> 4 & 15, reg & 15, false, &value));
    return value;
}

static void icc_set(struct rig *r, unsigned reg, uint64_t value)
{
    assert_true(gicv3_icc(&r->v, &r->g, reg >> 8, reg >> 4 & 15, reg & 15, true, &value));
}

static uint64_t dist(struct rig *r, uint32_t offset)
{
    bool known;
    uint64_t value = gicv3_dist_read(&r->v, &r->g, offset, 4, &known);

    assert_true(known);
    return value;
}

static void dist_set(struct rig *r, uint32_t offset, unsigned size, uint64_t value)
{
    bool known;

    gicv3_dist_write(&r->v, &r->g, offset, size, value, &known);
    assert_true(known);
}

static uint64_t redist(struct rig *r, uint32_t offset)
{
    bool known;
    uint64_t value = gicv3_redist_read(&r->v, &r->g, offset, 4, &known);

    assert_true(known);
    return value;
}

static void redist_set(struct rig *r, uint32_t offset, unsigned size, uint64_t value)
{
    bool known;

    gicv3_redist_write(&r->v, &r->g, offset, size, value, &known);
    assert_true(known);
}

static bool pending(const struct rig *r)
{
    return gicv3_pending(&r->v, &r->g);
}

/* All on and in group 1; timer and UART enabled, at priorities 0xa0 and 0x80. */
static struct rig ready(void)
{
    struct rig r;

    gic_reset(&r.g);
    gicv3_reset(&r.v, &r.g);
    redist_set(&r, 0x14, 4, 0);
    dist_set(&r, 0x000, 4, 0x12);
    dist_set(&r, 0x084, 4, ~0u);
    redist_set(&r, SGIS + 0x080, 4, ~0u);
    redist_set(&r, SGIS + 0x400 + TIMER, 1, 0xa0);
    dist_set(&r, 0x400 + UART, 1, 0x80);
    redist_set(&r, SGIS + 0x100, 4, 1u << TIMER);
    dist_set(&r, 0x104, 4, 1u << (UART - 32));
    icc_set(&r, PMR, 0xf0);
    icc_set(&r, IGRPEN1, 1);
    return r;
}

static void test_identity(void **state)
{
    struct rig r = ready();

    (void)state;
    assert_int_equal(dist(&r, 0xffe8) >> 4, 3); /* GICD_PIDR2: GICv3 */
    assert_int_equal(redist(&r, 0xffe8) >> 4, 3);
    assert_int_equal(dist(&r, 0x004) & 31, GIC_INTIDS / 32 - 1);
    assert_int_equal(dist(&r, 0x000), 0x52); /* group 1, affinity routing, one security state */
    assert_int_equal(redist(&r, 0x008) & 0x10, 0x10); /* the last one */
    assert_int_equal(icc(&r, SRE), 7);
    assert_int_equal(icc(&r, CTLR) >> 8 & 7, 4);
}

static void test_redistributor_wakes(void **state)
{
    struct rig r;

    (void)state;
    gic_reset(&r.g);
    gicv3_reset(&r.v, &r.g);
    assert_int_equal(redist(&r, 0x14), 6);
    redist_set(&r, 0x14, 4, 0);
    assert_int_equal(redist(&r, 0x14), 0);
}

/* Each of the switches between a line and the CPU. */
static void test_every_switch_counts(void **state)
{
    static const struct {
        unsigned icc;
        uint32_t dist, redist;
        uint64_t off;
    } cases[] = {
        {PMR, 0, 0, 0xa0},
        {IGRPEN1, 0, 0, 0},
        {0, 0, SGIS + 0x180, 1u << TIMER},
        {0, 0, SGIS + 0x080, 0}, /* group 0 would be FIQ */
        {0, 1, 0, 1},            /* GICD_CTLR: group 0 alone */
    };

    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
        struct rig r = ready();

        gic_set_line(&r.g, TIMER, true);
        assert_true(pending(&r));
        if (cases[i].icc)
            icc_set(&r, cases[i].icc, cases[i].off);
        else if (cases[i].redist)
            redist_set(&r, cases[i].redist, 4, cases[i].off);
        else
            dist_set(&r, 0, 4, cases[i].off);
        assert_false(pending(&r));
        assert_int_equal(icc(&r, IAR1), GIC_SPURIOUS);
    }
}

static void test_life_of_a_level_interrupt(void **state)
{
    struct rig r = ready();

    (void)state;
    gic_set_line(&r.g, TIMER, true);
    assert_int_equal(icc(&r, HPPIR1), TIMER);
    assert_int_equal(icc(&r, IAR1), TIMER);
    assert_int_equal(icc(&r, RPR), 0xa0);
    assert_int_equal(icc(&r, AP1R0), 1u << (0xa0 >> 3));
    assert_int_equal(redist(&r, SGIS + 0x300), 1u << TIMER);
    assert_false(pending(&r));
    icc_set(&r, EOIR1, TIMER);
    assert_int_equal(icc(&r, RPR), 0xff);
    assert_true(pending(&r)); /* the line is still high */
    gic_set_line(&r.g, TIMER, false);
    assert_false(pending(&r));
}

static void test_preemption_by_group_priority(void **state)
{
    struct rig r = ready();

    (void)state;
    gic_set_line(&r.g, TIMER, true);
    assert_int_equal(icc(&r, IAR1), TIMER);
    gic_set_line(&r.g, UART, true);
    assert_true(pending(&r));
    icc_set(&r, BPR1, 6); /* 0xa0 and 0x80 are one group now */
    assert_false(pending(&r));
    icc_set(&r, BPR1, 0);
    assert_int_equal(icc(&r, BPR1), 3);
    assert_int_equal(icc(&r, IAR1), UART);
    assert_int_equal(icc(&r, RPR), 0x80);
    icc_set(&r, EOIR1, UART);
    assert_int_equal(icc(&r, RPR), 0xa0);
}

static void test_separate_deactivation(void **state)
{
    struct rig r = ready();

    (void)state;
    icc_set(&r, CTLR, 2);
    gic_set_line(&r.g, TIMER, true);
    assert_int_equal(icc(&r, IAR1), TIMER);
    icc_set(&r, EOIR1, TIMER);
    assert_false(pending(&r)); /* dropped, and still active */
    icc_set(&r, DIR, TIMER);
    assert_true(pending(&r));
}

static void test_sgis_can_be_off(void **state)
{
    struct rig r = ready();

    (void)state;
    icc_set(&r, SGI1R, 5ull << 24 | 1);
    assert_false(pending(&r));
    redist_set(&r, SGIS + 0x100, 4, 1u << 5);
    assert_int_equal(redist(&r, SGIS + 0x100), 1u << TIMER | 1u << 5);
    assert_int_equal(icc(&r, IAR1), 5);
    icc_set(&r, EOIR1, 5);
    icc_set(&r, SGI1R, 5ull << 24 | 2);              /* another CPU */
    icc_set(&r, SGI1R, 5ull << 24 | 1ull << 40 | 1); /* all the others */
    icc_set(&r, SGI1R, 5ull << 24 | 1ull << 16 | 1); /* affinity 0.0.1.0 */
    assert_false(pending(&r));
    redist_set(&r, SGIS + 0x180, 4, 1u << 5);
    assert_int_equal(redist(&r, SGIS + 0x100), 1u << TIMER);
}

static void test_what_is_not_there(void **state)
{
    struct rig r = ready();
    uint64_t value = 1;
    bool known;

    (void)state;
    gicv3_dist_read(&r.v, &r.g, 0x5000, 4, &known);
    assert_false(known);
    gicv3_redist_read(&r.v, &r.g, 0x70, 4, &known); /* GICR_PROPBASER: no LPIs */
    assert_false(known);
    gicv3_redist_write(&r.v, &r.g, SGIS + 0x2000, 4, 0, &known);
    assert_false(known);
    assert_false(gicv3_icc(&r.v, &r.g, 12, 11, 7, true, &value)); /* SGI0R */
    assert_int_equal(dist(&r, 0x100), 0); /* INTIDs 0 to 31 stand in the redistributor */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_redistributor_wakes),
        cmocka_unit_test(test_every_switch_counts),
        cmocka_unit_test(test_life_of_a_level_interrupt),
        cmocka_unit_test(test_preemption_by_group_priority),
        cmocka_unit_test(test_separate_deactivation),
        cmocka_unit_test(test_sgis_can_be_off),
        cmocka_unit_test(test_what_is_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
