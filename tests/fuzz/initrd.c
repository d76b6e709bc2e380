/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A compressed initrd: expanded as the loader does it, and searched as any other. */
#include <stdlib.h>

#include "loader/boot.h"
#include "sim/cpio.h"
#include "tests/fuzz/fuzz.h"

#define EXPANDED_MAX (8u << 20) /* a few bytes may stand for very many */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct blob archive = {0};
    const uint8_t *data;
    size_t len;
    void *out;
    char err[256];

    if (!initramfs_is_compressed(bytes, size) ||
        initramfs_expand(bytes, size, EXPANDED_MAX, &out, &archive.bytes, err, sizeof(err)) != 0)
        return 0;
    if (archive.bytes > EXPANDED_MAX)
        __builtin_trap();
    archive.data = out;
    (void)!cpio_find(&archive, "/bin/two", &data, &len);
    free(out);
    return 0;
}
