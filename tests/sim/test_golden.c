/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers of golden files. */
#include "tests/cmocka.h"

#include <errno.h>

#include "sim/golden.h"

static char err[256];

static int parse(const char *text, struct golden_spec *spec, size_t *body)
{
    struct blob file = {.data = (uint8_t *)text, .bytes = strlen(text)};

    return golden_parse("g", &file, spec, body, err, sizeof(err));
}

static void test_parse(void **state)
{
    const char *text = "# about: what it shows: all\n# arch: x86_64\n# program: sub/prog\n"
                       "# args: a  b\n# seed: 7\n# chaos: 0x10\n# keep: traps interrupts\n"
                       "# within: f g\n#\n\nprocess 1\n";
    struct golden_spec spec;
    size_t body;

    (void)state;
    assert_ok(parse(text, &spec, &body), err);
    assert_int_equal(spec.arch, ARCH_X86_64);
    assert_string_equal(spec.program, "sub/prog");
    assert_string_equal(spec.args[1], "b");
    assert_null(spec.args[2]);
    assert_string_equal(spec.within[1], "g");
    assert_int_equal(spec.seed, 7);
    assert_int_equal(spec.chaos, 16);
    assert_int_equal(spec.keep, GOLDEN_TRAPS | GOLDEN_INTERRUPTS);
    assert_string_equal(text + body, "\nprocess 1\n");
    golden_spec_free(&spec);
}

static void test_parse_rejects(void **state)
{
    static const char *const bad[] = {
        "",
        "# arch: arm64\n",
        "# program: x\n# arch: mips\n",
        "# program: /etc/passwd\n",
        "# program: ../x\n",
        "# program: x\n# keep: everything\n",
        "# program: x\n# seed: 1x\n",
        "# program: x\n# no colon\n",
    };
    struct golden_spec spec;
    size_t body;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(parse(bad[i], &spec, &body), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_parse_rejects),
    };

    return cmocka_run_group_tests_name("sim.golden", tests, NULL, NULL);
}
