/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device tree, as the arm64 kernel reads it before it has memory to allocate. */
#include "kernel/arch/arm64/fdt.h"
#include "tests/fuzz/fuzz.h"

static void visit(void *ctx, const struct fdt_property *p)
{
    volatile uint8_t *sum = ctx;

    for (const char *c = p->node; *c; c++)
        *sum = (uint8_t)(*sum + (uint8_t)*c);
    for (const char *c = p->name; *c; c++)
        *sum = (uint8_t)(*sum + (uint8_t)*c);
    for (uint32_t i = 0; i < p->bytes; i++)
        *sum = (uint8_t)(*sum + p->data[i]);
    if (p->bytes >= 8)
        *sum = (uint8_t)(*sum + fdt_number(p->data, 2));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    volatile uint8_t sum = 0;
    struct fdt tree;

    if (fdt_open(bytes, size, &tree) == 0)
        (void)!fdt_walk(&tree, visit, (void *)(uintptr_t)&sum);
    return 0;
}
