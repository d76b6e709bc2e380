/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the model decodes of an instruction word, against words that the assembler made. */
#include <string.h>

#include "tests/cmocka.h"

#include "cpu/arch/arm64/insn.h"

static void test_insn_fp(void **state)
{
    static const uint32_t fp[] = {
        0x4ea28420, /* add v0.4s, v1.4s, v2.4s */
        0x9e670020, /* fmov d0, x1 */
        0x1e622820, /* fadd d0, d1, d2 */
        0x3dc00003, /* ldr q3, [x0] */
        0xad000400, /* stp q0, q1, [x0] */
        0x4c407000, /* ld1 {v0.16b}, [x0] */
        0x1c000000, /* ldr s0, literal */
        0xfc408400, /* ldr d0, [x0], #8 */
        0x5e280800, /* sha1h s0, s0 */
        0x4e284820, /* aese v0.16b, v1.16b */
        0xd53b4401, /* mrs x1, fpcr */
        0xd51b4421, /* msr fpsr, x1 */
        0x6e3de7df, /* fcmgt */
    };
    static const uint32_t other[] = {
        0xd503201f, /* nop */
        0x9ac34c41, /* crc32x w1, w2, x3 */
        0xf9400001, /* ldr x1, [x0] */
        0xa9400801, /* ldp x1, x2, [x0] */
        0xc85f7c01, /* ldxr x1, [x0] */
        0x9b027c20, /* mul x0, x1, x2 */
        0x14000001, /* b */
        0xd4000001, /* svc #0 */
        0xd53be040, /* mrs x0, cntvct_el0 */
        0x58000001, /* ldr x1, literal */
        0xd50b7420, /* dc zva, x0 */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(fp); i++)
        if (!insn_is_fp(fp[i]))
            fail_msg("0x%08x is FP", fp[i]);
    for (size_t i = 0; i < ARRAY_LEN(other); i++)
        if (insn_is_fp(other[i]))
            fail_msg("0x%08x is not FP", other[i]);
}

static void test_insn_system_registers(void **state)
{
    uint32_t id;
    bool is_write;

    (void)state;
    assert_true(insn_sysreg(0xd53be043, &id, &is_write)); /* mrs x3, cntvct_el0 */
    assert_int_equal(id, SYS_CNTVCT);
    assert_false(is_write);
    assert_true(insn_sysreg(0xd5182007, &id, &is_write)); /* msr ttbr0_el1, x7 */
    assert_int_equal(id, SYS_TTBR0);
    assert_true(is_write);
    assert_true(insn_sysreg(0xd5300240, &id, &is_write)); /* mrs x0, mdscr_el1 */
    assert_int_equal(id, SYS_MDSCR);
    assert_false(insn_sysreg(0xd508871f, &id, &is_write)); /* tlbi vmalle1 */
    assert_false(insn_sysreg(0xd50342df, &id, &is_write)); /* msr daifset, #2 */
    assert_true(insn_is_daif(0xd50342df));
    assert_true(insn_is_daif(0xd5034fff));
    assert_false(insn_is_daif(0xd50041bf)); /* msr spsel, #1 */
    assert_false(insn_is_daif(0xd5033fdf)); /* isb */
    assert_true(insn_is_wait(INSN_WFI));
    assert_true(insn_is_wait(0xd503205f));
    assert_false(insn_is_wait(0xd503203f)); /* yield */
}

struct access_case {
    uint32_t word;
    struct insn_access want;
};

static void test_insn_pairs_and_indexed_forms(void **state)
{
    static const struct access_case c[] = {
        /* ldp w10, w11, [x4, #0xf0] */
        {0x295e2c8a, {.wide = false, .size = 4, .count = 2, .rt = {10, 11}, .rn = 4,
                      .writeback_offset = 0xf0}},
        /* ldp x1, x2, [x0], #-16 */
        {0xa8ff0801, {.wide = true, .size = 8, .count = 2, .rt = {1, 2}, .rn = 0, .writeback = true,
                      .writeback_offset = -16}},
        /* stp x1, xzr, [sp, #-32]! */
        {0xa9be7fe1, {.is_write = true, .wide = true, .size = 8, .count = 2, .rt = {1, 31},
                      .rn = 31, .writeback = true, .writeback_offset = -32}},
        /* ldpsw x14, x15, [x6] */
        {0x69403cce, {.sign_extend = true, .wide = true, .size = 4, .count = 2, .rt = {14, 15},
                      .rn = 6}},
        /* str w9, [x6], #4 */
        {0xb80044c9, {.is_write = true, .size = 4, .count = 1, .rt = {9}, .rn = 6,
                      .writeback = true, .writeback_offset = 4}},
        /* ldrsb x3, [x5, #-1]! */
        {0x389ffca3, {.sign_extend = true, .wide = true, .size = 1, .count = 1, .rt = {3}, .rn = 5,
                      .writeback = true, .writeback_offset = -1}},
        /* ldrsh w3, [x5], #2 */
        {0x78c024a3, {.sign_extend = true, .size = 2, .count = 1, .rt = {3}, .rn = 5,
                      .writeback = true, .writeback_offset = 2}},
    };
    static const uint32_t none[] = {
        0xf9400001, /* ldr x1, [x0] */
        0xf8408001, /* ldur x1, [x0, #8] */
        0xf8626801, /* ldr x1, [x0, x2] */
        0xad400400, /* ldp q0, q1, [x0] */
        0xfc408400, /* ldr d0, [x0], #8 */
        0xc85f7c01, /* ldxr x1, [x0] */
    };
    struct insn_access got;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(c); i++) {
        const struct insn_access *w = &c[i].want;

        if (!insn_decode_access(c[i].word, &got))
            fail_msg("0x%08x is not decoded", c[i].word);
        assert_int_equal(got.is_write, w->is_write);
        assert_int_equal(got.sign_extend, w->sign_extend);
        assert_int_equal(got.wide, w->wide);
        assert_int_equal(got.size, w->size);
        assert_int_equal(got.count, w->count);
        assert_int_equal(got.rt[0], w->rt[0]);
        assert_int_equal(got.rt[1], w->rt[1]);
        assert_int_equal(got.writeback, w->writeback);
        assert_int_equal(got.rn, w->rn);
        if (w->writeback)
            assert_int_equal(got.writeback_offset, w->writeback_offset);
    }
    for (size_t i = 0; i < ARRAY_LEN(none); i++)
        if (insn_decode_access(none[i], &got))
            fail_msg("0x%08x is decoded", none[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_insn_fp),
        cmocka_unit_test(test_insn_system_registers),
        cmocka_unit_test(test_insn_pairs_and_indexed_forms),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
