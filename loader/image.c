/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader/image.c - which kernel format is this, and does it fit the machine?
 *
 * Formats by magic: ELF (0x7f "ELF"); arm64 Linux Image ("ARM\x64" at 56,
 * Documentation/arch/arm64/booting); x86 bzImage ("HdrS" at 0x202,
 * Documentation/arch/x86/boot); multiboot without ELF. What cannot be started is
 * told by name in refuse.c.
 */
#include "loader/image.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "loader/fail.h"

paddr_t image_ram_base(enum arch arch)
{
    return arch == ARCH_ARM64 ? ARM64_RAM_BASE : X86_RAM_BASE;
}

static bool magic_at(const struct boot_spec *spec, size_t at, const void *magic, size_t len)
{
    return spec->kernel_bytes >= at + len &&
           memcmp((const uint8_t *)spec->kernel + at, magic, len) == 0;
}

static int compare_segments(const void *a, const void *b)
{
    const struct image_segment *x = a, *y = b;

    return x->pa < y->pa ? -1 : x->pa > y->pa;
}

/* Inside RAM, pairwise apart, entry inside; sorts the segments and sets start and end. */
static int check_layout(const struct boot_spec *spec, struct image *im, char *err, size_t err_len)
{
    const char *name = spec->kernel_name;
    paddr_t base = image_ram_base(spec->arch);
    bool entry_inside = false;

    if (im->count == 0)
        return loader_fail(err, err_len, -ENOEXEC, "%s: has nothing to load", name);
    qsort(im->seg, im->count, sizeof(im->seg[0]), compare_segments);
    for (unsigned i = 0; i < im->count; i++) {
        const struct image_segment *s = &im->seg[i];

        if (s->pa >= base && s->mem_bytes <= UINT32_MAX && s->pa - base <= UINT32_MAX &&
            s->pa - base + s->mem_bytes > spec->ram_bytes)
            return loader_fail(err, err_len, -EFBIG,
                               "%s: needs %" PRIu64 " MiB of RAM from 0x%" PRIx64 ", the machine "
                               "has %zu MiB; give it more (--mem)", name,
                               (s->pa - base + s->mem_bytes + (1u << 20) - 1) >> 20, base,
                               spec->ram_bytes >> 20);
        if (s->pa < base || s->mem_bytes > spec->ram_bytes ||
            s->pa - base > spec->ram_bytes - s->mem_bytes)
            return loader_fail(err, err_len, -EFBIG,
                               "%s: loads %" PRIu64 " bytes at 0x%" PRIx64
                               ", outside RAM (0x%" PRIx64 ", %zu MiB)%s",
                               name, s->mem_bytes, s->pa, base, spec->ram_bytes >> 20,
                               s->mem_bytes < 4096 && im->count > 1
                                   ? "; is it a note of the linker's (-Wl,--build-id=none)?" : "");
        if (i > 0 && im->seg[i - 1].pa + im->seg[i - 1].mem_bytes > s->pa)
            return loader_fail(err, err_len, -ENOEXEC,
                               "%s: two segments overlap at 0x%" PRIx64, name, s->pa);
        if (im->entry >= s->pa && im->entry < s->pa + s->file_bytes)
            entry_inside = true;
    }
    if (!entry_inside)
        return loader_fail(err, err_len, -ENOEXEC,
                           "%s: the entry 0x%" PRIx64 " is outside of what it loads", name,
                           im->entry);
    im->start = im->seg[0].pa;
    im->end = im->seg[im->count - 1].pa + im->seg[im->count - 1].mem_bytes;
    return 0;
}

int boot_kernel_check(const struct boot_spec *spec, char *err, size_t err_len)
{
    struct boot_plan plan;
    int rc = boot_plan_build(spec, &plan, err, err_len); /* where it lies matters, too */

    if (rc == 0)
        boot_plan_free(&plan);
    return rc;
}

int image_read(const struct boot_spec *spec, struct image *im, char *err, size_t err_len)
{
    int rc;

    memset(im, 0, sizeof(*im));
    if (spec->kernel_bytes == 0)
        return loader_fail(err, err_len, -ENOEXEC, "%s: is empty", spec->kernel_name);
    if (magic_at(spec, 0, "\177ELF", 4))
        rc = image_read_elf(spec, im, err, err_len);
    else if (magic_at(spec, 56, "ARM\x64", 4))
        rc = image_read_arm64_linux(spec, im, err, err_len);
    else if (magic_at(spec, 0x202, "HdrS", 4))
        rc = image_read_bzimage(spec, im, err, err_len);
    else if (image_is_multiboot_flat(spec))
        rc = image_read_multiboot(spec, im, err, err_len);
    else
        rc = image_refuse(spec, err, err_len);
    return rc != 0 ? rc : check_layout(spec, im, err, err_len);
}
