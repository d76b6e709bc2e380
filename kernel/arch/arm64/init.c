// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * init.c - from boot.S to kernel_main(): reads the device tree, then makes the direct
 * map, then the devices.
 *
 * The tree says where RAM, the initrd, the command line, the entropy and PSCI are. All of it is
 * copied out, so the tree's memory is free afterwards. The board's devices are those
 * of layout.h.
 */
#include "kernel/arch/arm64/cpu.h"
#include "kernel/arch/arm64/fdt.h"
#include "kernel/arch/arm64/intr.h"
#include "kernel/arch/arm64/kmap.h"
#include "kernel/arch/arm64/layout.h"
#include "kernel/arch/arm64/power.h"
#include "kernel/include/kasan.h"
#include "kernel/include/page.h"
#include "kernel/include/string.h"

#define CMDLINE_BYTES 2048
#define BLOCK_2M (2ull << 20)
#define FNV_OFFSET 0xcbf29ce484222325ull
#define FNV_PRIME 0x100000001b3ull

extern linker_symbol image_start, image_end;

static char cmdline[CMDLINE_BYTES];
static struct boot_info boot_info;

struct tree_scan {
    paddr_t image;
    unsigned address_cells, size_cells;
    struct boot_info *bi;
};

_Noreturn void boot_main(paddr_t fdt, paddr_t image);

static bool is_named(const struct fdt_property *p, const char *node, const char *name)
{
    size_t len = strlen(node);

    return p->depth == 1 && !strncmp(p->node, node, len) &&
           (p->node[len] == '\0' || p->node[len] == '@') && !strcmp(p->name, name);
}

/* The bank of memory that holds the image is the RAM; others are left alone. */
static void scan_memory(struct tree_scan *s, const struct fdt_property *p)
{
    unsigned entry = 4 * (s->address_cells + s->size_cells);

    for (uint32_t at = 0; at + entry <= p->bytes; at += entry) {
        paddr_t base = fdt_number(p->data + at, s->address_cells);
        uint64_t bytes = fdt_number(p->data + at + 4 * s->address_cells, s->size_cells);

        if (s->image - base < bytes && base + bytes <= DIRECT_MAP_BYTES) {
            s->bi->ram_base = (base + BLOCK_2M - 1) & ~(BLOCK_2M - 1);
            bytes = ((base + bytes) & ~(BLOCK_2M - 1)) - s->bi->ram_base;
            s->bi->ram_bytes = bytes < RAM_BYTES_MAX ? bytes : RAM_BYTES_MAX;
        }
    }
}

static void scan_seed(struct boot_info *bi, const struct fdt_property *p)
{
    uint64_t hash = FNV_OFFSET;

    for (uint32_t i = 0; i < p->bytes; i++)
        hash = (hash ^ p->data[i]) * FNV_PRIME;
    bi->entropy_seed = hash;
}

static void scan_cmdline(const struct fdt_property *p)
{
    uint32_t len = p->bytes < CMDLINE_BYTES ? p->bytes : CMDLINE_BYTES - 1;

    memcpy(cmdline, p->data, len);
}

static void scan_property(void *ctx, const struct fdt_property *p)
{
    struct tree_scan *s = ctx;
    bool is_number = p->bytes == 4 || p->bytes == 8;

    if (p->depth == 0 && p->bytes == 4 && !strcmp(p->name, "#address-cells"))
        s->address_cells = (unsigned)fdt_number(p->data, 1);
    else if (p->depth == 0 && p->bytes == 4 && !strcmp(p->name, "#size-cells"))
        s->size_cells = (unsigned)fdt_number(p->data, 1);
    else if (is_named(p, "memory", "reg"))
        scan_memory(s, p);
    else if (is_named(p, "chosen", "linux,initrd-start") && is_number)
        s->bi->initrd_start = fdt_number(p->data, p->bytes / 4);
    else if (is_named(p, "chosen", "linux,initrd-end") && is_number)
        s->bi->initrd_end = fdt_number(p->data, p->bytes / 4);
    else if (is_named(p, "chosen", "bootargs"))
        scan_cmdline(p);
    else if (is_named(p, "chosen", "rng-seed"))
        scan_seed(s->bi, p);
    else if (is_named(p, "psci", "method"))
        power_use_smc(p->bytes >= 3 && !memcmp(p->data, "smc", 3));
}

static int scan_tree(paddr_t pa, struct tree_scan *s)
{
    struct fdt fdt;
    int error = fdt_open(kmap_fdt(pa), FDT_BYTES_MAX, &fdt);

    return error ? error : fdt_walk(&fdt, scan_property, s);
}

/* An initrd outside RAM would be read from nowhere. */
static void check_initrd(struct boot_info *bi)
{
    paddr_t ram_end = bi->ram_base + bi->ram_bytes;

    if (bi->initrd_start >= bi->initrd_end || bi->initrd_start < bi->ram_base ||
        bi->initrd_end > ram_end)
        bi->initrd_start = bi->initrd_end = 0;
}

/*
 * On the boot stack, interrupts masked. x0 is a device tree by the boot protocol; QEMU gives
 * none to a raw ELF file and leaves it at the start of RAM.
 */
_Noreturn void boot_main(paddr_t fdt, paddr_t image)
{
    struct boot_info *bi = &boot_info;
    struct tree_scan scan = { .image = image, .address_cells = 2, .size_cells = 1, .bi = bi };
    int error;

    kmap_start(image);
    error = scan_tree(fdt, &scan);
    if (error || !bi->ram_bytes)
        error = scan_tree(BOARD_RAM_PA, &scan);
    if (error || !bi->ram_bytes)
        for (;;) /* no RAM, no console: nowhere to say it */
            arch_idle();
    kmap_init(bi->ram_base, bi->ram_bytes);
    bi->kernel_start = image;
    bi->kernel_end = image + (uint64_t)(image_end - image_start);
    bi->cmdline = cmdline;
    check_initrd(bi);
    kasan_init(bi);
    console_init();
    timer_init_cpu();
    intr_init();
    kernel_main(bi);
}
