/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/boot.c - kernel, initrd and machine description laid out in RAM.
 *
 * The plan owns a copy of every byte that goes to the guest, so the caller may
 * drop its files. RAM is taken to be zero: the zero tail of a segment (bss) is
 * kept free here and not copied. Where things stand is written in layout.h.
 */
#include "loader/boot.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/splitmix.h"
#include "loader/acpi.h"
#include "loader/fail.h"
#include "loader/layout.h"
#include "loader/mp_tables.h"

#define PAGE_BYTES        4096ull
#define BLOCK_BYTES       (2ull << 20)
#define INITRD_OFFSET_MAX (128ull << 20)
#define MULTIBOOT_EAX     0x2BADB002u

static uint64_t round_up(uint64_t v, uint64_t to)
{
    return (v + to - 1) / to * to;
}

void layout_expand_seed(uint64_t seed, uint8_t out[SEED_BYTES])
{
    for (unsigned i = 0; i < SEED_BYTES / 8; i++) {
        uint64_t z = splitmix64_at(seed, i);

        for (unsigned j = 0; j < 8; j++)
            out[i * 8 + j] = (uint8_t)(z >> (8 * j));
    }
}

uint64_t layout_kaslr_seed(uint64_t seed)
{
    uint8_t bytes[SEED_BYTES];
    uint64_t value;

    layout_expand_seed(seed ^ 0x6b61736c72ull, bytes);
    memcpy(&value, bytes, sizeof(value));
    return value;
}

static int plan_add(struct boot_plan *plan, struct boot_segment segment)
{
    struct boot_segment *grown =
        realloc(plan->segments, (plan->count + 1) * sizeof(plan->segments[0]));

    if (!grown)
        return -ENOMEM;
    plan->segments = grown;
    plan->segments[plan->count++] = segment;
    return 0;
}

/* Takes over `data`; frees it on failure. */
static int plan_add_owned(struct boot_plan *plan, paddr_t pa, uint8_t *data, size_t bytes)
{
    int rc = plan_add(plan, (struct boot_segment){pa, bytes, data, data});

    if (rc != 0)
        free(data);
    return rc;
}

/* `data` outlives the plan: the spec's, or constant. */
static int plan_add_lent(struct boot_plan *plan, paddr_t pa, const void *data, size_t bytes)
{
    return bytes ? plan_add(plan, (struct boot_segment){pa, bytes, data, NULL}) : 0;
}

static int too_small(const struct boot_spec *spec, char *err, size_t err_len)
{
    return loader_fail(err, err_len, -EFBIG,
                       "%zu MiB of RAM are too little for %s with an initrd of %zu KiB; "
                       "give the machine more (--mem)",
                       spec->ram_bytes >> 20, spec->kernel_name, spec->initrd_bytes >> 10);
}

/* A firmware runs in flash, which the machine fills; RAM holds nothing but the device tree. */
static int place_firmware(const struct boot_spec *spec, struct boot_plan *plan, char *err,
                          size_t err_len)
{
    struct initrd_range none = {0};
    size_t fdt_bytes;
    uint8_t *fdt;
    int rc;

    if (spec->arch != ARCH_ARM64)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: this board has no place for a firmware (arm64 has)",
                           spec->kernel_name);
    if (spec->kernel_bytes == 0 || spec->kernel_bytes > FLASH_BANK_BYTES)
        return loader_fail(err, err_len, -EFBIG,
                           "%s: has %zu bytes; the flash takes 1 byte to 64 MiB",
                           spec->kernel_name, spec->kernel_bytes);
    if (spec->kernel_bytes >= 4 && memcmp(spec->kernel, "\177ELF", 4) == 0)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: is an ELF file; a firmware is raw code for address 0 (objcopy -O "
                           "binary)", spec->kernel_name);
    rc = fdt_build_virt(spec, none, &fdt, &fdt_bytes, err, err_len);
    if (rc != 0)
        return rc;
    plan->entry = (struct cpu_entry){
        .mode = spec->el2 ? CPU_ENTRY_ARM64_EL2 : CPU_ENTRY_ARM64_EL1};
    return plan_add_owned(plan, ARM64_RAM_BASE, fdt, fdt_bytes);
}

static int place_arm64(const struct boot_spec *spec, const struct image *im, struct boot_plan *plan,
                       char *err, size_t err_len)
{
    paddr_t ram_end = ARM64_RAM_BASE + spec->ram_bytes;
    paddr_t usual = ARM64_RAM_BASE + (spec->ram_bytes / 2 < INITRD_OFFSET_MAX
                                          ? spec->ram_bytes / 2 : INITRD_OFFSET_MAX);
    paddr_t behind = round_up(im->end, BLOCK_BYTES);
    struct initrd_range initrd = {.start = behind > usual ? behind : usual};
    paddr_t fdt_pa;
    uint8_t *fdt;
    size_t fdt_bytes;
    int rc;

    if (initrd.start + spec->initrd_bytes + 2 * BLOCK_BYTES > ram_end)
        initrd.start = behind;
    initrd.end = initrd.start + spec->initrd_bytes;
    fdt_pa = round_up(initrd.end, BLOCK_BYTES);
    rc = fdt_build_virt(spec, initrd, &fdt, &fdt_bytes, err, err_len);
    if (rc != 0)
        return rc;
    if (fdt_pa + fdt_bytes > ram_end) {
        free(fdt);
        return too_small(spec, err, err_len);
    }
    plan->entry = (struct cpu_entry){.mode = spec->el2 ? CPU_ENTRY_ARM64_EL2 : CPU_ENTRY_ARM64_EL1,
                                     .pc = im->entry,
                                     .arg = {fdt_pa}};
    rc = plan_add_owned(plan, fdt_pa, fdt, fdt_bytes);
    if (rc == 0)
        rc = plan_add_lent(plan, initrd.start, spec->initrd, spec->initrd_bytes);
    return rc;
}

