/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/fdt_virt.c - the arm64 board as a device tree.
 *
 * The nodes, names and numbers are those of QEMU's `virt` machine, less what
 * Trapline does not have, so that any kernel with a driver for that board
 * accepts this one. Bindings: Devicetree Specification v0.4; Linux
 * Documentation/devicetree/bindings for arm,gic, arm,pl011, arm,psci,
 * arm,armv8-timer, virtio,mmio.
 *
 * libfdt's sequential writer keeps the first error: `struct tree` holds it, so
 * the builders read as a list of properties and fdt_build_virt() asks once.
 */
#include "loader/layout.h"

#include <errno.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/fail.h"

#define PHANDLE_CLOCK  0x8000u
#define PHANDLE_GIC    0x8001u

#define GIC_SPI        0u
#define GIC_PPI        1u
#define IRQ_EDGE_RISE  1u
#define IRQ_LEVEL_HIGH 4u
#define PPI_CPU0       0x100u /* affinity mask of a PPI specifier: CPU 0 */

#define VIRTIO_BASE    0x0a000000u
#define VIRTIO_STRIDE  0x200u
#define VIRTIO_COUNT   32u
#define VIRTIO_SPI     16u

struct tree {
    void *fdt;
    int error; /* first libfdt error, 0 while all is well */
};

static void note(struct tree *t, int rc)
{
    if (t->error == 0 && rc < 0)
        t->error = rc;
}

static void begin(struct tree *t, const char *name)
{
    note(t, fdt_begin_node(t->fdt, name));
}

static void end(struct tree *t)
{
    note(t, fdt_end_node(t->fdt));
}

static void prop_text(struct tree *t, const char *name, const char *text)
{
    note(t, fdt_property_string(t->fdt, name, text));
}

/* Several strings, NUL-separated: the literal's size counts, with its last NUL. */
#define prop_list(t, name, list) note(t, fdt_property((t)->fdt, name, list, sizeof(list)))

static void prop_empty(struct tree *t, const char *name)
{
    note(t, fdt_property(t->fdt, name, NULL, 0));
}

static void prop_cell(struct tree *t, const char *name, uint32_t value)
{
    note(t, fdt_property_u32(t->fdt, name, value));
}

#define CELLS_MAX 16u
static void prop_cells(struct tree *t, const char *name, unsigned count, ...)
{
    uint32_t cells[CELLS_MAX];
    va_list ap;

    if (count > CELLS_MAX) {
        note(t, -FDT_ERR_NOSPACE);
        return;
    }
    va_start(ap, count);
    for (unsigned i = 0; i < count; i++)
        cells[i] = cpu_to_fdt32(va_arg(ap, uint32_t));
    va_end(ap);
    note(t, fdt_property(t->fdt, name, cells, (int)(count * sizeof(cells[0]))));
}

static void prop_reg(struct tree *t, uint64_t base, uint64_t bytes)
{
    prop_cells(t, "reg", 4, (uint32_t)(base >> 32), (uint32_t)base, (uint32_t)(bytes >> 32),
               (uint32_t)bytes);
}

static void build_chosen(struct tree *t, const struct boot_spec *spec, struct initrd_range initrd)
{
    uint8_t seed[SEED_BYTES];

    layout_expand_seed(spec->entropy_seed, seed);
    begin(t, "chosen");
    if (spec->cmdline[0] != '\0')
        prop_text(t, "bootargs", spec->cmdline);
    if (initrd.end > initrd.start) {
        note(t, fdt_property_u64(t->fdt, "linux,initrd-start", initrd.start));
        note(t, fdt_property_u64(t->fdt, "linux,initrd-end", initrd.end));
    }
    prop_text(t, "stdout-path", "/pl011@9000000");
    note(t, fdt_property(t->fdt, "rng-seed", seed, sizeof(seed)));
    note(t, fdt_property_u64(t->fdt, "kaslr-seed", layout_kaslr_seed(spec->entropy_seed)));
    end(t);
    begin(t, "aliases");
    prop_text(t, "serial0", "/pl011@9000000");
    end(t);
}

static void build_cpu(struct tree *t, const struct boot_spec *spec)
{
    begin(t, "memory@40000000");
    prop_text(t, "device_type", "memory");
    prop_reg(t, ARM64_RAM_BASE, spec->ram_bytes);
    end(t);

    begin(t, "cpus");
    prop_cell(t, "#address-cells", 1);
    prop_cell(t, "#size-cells", 0);
    begin(t, "cpu@0");
    prop_text(t, "device_type", "cpu");
    prop_text(t, "compatible", "arm,cortex-a72");
    prop_text(t, "enable-method", "psci");
    prop_cell(t, "reg", 0);
    end(t);
    end(t);

    begin(t, "psci");
    prop_list(t, "compatible", "arm,psci-1.0\0arm,psci-0.2\0arm,psci");
    prop_text(t, "method", spec->el2 ? "smc" : "hvc"); /* HVC is EL2's where there is one */
    prop_cell(t, "cpu_suspend", 0xc4000001u);
    prop_cell(t, "cpu_off", 0x84000002u);
    prop_cell(t, "cpu_on", 0xc4000003u);
    prop_cell(t, "migrate", 0xc4000005u);
    end(t);
}

