/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instruction lengths, against the assembler's own encodings. */
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka.h"

#include "cpu/arch/x86_64/insn.h"

struct sample {
    bool is_long;
    uint8_t length;
    uint8_t bytes[15];
    const char *text;
};

static const struct sample samples[] = {
    {true, 1, {0x90}, "nop"},
    {true, 3, {0x48, 0x89, 0xd8}, "mov %rbx,%rax"},
    {true, 10, {0x48, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8}, "movabs"},
    {true, 9, {0xa1, 1, 2, 3, 4, 5, 6, 7, 8}, "movabs moffs"},
    {true, 8, {0x8b, 0x04, 0x25, 1, 2, 3, 4}, "mov disp32 (7)"},
    {true, 4, {0xf3, 0x0f, 0x1e, 0xfa}, "endbr64"},
    {true, 5, {0xf3, 0x48, 0x0f, 0x1e, 0xc8}, "rdsspq %rax"},
    {true, 6, {0x0f, 0x84, 1, 2, 3, 4}, "je"},
    {true, 6, {0x66, 0x0f, 0x3a, 0x0f, 0xc1, 8}, "palignr"},
    {true, 5, {0x66, 0x0f, 0x38, 0x00, 0xc1}, "pshufb"},
    {true, 5, {0x66, 0x0f, 0x70, 0xc1, 0x1b}, "pshufd"},
    {true, 4, {0x0f, 0xba, 0xe0, 3}, "bt imm"},
    {true, 7, {0xf7, 0x05, 1, 2, 3, 4, 0}, "test imm32 (10)"},
    {true, 6, {0xf7, 0x1d, 1, 2, 3, 4}, "neg"},
    {true, 4, {0x66, 0xb8, 1, 2}, "mov imm16"},
    {true, 3, {0x0f, 0x01, 0xd1}, "xsetbv"},
    {true, 3, {0x0f, 0x22, 0xd8}, "mov %rax,%cr3"},
    {true, 4, {0xc8, 1, 2, 0}, "enter"},
    {true, 5, {0x64, 0x48, 0x8b, 0x0c, 0x25}, "fs disp32 (9)"},
    {true, 4, {0xc5, 0xf8, 0x58, 0xc1}, "vaddps"},
    {true, 3, {0xc5, 0xf8, 0x77}, "vzeroupper"},
    {false, 5, {0xb8, 1, 2, 3, 4}, "mov imm32"},
    {false, 1, {0x40}, "inc %eax"},
    {false, 7, {0xea, 1, 2, 3, 4, 8, 0}, "ljmp"},
    {false, 5, {0x67, 0x8b, 0x87, 1, 2}, "16-bit address"},
    {false, 5, {0xa1, 1, 2, 3, 4}, "mov moffs"},
    {false, 4, {0xc4, 0x44, 0x24, 4}, "les"},
};

static unsigned expected_length(const struct sample *s)
{
    const char *paren = strchr(s->text, '(');

    return paren ? (unsigned)strtoul(paren + 1, NULL, 10) : s->length;
}

static void test_insn_lengths(void **state)
{
    (void)state;
    for (size_t n = 0; n < ARRAY_LEN(samples); n++) {
        struct insn i;
        insn_decode(&i, samples[n].bytes, sizeof(samples[n].bytes), samples[n].is_long);
        if (i.length != expected_length(&samples[n]))
            fail_msg("%s: %u bytes", samples[n].text, i.length);
    }
}

static void test_insn_immediates(void **state)
{
    static const uint8_t sub[] = {0x83, 0xe8, 0xff}, mov[] = {0xb8, 0, 0, 0, 0x80};
    struct insn i;

    (void)state;
    insn_decode(&i, sub, sizeof(sub), true);
    assert_int_equal(insn_imm(&i, sub), -1);
    insn_decode(&i, mov, sizeof(mov), true);
    assert_int_equal(insn_imm(&i, mov), -0x80000000ll);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_insn_lengths),
        cmocka_unit_test(test_insn_immediates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
