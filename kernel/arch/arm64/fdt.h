/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fdt.h - reads a flattened device tree (Devicetree Specification v0.4, chapter 5).
 *
 * Rules of use
 *   - fdt_open() checks the header and bounds; a damaged structure block ends the
 *     walk with -EINVAL and never reads outside the blob.
 *   - fdt_walk() calls back for every property, in file order. The strings and
 *     data it hands out live in the blob.
 */
#ifndef KERNEL_ARCH_FDT_H
#define KERNEL_ARCH_FDT_H

#include <stddef.h>
#include <stdint.h>

#define FDT_BYTES_MAX (2u << 20) /* booting.rst */

struct fdt {
    const uint8_t *structure, *strings;
    uint32_t structure_bytes, strings_bytes, total_bytes;
};

struct fdt_property {
    unsigned depth;         /* of the node: 0 is the root */
    const char *node;       /* with unit address: "memory@40000000" */
    const char *name;
    const uint8_t *data;    /* big-endian cells or text, not aligned */
    uint32_t bytes;
};

/* `bytes_max`: how much may be read at blob. 0, -EINVAL. */
int fdt_open(const void *blob, size_t bytes_max, struct fdt *out);
int fdt_walk(const struct fdt *t, void (*visit)(void *ctx, const struct fdt_property *p),
             void *ctx);
/* One number of `cells` (1 or 2) 32-bit cells. */
uint64_t fdt_number(const uint8_t *data, unsigned cells);

#endif