/* What a PC's firmware leaves behind for kernels that look for it. */
static int place_x86_firmware(const struct boot_spec *spec, struct boot_plan *plan)
{
    /* The BIOS data area: the segment of the extended one, and KiB below it. */
    static const uint8_t bda[] = {[0x0e] = X86_EBDA_BASE >> 4 & 0xff, [0x0f] = X86_EBDA_BASE >> 12,
                                  [0x13] = X86_EBDA_BASE >> 10 & 0xff,
                                  [0x14] = X86_EBDA_BASE >> 18};
    uint8_t *tables;
    size_t bytes;
    int rc = acpi_build(spec->virtio_count, &tables, &bytes);

    if (rc == 0)
        rc = plan_add_owned(plan, X86_FIRMWARE, tables, bytes);
    if (rc == 0)
        rc = mp_tables_build(spec->virtio_count, &tables, &bytes);
    if (rc == 0)
        rc = plan_add_owned(plan, X86_MP_TABLES, tables, bytes);
    return rc != 0 ? rc : plan_add_lent(plan, X86_BDA, bda, sizeof(bda));
}

/* Boot information and the entry that goes with it, by the kernel's protocol. */
static int place_x86_info(const struct boot_spec *spec, const struct image *im,
                          struct initrd_range initrd, struct boot_plan *plan, char *err,
                          size_t err_len)
{
    struct cpu_entry *e = &plan->entry;
    uint8_t *info = NULL, *tables;
    size_t info_bytes = 0, tables_bytes;
    int rc = 0;

    *e = (struct cpu_entry){.mode = CPU_ENTRY_X86_PROT32, .pc = im->entry,
                            .arg = {0, X86_INFO_BASE}};
    switch (im->protocol) {
    case IMAGE_X86_PVH:
        rc = pvh_build(spec, initrd, &info, &info_bytes, err, err_len);
        break;
    case IMAGE_X86_MULTIBOOT:
        e->arg[0] = MULTIBOOT_EAX;
        rc = multiboot_build(spec, initrd, &info, &info_bytes, err, err_len);
        break;
    default:
        e->mode = CPU_ENTRY_X86_LONG64;
        e->arg[3] = X86_TABLES;
        rc = identity_tables_build(&tables, &tables_bytes);
        if (rc == 0)
            rc = plan_add_owned(plan, X86_TABLES, tables, tables_bytes);
        if (rc == 0)
            rc = zero_page_build(spec, initrd, &info, &info_bytes, err, err_len);
        break;
    }
    if (rc == 0)
        rc = plan_add_owned(plan, X86_INFO_BASE, info, info_bytes);
    return rc != 0 ? rc : place_x86_firmware(spec, plan);
}

static int place_x86_64(const struct boot_spec *spec, const struct image *im,
                        struct boot_plan *plan, char *err, size_t err_len)
{
    uint64_t initrd_end = spec->ram_bytes;
    struct initrd_range initrd = {0};
    int rc;

    if (im->start < X86_HIGH_BASE)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: loads at 0x%" PRIx64 ", where boot information and firmware "
                           "tables stand; link it at 1 MiB or above",
                           spec->kernel_name, im->start);
    if (spec->ram_bytes > X86_RAM_MAX)
        return loader_fail(err, err_len, -EFBIG, "x86_64 machines have at most %llu MiB of RAM",
                           X86_RAM_MAX >> 20);
    if (im->initrd_end_max && initrd_end > im->initrd_end_max)
        initrd_end = im->initrd_end_max;
    if (spec->initrd_bytes > initrd_end)
        return too_small(spec, err, err_len);
    if (spec->initrd_bytes > 0) {
        initrd.start = (initrd_end - spec->initrd_bytes) / PAGE_BYTES * PAGE_BYTES;
        initrd.end = initrd.start + spec->initrd_bytes;
        if (initrd.start < im->end)
            return too_small(spec, err, err_len);
    }
    rc = place_x86_info(spec, im, initrd, plan, err, err_len);
    if (rc == 0)
        rc = plan_add_lent(plan, initrd.start, spec->initrd, spec->initrd_bytes);
    return rc;
}

int boot_plan_build(const struct boot_spec *spec, struct boot_plan *plan, char *err, size_t err_len)
{
    struct image im;
    int rc;

    memset(plan, 0, sizeof(*plan));
    if (spec->firmware)
        return place_firmware(spec, plan, err, err_len);
    rc = image_read(spec, &im, err, err_len);
    if (rc != 0)
        return rc;
    for (unsigned i = 0; i < im.count && rc == 0; i++)
        rc = plan_add_lent(plan, im.seg[i].pa, im.seg[i].src, im.seg[i].file_bytes);
    if (rc == 0)
        rc = spec->arch == ARCH_ARM64 ? place_arm64(spec, &im, plan, err, err_len)
                                      : place_x86_64(spec, &im, plan, err, err_len);
    if (rc == -ENOMEM)
        loader_fail(err, err_len, rc, "out of memory while laying out %s", spec->kernel_name);
    if (rc != 0)
        boot_plan_free(plan);
    return rc;
}

void boot_plan_free(struct boot_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        free(plan->segments[i].own);
    free(plan->segments);
    memset(plan, 0, sizeof(*plan));
}
