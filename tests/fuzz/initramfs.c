/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An initramfs: the simulator's search for a program in it, and the kernel's own reader. */
#include <stdlib.h>

#include "kernel/fs/cpio.h"
#include "sim/cpio.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct blob archive = {.data = (uint8_t *)(uintptr_t)bytes, .bytes = size};
    struct cpio c = {.data = bytes, .bytes = size};
    struct cpio_entry entry;
    const uint8_t *data;
    size_t len;
    volatile uint8_t sum = 0;

    if (cpio_find(&archive, "/bin/two", &data, &len) == 0)
        for (size_t i = 0; i < len; i++)
            sum = (uint8_t)(sum + data[i]);
    while (cpio_next(&c, &entry) > 0) {
        for (const char *name = entry.name; *name; name++)
            sum = (uint8_t)(sum + (uint8_t)*name);
        for (uint32_t i = 0; i < entry.bytes; i++)
            sum = (uint8_t)(sum + entry.content[i]);
    }
    return 0;
}