static void build_interrupts(struct tree *t, bool gicv3)
{
    uint32_t cpu0 = gicv3 ? 0 : PPI_CPU0; /* GICv3's PPIs have no mask of CPUs */

    begin(t, "intc@8000000");
    prop_text(t, "compatible", gicv3 ? "arm,gic-v3" : "arm,cortex-a15-gic");
    prop_cell(t, "#interrupt-cells", 3);
    prop_empty(t, "interrupt-controller");
    prop_cell(t, "#address-cells", 2);
    prop_cell(t, "#size-cells", 2);
    prop_empty(t, "ranges");
    if (gicv3) {
        prop_cell(t, "#redistributor-regions", 1);
        prop_cells(t, "reg", 8, 0u, 0x08000000u, 0u, 0x10000u, 0u, 0x080a0000u, 0u, 0x20000u);
    } else {
        prop_cells(t, "reg", 8, 0u, 0x08000000u, 0u, 0x10000u, 0u, 0x08010000u, 0u, 0x10000u);
    }
    prop_cell(t, "phandle", PHANDLE_GIC);
    end(t);

    begin(t, "timer");
    prop_list(t, "compatible", "arm,armv8-timer\0arm,armv7-timer");
    prop_empty(t, "always-on");
    /* Secure physical, physical (INTID 30), virtual (27), hypervisor; a PPI is INTID - 16. */
    prop_cells(t, "interrupts", 12, GIC_PPI, 13u, cpu0 | IRQ_LEVEL_HIGH, GIC_PPI, 14u,
               cpu0 | IRQ_LEVEL_HIGH, GIC_PPI, 11u, cpu0 | IRQ_LEVEL_HIGH, GIC_PPI, 10u,
               cpu0 | IRQ_LEVEL_HIGH);
    end(t);
}

static void build_peripherals(struct tree *t)
{
    begin(t, "apb-pclk");
    prop_text(t, "compatible", "fixed-clock");
    prop_cell(t, "#clock-cells", 0);
    prop_cell(t, "clock-frequency", 24000000);
    prop_text(t, "clock-output-names", "clk24mhz");
    prop_cell(t, "phandle", PHANDLE_CLOCK);
    end(t);

    begin(t, "pl011@9000000");
    prop_list(t, "compatible", "arm,pl011\0arm,primecell");
    prop_reg(t, 0x09000000, 0x1000);
    prop_cells(t, "interrupts", 3, GIC_SPI, 1u, IRQ_LEVEL_HIGH);
    prop_cells(t, "clocks", 2, PHANDLE_CLOCK, PHANDLE_CLOCK);
    prop_list(t, "clock-names", "uartclk\0apb_pclk");
    end(t);

    begin(t, "pl031@9010000");
    prop_list(t, "compatible", "arm,pl031\0arm,primecell");
    prop_reg(t, 0x09010000, 0x1000);
    prop_cells(t, "interrupts", 3, GIC_SPI, 2u, IRQ_LEVEL_HIGH);
    prop_cell(t, "clocks", PHANDLE_CLOCK);
    prop_text(t, "clock-names", "apb_pclk");
    end(t);

    for (uint32_t i = 0; i < VIRTIO_COUNT; i++) {
        uint32_t base = VIRTIO_BASE + i * VIRTIO_STRIDE;
        char name[32];

        snprintf(name, sizeof(name), "virtio_mmio@%" PRIx32, base);
        begin(t, name);
        prop_text(t, "compatible", "virtio,mmio");
        prop_reg(t, base, VIRTIO_STRIDE);
        prop_cells(t, "interrupts", 3, GIC_SPI, VIRTIO_SPI + i, IRQ_EDGE_RISE);
        prop_empty(t, "dma-coherent");
        end(t);
    }
}

static void build_tree(struct tree *t, const struct boot_spec *spec, struct initrd_range initrd)
{
    note(t, fdt_finish_reservemap(t->fdt));
    begin(t, "");
    prop_cell(t, "#address-cells", 2);
    prop_cell(t, "#size-cells", 2);
    prop_text(t, "compatible", "linux,dummy-virt");
    prop_text(t, "model", "linux,dummy-virt");
    prop_cell(t, "interrupt-parent", PHANDLE_GIC);
    build_chosen(t, spec, initrd);
    build_cpu(t, spec);
    build_interrupts(t, spec->gic == 3);
    build_peripherals(t);
    end(t);
    note(t, fdt_finish(t->fdt));
}

int fdt_build_virt(const struct boot_spec *spec, struct initrd_range initrd, uint8_t **out,
                   size_t *out_bytes, char *err, size_t err_len)
{
    size_t room = (64u << 10) + strlen(spec->cmdline);
    struct tree t = {0};

    if (room > FDT_BYTES_MAX)
        return loader_fail(err, err_len, -EFBIG, "the command line is too long (%zu bytes)",
                           strlen(spec->cmdline));
    t.fdt = calloc(1, room);
    if (!t.fdt)
        return loader_fail(err, err_len, -ENOMEM, "out of memory for the device tree");
    note(&t, fdt_create(t.fdt, (int)room));
    build_tree(&t, spec, initrd);
    if (t.error != 0) {
        free(t.fdt);
        return loader_fail(err, err_len, -EFBIG, "the device tree cannot be built: %s",
                           fdt_strerror(t.error));
    }
    *out = t.fdt;
    *out_bytes = fdt_totalsize(t.fdt);
    return 0;
}
