/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device tree, read back with libfdt as a kernel would. */
#include "tests/cmocka.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>

#include "loader/boot.h"
#include "tests/loader/elf_build.h"

struct booted {
    struct boot_plan plan;
    const void *fdt;
};

static int setup(void **state)
{
    struct booted *b = calloc(1, sizeof(*b));
    static uint8_t file[ELF_BUILD_BYTES];
    struct boot_spec spec = {.arch = ARCH_ARM64, .kernel = file, .kernel_bytes = sizeof(file),
                             .kernel_name = "k", .initrd = "123456", .initrd_bytes = 6,
                             .cmdline = "console=ttyAMA0", .ram_bytes = 128u << 20,
                             .entropy_seed = 42};
    char err[200];

    elf_build(ARCH_ARM64, file);
    assert_ok(boot_plan_build(&spec, &b->plan, err, sizeof(err)), err);
    for (size_t i = 0; i < b->plan.count; i++)
        if (b->plan.segments[i].pa == b->plan.entry.arg[0])
            b->fdt = b->plan.segments[i].data;
    assert_non_null(b->fdt);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct booted *b = *state;

    boot_plan_free(&b->plan);
    free(b);
    return 0;
}

static const void *prop(const struct booted *b, const char *path, const char *name, int *len)
{
    int node = fdt_path_offset(b->fdt, path);
    const void *p = node < 0 ? NULL : fdt_getprop(b->fdt, node, name, len);

    if (!p)
        fail_msg("%s has no %s", path, name);
    return p;
}

static void expect_cells(const struct booted *b, const char *path, const char *name,
                         const uint32_t *want, int count)
{
    int len;
    const fdt32_t *cells = prop(b, path, name, &len);

    assert_int_equal(len, count * 4);
    for (int i = 0; i < count; i++)
        assert_int_equal(fdt32_to_cpu(cells[i]), want[i]);
}

#define EXPECT_CELLS(b, path, name, ...)                                                           \
    expect_cells(b, path, name, (const uint32_t[]){__VA_ARGS__},                                   \
                 (int)ARRAY_LEN(((const uint32_t[]){__VA_ARGS__})))

static void expect_compatible(const struct booted *b, const char *path, const char *compatible)
{
    int node = fdt_path_offset(b->fdt, path);

    assert_true(node >= 0);
    assert_int_equal(fdt_node_check_compatible(b->fdt, node, compatible), 0);
}

static void test_tree_is_well_formed(void **state)
{
    const struct booted *b = *state;

    assert_int_equal(fdt_check_full(b->fdt, fdt_totalsize(b->fdt)), 0);
    expect_compatible(b, "/", "linux,dummy-virt");
    EXPECT_CELLS(b, "/", "#address-cells", 2);
    EXPECT_CELLS(b, "/", "#size-cells", 2);
}

static void test_chosen_names_initrd_and_command_line(void **state)
{
    const struct booted *b = *state;
    int len;

    assert_string_equal(prop(b, "/chosen", "bootargs", &len), "console=ttyAMA0");
    assert_string_equal(prop(b, "/chosen", "stdout-path", &len), "/pl011@9000000");
    EXPECT_CELLS(b, "/chosen", "linux,initrd-start", 0, 0x44000000);
    EXPECT_CELLS(b, "/chosen", "linux,initrd-end", 0, 0x44000006);
    prop(b, "/chosen", "rng-seed", &len);
    assert_int_equal(len, 32);
}

static void test_memory_cpu_and_psci(void **state)
{
    const struct booted *b = *state;
    int len;

    EXPECT_CELLS(b, "/memory@40000000", "reg", 0, 0x40000000, 0, 0x08000000);
    expect_compatible(b, "/cpus/cpu@0", "arm,cortex-a72");
    expect_compatible(b, "/psci", "arm,psci-1.0");
    assert_string_equal(prop(b, "/psci", "method", &len), "hvc");
}

static void test_interrupt_controller_and_timer(void **state)
{
    const struct booted *b = *state;
    int gic = fdt_path_offset(b->fdt, "/intc@8000000");

    expect_compatible(b, "/intc@8000000", "arm,cortex-a15-gic");
    EXPECT_CELLS(b, "/intc@8000000", "reg", 0, 0x08000000, 0, 0x10000, 0, 0x08010000, 0, 0x10000);
    EXPECT_CELLS(b, "/", "interrupt-parent", fdt_get_phandle(b->fdt, gic));
    expect_compatible(b, "/timer", "arm,armv8-timer");
    EXPECT_CELLS(b, "/timer", "interrupts", 1, 13, 0x104, 1, 14, 0x104, 1, 11, 0x104, 1, 10, 0x104);
}

static void test_uart_clock_rtc_and_virtio(void **state)
{
    const struct booted *b = *state;
    uint32_t clock = fdt_get_phandle(b->fdt, fdt_path_offset(b->fdt, "/apb-pclk"));
    char path[40];

    EXPECT_CELLS(b, "/apb-pclk", "clock-frequency", 24000000);
    expect_compatible(b, "/pl011@9000000", "arm,pl011");
    EXPECT_CELLS(b, "/pl011@9000000", "interrupts", 0, 1, 4);
    EXPECT_CELLS(b, "/pl011@9000000", "clocks", clock, clock);
    expect_compatible(b, "/pl031@9010000", "arm,pl031");
    for (uint32_t i = 0; i < 32; i++) {
        snprintf(path, sizeof(path), "/virtio_mmio@%x", 0x0a000000 + i * 0x200);
        expect_compatible(b, path, "virtio,mmio");
        EXPECT_CELLS(b, path, "interrupts", 0, 16 + i, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree_is_well_formed),
        cmocka_unit_test(test_chosen_names_initrd_and_command_line),
        cmocka_unit_test(test_memory_cpu_and_psci),
        cmocka_unit_test(test_interrupt_controller_and_timer),
        cmocka_unit_test(test_uart_clock_rtc_and_virtio),
    };

    return cmocka_run_group_tests_name("loader.fdt", tests, setup, teardown);
}
