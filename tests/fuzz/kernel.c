/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel file: ELF, arm64 Image, bzImage, multiboot. The first byte chooses the CPU, and whether
 * the rest is the kernel, or an initramfs with the command line before it.
 */
#include <string.h>

#include "loader/boot.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct boot_spec spec = {.kernel_name = "fuzz", .cmdline = "", .ram_bytes = 32u << 20,
                             .hz = 1000000000};
    struct boot_plan plan;
    char err[256];

    if (!size)
        return 0;
    spec.arch = bytes[0] & 1 ? ARCH_X86_64 : ARCH_ARM64;
    spec.kernel = bytes + 1;
    spec.kernel_bytes = size - 1;
    if (boot_plan_build(&spec, &plan, err, sizeof(err)) == 0)
        boot_plan_free(&plan);
    return 0;
}
